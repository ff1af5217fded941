//! The licences that an organization holds, as operators give and change them: `portico org hold`, `licences` and
//! `change-licence`.

use std::{fmt, str::FromStr};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::{
    access::simulate::Simulation,
    ids::{LicenceId, OrganizationId},
};
use uuid::Uuid;

pub use shared::access::simulate::LicenceChange;

use crate::{
    ApiError,
    access::store::parse_time_zone,
    db::{
        Entity, TenantConn,
        operator::OperatorDb,
        record::Recorded,
        schema::{general_data, licences, users},
    },
};

/// A licence to be held, written `TYPE=SEATS`, `TYPE=unlimited`, with `@FROM..UNTIL` or `@FROM..` behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLicence {
    /// The licence type's key.
    pub licence_type: String,
    /// The seats; absent when unlimited.
    pub seats: Option<i32>,
    /// The first day; today where absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day; absent when it does not end.
    pub valid_until: Option<NaiveDate>,
}

/// As it is read.
impl fmt::Display for NewLicence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |date: Option<NaiveDate>| date.map_or_else(String::new, |date| date.to_string());
        match self.seats {
            Some(seats) => write!(out, "{}={seats}", self.licence_type)?,
            None => write!(out, "{}=unlimited", self.licence_type)?,
        }
        match (self.valid_from, self.valid_until) {
            (None, None) => Ok(()),
            (from, until) => write!(out, "@{}..{}", date(from), date(until)),
        }
    }
}

impl FromStr for NewLicence {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (what, when) = text.split_once('@').map_or((text, None), |(what, when)| (what, Some(when)));
        let (licence_type, seats) =
            what.split_once('=').context("write TYPE=SEATS, such as full_access=5")?;
        let seats = parse_seats(seats)?;
        let date = |text: &str| -> Result<Option<NaiveDate>> {
            if text.is_empty() {
                Ok(None)
            } else {
                Ok(Some(text.parse().context("write dates as 2026-12-31")?))
            }
        };
        let (valid_from, valid_until) = match when {
            None => (None, None),
            Some(when) => {
                let (from, until) =
                    when.split_once("..").context("write validity as @FROM..UNTIL or @FROM..")?;
                (date(from)?, date(until)?)
            }
        };
        Ok(Self { licence_type: licence_type.to_owned(), seats, valid_from, valid_until })
    }
}

/// Seats as typed: a number, or `unlimited`.
pub fn parse_seats(text: &str) -> Result<Option<i32>> {
    match text {
        "unlimited" => Ok(None),
        number => {
            let seats =
                number.parse().with_context(|| format!("{number} is neither a number nor `unlimited`"))?;
            Ok(Some(seats))
        }
    }
}

/// A licence row that an organization holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct HeldLicence {
    /// The id, to change it by.
    pub id: Uuid,
    /// The licence type's key.
    pub licence_type: String,
    /// The seats; absent when unlimited.
    pub seats: Option<i32>,
    /// The first day.
    pub valid_from: NaiveDate,
    /// The last day; absent when it does not end.
    pub valid_until: Option<NaiveDate>,
}

impl HeldLicence {
    fn as_recorded(&self) -> Value {
        json!({"licence_type": self.licence_type, "seats": self.seats,
            "valid_from": self.valid_from, "valid_until": self.valid_until})
    }
}

/// What a change of a licence row would come to, on the first day on which it makes a difference.
pub fn simulate(
    db: &mut OperatorDb,
    organization: OrganizationId,
    licence: LicenceId,
    change: LicenceChange,
) -> Result<Simulation> {
    if change.seats.flatten().is_some_and(|seats| seats < 0) {
        bail!("seats cannot be fewer than none");
    }
    let outcome = db.in_organization(organization, |conn| {
        let time_zone: String = general_data::table.select(general_data::time_zone).first(conn.sql())?;
        let today = conn.clock().now().with_timezone(&parse_time_zone(&time_zone)?).date_naive();
        crate::simulate::licence(conn, today, licence, change)
    });
    match outcome {
        Err(ApiError::NotFound) => {
            bail!("the organization holds no licence {licence}; `portico org licences` lists them")
        }
        Err(ApiError::Invalid(violations)) => {
            let messages: Vec<String> = violations.0.into_iter().map(|(_, one)| one.message).collect();
            bail!("{}", messages.join(" "))
        }
        other => Ok(other?),
    }
}

/// Lets an organization hold more licences.
pub fn hold(db: &mut OperatorDb, organization: OrganizationId, new: &[NewLicence]) -> Result<()> {
    let today = db.clock().now().date_naive();
    db.insert_in_organization(organization, |conn| {
        for licence in new {
            let (id, now) = (LicenceId(conn.clock().new_id()), conn.clock().now());
            let valid_from = licence.valid_from.unwrap_or(today);
            diesel::insert_into(licences::table)
                .values((
                    licences::id.eq(id.0),
                    licences::licence_type.eq(&licence.licence_type),
                    licences::seats.eq(licence.seats),
                    licences::valid_from.eq(valid_from),
                    licences::valid_until.eq(licence.valid_until),
                    licences::created_at.eq(now),
                    licences::updated_at.eq(now),
                ))
                .execute(conn.sql())?;
            let held = json!({"licence_type": licence.licence_type, "seats": licence.seats,
                "valid_from": valid_from, "valid_until": licence.valid_until});
            conn.record(Recorded::created(Entity::Licence, id, &licence.licence_type, &held));
        }
        Ok(())
    })?;
    db.notify(organization)
}

/// What an organization holds, and of each type how many seats are used.
pub fn held(db: &mut OperatorDb, organization: OrganizationId) -> Result<Vec<(HeldLicence, i64)>> {
    let rows = db.in_organization(organization, |conn| {
        let rows: Vec<HeldLicence> =
            all_columns().order((licences::licence_type, licences::valid_from)).load(conn.sql())?;
        let used: Vec<Option<String>> = users::table
            .filter(users::licence_used.is_not_null())
            .select(users::licence_used)
            .load(conn.sql())?;
        let used_of = |of: &str| used.iter().filter(|one| one.as_deref() == Some(of)).count();
        Ok(rows.into_iter().map(|row| (used_of(&row.licence_type), row)).collect::<Vec<_>>())
    })?;
    rows.into_iter().map(|(used, row)| Ok((row, i64::try_from(used)?))).collect()
}

/// Changes a licence row. Fewer seats than are used are allowed: they stop further growth. Takes effect on every server
/// within a second.
pub fn change(
    db: &mut OperatorDb,
    organization: OrganizationId,
    licence: LicenceId,
    change: LicenceChange,
) -> Result<HeldLicence> {
    if change.seats.flatten().is_some_and(|seats| seats < 0) {
        bail!("seats cannot be fewer than none");
    }
    let found = db.insert_in_organization(organization, |conn| {
        let Some(before) = lock(conn, licence)? else { return Ok(None) };
        let after = HeldLicence {
            seats: change.seats.unwrap_or(before.seats),
            valid_until: change.valid_until.unwrap_or(before.valid_until),
            ..before.clone()
        };
        if after.valid_until.is_some_and(|until| until < after.valid_from) {
            return Ok(Some(Err(after.valid_from)));
        }
        diesel::update(licences::table.filter(licences::id.eq(licence.0)))
            .set((
                licences::seats.eq(after.seats),
                licences::valid_until.eq(after.valid_until),
                licences::version.eq(licences::version + 1),
                licences::updated_at.eq(conn.clock().now()),
            ))
            .execute(conn.sql())?;
        let (former, now) = (before.as_recorded(), after.as_recorded());
        conn.record(Recorded::updated(Entity::Licence, licence, &after.licence_type, &former, &now));
        Ok(Some(Ok(after)))
    })?;
    db.notify(organization)?;
    match found {
        None => bail!("the organization holds no licence {licence}; `portico org licences` lists them"),
        Some(Err(from)) => bail!("the licence begins on {from}, so it cannot end before"),
        Some(Ok(after)) => Ok(after),
    }
}

/// The row, held still. It is looked for under the tenants' role, so that a row of another organization is not found.
fn lock(conn: &mut TenantConn<'_>, licence: LicenceId) -> Result<Option<HeldLicence>, ApiError> {
    diesel::sql_query("SET LOCAL ROLE portico_app").execute(conn.sql())?;
    let row =
        all_columns().filter(licences::id.eq(licence.0)).for_no_key_update().first(conn.sql()).optional()?;
    diesel::sql_query("RESET ROLE").execute(conn.sql())?;
    Ok(row)
}

type AllColumns = diesel::dsl::Select<
    licences::table,
    (licences::id, licences::licence_type, licences::seats, licences::valid_from, licences::valid_until),
>;

fn all_columns() -> AllColumns {
    licences::table.select((
        licences::id,
        licences::licence_type,
        licences::seats,
        licences::valid_from,
        licences::valid_until,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_read_from_the_command_line() {
        let parse = |text: &str| text.parse::<NewLicence>().ok();
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let licence = |seats, valid_from, valid_until| {
            Some(NewLicence { licence_type: "full_access".to_owned(), seats, valid_from, valid_until })
        };
        for (text, expected) in [
            ("full_access=5", licence(Some(5), None, None)),
            ("full_access=unlimited", licence(None, None, None)),
            ("full_access=5@2026-01-01..", licence(Some(5), day("2026-01-01"), None)),
            ("full_access=5@2026-01-01..2026-12-31", licence(Some(5), day("2026-01-01"), day("2026-12-31"))),
            ("full_access", None),
            ("full_access=many", None),
            ("full_access=5@soon..", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
            if let Some(licence) = expected {
                assert_eq!(licence.to_string(), text);
            }
        }
    }
}
