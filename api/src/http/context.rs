//! Where a request belongs: its host says which organization, its access token says who.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use shared::ids::{OrganizationId, SessionId, UserId};
use std::future::{Ready, ready};
use uuid::Uuid;

use super::{
    boundary::RequestId,
    by_token, guards,
    idempotency::IdempotencyKey,
    rate_limit::Left,
    routes::PREFIX,
    server::Site,
    signed_link,
    tokens::{Claims, LinkClaims},
};
use crate::{
    ApiError,
    access::{Caller, Credential, Person, api_token::Secret, cache::OrganizationKey},
    db::{Actor, Organization, TenantConn},
    sessions::store,
};

/// Whose host a request came to, and from where.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The organization of the host; absent at the shared host.
    pub organization: Option<Arc<Organization>>,
    /// The client's address.
    pub address: IpAddr,
    /// The id of this request.
    pub request_id: Uuid,
    /// What the browser says of itself.
    pub user_agent: String,
}

impl FromRequest for Visit {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(ApiError::NotFound))
    }
}

/// The middleware: 404 for hosts that are not ours, 401 for a bad token, nothing for a missing one.
pub async fn context<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    match place(&mut request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(error) => {
            if matches!(error, ApiError::RateLimited(_))
                && let Some(site) = request.app_data::<Data<Site>>().cloned()
            {
                // Whoever asks again at once all the same asks less often: a flood of refusals costs others little.
                actix_web::rt::time::sleep(site.refusal_delay).await;
            }
            Ok(request.error_response(error).map_into_right_body())
        }
    }
}

/// What a request shows of who sends it. Nothing was asked of the database yet.
enum Credentials {
    /// What a session signs.
    Session(Shown),
    /// An API token, whatever it is worth.
    Token(String),
}

/// What the request shows, where it shows something that can be one.
fn credentials(request: &mut ServiceRequest, site: &Site) -> Result<Option<Credentials>, ApiError> {
    Ok(match bearer(request)? {
        Some(token) if Secret::is_meant(&token) => Some(Credentials::Token(token)),
        Some(token) => Some(Credentials::Session(Shown::of_token(site, &token)?)),
        None => signed_link::take(request, site)?.map(Shown::of_link).map(Credentials::Session),
    })
}

/// Who shows it.
async fn known(
    site: &Site,
    visit: &Visit,
    shown: Option<Credentials>,
    asked: Asked,
) -> Result<Option<Caller>, ApiError> {
    match shown {
        Some(Credentials::Token(token)) => by_token::caller(site, visit, &token).await.map(Some),
        Some(Credentials::Session(shown)) => caller(site, visit, shown, asked).await.map(Some),
        None => Ok(None),
    }
}

/// Puts into the request's extensions where it belongs. The limits come before the queries: a stranger is counted with
/// their network before anything is asked for them, and somebody who can be known once they are.
async fn place(request: &mut ServiceRequest) -> Result<(), ApiError> {
    let Some(site) = request.app_data::<Data<Site>>().cloned() else {
        return Err(ApiError::internal(anyhow::anyhow!("the server has no site")));
    };
    let host = site.key_of_host(&requested_host(request.request()));
    let mut visit = arrival(request, &site, &host);
    // Already here: refusals are counted with where they came from.
    request.extensions_mut().insert(visit.clone());
    let (asked, shown) = (Asked::of(request), credentials(request, &site));
    // As the router reads it: an escape that was not needed leads past no limit.
    let is_api = request.match_info().as_str().starts_with(PREFIX);
    let is_stranger = match &shown {
        Ok(Some(Credentials::Session(_))) => false,
        Ok(Some(Credentials::Token(token))) => !site.keeps_token(&visit, token),
        Ok(None) | Err(_) => true,
    };
    let is_asked_for = host != HostKey::Shared && visit.organization.is_none();
    if is_stranger && (is_api || is_asked_for) {
        // A token that is none is nobody's, and counted with the strangers of its network.
        admit(request, &site, site.rate_limiter.check(None, visit.address))?;
    }
    visit.organization = organization(&site, visit.organization.take(), host).await?;
    request.extensions_mut().insert(visit.clone());
    let known = match shown {
        Ok(shown) => known(&site, &visit, shown, asked).await,
        Err(error) => Err(error),
    };
    let of = known.as_ref().ok().and_then(Option::as_ref);
    if is_api && (of.is_some() || !is_stranger) {
        admit(request, &site, site.rate_limiter.check(of, visit.address))?;
    }
    if let Some(mut caller) = known? {
        caller.idempotency_key = IdempotencyKey::take(request, &site.keys);
        request.extensions_mut().insert(caller);
    }
    Ok(())
}

/// Says on the answer what is left, and refuses where it is nothing.
fn admit(request: &ServiceRequest, site: &Site, left: Left) -> Result<(), ApiError> {
    let admitted = left.admit();
    if let Some(name) = left.reached() {
        site.figures.limit(name);
    }
    request.extensions_mut().insert(left);
    admitted
}

/// Where a request comes from and to, as far as that is known without asking.
fn arrival(request: &ServiceRequest, site: &Site, host: &HostKey) -> Visit {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let forwarded: Vec<&[u8]> =
        request.headers().get_all(header::X_FORWARDED_FOR).map(header::HeaderValue::as_bytes).collect();
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
    let organization = match host {
        HostKey::Shared => None,
        HostKey::Organization(key) => site.db.access().kept_organization(key),
    };
    Visit {
        organization,
        address: client_address(peer, &forwarded, site.trusted_proxies),
        request_id: request.extensions().get::<RequestId>().map_or(Uuid::nil(), |id| id.0),
        user_agent: header(header::USER_AGENT).to_owned(),
    }
}

/// The organization of the host, which is asked for where it is not kept.
async fn organization(
    site: &Site,
    kept: Option<Arc<Organization>>,
    host: HostKey,
) -> Result<Option<Arc<Organization>>, ApiError> {
    let organization = match (kept, host) {
        (Some(kept), _) => Some(kept),
        (None, HostKey::Shared) => None,
        (None, HostKey::Organization(key)) => {
            let found = site.db.access().organization(&site.db, key).await?;
            Some(found.ok_or(ApiError::NotFound)?)
        }
    };
    if organization.as_ref().is_some_and(|organization| organization.suspended) {
        return Err(ApiError::OrganizationSuspended);
    }
    Ok(organization)
}

/// The host that was asked for, in lower case and without its port. `X-Forwarded-Host` counts for nothing: whoever writes
/// it would choose the organization, so proxies have to pass `Host` on as it came.
pub(super) fn requested_host(request: &HttpRequest) -> String {
    let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    // HTTP/2 says it in the address.
    host_name(header.or_else(|| request.uri().host()).unwrap_or_default())
}

/// The bearer token that a request shows.
pub(crate) fn bearer(request: &ServiceRequest) -> Result<Option<String>, ApiError> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| ApiError::Unauthenticated)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(ApiError::Unauthenticated),
    }
}

/// What a credential of a session says, which was verified.
struct Shown {
    user: UserId,
    organization: OrganizationId,
    session: SessionId,
    credential: Credential,
}

impl Shown {
    fn of_token(site: &Site, token: &str) -> Result<Self, ApiError> {
        let Claims { sub, org, sid, .. } =
            site.keys.verify(token, site.clock.now()).ok_or(ApiError::Unauthenticated)?;
        Ok(Self { user: sub, organization: org, session: sid, credential: Credential::Session(sid) })
    }

    fn of_link(LinkClaims { sub, org, sid, .. }: LinkClaims) -> Self {
        Self { user: sub, organization: org, session: sid, credential: Credential::Link(sid) }
    }
}

/// The live stream.
const EVENTS: &str = "/api/v1/events";

/// What about a request decides how its session is looked at.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Whether it may need a confirmed session.
    confirmed: bool,
    /// Whether the person does something by it. A browser that listens does so by itself.
    is_use: bool,
}

impl Asked {
    fn of(request: &ServiceRequest) -> Self {
        Self { confirmed: guards::may_ask(request), is_use: request.match_info().as_str() != EVENTS }
    }
}

/// Who shows it. What is kept of the person is not enough where it would refuse: a session may have begun, been used or
/// been confirmed on another server a moment ago.
async fn caller(site: &Site, visit: &Visit, shown: Shown, asked: Asked) -> Result<Caller, ApiError> {
    let now = site.clock.now();
    let organization = match &visit.organization {
        Some(organization) if organization.id == shown.organization => Arc::clone(organization),
        Some(_) => return Err(ApiError::Unauthenticated),
        None => {
            let key = OrganizationKey::Id(shown.organization);
            site.db.access().organization(&site.db, key).await?.ok_or(ApiError::Unauthenticated)?
        }
    };
    if organization.suspended {
        return Err(ApiError::OrganizationSuspended);
    }
    let span = |person: &Person| person.sessions.get(&shown.session).filter(|span| span.lives(now)).cloned();
    let is_enough =
        |person: &Person| span(person).is_some_and(|span| !asked.confirmed || span.is_confirmed(now));
    let person = site.db.access().person(&site.db, shown.organization, shown.user, is_enough).await?;
    let person = person.filter(|person| person.may_sign_in).ok_or(ApiError::Unauthenticated)?;
    let span = span(&person).ok_or(ApiError::Unauthenticated)?;
    if let Some(until) = asked.is_use.then(|| span.take_use(now)).flatten() {
        let (session, address) = (shown.session, visit.address.to_string());
        let note = move |conn: &mut TenantConn<'_>| store::note_use(conn, session, until, &address);
        site.db.note(shown.organization, Actor::system(), note).await?;
    }
    Ok(Caller {
        organization,
        person,
        credential: shown.credential,
        now,
        address: visit.address,
        request_id: visit.request_id,
        idempotency_key: None,
    })
}

/// How the organization of a host is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKey {
    /// The shared host: the token or the sign-in says which organization.
    Shared,
    /// A host of one organization.
    Organization(OrganizationKey),
}

impl Site {
    /// Whether this token is one that was shown a moment ago, so that nothing has to be asked for it.
    fn keeps_token(&self, visit: &Visit, token: &str) -> bool {
        let access = self.db.access();
        Secret::parse(token).is_some_and(|secret| {
            let shared = || access.kept_organization(&OrganizationKey::ShortId(secret.short_id().to_owned()));
            let organization = visit.organization.clone().or_else(shared);
            organization.is_some_and(|organization| access.keeps_token(organization.id, secret.hash()))
        })
    }

    /// What this host, in lower case and without its port, stands for.
    pub fn key_of_host(&self, host: &str) -> HostKey {
        if host == self.shared_host {
            return HostKey::Shared;
        }
        let slug = host.strip_suffix(&self.domain).and_then(|rest| rest.strip_suffix('.'));
        HostKey::Organization(match slug {
            Some(slug) if !slug.contains('.') => OrganizationKey::Slug(slug.to_owned()),
            _ => OrganizationKey::Host(host.to_owned()),
        })
    }
}

fn host_name(host: &str) -> String {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    without_port.trim_end_matches('.').to_ascii_lowercase()
}

/// The client's address: the peer's, or, behind so many trusted proxies, that entry of the lines of `X-Forwarded-For`
/// counted from the right. What a client writes into the header itself stands further left and counts for nothing,
/// whatever bytes it has: an entry that is no text is one all the same.
pub(crate) fn client_address(peer: IpAddr, forwarded: &[&[u8]], trusted_proxies: usize) -> IpAddr {
    if trusted_proxies == 0 {
        return peer;
    }
    let entries: Vec<&[u8]> = forwarded.iter().flat_map(|line| line.split(|byte| *byte == b',')).collect();
    let entry = entries.len().checked_sub(trusted_proxies).and_then(|index| entries.get(index));
    let text = entry.and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(|text| parse_address(text.trim())).unwrap_or(peer)
}

/// An address, with or without a port. An IPv4 address that came in over an IPv6 socket is an IPv4 address.
fn parse_address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|socket| socket.ip()).ok();
    text.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_from_the_right() {
        let peer: IpAddr = "10.0.0.1".parse().expect("an address");
        let cases: Vec<(Vec<&[u8]>, usize, &str)> = vec![
            (vec![], 0, "10.0.0.1"),
            (vec![b"1.1.1.1"], 0, "10.0.0.1"),
            (vec![b"1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"6.6.6.6", b" 1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"6.6.6.6, 1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"6.6.6.6", b"1.1.1.1", b"10.0.0.9"], 2, "1.1.1.1"),
            (vec![b"6.6.6.6,1.1.1.1", b"10.0.0.9"], 2, "1.1.1.1"),
            (vec![b"1.1.1.1"], 2, "10.0.0.1"),
            (vec![b"nonsense"], 1, "10.0.0.1"),
            (vec![b"1.1.1.1:4711"], 1, "1.1.1.1"),
            (vec![b"::ffff:1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"[2001:db8::1]:4711"], 1, "2001:db8::1"),
            // What cannot be read is an entry that is no address, and hides none beside it.
            (vec![b"\xff, 1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"6.6.6.6\xe9", b"1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"\x80,1.1.1.1, 10.0.0.9"], 2, "1.1.1.1"),
            (vec![b"6.6.6.6, \xff"], 1, "10.0.0.1"),
            (vec![b"6.6.6.6, \xff, 10.0.0.9"], 2, "10.0.0.1"),
            (vec![b",,1.1.1.1"], 1, "1.1.1.1"),
            (vec![b"1.1.1.1,"], 1, "10.0.0.1"),
        ];
        for (forwarded, proxies, expected) in cases {
            let expected: IpAddr = expected.parse().expect("an address");
            assert_eq!(client_address(peer, &forwarded, proxies), expected, "{forwarded:?} {proxies}");
        }
    }

    #[test]
    fn hosts_lose_port_and_case() {
        for (host, expected) in [
            ("Acme.Example.org:8080", "acme.example.org"),
            ("localhost", "localhost"),
            ("acme.example.org.", "acme.example.org"),
        ] {
            assert_eq!(host_name(host), expected);
        }
    }
}
