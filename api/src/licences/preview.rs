//! Seats and licences as they would be, for what is looked at before it is done.

use chrono::NaiveDate;
use shared::{
    ViolationCode,
    access::simulate::{LicenceChange, SeatEffect},
    ids::LicenceId,
    problem::Seats,
};

use super::{
    rules::{self, Candidate, Uses},
    store,
};
use crate::{
    ApiError,
    access::person::{Holder, Validity},
    db::TenantConn,
};

/// The seat that somebody uses now, and the one that they would use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatMove {
    before: Option<String>,
    after: Option<String>,
}

impl SeatMove {
    /// Of somebody as they are and as they would be.
    pub fn of(before: (Candidate, &Holder), after: (Candidate, &Holder)) -> Self {
        let seat = |(candidate, holder): (Candidate, &Holder)| {
            let types: Vec<(i16, &str)> =
                holder.roles.iter().map(|role| (role.licence.rank, role.licence.key.as_str())).collect();
            rules::seat_used(candidate, &types).map(str::to_owned)
        };
        Self { before: seat(before), after: seat(after) }
    }

    /// Of a seat of this licence type that was kept for somebody and no longer is.
    pub fn freed(licence_type: &str) -> Self {
        Self { before: Some(licence_type.to_owned()), after: None }
    }
}

/// The licence types of which other seats would be used, the highest first, and what would be refused.
pub fn seat_effects(
    conn: &mut TenantConn<'_>,
    day: NaiveDate,
    moves: &[SeatMove],
) -> Result<(Vec<SeatEffect>, Option<Seats>), ApiError> {
    let (held, before) = (store::seats_held(conn, day)?, store::uses(conn)?);
    let after = moved(before.clone(), moves);
    let uses = |of: &Uses, key: &str| of.get(key).copied().unwrap_or(0);
    let effects = held.iter().map(|(key, held)| SeatEffect {
        licence_type: key.clone(),
        used_before: uses(&before, key),
        used_after: uses(&after, key),
        held_before: *held,
        held_after: *held,
    });
    let effects = effects.filter(|one| one.used_before != one.used_after).collect();
    Ok((effects, rules::refusal(&held, &before, &after)))
}

fn moved(mut uses: Uses, moves: &[SeatMove]) -> Uses {
    for SeatMove { before, after } in moves.iter().filter(|one| one.before != one.after) {
        for (key, by) in [(before, -1), (after, 1)] {
            if let Some(key) = key {
                *uses.entry(key.clone()).or_default() += by;
            }
        }
    }
    uses
}

/// A licence row with a change, and what its type then holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLicence {
    /// The licence type's key.
    pub licence_type: String,
    /// When the organization holds the type now.
    pub validity_before: Vec<Validity>,
    /// When it would hold it.
    pub validity_after: Vec<Validity>,
    rows_before: Vec<(Validity, Option<i32>)>,
    rows_after: Vec<(Validity, Option<i32>)>,
}

/// The licence with the change; refused as the change would be.
pub fn changed(
    conn: &mut TenantConn<'_>,
    id: LicenceId,
    change: LicenceChange,
) -> Result<ChangedLicence, ApiError> {
    let found =
        store::held_licences(conn)?.into_iter().find(|(_, rows)| rows.iter().any(|(one, ..)| *one == id));
    let Some((licence_type, rows)) = found else { return Err(ApiError::NotFound) };
    let (mut rows_before, mut rows_after) = (Vec::new(), Vec::new());
    for (one, validity, seats) in rows {
        rows_before.push((validity, seats));
        if one != id {
            rows_after.push((validity, seats));
            continue;
        }
        let until = change.valid_until.unwrap_or(validity.until);
        if until.is_some_and(|until| until < validity.from) {
            let message = format!("A licence cannot end before it begins, on {}.", validity.from);
            return Err(ApiError::invalid("/valid_until", ViolationCode::EndBeforeStart, message));
        }
        rows_after.push((Validity { until, ..validity }, change.seats.unwrap_or(seats)));
    }
    let validity = |rows: &[(Validity, Option<i32>)]| rows.iter().map(|(validity, _)| *validity).collect();
    let (validity_before, validity_after) = (validity(&rows_before), validity(&rows_after));
    Ok(ChangedLicence { licence_type, validity_before, validity_after, rows_before, rows_after })
}

/// What would be held of the type on this day, where it is something else.
pub fn held_effect(
    conn: &mut TenantConn<'_>,
    changed: &ChangedLicence,
    day: NaiveDate,
) -> Result<Option<SeatEffect>, ApiError> {
    let used = store::uses(conn)?.get(&changed.licence_type).copied().unwrap_or(0);
    let effect = SeatEffect {
        licence_type: changed.licence_type.clone(),
        used_before: used,
        used_after: used,
        held_before: rules::seats_held(&changed.rows_before, day),
        held_after: rules::seats_held(&changed.rows_after, day),
    };
    Ok((effect.held_before != effect.held_after).then_some(effect))
}
