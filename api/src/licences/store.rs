//! Reading licence types, licences and the seats used.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::{dsl::count_star, prelude::*};
use shared::{
    ids::LicenceId,
    licence::{Licence, LicenceConsumption, LicenceType},
};
use uuid::Uuid;

use super::rules::{self, Uses};
use crate::{
    ApiError,
    access::{person::Validity, store::licence_rules},
    db::{
        TenantConn,
        schema::{general_data, invitations, licence_types as types, licences, roles, users},
    },
};

/// The licence types, the highest first.
pub fn licence_types(conn: &mut TenantConn<'_>) -> Result<Vec<LicenceType>, ApiError> {
    let names: Vec<(String, String)> =
        types::table.order(types::rank.desc()).select((types::key, types::name)).load(conn.sql())?;
    let mut allowed = licence_rules(conn)?;
    Ok(names
        .into_iter()
        .filter_map(|(key, name)| {
            let rules = allowed.remove(&key)?;
            Some(LicenceType {
                key,
                name,
                rank: rules.rank,
                functions: rules.functions,
                reach: rules.reach,
                highest_position: rules.highest_position,
                ceiling: rules.ceiling,
            })
        })
        .collect())
}

/// What is held and used of each licence type, the highest first.
pub fn consumption(conn: &mut TenantConn<'_>, today: NaiveDate) -> Result<Vec<LicenceConsumption>, ApiError> {
    let rows: Vec<(String, String, String)> = types::table
        .order(types::rank.desc())
        .select((types::key, types::name, types::seat))
        .load(conn.sql())?;
    let team_member_seats_paid: bool =
        general_data::table.select(general_data::team_member_seats_paid).first(conn.sql())?;
    let (used, kept) = (used(conn)?, reserved(conn)?);
    let mut licences = licences_by_type(conn)?;
    Ok(rows
        .into_iter()
        .map(|(key, name, seat)| {
            let rows = licences.remove(&key).unwrap_or_default();
            LicenceConsumption {
                name,
                paid: rules::is_paid(&seat, team_member_seats_paid),
                used: used.get(&key).copied().unwrap_or(0),
                reserved: kept.get(&key).copied().unwrap_or(0),
                held: rules::seats_held(&spans(&rows), today),
                licences: rows.iter().map(|row| row.to_licence(&key, today)).collect(),
                licence_type: key,
            }
        })
        .collect())
}

/// How many seats of each licence type are used, or kept for people who are invited.
pub fn uses(conn: &mut TenantConn<'_>) -> Result<Uses, ApiError> {
    let mut uses = used(conn)?;
    for (key, kept) in reserved(conn)? {
        *uses.entry(key).or_default() += kept;
    }
    Ok(uses)
}

/// How many seats are kept for people who are invited: for each invitation whose link works, one of the role that new
/// users get. Counted anew each time, so that nothing has to be done when one expires or another role is the default.
fn reserved(conn: &mut TenantConn<'_>) -> Result<Uses, ApiError> {
    let now = conn.clock().now();
    let waiting: i64 = invitations::table
        .filter(invitations::ended_at.is_null().and(invitations::expires_at.gt(now)))
        .count()
        .get_result(conn.sql())?;
    if waiting == 0 {
        return Ok(Uses::new());
    }
    let of_default = roles::table.filter(roles::default_for_new_users).select(roles::licence_type);
    let key: Option<String> = of_default.first(conn.sql()).optional()?;
    Ok(key.map(|key| (key, waiting)).into_iter().collect())
}

/// How many seats of each licence type are used by people.
fn used(conn: &mut TenantConn<'_>) -> Result<Uses, ApiError> {
    let rows: Vec<(Option<String>, i64)> = users::table
        .filter(users::licence_used.is_not_null())
        .group_by(users::licence_used)
        .select((users::licence_used, count_star()))
        .load(conn.sql())?;
    Ok(rows.into_iter().filter_map(|(key, used)| Some((key?, used))).collect())
}

/// The seats held and valid on this day of each licence type, the highest first; absent when unlimited.
pub fn seats_held(conn: &mut TenantConn<'_>, day: NaiveDate) -> Result<Vec<(String, Option<i64>)>, ApiError> {
    let keys: Vec<String> = types::table.order(types::rank.desc()).select(types::key).load(conn.sql())?;
    let licences = licences_by_type(conn)?;
    Ok(keys
        .into_iter()
        .map(|key| {
            let held = rules::seats_held(&spans(licences.get(&key).map_or(&[], Vec::as_slice)), day);
            (key, held)
        })
        .collect())
}

/// All licences with their days and seats, by the key of their type.
pub fn held_licences(conn: &mut TenantConn<'_>) -> Result<HeldLicences, ApiError> {
    let row = |row: LicenceRow| (LicenceId(row.id), row.validity, row.seats);
    let by_type = licences_by_type(conn)?.into_iter();
    Ok(by_type.map(|(key, rows)| (key, rows.into_iter().map(row).collect())).collect())
}

/// Licences by the key of their type: each with its days, and its seats where they are limited.
pub type HeldLicences = BTreeMap<String, Vec<(LicenceId, Validity, Option<i32>)>>;

struct LicenceRow {
    id: Uuid,
    seats: Option<i32>,
    validity: Validity,
}

impl LicenceRow {
    fn to_licence(&self, licence_type: &str, today: NaiveDate) -> Licence {
        Licence {
            id: LicenceId(self.id),
            licence_type: licence_type.to_owned(),
            seats: self.seats,
            valid_from: self.validity.from,
            valid_until: self.validity.until,
            valid_today: self.validity.contains(today),
        }
    }
}

fn spans(rows: &[LicenceRow]) -> Vec<(Validity, Option<i32>)> {
    rows.iter().map(|row| (row.validity, row.seats)).collect()
}

fn licences_by_type(conn: &mut TenantConn<'_>) -> Result<BTreeMap<String, Vec<LicenceRow>>, ApiError> {
    type Row = (Uuid, String, Option<i32>, NaiveDate, Option<NaiveDate>);
    let rows: Vec<Row> = licences::table
        .order((licences::valid_from, licences::id))
        .select((
            licences::id,
            licences::licence_type,
            licences::seats,
            licences::valid_from,
            licences::valid_until,
        ))
        .load(conn.sql())?;
    let mut by_type: BTreeMap<String, Vec<LicenceRow>> = BTreeMap::new();
    for (id, licence_type, seats, from, until) in rows {
        by_type.entry(licence_type).or_default().push(LicenceRow {
            id,
            seats,
            validity: Validity { from, until },
        });
    }
    Ok(by_type)
}
