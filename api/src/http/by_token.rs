//! Who is asking by an API token.
//!
//! What is malformed costs nothing; what is well-formed costs one look into the organization whose short id it carries,
//! and then nothing while it is kept. A token that is genuine and refused is noted for its owner.

use std::sync::Arc;

use shared::api_token::RefusedBecause;

use super::{context::Visit, server::Site};
use crate::{
    ApiError,
    access::{
        Caller, Credential,
        api_token::{self, ApiToken, Secret, store::Seen},
        cache::OrganizationKey,
    },
    db::{Actor, Organization},
};

/// Who shows the token: its person, narrowed to its scopes.
pub async fn caller(site: &Site, visit: &Visit, text: &str) -> Result<Caller, ApiError> {
    let secret = Secret::parse(text).ok_or(ApiError::Unauthenticated)?;
    let organization = organization(site, visit, &secret).await?;
    let access = site.db.access();
    let token = access.token(&site.db, organization.id, secret.hash()).await?;
    let token = token.ok_or(ApiError::Unauthenticated)?;
    if organization.suspended {
        return Err(ApiError::OrganizationSuspended);
    }
    let now = site.clock.now();
    let note = |refused| {
        let seen = Seen { at: now, address: visit.address, refused };
        site.token_usage.note(&site.db, organization.id, token.id, seen);
    };
    let refuse = |because| {
        note(Some(because));
        api_token::refused(because)
    };
    token.check(now, visit.address).map_err(refuse)?;
    let person = access.person(&site.db, organization.id, token.user, |_| true).await?;
    let person =
        person.filter(|person| person.may_sign_in).ok_or_else(|| refuse(RefusedBecause::NoSignIn))?;
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

/// The organization of the token: the host's, where it has one, and otherwise the one whose short id it carries. A
/// token of another organization than the host's is none here.
async fn organization(site: &Site, visit: &Visit, secret: &Secret) -> Result<Arc<Organization>, ApiError> {
    match &visit.organization {
        Some(organization) if organization.short_id == secret.short_id() => Ok(Arc::clone(organization)),
        Some(_) => Err(ApiError::Unauthenticated),
        None => {
            let key = OrganizationKey::ShortId(secret.short_id().to_owned());
            site.db.access().organization(&site.db, key).await?.ok_or(ApiError::Unauthenticated)
        }
    }
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
