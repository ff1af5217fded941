//! Takes away what nothing names any more: rows first, their objects in a later round, as well as those of uploads that
//! died before there was a row.
//!
//! Invariant: no object goes that a row names or may still come to name. An object is younger than [`SAFE_AGE`] for as
//! long as its upload is under way; once it is older, no row begins to name it, since each upload has an object of its
//! own. A row that is used anew at this moment is locked by that, and found used afterwards.

use std::{collections::HashSet, time::Duration};

use anyhow::Result;
use chrono::TimeDelta;
use diesel::{dsl::exists, prelude::*};
use uuid::Uuid;

use super::{Files, ObjectName};
use crate::{
    clock,
    db::{
        operator::OperatorDb,
        schema::{files, pictures},
    },
};

/// How often it looks.
pub const EVERY: Duration = Duration::from_hours(6);
/// What is younger is left alone.
pub const SAFE_AGE: TimeDelta = TimeDelta::hours(24);
/// Ids that are asked for at once.
const AT_ONCE: usize = 1000;

/// Looks through all organizations.
pub fn sweep(db: &mut OperatorDb, store: &Files) -> Result<()> {
    if !store.is_set_up() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let before = db.clock().now() - SAFE_AGE;
    for organization in db.active_organizations()? {
        let rows = db.in_organization(organization, |conn| {
            let of_picture =
                pictures::table.filter(pictures::small_id.eq(files::id).or(pictures::large_id.eq(files::id)));
            let unnamed =
                files::table.filter(files::used_at.lt(before).and(diesel::dsl::not(exists(of_picture))));
            Ok(diesel::delete(unnamed).execute(conn.sql())?)
        })?;
        let listed = runtime.block_on(store.list(organization))?;
        // One that does not say when it was made counts as made just now.
        let is_old = |one: &ObjectName| clock::made_at(one.id).is_some_and(|at| at < before);
        let old: Vec<ObjectName> = listed.into_iter().filter(is_old).collect();
        let mut objects = 0;
        for some in old.chunks(AT_ONCE) {
            let ids: Vec<Uuid> = some.iter().map(|one| one.id).collect();
            let named: Vec<Uuid> = db.in_organization(organization, |conn| {
                Ok(files::table.filter(files::id.eq_any(&ids)).select(files::id).load(conn.sql())?)
            })?;
            let named: HashSet<Uuid> = named.into_iter().collect();
            for one in some.iter().filter(|one| !named.contains(&one.id)) {
                runtime.block_on(store.delete(one))?;
                objects += 1;
            }
        }
        if rows + objects > 0 {
            tracing::info!(%organization, rows, objects, "files that nothing names");
        }
    }
    Ok(())
}
