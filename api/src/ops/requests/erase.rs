//! The rows of an organization go, or those of some of its projects.

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use shared::ids::ProjectId;

use crate::{
    console::requests::store::Row,
    db::{
        erase::{erase_organization, erase_projects},
        operator::{OperatorDb, tables::client_requests as requests},
    },
    organizations,
};

/// Lets nobody in any more: what the copy has is all there is.
pub(super) fn suspend(db: &mut OperatorDb, row: &Row) -> Result<()> {
    organizations::suspend_by_id(db, row.organization.into())?;
    let now = db.clock().now();
    diesel::update(requests::table.find(row.id)).set(requests::suspended_at.eq(now)).execute(db.global())?;
    Ok(())
}

/// Erases the rows, where the client's copy has all of them; where something has changed since, it is made anew.
pub(super) fn erase(db: &mut OperatorDb, row: &Row) -> Result<()> {
    let copied = row.package_tables.clone().context("it is not known what the client's copy has")?;
    let mut differs = None;
    let erased = erase_organization(db, row.id.into(), |gone| {
        differs = differing(&copied, gone);
        match &differs {
            None => Ok(()),
            Some(table) => bail!("the copy has another number of rows of {table} than there are"),
        }
    });
    match (erased, differs) {
        (Ok(gone), _) => {
            tracing::info!(organization = %row.organization, %gone, "an organization was erased");
            db.notify(row.organization.into())
        }
        (Err(_), Some(table)) => copy_anew(db, row, &table),
        (Err(error), None) => Err(error),
    }
}

/// Erases projects, where the client's copy has them just as they are.
pub(super) fn projects(db: &mut OperatorDb, row: &Row) -> Result<()> {
    let copied = row
        .projects
        .as_ref()
        .and_then(|projects| projects.copied.clone())
        .context("it is not known what the client's copy has")?;
    let projects = project_ids(row)?;
    let mut differs = false;
    let erased = erase_projects(db, row.id.into(), row.organization.into(), &projects, |gone| {
        differs = *gone != copied;
        ensure!(!differs, "the copy has the projects as they were before");
        Ok(())
    });
    match (erased, differs) {
        (Ok(gone), _) => {
            tracing::info!(organization = %row.organization, %gone, "projects were erased");
            db.notify(row.organization.into())
        }
        (Err(_), true) => copy_anew(db, row, "a project"),
        (Err(error), false) => Err(error),
    }
}

/// The projects that the worker has found.
pub(super) fn project_ids(row: &Row) -> Result<Vec<ProjectId>> {
    let ids = row.projects.as_ref().and_then(|projects| projects.ids.clone());
    let ids = ids.context("it is not known which projects are meant")?;
    Ok(ids.into_iter().map(ProjectId).collect())
}

/// What the copy lacks is not erased: it begins with another one.
fn copy_anew(db: &mut OperatorDb, row: &Row, changed: &str) -> Result<()> {
    diesel::update(requests::table.find(row.id))
        .set((
            requests::entered_at.eq(None::<DateTime<Utc>>),
            requests::stored_at.eq(None::<DateTime<Utc>>),
            requests::packaged_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(db.global())?;
    bail!("{changed} has changed since the client's copy was made, which is made anew")
}

/// What is made of the audit log's rows, which are compared: the sealer may come to the last of them after the copy was made, since
/// it waits for every transaction of the whole cluster.
const MADE_OF_OTHERS: [&str; 2] = ["audit_heads", "audit_seals"];

/// The first table of which the copy has another number of rows than go.
fn differing(copied: &Value, gone: &Value) -> Option<String> {
    let rows = |of: &Value, table: &str| of.get(table).and_then(Value::as_u64).unwrap_or_default();
    let Some(tables) = copied.as_object() else { return Some("any table".to_owned()) };
    let mut compared = tables.keys().filter(|table| !MADE_OF_OTHERS.contains(&table.as_str()));
    compared.find(|table| rows(copied, table) != rows(gone, table)).cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_table_of_the_copy_is_compared() {
        assert!(differing(&json!(null), &json!({})).is_some(), "what is not known does not agree");
        let copied = json!({"projects": 3, "users": 2, "roles": 0, "audit_heads": 1});
        for (gone, expected) in [
            // What no export has goes as well: sessions, jobs.
            (json!({"projects": 3, "users": 2, "sessions": 9}), None),
            // Nor does a seal that came late keep anything.
            (json!({"projects": 3, "users": 2, "audit_heads": 2}), None),
            (json!({"projects": 4, "users": 2}), Some("projects")),
            (json!({"projects": 3}), Some("users")),
            (json!({"projects": 3, "users": 2, "roles": 1}), Some("roles")),
        ] {
            assert_eq!(differing(&copied, &gone).as_deref(), expected, "{gone}");
        }
    }
}
