//! Loading many people, and writing them all or none.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use shared::{
    FieldProblem, ViolationCode,
    ids::{RoleId, UserId},
    role::RoleName,
    user::{
        User, UserFilter, UserPatch,
        many::{BulkUpdate, ManyUsers, SeenUser},
    },
};
use uuid::Uuid;

use super::{
    judge::{Judge, Planned, counted},
    table::{Row, cells},
};
use crate::{
    ApiError,
    access::{
        Caller,
        store::{held_roles, holders},
    },
    db::{
        AccessScope, TenantConn,
        schema::{roles, user_roles, users},
        unique::not_unique,
    },
    general_data::{lock_organization, settings_for_people},
    invitations::store as invitations,
    licences::{
        SeatMove, seat_effects,
        seats::{self, Concerned},
    },
    users::{
        rules,
        store::{self, UNIQUE, read, record},
    },
};

/// Rows of one INSERT, far below the parameters that PostgreSQL takes.
const CHUNK: usize = 1_000;

/// Whether what is planned is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It is only told.
    Dry,
    /// It is written where nobody is refused.
    Wet,
}

/// The rows of a file.
pub fn import(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    rows: Vec<Row>,
    run: Run,
) -> Result<ManyUsers, ApiError> {
    through(conn, caller, run, |conn, judge| {
        let emails: Vec<&str> = rows.iter().map(|row| row.email.as_str()).collect();
        let present = people(conn, judge, run, By::Email(&emails))?;
        let by_email: HashMap<&str, &User> =
            present.values().map(|user| (user.email.as_str(), user)).collect();
        let mut seen: HashSet<String> = HashSet::new();
        let mut planned = Vec::new();
        for mut row in rows {
            if !row.email.is_empty() && !seen.insert(row.email.clone()) {
                let pointer = format!("/rows/{}/email", row.line);
                let message = "This e-mail is in the file twice.".to_owned();
                row.problems.push(FieldProblem {
                    pointer,
                    code: ViolationCode::Duplicate,
                    limit: None,
                    message,
                });
            }
            let blank = blank(conn);
            let found = by_email.get(row.email.as_str()).copied();
            planned.push(judge.row(row, found, blank));
        }
        Ok(planned)
    })
}

/// A change of many.
pub fn bulk_update(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    update: &BulkUpdate,
    run: Run,
) -> Result<ManyUsers, ApiError> {
    if run == Run::Wet {
        store::check_given_confirmed(conn, caller, &update.add_roles)?;
    }
    through(conn, caller, run, |conn, judge| {
        let names = |ids: &[RoleId], pointer: &str| -> Result<Vec<RoleName>, ApiError> {
            let name = |(index, id): (usize, &RoleId)| {
                let role = judge.roles.get(id);
                let role = role.ok_or_else(|| ApiError::unknown_reference(&format!("{pointer}/{index}")))?;
                Ok(RoleName { id: *id, name: role.name.clone() })
            };
            ids.iter().enumerate().map(name).collect()
        };
        let added = names(&update.add_roles, "/add_roles")?;
        let removed: HashSet<RoleId> =
            names(&update.remove_roles, "/remove_roles")?.into_iter().map(|role| role.id).collect();
        each(conn, judge, run, &update.people, |before| {
            let kept = before.roles.iter().filter(|role| !removed.contains(&role.id)).cloned();
            let mut roles: Vec<RoleName> = kept.collect();
            roles.extend(
                added.iter().filter(|one| before.roles.iter().all(|role| role.id != one.id)).cloned(),
            );
            let changes_roles = !added.is_empty() || !removed.is_empty();
            let patch = UserPatch { language: update.language, ..UserPatch::default() };
            (patch, changes_roles.then_some(roles), update.reactivate.then_some(true))
        })
    })
}

/// The deactivation of many.
pub fn bulk_deactivate(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    people: &[SeenUser],
    run: Run,
) -> Result<ManyUsers, ApiError> {
    through(conn, caller, run, |conn, judge| {
        each(conn, judge, run, people, |_| (UserPatch::default(), None, Some(false)))
    })
}

/// All people of the filter, as rows of a file, in as many pages as it takes.
pub fn export(conn: &mut TenantConn<'_>, filter: UserFilter) -> Result<Vec<Vec<String>>, ApiError> {
    let mut filter = UserFilter { limit: Some(shared::page::MAXIMUM_LIMIT), ..filter };
    let mut rows = Vec::new();
    loop {
        let page = store::list(conn, &filter)?;
        rows.extend(page.items.iter().map(cells));
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// Plans, and writes where that is wanted and nobody is refused.
fn through(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    run: Run,
    plan: impl FnOnce(&mut TenantConn<'_>, &mut Judge) -> Result<Vec<Planned>, ApiError>,
) -> Result<ManyUsers, ApiError> {
    if run == Run::Dry {
        let mut judge = load(conn, caller)?;
        let planned = plan(conn, &mut judge)?;
        let mut moves = judge.moves(&planned);
        moves.extend(freed(conn, &judge, &planned)?);
        let (_, missing) = seat_effects(conn, caller.today(), &moves)?;
        let people = planned.iter().map(Planned::told).collect();
        return Ok(ManyUsers { seats: missing, people, ..counted(&planned, false) });
    }
    // The locks in their one order: seats, organization, roles, people.
    let locked = seats::lock(conn, caller.today())?;
    lock_organization(conn)?;
    let _held: Vec<Uuid> =
        roles::table.order(roles::id).select(roles::id).for_key_share().load(conn.sql())?;
    let mut judge = load(conn, caller)?;
    let planned = plan(conn, &mut judge)?;
    let problems: Vec<FieldProblem> = planned.iter().flat_map(|one| one.problems.clone()).collect();
    if !problems.is_empty() {
        return Err(ApiError::InvalidFields(problems));
    }
    write(conn, &planned)?;
    seats::settle(conn, &locked, Concerned::Everybody)?;
    Ok(counted(&planned, true))
}

/// The seats that invitations keep for people who would be here themselves: they would be free.
fn freed(conn: &mut TenantConn<'_>, judge: &Judge, planned: &[Planned]) -> Result<Vec<SeatMove>, ApiError> {
    let new = planned.iter().filter(|one| one.before.is_none() && one.problems.is_empty());
    let emails: Vec<&str> = new.map(|one| one.after.email.as_str()).collect();
    let kept = invitations::kept_for_emails(conn, &emails)?;
    // Kept is a seat of the role that new users get.
    let role = judge.default_roles.first().and_then(|role| judge.roles.get(&role.id));
    let free = role.map(|role| SeatMove::freed(&role.licence.key));
    Ok(free.map_or_else(Vec::new, |free| vec![free; usize::try_from(kept).unwrap_or(0)]))
}

fn load(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<Judge, ApiError> {
    let ids: Vec<Uuid> = roles::table.select(roles::id).load(conn.sql())?;
    let roles = held_roles(conn, &ids)?.into_iter().map(|role| (role.id, role)).collect();
    let defaults: Vec<(Uuid, String)> = roles::table
        .filter(roles::default_for_new_users)
        .select((roles::id, roles::name))
        .load(conn.sql())?;
    Ok(Judge {
        caller: caller.clone(),
        roles,
        default_roles: defaults.into_iter().map(|(id, name)| RoleName { id: RoleId(id), name }).collect(),
        language: settings_for_people(conn)?.language,
        holders: HashMap::new(),
    })
}

/// By what people are found.
#[derive(Clone, Copy)]
enum By<'a> {
    Email(&'a [&'a str]),
    Id(&'a [Uuid]),
}

/// Those who are there, held still where they are to be changed, and what they hold where that is asked.
fn people(
    conn: &mut TenantConn<'_>,
    judge: &mut Judge,
    run: Run,
    by: By<'_>,
) -> Result<HashMap<UserId, User>, ApiError> {
    let ids: Vec<Uuid> = match by {
        By::Email(emails) => {
            users::table.filter(users::email.eq_any(emails)).select(users::id).load(conn.sql())?
        }
        By::Id(ids) => ids.to_vec(),
    };
    if run == Run::Wet {
        let _locked: Vec<Uuid> = users::table
            .filter(users::id.eq_any(&ids))
            .order(users::id)
            .select(users::id)
            .for_no_key_update()
            .load(conn.sql())?;
    }
    let mut roles = read::roles_of(conn, &ids)?;
    let rows: Vec<read::UserRow> =
        users::table.filter(users::id.eq_any(&ids)).select(read::UserRow::as_select()).load(conn.sql())?;
    let people = rows.into_iter().map(|row| {
        let held = roles.remove(&row.id).unwrap_or_default();
        (UserId(row.id), row.with_roles(held))
    });
    let people: HashMap<UserId, User> = people.collect();
    if !judge.caller.holder().company_admin {
        let ids: Vec<UserId> = people.keys().copied().collect();
        judge.holders = holders(conn, &ids)?;
    }
    Ok(people)
}

/// The same change for each of these.
fn each(
    conn: &mut TenantConn<'_>,
    judge: &mut Judge,
    run: Run,
    seen: &[SeenUser],
    change: impl Fn(&User) -> (UserPatch, Option<Vec<RoleName>>, Option<bool>),
) -> Result<Vec<Planned>, ApiError> {
    let ids: Vec<Uuid> = seen.iter().map(|one| one.id.0).collect();
    let present = people(conn, judge, run, By::Id(&ids))?;
    let mut planned = Vec::new();
    for (line, one) in (0_u32..).zip(seen) {
        let pointer = format!("/people/{line}");
        let Some(before) = present.get(&one.id) else {
            return Err(ApiError::unknown_reference(&pointer));
        };
        let mut problems = Vec::new();
        if before.version != one.version {
            let message = "Somebody else has changed this person meanwhile. Look at them again.".to_owned();
            let code = ViolationCode::ChangedMeanwhile;
            problems.push(FieldProblem { pointer: pointer.clone(), code, limit: None, message });
        }
        let (patch, roles, active) = change(before);
        if roles.as_ref().is_some_and(Vec::is_empty) {
            let message = "A person needs at least one role.".to_owned();
            let code = ViolationCode::AtLeastOne;
            problems.push(FieldProblem { pointer: pointer.clone(), code, limit: None, message });
        }
        planned.push(judge.changed(line, &pointer, before, patch, roles, active, problems));
    }
    Ok(planned)
}

/// Somebody new, before anything is known of them.
fn blank(conn: &TenantConn<'_>) -> User {
    let now = conn.clock().now();
    User {
        id: UserId(conn.clock().new_id()),
        version: 1,
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        language: shared::Language::default(),
        no_login: false,
        active: true,
        erased: false,
        company_admin: false,
        has_password: false,
        photo: None,
        roles: Vec::new(),
        licence_used: None,
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn write(conn: &mut TenantConn<'_>, planned: &[Planned]) -> Result<(), ApiError> {
    let new: Vec<&User> = planned.iter().filter(|one| one.before.is_none()).map(|one| &one.after).collect();
    insert(conn, &new)?;
    let mut an_admin_goes = false;
    for one in planned {
        let Some(before) = one.before.as_ref().filter(|before| **before != one.after) else { continue };
        an_admin_goes |= rules::is_acting_admin(before) && !rules::is_acting_admin(&one.after);
        store::write(conn, before, &one.after, None)?;
    }
    if an_admin_goes {
        store::check_an_admin_remains(conn)?;
    }
    conn.access_changed(AccessScope::Everyone);
    Ok(())
}

fn insert(conn: &mut TenantConn<'_>, new: &[&User]) -> Result<(), ApiError> {
    let (now, by) = (conn.clock().now(), conn.actor().user());
    let emails: Vec<&str> = new.iter().map(|user| user.email.as_str()).collect();
    invitations::end_for_emails(conn, &emails)?;
    for chunk in new.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|user| {
                (
                    users::id.eq(user.id.0),
                    users::email.eq(&user.email),
                    users::first_name.eq(&user.first_name),
                    users::last_name.eq(&user.last_name),
                    users::language.eq(user.language.code()),
                    users::no_login.eq(user.no_login),
                    users::created_at.eq(now),
                    users::created_by.eq(by),
                    users::updated_at.eq(now),
                    users::updated_by.eq(by),
                )
            })
            .collect();
        diesel::insert_into(users::table).values(&rows).execute(conn.sql()).map_err(not_unique(UNIQUE))?;
        let given: Vec<_> = chunk
            .iter()
            .flat_map(|user| {
                user.roles
                    .iter()
                    .map(|role| (user_roles::user_id.eq(user.id.0), user_roles::role_id.eq(role.id.0)))
            })
            .collect();
        diesel::insert_into(user_roles::table).values(&given).execute(conn.sql())?;
    }
    for user in new {
        conn.record(record::created(user));
    }
    Ok(())
}
