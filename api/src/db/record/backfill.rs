//! Audit rows of before there were parts: their values are brought over, and the columns that held them emptied. Part of
//! `portico migrate`, since a migration in SQL can seal nothing.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result};
use diesel::{
    Connection, PgConnection,
    prelude::*,
    sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use serde_json::{Map, Value};
use shared::{change::ChangeKind, ids::OrganizationId};
use uuid::Uuid;

use super::{keys, write};
use crate::db::{Entity, operator::tables::organizations, tenant};

const ROWS: i64 = 500;

#[derive(QueryableByName)]
struct Old {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Text)]
    entity: String,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    before: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    after: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
}

/// Brings over all rows of all organizations that still hold values. Gives how many. As the owner, whom the policy holds
/// too: each organization in a transaction of its own.
pub fn run(connection: &mut PgConnection) -> Result<usize> {
    let ids: Vec<Uuid> =
        organizations::table.order(organizations::number).select(organizations::id).load(connection)?;
    let mut rows = 0;
    for organization in ids {
        loop {
            let brought = connection
                .transaction(|connection| chunk(connection, organization))
                .with_context(|| format!("the audit log of {organization}"))?;
            rows += brought;
            if brought == 0 {
                break;
            }
        }
    }
    Ok(rows)
}

fn chunk(connection: &mut PgConnection, organization: Uuid) -> Result<usize> {
    tenant::enter(connection, OrganizationId(organization))?;
    let old: Vec<Old> = diesel::sql_query(
        "SELECT a.id, a.actor_id, a.address, a.entity, a.entity_id, a.action, a.before, a.after, c.label
         FROM audit_log a LEFT JOIN changes c ON c.id = a.id
         WHERE a.before IS NOT NULL OR a.after IS NOT NULL OR a.address IS NOT NULL
         ORDER BY a.id LIMIT $1",
    )
    .bind::<diesel::sql_types::BigInt, _>(ROWS)
    .load(connection)?;
    let ids: Vec<Uuid> = old.iter().map(|row| row.id).collect();
    let mut said = Vec::new();
    for row in old {
        let entity = Entity::from_key(&row.entity)
            .with_context(|| format!("nothing is called {} in the audit row {}", row.entity, row.id))?;
        let side = |kind: ChangeKind, value: Option<Value>| {
            (row.action != kind.key()).then(|| value.map(object).unwrap_or_default())
        };
        let (before, after) = (side(ChangeKind::Created, row.before), side(ChangeKind::Deleted, row.after));
        let one = write::Said::of(entity, row.entity_id, row.label.as_deref(), before, after);
        said.push((row.id, one.done_at(row.actor_id, row.address)));
    }
    let people: BTreeSet<Uuid> = said.iter().flat_map(|(_, said)| said.people()).collect();
    let keys: HashMap<_, _> = keys::held(connection, &people)?;
    let mut rows = Vec::new();
    for (id, said) in said {
        rows.push((id, said.into_parts(id, &keys)?));
    }
    write::insert_parts(connection, rows)?;
    let emptied = diesel::sql_query(
        "UPDATE audit_log SET before = NULL, after = NULL, address = NULL WHERE id = ANY ($1)",
    )
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(&ids)
    .execute(connection)?;
    Ok(emptied)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
