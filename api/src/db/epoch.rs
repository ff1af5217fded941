//! Which life of the installation a database belongs to, and whether another one has begun elsewhere.

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Text, Timestamptz},
};

use super::operator::{OperatorDb, tables::installation_epoch};

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = installation_epoch)]
pub struct Standing {
    /// Its own epoch.
    pub epoch: i64,
    /// The one that has taken its place.
    pub fenced_by: Option<i64>,
    /// When that was learnt.
    pub fenced_at: Option<DateTime<Utc>>,
    /// Why another one has begun.
    pub fenced_because: Option<String>,
}

/// Reads it, where there is one: a schema of earlier has none, and no fence.
pub fn standing(connection: &mut PgConnection) -> Result<Standing> {
    Ok(installation_epoch::table.select(Standing::as_select()).first(connection)?)
}

/// The same at an address.
pub fn standing_at(url: &str) -> Result<Standing> {
    standing(&mut PgConnection::establish(url).context("the database does not answer")?)
}

/// Writes down that a later epoch has begun elsewhere: from then on the worker rests. Says whether none was written down before.
pub fn note_later(db: &mut OperatorDb, later: i64, because: &str) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Noted {
        #[diesel(sql_type = Bool)]
        is_new: bool,
    }
    let now = db.clock().now();
    let noted: Noted = sql_query("SELECT portico.note_later_epoch($1, $2, $3) AS is_new")
        .bind::<BigInt, _>(later)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(because)
        .get_result(db.global())?;
    Ok(noted.is_new)
}

/// Lets each table refuse changes that does not yet, where a later epoch was written down. A table whose writers are not through
/// in time is left for the next try, and keeps none of the others from it. Gives those that are left, with the reason.
pub fn fence_tables(db: &mut OperatorDb) -> Result<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let tables: Vec<Named> =
        sql_query("SELECT name FROM portico.tables_to_fence() name").load(db.global())?;
    let mut left = Vec::new();
    for Named { name } in tables {
        let fenced = sql_query("SELECT portico.fence_table($1)").bind::<Text, _>(&name).execute(db.global());
        if let Err(error) = fenced {
            left.push((name, error.to_string()));
        }
    }
    Ok(left)
}

/// Lets a database that was brought back take changes, as this epoch or the later one that it is of. `url` is that of whoever
/// owns it.
pub fn begin(url: &str, epoch: i64) -> Result<()> {
    let mut connection = PgConnection::establish(url).context("the database does not answer")?;
    begin_on(&mut connection, epoch)
}

pub(super) fn begin_on(connection: &mut PgConnection, epoch: i64) -> Result<()> {
    sql_query("SELECT portico.begin_epoch($1)").bind::<BigInt, _>(epoch).execute(connection)?;
    Ok(())
}

/// Refuses where the database is fenced: its schema is changed no more.
pub(super) fn refuse_where_fenced(connection: &mut PgConnection) -> Result<()> {
    #[derive(QueryableByName)]
    struct There {
        #[diesel(sql_type = Bool)]
        is_there: bool,
    }
    let there: There = sql_query("SELECT to_regclass('public.installation_epoch') IS NOT NULL AS is_there")
        .get_result(connection)?;
    if there.is_there
        && let Some(standing) =
            installation_epoch::table.select(Standing::as_select()).first(connection).optional()?
        && let Some(later) = standing.fenced_by
    {
        bail!(
            "another environment has taken the place of this one (epoch {later} after {}): its schema is changed no more",
            standing.epoch
        );
    }
    Ok(())
}
