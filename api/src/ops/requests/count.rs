//! Counts what a request is about, so that whoever decides sees it.

use std::collections::BTreeSet;

use anyhow::Result;
use diesel::prelude::*;
use serde_json::Value;
use shared::{
    console::{ErasurePreview, TableCount},
    ids::OrganizationId,
};
use uuid::Uuid;

use super::Requests;
use crate::{
    db::{
        copies::Snapshot,
        operator::{
            OperatorDb,
            tables::{client_requests as requests, project_erasures},
        },
    },
    ops::{attended, manifest, retention::SetKind, stores::Store},
};

impl Requests {
    /// Counts for every request for which nobody has yet.
    pub(super) fn count_what_is_asked_for(&self, db: &mut OperatorDb) -> Result<()> {
        let Some(backups) = &self.backups else { return Ok(()) };
        let uncounted: Vec<(Uuid, Uuid, Option<Vec<String>>)> = requests::table
            .left_join(project_erasures::table)
            .filter(requests::preview.is_null().and(requests::state.eq_any([
                "requested",
                "verified",
                "authorized",
            ])))
            .select((requests::id, requests::organization, project_erasures::projects.nullable()))
            .load(db.global())?;
        if uncounted.is_empty() {
            return Ok(());
        }
        let snapshot = Snapshot::take(&backups.database_url)?;
        for (id, organization, names) in uncounted {
            if let Some(names) = names {
                self.count_projects(db, &snapshot, id, organization.into(), &names)?;
            } else {
                let preview = self.count(db, &snapshot, organization.into())?;
                diesel::update(requests::table.find(id))
                    .set(requests::preview.eq(serde_json::to_value(preview)?))
                    .execute(db.global())?;
            }
        }
        Ok(())
    }

    /// Finds the projects that are named, and counts what there is of them. Where one is not there, the request says so.
    fn count_projects(
        &self,
        db: &mut OperatorDb,
        snapshot: &Snapshot,
        request: Uuid,
        organization: OrganizationId,
        names: &[String],
    ) -> Result<()> {
        let row = requests::table.find(request);
        let (found, rows) = snapshot.reader()?.of(Some(organization), |rows| {
            let found = rows.projects_meant(names)?;
            let ids: Vec<Uuid> = found.iter().copied().flatten().collect();
            Ok((found, rows.rows_of_projects(&ids)?))
        })?;
        let missing: Vec<&str> =
            names.iter().zip(&found).filter(|(_, id)| id.is_none()).map(|(name, _)| name.as_str()).collect();
        if !missing.is_empty() {
            let why = format!("there are no such projects: {}", missing.join(", "));
            diesel::update(row).set(requests::failure.eq(why)).execute(db.global())?;
            return Ok(());
        }
        let ids: BTreeSet<Uuid> = found.into_iter().flatten().collect();
        let count = |(table, said): (&String, &Value)| {
            let rows = said.get("rows").and_then(Value::as_u64).unwrap_or_default();
            TableCount { table: table.clone(), rows }
        };
        let preview = ErasurePreview {
            at: db.clock().now(),
            tables: rows.as_object().into_iter().flatten().map(count).collect(),
            files: 0,
            file_bytes: 0,
            sets: self.count_sets(db)?,
        };
        diesel::update(project_erasures::table.find(request))
            .set(project_erasures::project_ids.eq(ids.into_iter().collect::<Vec<_>>()))
            .execute(db.global())?;
        diesel::update(row)
            .set((requests::preview.eq(serde_json::to_value(preview)?), requests::failure.eq(None::<String>)))
            .execute(db.global())?;
        Ok(())
    }

    fn count(
        &self,
        db: &mut OperatorDb,
        snapshot: &Snapshot,
        organization: OrganizationId,
    ) -> Result<ErasurePreview> {
        let (mut tables, mut reader) = (Vec::new(), snapshot.reader()?);
        let (files, file_bytes) = reader.of(Some(organization), |rows| {
            for table in &snapshot.tables {
                let count = rows.count(table)?;
                if count > 0 {
                    tables.push(TableCount { table: table.name.clone(), rows: count });
                }
            }
            Ok((rows.files()?.len(), rows.file_bytes()?))
        })?;
        Ok(ErasurePreview {
            at: db.clock().now(),
            tables,
            files: u64::try_from(files)?,
            file_bytes,
            sets: self.count_sets(db)?,
        })
    }

    /// All sets that are known: each of them may hold something of every organization.
    fn count_sets(&self, db: &mut OperatorDb) -> Result<u64> {
        if let Some(said) = attended::newest(db)? {
            return Ok(u64::try_from(said.sets.len())?);
        }
        let store = Store::at("the local store", &self.backups()?.stores.local)?;
        let mut sets = 0;
        for kind in SetKind::ALL {
            sets += manifest::sets(&store, kind)?.len();
        }
        Ok(u64::try_from(sets)?)
    }
}
