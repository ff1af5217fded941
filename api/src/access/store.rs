//! Reading a person with everything that access is decided on.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use shared::{
    Language, Menu, Operations, Position,
    ids::{RoleId, SessionId, UserId},
    licence::{Function, Reach},
};
use uuid::Uuid;

use super::{
    person::{HeldRole, Holder, LicenceRules, Person, Validity},
    span::{Lifetimes, SessionSpan, Stored},
};
use crate::{
    ApiError,
    db::{
        TenantConn,
        schema::{
            general_data, licence_type_ceilings, licence_types, licences, role_grants, roles, sessions,
            sign_in_settings, user_roles, users,
        },
    },
};

/// The person with this id; absent where there is none.
pub fn find_person(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Person>, ApiError> {
    let found: Option<(String, String, String, bool, bool, bool)> = users::table
        .filter(users::id.eq(user.0))
        .select((
            users::first_name,
            users::last_name,
            users::language,
            users::active,
            users::no_login,
            users::company_admin,
        ))
        .first(conn.sql())
        .optional()?;
    let Some((first_name, last_name, language, active, no_login, company_admin)) = found else {
        return Ok(None);
    };
    let (time_zone, members_see_money): (String, bool) = general_data::table
        .select((general_data::time_zone, general_data::members_see_money))
        .first(conn.sql())?;
    let sessions = live_sessions(conn, user)?;
    let role_ids: Vec<Uuid> = user_roles::table
        .filter(user_roles::user_id.eq(user.0))
        .select(user_roles::role_id)
        .load(conn.sql())?;
    Ok(Some(Person {
        id: user,
        name: format!("{first_name} {last_name}"),
        language: Language::from_code(&language).unwrap_or_default(),
        may_sign_in: active && !no_login,
        holder: Holder {
            company_admin,
            members_see_money,
            roles: held_roles(conn, &role_ids)?,
            scopes: None,
        },
        time_zone: parse_time_zone(&time_zone)?,
        sessions,
    }))
}

/// How long sessions of the organization last.
pub fn lifetimes(conn: &mut TenantConn<'_>) -> Result<Lifetimes, ApiError> {
    let minutes = sign_in_settings::table
        .select((sign_in_settings::session_idle_minutes, sign_in_settings::session_lifetime_minutes))
        .first(conn.sql())?;
    Ok(Lifetimes::of_minutes(minutes))
}

/// The person's sessions that are not over.
fn live_sessions(
    conn: &mut TenantConn<'_>,
    user: UserId,
) -> Result<HashMap<SessionId, SessionSpan>, ApiError> {
    type Row = (Uuid, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>);
    let (now, lifetimes) = (conn.clock().now(), lifetimes(conn)?);
    let rows: Vec<Row> = sessions::table
        .filter(sessions::user_id.eq(user.0).and(sessions::ended_at.is_null()))
        .filter(sessions::idle_until.gt(now).and(sessions::expires_at.gt(now)))
        .select((
            sessions::id,
            sessions::created_at,
            sessions::last_used_at,
            sessions::idle_until,
            sessions::expires_at,
            sessions::confirmed_at,
        ))
        .load(conn.sql())?;
    let span = |(id, created_at, last_used_at, idle_until, expires_at, confirmed_at): Row| {
        let stored = Stored { created_at, last_used_at, idle_until, expires_at };
        (SessionId(id), SessionSpan::new(stored, lifetimes, confirmed_at))
    };
    Ok(rows.into_iter().map(span).filter(|(_, span)| span.lives(now)).collect())
}

/// What access is decided on for each of these people, in a constant number of statements. Those who do not exist are
/// absent.
pub fn holders(conn: &mut TenantConn<'_>, people: &[UserId]) -> Result<HashMap<UserId, Holder>, ApiError> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let admins: Vec<(Uuid, bool)> = users::table
        .filter(users::id.eq_any(&ids))
        .select((users::id, users::company_admin))
        .load(conn.sql())?;
    let members_see_money: bool =
        general_data::table.select(general_data::members_see_money).first(conn.sql())?;
    let pairs: HashSet<(Uuid, Uuid)> = user_roles::table
        .filter(user_roles::user_id.eq_any(&ids))
        .select((user_roles::user_id, user_roles::role_id))
        .load::<(Uuid, Uuid)>(conn.sql())?
        .into_iter()
        .collect();
    let mut role_ids: Vec<Uuid> = pairs.iter().map(|(_, role)| *role).collect();
    role_ids.sort_unstable();
    role_ids.dedup();
    let roles = held_roles(conn, &role_ids)?;
    let holder = |(id, company_admin): (Uuid, bool)| {
        let held = |role: &&HeldRole| pairs.contains(&(id, role.id.0));
        let roles = roles.iter().filter(held).cloned().collect();
        (UserId(id), Holder { company_admin, members_see_money, roles, scopes: None })
    };
    Ok(admins.into_iter().map(holder).collect())
}

/// The time zone with this IANA name.
pub fn parse_time_zone(name: &str) -> Result<Tz, ApiError> {
    name.parse::<Tz>().map_err(|error| ApiError::internal(anyhow::anyhow!("time zone {name}: {error}")))
}

/// The roles with these ids, each with what its licence allows, by name.
pub fn held_roles(conn: &mut TenantConn<'_>, ids: &[Uuid]) -> Result<Vec<HeldRole>, ApiError> {
    let rows: Vec<(Uuid, String, String, Vec<String>)> = roles::table
        .filter(roles::id.eq_any(ids))
        .order((roles::name, roles::id))
        .select((roles::id, roles::name, roles::licence_type, roles::functions))
        .load(conn.sql())?;
    let grant_rows: Vec<(Uuid, String, bool, bool, bool, bool)> = role_grants::table
        .filter(role_grants::role_id.eq_any(ids))
        .select((
            role_grants::role_id,
            role_grants::menu,
            role_grants::can_insert,
            role_grants::can_update,
            role_grants::can_delete,
            role_grants::can_view,
        ))
        .load(conn.sql())?;
    let mut grants: HashMap<Uuid, BTreeMap<Menu, Operations>> = HashMap::new();
    for (role, menu, insert, update, delete, view) in grant_rows {
        // A menu that a later version has taken away grants nothing any more.
        if let Some(menu) = Menu::from_key(&menu) {
            grants.entry(role).or_default().insert(menu, Operations { insert, update, delete, view });
        }
    }
    let types = licence_rules(conn)?;
    let validity = licence_validity(conn)?;
    rows.into_iter()
        .map(|(id, name, licence_type, functions)| {
            let licence = types.get(&licence_type).cloned().ok_or_else(|| {
                ApiError::internal(anyhow::anyhow!("licence type {licence_type} is unknown"))
            })?;
            Ok(HeldRole {
                id: RoleId(id),
                name,
                validity: validity.get(&licence_type).cloned().unwrap_or_default(),
                licence,
                functions: parse_functions(&functions),
                grants: grants.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}

/// What each licence type allows, by key.
pub fn licence_rules(conn: &mut TenantConn<'_>) -> Result<BTreeMap<String, LicenceRules>, ApiError> {
    let rows: Vec<(String, i16, Vec<String>, String, String)> = licence_types::table
        .select((
            licence_types::key,
            licence_types::rank,
            licence_types::functions,
            licence_types::reach,
            licence_types::highest_position,
        ))
        .load(conn.sql())?;
    let ceilings: Vec<(String, String, bool, bool, bool, bool)> =
        licence_type_ceilings::table.load(conn.sql())?;
    let mut types: BTreeMap<String, LicenceRules> = rows
        .into_iter()
        .map(|(key, rank, functions, reach, highest_position)| {
            let rules = LicenceRules {
                key: key.clone(),
                rank,
                functions: parse_functions(&functions),
                reach: if reach == "organization" { Reach::Organization } else { Reach::Own },
                highest_position: Position::from_key(&highest_position).unwrap_or(Position::Guest),
                ceiling: BTreeMap::new(),
            };
            (key, rules)
        })
        .collect();
    for (key, menu, insert, update, delete, view) in ceilings {
        if let (Some(rules), Some(menu)) = (types.get_mut(&key), Menu::from_key(&menu)) {
            rules.ceiling.insert(menu, Operations { insert, update, delete, view });
        }
    }
    Ok(types)
}

/// When the organization holds each licence type, by key.
pub fn licence_validity(conn: &mut TenantConn<'_>) -> Result<HashMap<String, Vec<Validity>>, ApiError> {
    let rows: Vec<(String, NaiveDate, Option<NaiveDate>)> = licences::table
        .select((licences::licence_type, licences::valid_from, licences::valid_until))
        .load(conn.sql())?;
    let mut validity: HashMap<String, Vec<Validity>> = HashMap::new();
    for (licence_type, from, until) in rows {
        validity.entry(licence_type).or_default().push(Validity { from, until });
    }
    Ok(validity)
}

fn parse_functions(keys: &[String]) -> Vec<Function> {
    keys.iter().filter_map(|key| Function::from_key(key)).collect()
}
