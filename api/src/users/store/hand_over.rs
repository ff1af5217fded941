//! Handing over complete access: somebody gets it, and whoever gave it has it no longer, in one transaction.

use diesel::prelude::*;
use shared::{
    ViolationCode,
    ids::UserId,
    user::{CannotTakeOver, User},
};

use super::{read, save};
use crate::{
    ApiError,
    access::Caller,
    db::{TenantConn, schema::users},
    general_data::lock_organization,
    licences::seats,
    mail::{self, Mail},
    users::rules,
};

/// Makes the person a company admin and the caller none. The caller keeps their roles, and gets the one of new people
/// where they have none; they use a seat from then on, and are refused with the figures where none is free.
///
/// The organization is locked: of two who hand over at one moment, the second finds what the first has left.
pub fn hand_over(conn: &mut TenantConn<'_>, caller: &Caller, to: UserId) -> Result<User, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    lock_organization(conn)?;
    let default_roles = read::default_roles(conn)?;
    // Both rows in one order, whoever hands over to whom.
    let _locked: Vec<uuid::Uuid> = users::table
        .filter(users::id.eq_any([caller.user().0, to.0]))
        .order(users::id)
        .select(users::id)
        .for_no_key_update()
        .load(conn.sql())?;
    let giver = read::get(conn, caller.user())?;
    if !rules::is_acting_admin(&giver) {
        // Somebody was quicker than what this server knew of the caller.
        return Err(rules::company_admin_only());
    }
    let heir = match read::get(conn, to) {
        Err(ApiError::NotFound) => return Err(ApiError::unknown_reference("/user_id")),
        found => found?,
    };
    if let Some(reason) = CannotTakeOver::of(giver.id, &heir) {
        return Err(ApiError::invalid("/user_id", ViolationCode::CannotTakeOver, reason.message()));
    }
    let heir_after = User { company_admin: true, ..heir.clone() };
    let roles = if giver.roles.is_empty() { default_roles } else { giver.roles.clone() };
    let giver_after = User { company_admin: false, roles, ..giver.clone() };
    // The new one first: there is never a moment without.
    let heir = save(conn, &seats, &heir, &heir_after, None)?;
    let giver = save(conn, &seats, &giver, &giver_after, None)?;
    let name = |user: &User| format!("{} {}", user.first_name, user.last_name);
    mail::send(conn, heir.id, Mail::CompanyAdminReceived { from: name(&giver) })?;
    mail::send(conn, giver.id, Mail::CompanyAdminHandedOver { to: name(&heir) })?;
    Ok(heir)
}
