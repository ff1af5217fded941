//! Sign-in, refresh, sign-out.

use std::{net::IpAddr, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    web::{Data, Json},
};
use serde::Serialize;
use shared::{
    check::normal_email,
    ids::UserId,
    session::{AccessToken, CurrentSession, Refresh, SignIn, SignInOutcome, SignInPage},
};

use super::{
    cookies::{self, RefreshToken, Secret},
    device,
    guessing::{self, Target},
    profile, store,
};
use crate::{
    ApiError,
    access::cache::OrganizationKey,
    db::{Actor, Organization, doors::AttemptLimit},
    http::{
        answers::Current,
        context::Visit,
        guards::{MayRead, Public, SignedIn, why},
        input::Valid,
        server::Site,
    },
    passwords::Verdict,
};

/// What the sign-in screen may show before anybody signed in: the organization of this host.
#[utoipa::path(get, path = "/sign-in-page", operation_id = "get_sign_in_page", tag = "session",
    responses((status = 200, description = "The sign-in screen's facts.", body = SignInPage)))]
pub async fn get_sign_in_page(_who: Public<why::SignInPage>, visit: Visit) -> Json<SignInPage> {
    Json(SignInPage { organization: visit.organization.map(|organization| organization.to_name()) })
}

/// Signs in with e-mail and password. At the shared host, a password that fits accounts of several organizations is
/// answered with their names; send the same again with the chosen slug.
#[utoipa::path(post, path = "/session", operation_id = "sign_in", tag = "session", request_body = SignIn,
    responses((status = 200, description = "Signed in, or asked to choose.", body = SignInOutcome)))]
pub async fn sign_in(
    who: Public<why::SignIn>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<SignIn>,
) -> Result<HttpResponse, ApiError> {
    let SignIn { email, password, organization: chosen } = body.0;
    let email = normal_email(&email);
    let mark = cookies::device(&request);
    let mut candidates = candidates(&site, &who, &visit, &email, &mark).await?;
    if let Some(chosen) = &chosen {
        candidates.retain(|one| one.organization.slug == *chosen);
    }
    let (now, limits) = (site.clock.now(), limits(&candidates, &email, &mark, visit.address));
    let until = site.db.platform(&who, move |platform| platform.reserve_attempt(&limits, now)).await?;
    guessing::refuse_until(until, now)?;

    let mut fitting = fitting(&site, candidates, &password).await?;
    let own: Vec<Vec<u8>> = fitting.iter().map(|one| one.candidate.limit(&mark, visit.address).key).collect();
    if own.is_empty() {
        return Err(ApiError::WrongCredentials);
    }
    let network = [guessing::network_limit(visit.address).key];
    site.db.platform(&who, move |platform| platform.forgive_attempt(&own, &network, now)).await?;
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

/// An account that has the e-mail.
struct Candidate {
    organization: Arc<Organization>,
    user: UserId,
    password_hash: Option<String>,
    knows_device: bool,
}

impl Candidate {
    /// The limit for attempts at this account from this browser.
    fn limit(&self, mark: &Secret, address: IpAddr) -> AttemptLimit {
        let device = mark.hash();
        let target = if self.knows_device {
            Target::KnownDevice(self.user, &device)
        } else {
            Target::Account(self.user)
        };
        guessing::target_limit(target, address)
    }
}

/// The limits under which an attempt is counted: each account that it is aimed at, and the network.
fn limits(candidates: &[Candidate], email: &str, mark: &Secret, address: IpAddr) -> Vec<AttemptLimit> {
    let mut limits: Vec<AttemptLimit> = candidates.iter().map(|one| one.limit(mark, address)).collect();
    if limits.is_empty() {
        limits.push(guessing::target_limit(Target::Nobody(email), address));
    }
    limits.push(guessing::network_limit(address));
    limits
}

/// A candidate whose password fits.
struct Fitting {
    candidate: Candidate,
    rehashed: Option<String>,
}

async fn candidates(
    site: &Site,
    who: &Public<why::SignIn>,
    visit: &Visit,
    email: &str,
    mark: &Secret,
) -> Result<Vec<Candidate>, ApiError> {
    let (asked, only_in) =
        (email.to_owned(), visit.organization.as_ref().map(|organization| organization.id));
    let accounts = site.db.platform(who, move |platform| platform.accounts_by_email(&asked, only_in)).await?;
    let mut candidates = Vec::new();
    for (of, user) in accounts {
        let key = OrganizationKey::Id(of);
        let Some(organization) = site.db.access().organization(&site.db, key).await? else { continue };
        let (actor, device_hash) = (Actor::at_the_door(None, visit.address, visit.request_id), mark.hash());
        let account = site
            .db
            .sign_in(who, of, actor, move |conn| {
                let account = store::find_account(conn, user)?;
                Ok((account, store::knows_device(conn, user, &device_hash)?))
            })
            .await?;
        if let (Some(account), knows_device) = account {
            candidates.push(Candidate {
                organization,
                user,
                password_hash: account.password_hash,
                knows_device,
            });
        }
    }
    Ok(candidates)
}

/// Those whose password fits. Without any account the same work is done once, for the time that it takes.
async fn fitting(site: &Site, candidates: Vec<Candidate>, password: &str) -> Result<Vec<Fitting>, ApiError> {
    if candidates.is_empty() {
        site.passwords.verify(password.to_owned(), None).await?;
    }
    let mut fitting = Vec::new();
    for candidate in candidates {
        match site.passwords.verify(password.to_owned(), candidate.password_hash.clone()).await? {
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

/// The answer with which a session begins: the access token in the body, the rest in cookies.
pub(crate) fn begun<T: Serialize>(
    site: &Site,
    organization: &Organization,
    user: UserId,
    store::Begun { token, until }: &store::Begun,
    mark: &Secret,
    answer: impl FnOnce(AccessToken) -> T,
) -> Result<HttpResponse, ApiError> {
    let answer = answer(access_token(site, organization, user, token)?);
    Ok(HttpResponse::Ok()
        .cookie(cookies::refresh_cookie(organization, token, (*until - site.clock.now()).num_seconds()))
        .cookie(cookies::device_cookie(mark))
        .json(answer))
}

fn access_token(
    site: &Site,
    organization: &Organization,
    user: UserId,
    token: &RefreshToken,
) -> Result<AccessToken, ApiError> {
    let (access_token, expires_at) =
        site.keys.sign(organization.id, user, token.session, site.clock.now())?;
    Ok(AccessToken { access_token, expires_at, organization: organization.to_name() })
}

/// A new access token for the session whose cookie the browser holds. The refresh token changes at each use.
#[utoipa::path(post, path = "/session/refresh", operation_id = "refresh_session", tag = "session",
    request_body = Refresh, responses((status = 200, description = "The session goes on.", body = AccessToken)))]
pub async fn refresh_session(
    who: Public<why::RefreshCookie>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<Refresh>,
) -> Result<HttpResponse, ApiError> {
    let organization = match (&visit.organization, body.0.organization) {
        (Some(organization), _) => Arc::clone(organization),
        (None, Some(slug)) => {
            let found = site.db.access().organization(&site.db, OrganizationKey::Slug(slug)).await?;
            found.ok_or(ApiError::Unauthenticated)?
        }
        (None, None) => return Err(ApiError::Unauthenticated),
    };
    if organization.suspended {
        return Err(ApiError::OrganizationSuspended);
    }
    let shown = cookies::refresh_token(&request, &organization).ok_or(ApiError::Unauthenticated)?;
    let (used, address) = (shown.clone(), visit.address.to_string());
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    let refreshed = site
        .db
        .sign_in(&who, organization.id, actor, move |conn| store::refresh(conn, &used, &address))
        .await?;
    match refreshed {
        store::Refreshed::Rotated { user, token, until } => {
            let seconds = (until - site.clock.now()).num_seconds();
            let cookie: Cookie<'static> = cookies::refresh_cookie(&organization, &token, seconds);
            Ok(HttpResponse::Ok().cookie(cookie).json(access_token(&site, &organization, user, &token)?))
        }
        store::Refreshed::WithinGrace { user } => {
            Ok(HttpResponse::Ok().json(access_token(&site, &organization, user, &shown)?))
        }
        store::Refreshed::Over => Err(ApiError::Unauthenticated),
    }
}

/// Who is signed in, and what they may do now.
#[utoipa::path(get, path = "/session", operation_id = "get_session", tag = "session",
    responses((status = 200, description = "The person and their permissions.", body = CurrentSession)))]
pub async fn get_session(
    who: SignedIn<why::OwnSession>,
    site: Data<Site>,
) -> Result<Current<CurrentSession>, ApiError> {
    let caller = who.caller().clone();
    site.db.read(&who, move |conn| profile::current_session(conn, &caller)).await.map(Current)
}

/// Signs out: this session ends on every server.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out", tag = "session",
    responses((status = 204, description = "Signed out.")))]
pub async fn sign_out(who: SignedIn<why::OwnSession>, site: Data<Site>) -> Result<HttpResponse, ApiError> {
    let caller = who.caller().clone();
    let (user, session) = (caller.user(), caller.session()?);
    site.db
        .write(&who, move |conn| {
            store::end(conn, user, store::Which::Only(session), store::EndedBecause::SignedOut)
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(cookies::no_refresh_cookie(&caller.organization)).finish())
}
