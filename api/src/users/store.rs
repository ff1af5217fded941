//! People in the database.
//!
//! Locks in their one order: seats, the organization where a company admin may go, roles, the person.

mod administration;
mod hand_over;
mod list;
pub(super) mod read;
pub(super) mod record;

use diesel::{dsl::not, prelude::*};
use shared::{
    Language,
    access::simulate::AccessChange,
    check::{normal_email, normal_name},
    ids::{RoleId, UserId},
    role::RoleName,
    user::{NewUser, User, UserPatch},
};

pub use list::list;
pub use read::{get, get_locked};

pub use administration::{check_change, check_given_confirmed};
pub use hand_over::hand_over;

use super::rules::{self, Asking};
use crate::{
    ApiError,
    access::Caller,
    db::{
        AccessScope, TenantConn,
        schema::{user_roles, users},
        unique::{not_unique, reference_gone},
    },
    general_data::{lock_organization, settings_for_people},
    invitations::store as invitations,
    licences::seats::{self, Concerned, LockedSeats},
    mail::{self, Mail, Occasion, PasswordChange, Recipient},
    recovery::store as recovery,
    sessions::store::{self as sessions, EndedBecause, Which},
};

/// What is there once, and the field that says it.
pub const UNIQUE: &[(&str, &str)] = &[("users_org_id_email_key", "/email")];

/// Adds a person, who uses a seat at once.
pub fn create(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    new: &NewUser,
    password_hash: Option<String>,
) -> Result<User, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    let roles = match &new.roles {
        Some(ids) => read::roles_given(conn, ids)?,
        None => read::default_roles(conn)?,
    };
    let given: Vec<RoleId> = roles.iter().map(|role| role.id).collect();
    administration::check_given(conn, caller, &given)?;
    administration::check_given_confirmed(conn, caller, &given)?;
    let language = match new.language {
        Some(language) => language,
        None => settings_for_people(conn)?.language,
    };
    let person = Newcomer {
        id: UserId(conn.clock().new_id()),
        email: normal_email(&new.email),
        first_name: new.first_name.clone(),
        last_name: new.last_name.clone(),
        language,
        no_login: new.no_login,
        password_hash,
    };
    welcome(conn, &seats, person, Some(roles))
}

/// Whether the caller may give the roles that new users get.
pub fn check_default_given(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<(), ApiError> {
    let given: Vec<RoleId> = read::default_roles(conn)?.iter().map(|role| role.id).collect();
    administration::check_given(conn, caller, &given)
}

/// Somebody who is to be there.
pub struct Newcomer {
    /// The id.
    pub id: UserId,
    /// The e-mail, in its normal form.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The language.
    pub language: Language,
    /// Cannot sign in.
    pub no_login: bool,
    /// The hash of their password.
    pub password_hash: Option<String>,
}

/// Adds somebody, with these roles or those that new users get. The seats are locked, and whether the roles may be
/// given has been asked.
pub fn welcome(
    conn: &mut TenantConn<'_>,
    seats: &LockedSeats,
    new: Newcomer,
    roles: Option<Vec<RoleName>>,
) -> Result<User, ApiError> {
    let roles = match roles {
        Some(roles) => roles,
        None => read::default_roles(conn)?,
    };
    let (id, now, by) = (new.id, conn.clock().now(), conn.actor().user());
    invitations::end_for_emails(conn, &[&new.email])?;
    diesel::insert_into(users::table)
        .values((
            users::id.eq(id.0),
            users::email.eq(&new.email),
            users::first_name.eq(normal_name(&new.first_name)),
            users::last_name.eq(normal_name(&new.last_name)),
            users::language.eq(new.language.code()),
            users::no_login.eq(new.no_login),
            users::password_hash.eq(new.password_hash),
            users::created_at.eq(now),
            users::created_by.eq(by),
            users::updated_at.eq(now),
            users::updated_by.eq(by),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    insert_roles(conn, id, &roles)?;
    seats::settle(conn, seats, Concerned::User(id))?;
    let user = get(conn, id)?;
    conn.record(record::created(&user));
    Ok(user)
}

/// Applies the patch to the version that was read.
pub fn update(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    version: i32,
    patch: UserPatch,
    password_hash: Option<String>,
) -> Result<User, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    if rules::may_end_admin(&patch) {
        lock_organization(conn)?;
    }
    let roles = match &patch.roles {
        Some(ids) => Some(read::roles_given(conn, ids)?),
        None => None,
    };
    let before = read::get_locked(conn, id, version)?;
    check_change(conn, caller, &before, &patch)?;
    let after = rules::apply(&before, patch, roles);
    let sets_password = password_hash.is_some();
    let saved = save(conn, &seats, &before, &after, password_hash)?;
    if sets_password {
        tell_of_password(conn, caller, id)?;
    }
    if before.email != saved.email {
        tell_of_email(conn, caller, &before, &saved)?;
    }
    Ok(saved)
}

/// The person with another access; refused as the change itself would be, but for the password that saving may ask for.
/// Nothing is written.
pub fn changed(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    change: AccessChange,
) -> Result<User, ApiError> {
    let before = get(conn, id)?;
    let AccessChange { roles, company_admin, no_login } = change;
    let patch = UserPatch { roles, company_admin, no_login, ..UserPatch::default() };
    let roles = match &patch.roles {
        Some(ids) => Some(read::roles_named(conn, ids)?),
        None => None,
    };
    administration::check_permitted(conn, caller, &before, &patch)?;
    let after = rules::apply(&before, patch, roles);
    if rules::is_acting_admin(&before) && !rules::is_acting_admin(&after) {
        check_another_admin(conn, id)?;
    }
    Ok(after)
}

/// Somebody whose e-mail was changed hears of it at both: whoever has the former one may be the only one who did not
/// want it.
fn tell_of_email(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    before: &User,
    after: &User,
) -> Result<(), ApiError> {
    let mail = Mail::EmailChanged {
        by: caller.person.name.clone(),
        former: before.email.clone(),
        new: after.email.clone(),
        occasion: Occasion { at: conn.clock().now(), address: None, device: None },
    };
    mail::send(
        conn,
        Recipient::Address { email: before.email.clone(), language: before.language },
        mail.clone(),
    )?;
    mail::send(conn, after.id, mail)
}

/// Somebody whose password was set by another person hears of it, and from whom.
fn tell_of_password(conn: &mut TenantConn<'_>, caller: &Caller, user: UserId) -> Result<(), ApiError> {
    let how = if caller.user() == user {
        PasswordChange::Person
    } else {
        PasswordChange::Administrator { name: caller.person.name.clone() }
    };
    let occasion = Occasion { at: conn.clock().now(), address: None, device: None };
    mail::send(conn, user, Mail::PasswordChanged { how, occasion })
}

/// Deactivates the version that was read.
pub fn deactivate(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    version: i32,
) -> Result<User, ApiError> {
    set_active(conn, caller, id, version, false)
}

/// Reactivates the version that was read.
pub fn reactivate(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    version: i32,
) -> Result<User, ApiError> {
    set_active(conn, caller, id, version, true)
}

/// The person to be erased, in the version that was read and held still.
pub fn get_to_erase(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    version: i32,
) -> Result<User, ApiError> {
    lock_organization(conn)?;
    let present = read::get_locked(conn, id, version)?;
    administration::check_not_above(conn, caller, id)?;
    Ok(present)
}

fn set_active(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    id: UserId,
    version: i32,
    active: bool,
) -> Result<User, ApiError> {
    let seats = seats::lock(conn, caller.today())?;
    lock_organization(conn)?;
    let before = read::get_locked(conn, id, version)?;
    rules::check_activity(Asking::of(caller), &before, active)?;
    administration::check_not_above(conn, caller, id)?;
    let after = User { active, ..before.clone() };
    save(conn, &seats, &before, &after, None)
}

/// Writes what has changed of a person, with all that follows from it.
fn save(
    conn: &mut TenantConn<'_>,
    seats: &LockedSeats,
    before: &User,
    after: &User,
    password_hash: Option<String>,
) -> Result<User, ApiError> {
    let sets_password = password_hash.is_some();
    if before == after && !sets_password {
        return Ok(before.clone());
    }
    if rules::is_acting_admin(before) && !rules::is_acting_admin(after) {
        check_another_admin(conn, before.id)?;
    }
    write(conn, before, after, password_hash)?;
    seats::settle(conn, seats, Concerned::User(after.id))?;
    get(conn, after.id)
}

/// Writes what has changed of a person, but for what is asked of the organization as a whole: seats, and that a company
/// admin remains.
pub fn write(
    conn: &mut TenantConn<'_>,
    before: &User,
    after: &User,
    password_hash: Option<String>,
) -> Result<(), ApiError> {
    let sets_password = password_hash.is_some();
    save_row(conn, after, password_hash)?;
    if before.roles != after.roles {
        let held = user_roles::table.filter(user_roles::user_id.eq(after.id.0));
        diesel::delete(held).execute(conn.sql())?;
        insert_roles(conn, after.id, &after.roles)?;
    }
    if before.email != after.email {
        invitations::end_for_emails(conn, &[&after.email])?;
    }
    if sets_password || before.email != after.email || !after.active || after.no_login {
        recovery::end_links(conn, after.id)?;
    }
    if !after.active || after.no_login {
        // Whoever is sent away does not come back by a link to another mailbox of theirs.
        invitations::end_sent_by(conn, after.id)?;
        sessions::end(conn, after.id, Which::All, EndedBecause::Deactivated)?;
    } else if sets_password {
        sessions::end(conn, after.id, Which::All, EndedBecause::PasswordChanged)?;
    }
    conn.record(record::updated(before, after, sets_password));
    conn.access_changed(AccessScope::User(after.id));
    Ok(())
}

fn save_row(conn: &mut TenantConn<'_>, after: &User, password_hash: Option<String>) -> Result<(), ApiError> {
    let (now, by) = (conn.clock().now(), conn.actor().user());
    let row = users::table.filter(users::id.eq(after.id.0));
    diesel::update(row)
        .set((
            users::email.eq(&after.email),
            users::first_name.eq(&after.first_name),
            users::last_name.eq(&after.last_name),
            users::language.eq(after.language.code()),
            users::no_login.eq(after.no_login),
            users::active.eq(after.active),
            users::company_admin.eq(after.company_admin),
            // `None` leaves the column as it is.
            password_hash.map(|hash| users::password_hash.eq(hash)),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
            users::updated_by.eq(by),
        ))
        .execute(conn.sql())
        .map_err(not_unique(UNIQUE))?;
    Ok(())
}

fn insert_roles(conn: &mut TenantConn<'_>, user: UserId, roles: &[RoleName]) -> Result<(), ApiError> {
    let rows: Vec<_> = roles
        .iter()
        .map(|role| (user_roles::user_id.eq(user.0), user_roles::role_id.eq(role.id.0)))
        .collect();
    diesel::insert_into(user_roles::table).values(&rows).execute(conn.sql()).map_err(reference_gone)?;
    Ok(())
}

/// Refuses where nobody is an acting company admin any more.
pub fn check_an_admin_remains(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    check_another_admin(conn, UserId(uuid::Uuid::nil()))
}

/// Refuses where nobody else is an acting company admin. The organization is locked, so of two who demote each other
/// at one moment the second one sees what the first one did.
fn check_another_admin(conn: &mut TenantConn<'_>, user: UserId) -> Result<(), ApiError> {
    let others = users::table
        .filter(users::company_admin.and(users::active).and(not(users::no_login)))
        .filter(users::id.ne(user.0));
    let another: bool = diesel::select(diesel::dsl::exists(others)).get_result(conn.sql())?;
    if another { Ok(()) } else { Err(rules::last_company_admin()) }
}
