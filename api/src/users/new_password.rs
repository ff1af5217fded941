//! Passwords set for somebody else: judged by the organization's settings and hashed before the transaction that
//! writes them, since a hash takes long and a transaction holds locks.

use shared::{
    check::{Violations, normal_email},
    ids::UserId,
    user::{NewUser, UserPatch},
};

use super::store;
use crate::{
    ApiError, general_data,
    http::{guards::MayRead, server::Site},
};

/// The hash of a new person's first password, where one is given.
pub async fn of_new_user<G: MayRead>(
    site: &Site,
    who: &G,
    new: &NewUser,
) -> Result<Option<String>, ApiError> {
    if !new.no_login {
        // An account that a token lets in would be a session that its scopes do not narrow, and that stays when it is
        // revoked.
        who.caller().session()?;
    }
    let Some(password) = new.password.clone() else { return Ok(None) };
    who.caller().check_confirmed()?;
    let minimum = site.db.read(who, least_length).await?;
    checked_hash(site, who, password, minimum, &normal_email(&new.email)).await.map(Some)
}

/// The hash of the password that a change sets, where it sets one. Whoever may not is told so before any work is
/// done.
pub async fn of_patch<G: MayRead>(
    site: &Site,
    who: &G,
    user: UserId,
    patch: &UserPatch,
) -> Result<Option<String>, ApiError> {
    let Some(password) = patch.password.clone() else { return Ok(None) };
    let (caller, asked) = (who.caller().clone(), patch.clone());
    let (minimum, present) = site
        .db
        .read(who, move |conn| {
            let present = store::get(conn, user)?;
            store::check_change(conn, &caller, &present, &asked)?;
            Ok((least_length(conn)?, present.email))
        })
        .await?;
    let email = patch.email.as_deref().map_or(present, normal_email);
    checked_hash(site, who, password, minimum, &email).await.map(Some)
}

fn least_length(conn: &mut crate::db::TenantConn<'_>) -> Result<i16, ApiError> {
    general_data::settings_for_people(conn).map(|settings| settings.minimum_password_length)
}

async fn checked_hash<G: MayRead>(
    site: &Site,
    who: &G,
    password: String,
    minimum: i16,
    email: &str,
) -> Result<String, ApiError> {
    let mut violations = Violations::default();
    let organization = who.caller().organization.name.clone();
    let allowed = site.passwords.check_new(password.clone(), minimum, email.to_owned(), organization).await?;
    violations.add("/password", allowed);
    if !violations.is_empty() {
        return Err(ApiError::Invalid(violations));
    }
    site.passwords.hash(password).await
}
