//! The one way to give and take seats: [`lock`], write, [`settle`].
//!
//! The lock comes before any write, and takes all licence rows in one order. Taken later, or type by type as they
//! grow, it would meet the locks on people and roles in another order on each path, and two of them would wait for
//! each other. Under it uses are counted from what others have committed, so two requests never overrun together.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use shared::ids::{RoleId, UserId};
use uuid::Uuid;

use super::{
    rules::{self, Candidate, Uses},
    store,
};
use crate::{
    ApiError,
    db::{
        TenantConn,
        schema::{licence_types, licences, roles, user_roles, users},
    },
};

/// The seats of the organization, held still until the transaction's end.
#[derive(Debug)]
pub struct LockedSeats {
    today: NaiveDate,
    before: Uses,
}

/// Whose roles, licence or state have changed.
#[derive(Debug, Clone, Copy)]
pub enum Concerned {
    /// One person's.
    User(UserId),
    /// Those of everybody who holds this role.
    HoldersOf(RoleId),
    /// Everybody's.
    Everybody,
    /// Nobody's: seats are kept for people who are invited.
    Nobody,
}

/// Waits until nobody else gives or takes seats of the organization, and counts those used. Call it before the
/// first write of the transaction.
pub fn lock(conn: &mut TenantConn<'_>, today: NaiveDate) -> Result<LockedSeats, ApiError> {
    let _locked: Vec<Uuid> =
        licences::table.order(licences::id).select(licences::id).for_update().load(conn.sql())?;
    // A statement of its own after the lock, so that it sees what others have committed meanwhile.
    Ok(LockedSeats { today, before: store::uses(conn)? })
}

/// Writes down the seats that those concerned use now, and refuses where a licence type would be overrun.
pub fn settle(conn: &mut TenantConn<'_>, locked: &LockedSeats, concerned: Concerned) -> Result<(), ApiError> {
    for (seat, people) in moves(conn, concerned)? {
        diesel::update(users::table.filter(users::id.eq_any(people)))
            .set(users::licence_used.eq(seat))
            .execute(conn.sql())?;
    }
    let held = store::seats_held(conn, locked.today)?;
    match rules::refusal(&held, &locked.before, &store::uses(conn)?) {
        Some(seats) => Err(ApiError::NoSeatFree(seats)),
        None => Ok(()),
    }
}

/// The people whose seat is another one now, by the licence type of the new one.
fn moves(
    conn: &mut TenantConn<'_>,
    concerned: Concerned,
) -> Result<BTreeMap<Option<String>, Vec<Uuid>>, ApiError> {
    let people: Vec<(Uuid, bool, bool, bool, Option<String>)> = {
        let all = users::table.into_boxed();
        let chosen = match concerned {
            Concerned::Nobody => return Ok(BTreeMap::new()),
            Concerned::User(user) => all.filter(users::id.eq(user.0)),
            Concerned::Everybody => all,
            Concerned::HoldersOf(role) => {
                let holders = user_roles::table.filter(user_roles::role_id.eq(role.0));
                all.filter(users::id.eq_any(holders.select(user_roles::user_id)))
            }
        };
        let columns = (users::id, users::active, users::no_login, users::company_admin, users::licence_used);
        chosen.select(columns).load(conn.sql())?
    };
    let ids: Vec<Uuid> = people.iter().map(|(id, ..)| *id).collect();
    let held: Vec<(Uuid, i16, String)> = user_roles::table
        .inner_join(roles::table.inner_join(licence_types::table))
        .filter(user_roles::user_id.eq_any(&ids))
        .select((user_roles::user_id, licence_types::rank, licence_types::key))
        .load(conn.sql())?;
    let mut types: HashMap<Uuid, Vec<(i16, &str)>> = HashMap::new();
    for (user, rank, key) in &held {
        types.entry(*user).or_default().push((*rank, key));
    }
    let mut moves: BTreeMap<Option<String>, Vec<Uuid>> = BTreeMap::new();
    for (id, active, no_login, company_admin, was) in people {
        let candidate = Candidate { active, no_login, company_admin };
        let seat = rules::seat_used(candidate, types.get(&id).map_or(&[], Vec::as_slice));
        if seat != was.as_deref() {
            moves.entry(seat.map(str::to_owned)).or_default().push(id);
        }
    }
    Ok(moves)
}
