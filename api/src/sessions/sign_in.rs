//! Signing in with e-mail and password.
//!
//! Invariant: status, body and time are the same whether or not there is such an account, and however many there are.
//! At each host an attempt looks at a fixed number of places ([`places`]): where there is no account, the same queries
//! are made for nobody and the same work is done for a password that nobody has. How an attempt is slowed depends on
//! what was sent and from where, never on what was found, but for a browser that the account knows.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use shared::{
    check::normal_email,
    ids::{OrganizationId, UserId},
    session::{SignIn, SignInOutcome},
};
use uuid::Uuid;

use super::{
    cookies::{self, Secret},
    device,
    guesses::Guess,
    guessing::{self, Source},
    handlers::begun,
    store,
};
use crate::{
    ApiError,
    access::cache::OrganizationKey,
    db::{Actor, Organization},
    http::{
        context::Visit,
        guards::{Public, why},
        input::Valid,
        server::Site,
    },
    passwords::Verdict,
};

/// Accounts with one e-mail that are looked at where no organization is named, as `portico.accounts_by_email` gives
/// them at most.
const ACCOUNTS_ANYWHERE: usize = 8;

/// Signs in with e-mail and password. At the shared host, a password that fits accounts of several organizations is
/// answered with their names; send the same again with the chosen slug.
#[utoipa::path(post, path = "/session", operation_id = "sign_in", request_body = SignIn,
    responses((status = 200, description = "Signed in, or asked to choose.", body = SignInOutcome)))]
pub async fn sign_in(
    who: Public<why::SignIn>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<SignIn>,
) -> Result<HttpResponse, ApiError> {
    let SignIn { email, password, organization: chosen } = body.0;
    let (email, mark) = (normal_email(&email), cookies::device(&request));
    let sought = Sought::of(&site, &visit, chosen).await?;
    let candidates = candidates(&site, &who, &visit, &sought, &email, &mark).await?;
    let attempt = Attempt { sought: &sought, email: &email, visit: &visit };
    let device = mark.hash();
    let (candidates, source) = attempt.admit(&site, &who, candidates, &device).await?;

    let mut fitting = fitting(&site, candidates, sought.places(), &password).await?;
    if fitting.is_empty() {
        return Err(ApiError::WrongCredentials);
    }
    attempt.forgive(&site, &who, source, &device).await?;
    if fitting.len() > 1 {
        let mut organizations: Vec<_> =
            fitting.iter().map(|one| one.candidate.organization.to_name()).collect();
        organizations.sort_by(|one, two| one.name.cmp(&two.name));
        return Ok(HttpResponse::Ok().json(SignInOutcome::ChooseOrganization { organizations }));
    }
    match fitting.pop() {
        Some(one) => begin(&site, &who, &visit, one, &mark).await,
        None => Err(ApiError::WrongCredentials),
    }
}

/// Where an account is sought.
struct Sought {
    /// The organization that is named, by the host or at the shared one.
    slug: Option<String>,
    /// Its id; that of nobody where there is none of this name.
    only_in: Option<OrganizationId>,
    /// Whether the host is the shared one.
    at_shared_host: bool,
}

impl Sought {
    async fn of(site: &Site, visit: &Visit, chosen: Option<String>) -> Result<Self, ApiError> {
        let nobody = OrganizationId(Uuid::nil());
        let (slug, only_in) = match (&visit.organization, chosen) {
            (Some(here), Some(chosen)) if here.slug != chosen => (Some(here.slug.clone()), Some(nobody)),
            (Some(here), _) => (Some(here.slug.clone()), Some(here.id)),
            (None, Some(chosen)) => {
                let key = OrganizationKey::Slug(chosen.clone());
                let found = site.db.access().organization(&site.db, key).await?;
                (Some(chosen), Some(found.map_or(nobody, |organization| organization.id)))
            }
            (None, None) => (None, None),
        };
        Ok(Self { slug, only_in, at_shared_host: visit.organization.is_none() })
    }

    /// How many accounts are looked at, found or not.
    const fn places(&self) -> usize {
        if self.only_in.is_some() { 1 } else { ACCOUNTS_ANYWHERE }
    }
}

/// An account that has the e-mail.
struct Candidate {
    organization: Arc<Organization>,
    user: UserId,
    password_hash: Option<String>,
    knows_device: bool,
}

/// The accounts that may sign in. As many places are looked at as there are, so that it takes as long without any.
async fn candidates(
    site: &Site,
    who: &Public<why::SignIn>,
    visit: &Visit,
    sought: &Sought,
    email: &str,
    mark: &Secret,
) -> Result<Vec<Candidate>, ApiError> {
    let (asked, only_in) = (email.to_owned(), sought.only_in);
    let accounts = site.db.platform(who, move |platform| platform.accounts_by_email(&asked, only_in)).await?;
    let nobody = (OrganizationId(Uuid::nil()), UserId(Uuid::nil()));
    let places = accounts.into_iter().chain(std::iter::repeat(nobody)).take(sought.places());
    let mut candidates = Vec::new();
    for (of, user) in places {
        let (actor, device_hash) = (Actor::at_the_door(None, visit.address, visit.request_id), mark.hash());
        let (account, knows_device) = site
            .db
            .sign_in(who, of, actor, move |conn| {
                let account = store::find_account(conn, user)?;
                Ok((account, store::knows_device(conn, user, &device_hash)?))
            })
            .await?;
        let Some(account) = account else { continue };
        let found = site.db.access().organization(&site.db, OrganizationKey::Id(of)).await?;
        candidates.extend(found.map(|organization| Candidate {
            organization,
            user,
            password_hash: account.password_hash,
            knows_device,
        }));
    }
    Ok(candidates)
}

/// What is counted of an attempt: what was sent, and from where.
struct Attempt<'a> {
    sought: &'a Sought,
    email: &'a str,
    visit: &'a Visit,
}

impl Attempt<'_> {
    /// Counts the attempt before any password is looked at, and refuses it where there is something to wait for. A
    /// browser that an account knows has some attempts of its own behind that, at this account alone: what strangers
    /// do from the same address does not slow it, and an account with the same e-mail elsewhere opens nothing.
    async fn admit<'d>(
        &self,
        site: &Site,
        who: &Public<why::SignIn>,
        mut candidates: Vec<Candidate>,
        device: &'d [u8],
    ) -> Result<(Vec<Candidate>, Source<'d>), ApiError> {
        let source = Source::Address(self.visit.address);
        // From a browser that knows one of the accounts it is the person who mistypes.
        let by_stranger = !candidates.iter().any(|one| one.knows_device);
        let until = self.reserve(site, who, source, by_stranger).await?;
        if until.is_none() {
            return Ok((candidates, source));
        }
        candidates.retain(|one| one.knows_device);
        if candidates.is_empty() {
            guessing::refuse_until(until, site.clock.now())?;
        }
        let source = Source::KnownDevice(device);
        let until = self.reserve(site, who, source, false).await?;
        guessing::refuse_until(until, site.clock.now())?;
        Ok((candidates, source))
    }

    /// Counts it. Where it has to wait and may be a stranger's guess, that is noted, for the person to be told.
    async fn reserve(
        &self,
        site: &Site,
        who: &Public<why::SignIn>,
        source: Source<'_>,
        by_stranger: bool,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, ApiError> {
        let mut limits = Vec::new();
        let own = self.sought.slug.as_deref();
        limits.extend(own.map(|slug| guessing::sign_in_limit(Some(slug), self.email, source)));
        limits.extend(self.sought.at_shared_host.then(|| guessing::sign_in_limit(None, self.email, source)));
        let guess = by_stranger.then(|| Guess {
            id: site.clock.new_id(),
            keys: limits.iter().map(|limit| limit.key.clone()).collect(),
            email: self.email.to_owned(),
            // Of one that there is not, it is nobody's.
            only_in: self.sought.only_in.map(|organization| organization.0),
            address: self.visit.address,
            device: device::name(&self.visit.user_agent),
        });
        limits.push(guessing::network_limit(self.visit.address));
        let now = site.clock.now();
        site.db
            .platform(who, move |platform| {
                let until = platform.reserve_attempt(&limits, now)?;
                if let (Some(_), Some(guess)) = (until, guess) {
                    platform.note_guess(&guess, now)?;
                }
                Ok(until)
            })
            .await
    }

    /// Takes the attempt back, since its password was right: all that was counted at the organization that is named,
    /// and this one attempt, from where it was counted, where others of the same e-mail are counted too.
    async fn forgive(
        &self,
        site: &Site,
        who: &Public<why::SignIn>,
        counted: Source<'_>,
        device: &[u8],
    ) -> Result<(), ApiError> {
        let sources = [Source::Address(self.visit.address), Source::KnownDevice(device)];
        let own: Vec<Vec<u8>> = self
            .sought
            .slug
            .iter()
            .flat_map(|slug| sources.map(|one| guessing::sign_in_limit(Some(slug), self.email, one).key))
            .collect();
        let mut shared = vec![guessing::network_limit(self.visit.address).key];
        if self.sought.at_shared_host {
            shared.push(guessing::sign_in_limit(None, self.email, counted).key);
        }
        let now = site.clock.now();
        site.db.platform(who, move |platform| platform.forgive_attempt(&own, &shared, now)).await
    }
}

/// A candidate whose password fits.
struct Fitting {
    candidate: Candidate,
    rehashed: Option<String>,
}

/// Those whose password fits. For each place without a candidate the same work is done, for the time that it takes.
async fn fitting(
    site: &Site,
    candidates: Vec<Candidate>,
    places: usize,
    password: &str,
) -> Result<Vec<Fitting>, ApiError> {
    let mut candidates = candidates.into_iter();
    let mut fitting = Vec::new();
    for _ in 0..places {
        let candidate = candidates.next();
        let hash = candidate.as_ref().and_then(|one| one.password_hash.clone());
        let verdict = site.passwords.verify(password.to_owned(), hash).await?;
        let Some(candidate) = candidate else { continue };
        match verdict {
            Verdict::Wrong => {}
            Verdict::Right => fitting.push(Fitting { candidate, rehashed: None }),
            Verdict::RightButWeak(hash) => fitting.push(Fitting { candidate, rehashed: Some(hash) }),
        }
    }
    Ok(fitting)
}

async fn begin(
    site: &Site,
    who: &Public<why::SignIn>,
    visit: &Visit,
    one: Fitting,
    mark: &Secret,
) -> Result<HttpResponse, ApiError> {
    let Fitting { candidate, rehashed } = one;
    let organization = candidate.organization;
    let new = store::NewSession {
        user: candidate.user,
        device: device::name(&visit.user_agent),
        device_hash: mark.hash(),
        address: visit.address.to_string(),
        rehashed,
    };
    let actor = Actor::at_the_door(Some(candidate.user), visit.address, visit.request_id);
    let verified = candidate.password_hash;
    let session = site
        .db
        .sign_in(who, organization.id, actor, move |conn| {
            store::create_session(conn, new, verified.as_deref())
        })
        .await?
        .ok_or(ApiError::WrongCredentials)?;
    begun(site, &organization, candidate.user, &session, mark, SignInOutcome::SignedIn)
}
