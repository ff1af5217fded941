//! The settings in the database.

use diesel::prelude::*;
use shared::{
    Violation, ViolationCode,
    check::Violations,
    sign_in_settings::{SignInSettings, SignInSettingsPatch},
};

use crate::{
    ApiError,
    db::{AccessScope, Entity, TenantConn, record::Recorded, schema::sign_in_settings},
};

/// The settings.
pub fn get(conn: &mut TenantConn<'_>) -> Result<SignInSettings, ApiError> {
    let (version, session_idle_minutes, session_lifetime_minutes) = sign_in_settings::table
        .select((
            sign_in_settings::version,
            sign_in_settings::session_idle_minutes,
            sign_in_settings::session_lifetime_minutes,
        ))
        .first(conn.sql())?;
    Ok(SignInSettings { version, session_idle_minutes, session_lifetime_minutes })
}

/// Applies the patch to the version that was read. The organization goes by its name in the log.
pub fn update(
    conn: &mut TenantConn<'_>,
    organization: &str,
    version: i32,
    patch: &SignInSettingsPatch,
) -> Result<SignInSettings, ApiError> {
    let _locked: i32 =
        sign_in_settings::table.select(sign_in_settings::version).for_update().first(conn.sql())?;
    let before = get(conn)?;
    if before.version != version {
        return Err(ApiError::stale(&before));
    }
    let after = apply(&before, patch)?;
    if after == before {
        return Ok(before);
    }
    let (now, user, id) = (conn.clock().now(), conn.actor().user(), conn.organization().0);
    diesel::update(sign_in_settings::table)
        .set((
            sign_in_settings::session_idle_minutes.eq(after.session_idle_minutes),
            sign_in_settings::session_lifetime_minutes.eq(after.session_lifetime_minutes),
            sign_in_settings::version.eq(sign_in_settings::version + 1),
            sign_in_settings::updated_at.eq(now),
            sign_in_settings::updated_by.eq(user),
        ))
        .execute(conn.sql())?;
    conn.record(Recorded::updated(Entity::SignInSettings, id, organization, &before, &after));
    conn.access_changed(AccessScope::Everyone);
    Ok(SignInSettings { version: before.version + 1, ..after })
}

/// What is there with the patch applied.
fn apply(present: &SignInSettings, patch: &SignInSettingsPatch) -> Result<SignInSettings, ApiError> {
    let after = SignInSettings {
        version: present.version,
        session_idle_minutes: patch.session_idle_minutes.unwrap_or(present.session_idle_minutes),
        session_lifetime_minutes: patch.session_lifetime_minutes.unwrap_or(present.session_lifetime_minutes),
    };
    if after.session_idle_minutes <= after.session_lifetime_minutes {
        return Ok(after);
    }
    let limit = i64::from(after.session_lifetime_minutes);
    let message = "A session cannot last longer unused than it lasts in all.";
    let mut violations = Violations::default();
    let beyond = Violation::limit(ViolationCode::OutOfRange, limit, message);
    violations.add("/session_idle_minutes", Err(beyond));
    Err(ApiError::Invalid(violations))
}
