//! Who is asking by an API token.
//!
//! What is malformed costs nothing; what is well-formed costs one look into the organization whose short id it carries,
//! and then nothing while it is kept. A token that is genuine and refused is noted for its owner.
//!
//! Guessing is slowed by network: whoever shows tokens that are none has to wait longer and longer. While a network
//! waits, a token that was not used from it before is answered as one that is none, so that a guesser does not see
//! which guess was right; those that were go on undisturbed. A flood of guesses costs no database: what this server does
//! not know is looked for as often as the network may ask at all (`rate_limit`).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use shared::api_token::RefusedBecause;

use super::{context::Visit, server::Site};
use crate::{
    ApiError,
    access::{
        Caller, Credential, Person,
        api_token::{self, ApiToken, Secret, store::Seen},
        cache::OrganizationKey,
    },
    db::{Actor, Organization, Platform},
    sessions::guessing,
};

/// Who shows the token: its person, narrowed to its scopes.
pub async fn caller(site: &Site, visit: &Visit, text: &str) -> Result<Caller, ApiError> {
    let secret = Secret::parse(text).ok_or(ApiError::Unauthenticated)?;
    if visit.organization.as_ref().is_some_and(|here| here.short_id != secret.short_id()) {
        // A token of another organization than the host's is none here, and no guess either: it can never be right.
        return Err(ApiError::Unauthenticated);
    }
    let Some((organization, token)) = find(site, visit, &secret).await? else {
        return Err(count_guess(site, visit).await);
    };
    if token.is_new_from(visit.address) {
        refuse_while_waiting(site, visit).await?;
    }
    if organization.suspended {
        return Err(ApiError::OrganizationSuspended);
    }
    let now = site.clock.now();
    let note = |refused| {
        let seen = Seen { at: now, address: visit.address, refused };
        site.token_usage.note(&site.db, organization.id, token.id, seen);
    };
    let person = match person(site, &organization, &token, visit, now).await? {
        Ok(person) => person,
        Err(because) => {
            note(Some(because));
            return Err(match api_token::refused(because) {
                // As if there were none: counted like those that are none, too.
                ApiError::Unauthenticated => count_guess(site, visit).await,
                told => told,
            });
        }
    };
    let caller = Caller {
        organization: Arc::clone(&organization),
        person: Arc::new(person.narrowed_to(&token.scopes)),
        credential: Credential::Token(token.id),
        now,
        address: visit.address,
        request_id: visit.request_id,
        idempotency_key: None,
    };
    record_new_network(site, &caller, &token).await?;
    note(None);
    Ok(caller)
}

/// The token with its organization: the host's, where it has one, and otherwise the one whose short id it carries.
async fn find(
    site: &Site,
    visit: &Visit,
    secret: &Secret,
) -> Result<Option<(Arc<Organization>, Arc<ApiToken>)>, ApiError> {
    let access = site.db.access();
    let organization = if let Some(here) = &visit.organization {
        Some(Arc::clone(here))
    } else {
        let key = OrganizationKey::ShortId(secret.short_id().to_owned());
        access.organization(&site.db, key).await?
    };
    let Some(organization) = organization else { return Ok(None) };
    let token = access.token(&site.db, organization.id, secret.hash()).await?;
    Ok(token.map(|token| (organization, token)))
}

/// The person of a token that counts at this instant.
async fn person(
    site: &Site,
    organization: &Organization,
    token: &ApiToken,
    visit: &Visit,
    now: DateTime<Utc>,
) -> Result<Result<Arc<Person>, RefusedBecause>, ApiError> {
    if let Err(because) = token.check(now, visit.address) {
        return Ok(Err(because));
    }
    let person = site.db.access().person(&site.db, organization.id, token.user, |_| true).await?;
    Ok(person.filter(|person| person.may_sign_in).ok_or(RefusedBecause::NoSignIn))
}

/// Counts a token that is none for its network, and gives what is answered: that it is none, or how long to wait.
async fn count_guess(site: &Site, visit: &Visit) -> ApiError {
    let (limit, now) = (guessing::token_limit(visit.address), site.clock.now());
    let count = site.db.platform_before_guards(move |platform| platform.reserve_attempt(&[limit], now));
    match count.await.and_then(|until| guessing::refuse_until(until, now)) {
        Ok(()) => ApiError::Unauthenticated,
        Err(error) => error,
    }
}

/// Refuses while the network has to wait.
async fn refuse_while_waiting(site: &Site, visit: &Visit) -> Result<(), ApiError> {
    let (limit, now) = (guessing::token_limit(visit.address), site.clock.now());
    let look = move |platform: &mut Platform<'_>| platform.attempts_wait_until(&[limit.key], now);
    let until = site.db.platform_before_guards(look).await?;
    guessing::refuse_until(until, now)
}

/// The first use from a network is in the audit log before the request goes on: whoever has stolen a token leaves a
/// trace with their first request, or gets nothing.
async fn record_new_network(site: &Site, caller: &Caller, token: &Arc<ApiToken>) -> Result<(), ApiError> {
    if !token.is_new_from(caller.address) {
        return Ok(());
    }
    let (token, address) = (Arc::clone(token), caller.address);
    let note =
        move |conn: &mut crate::db::TenantConn<'_>| api_token::store::note_network(conn, &token, address);
    site.db.note(caller.organization.id, Actor::of(caller), note).await
}
