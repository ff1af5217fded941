//! The sealer chains the audit rows of transactions that are over, in their order, and signs how far it came.
//!
//! It looks four times a second instead of being notified: a NOTIFY with each write would have all writers queue for one
//! lock while they commit, which is what a chain beside the writers is there to avoid. Of several workers one seals an
//! organization at a time; the primary key of the seals is the net below that lock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{
    chain::{self, Committed, Hash, Row},
    keys::HeadKeys,
};
use crate::{
    ApiError,
    db::{
        TenantConn,
        operator::OperatorDb,
        schema::{audit_heads, audit_seals},
    },
};

/// How long it rests between two looks.
pub const REST: Duration = Duration::from_millis(250);
/// Looks at new rows between two at all rows: after a restore, rows may have numbers from another cluster.
const LOOKS_BETWEEN_FULL_ONES: u32 = 4 * 60 * 60;
/// Rows of one transaction of the sealer.
const ROWS: i32 = 1000;

/// Seals the audit logs of all organizations.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Sealer {
    keys: HeadKeys,
    /// All rows of transactions below this one are sealed.
    since: i64,
    looks: u32,
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    horizon: i64,
}

#[derive(QueryableByName)]
struct ToSeal {
    #[diesel(sql_type = SqlUuid)]
    organization_id: Uuid,
}

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Unsealed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    actor_kind: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    token_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    request_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    entity: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Array<Nullable<SqlUuid>>)]
    people: Vec<Option<Uuid>>,
    #[diesel(sql_type = Array<Binary>)]
    commitments: Vec<Vec<u8>>,
}

/// How a transaction of the sealer ended.
enum Sealed {
    /// So many rows; whether more may wait.
    Rows(usize, bool),
    /// Another worker is at it.
    Elsewhere,
}

impl Sealer {
    /// A sealer that will look at all rows first.
    pub fn new(keys: HeadKeys) -> Self {
        Self { keys, since: 0, looks: 0 }
    }

    /// Looks once, and seals what is there. Gives how many rows.
    pub fn look(&mut self, db: &mut OperatorDb) -> Result<usize, ApiError> {
        if self.looks.is_multiple_of(LOOKS_BETWEEN_FULL_ONES) {
            self.since = 0;
        }
        self.looks = self.looks.wrapping_add(1);
        // Read first: whatever is over by now is seen by the queries behind it.
        let Horizon { horizon } =
            sql_query("SELECT portico.audit_horizon() AS horizon").get_result(db.global())?;
        let waiting: Vec<ToSeal> = sql_query("SELECT organization_id FROM portico.organizations_to_seal($1)")
            .bind::<BigInt, _>(self.since)
            .load(db.global())?;
        let (mut rows, mut all) = (0, true);
        for ToSeal { organization_id } in waiting {
            match self.seal_organization(db, OrganizationId(organization_id)) {
                Ok(Some(sealed)) => rows += sealed,
                Ok(None) => all = false,
                // The others must not wait for one whose chain cannot go on.
                Err(error) => {
                    tracing::error!(%error, organization = %organization_id, "the audit log is not sealed");
                    all = false;
                }
            }
        }
        if all {
            self.since = horizon;
        }
        Ok(rows)
    }

    /// Seals all that waits in an organization; nothing where another worker is at it.
    fn seal_organization(
        &self,
        db: &mut OperatorDb,
        organization: OrganizationId,
    ) -> Result<Option<usize>, ApiError> {
        let mut rows = 0;
        loop {
            match db.insert_in_organization(organization, |conn| self.seal_some(conn))? {
                Sealed::Rows(sealed, more) => {
                    rows += sealed;
                    if !more {
                        return Ok(Some(rows));
                    }
                }
                Sealed::Elsewhere => return Ok(None),
            }
        }
    }

    fn seal_some(&self, conn: &mut TenantConn<'_>) -> Result<Sealed, ApiError> {
        let organization = conn.organization();
        let Locked { locked } =
            sql_query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked")
                .bind::<Text, _>(format!("audit chain {organization}"))
                .get_result(conn.sql())?;
        if !locked {
            return Ok(Sealed::Elsewhere);
        }
        let last: Option<Last> =
            sql_query("SELECT sequence, hash FROM portico.last_seal()").get_result(conn.sql()).optional()?;
        let (mut sequence, mut hash) = match last {
            Some(last) => (last.sequence, to_hash(&last.hash)?),
            None => (0, chain::beginning(organization)),
        };
        let rows: Vec<Unsealed> = sql_query("SELECT * FROM portico.rows_to_seal($1, $2)")
            .bind::<BigInt, _>(self.since)
            .bind::<Integer, _>(ROWS)
            .load(conn.sql())?;
        if rows.is_empty() {
            return Ok(Sealed::Rows(0, false));
        }
        let now = conn.clock().now();
        let mut seals = Vec::new();
        for row in &rows {
            sequence += 1;
            hash = chain::link(&hash, sequence, now, &chain::encode(&row.to_chain(), &row.parts()?));
            seals.push((
                audit_seals::sequence.eq(sequence),
                audit_seals::audit_id.eq(row.id),
                audit_seals::hash.eq(hash.to_vec()),
                audit_seals::sealed_at.eq(now),
            ));
        }
        diesel::insert_into(audit_seals::table).values(&seals).execute(conn.sql())?;
        diesel::insert_into(audit_heads::table)
            .values((
                audit_heads::sequence.eq(sequence),
                audit_heads::hash.eq(hash.to_vec()),
                audit_heads::signed_at.eq(now),
                audit_heads::key_id.eq(self.keys.signing_id()),
                audit_heads::signature.eq(self.keys.sign(organization, sequence, &hash, now).to_vec()),
            ))
            .execute(conn.sql())?;
        Ok(Sealed::Rows(rows.len(), i32::try_from(rows.len()).is_ok_and(|rows| rows == ROWS)))
    }
}

impl Unsealed {
    fn to_chain(&self) -> Row<'_> {
        Row {
            id: self.id,
            at: self.at,
            actor_kind: &self.actor_kind,
            actor_id: self.actor_id,
            session_id: self.session_id,
            token_id: self.token_id,
            request_id: self.request_id,
            entity: &self.entity,
            entity_id: self.entity_id,
            action: &self.action,
        }
    }

    fn parts(&self) -> Result<Vec<Committed>, ApiError> {
        let pairs = self.people.iter().zip(&self.commitments);
        pairs.map(|(person, bytes)| Ok(Committed { person: *person, commitment: to_hash(bytes)? })).collect()
    }
}

fn to_hash(bytes: &[u8]) -> Result<Hash, ApiError> {
    bytes.try_into().map_err(ApiError::internal)
}
