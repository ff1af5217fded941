//! Counts what a request is about, so that whoever decides sees it.

use anyhow::Result;
use diesel::prelude::*;
use shared::{
    console::{ErasurePreview, TableCount},
    ids::OrganizationId,
};
use uuid::Uuid;

use super::Requests;
use crate::{
    db::{
        copies::Snapshot,
        operator::{OperatorDb, tables::client_requests as requests},
    },
    ops::{attended, manifest, retention::SetKind, stores::Store},
};

impl Requests {
    /// Counts for every request for which nobody has yet.
    pub(super) fn count_what_is_asked_for(&self, db: &mut OperatorDb) -> Result<()> {
        let Some(backups) = &self.backups else { return Ok(()) };
        let uncounted: Vec<(Uuid, Uuid)> = requests::table
            .filter(requests::preview.is_null().and(requests::state.eq_any([
                "requested",
                "verified",
                "authorized",
            ])))
            .select((requests::id, requests::organization))
            .load(db.global())?;
        if uncounted.is_empty() {
            return Ok(());
        }
        let snapshot = Snapshot::take(&backups.database_url)?;
        for (id, organization) in uncounted {
            let preview = self.count(db, &snapshot, organization.into())?;
            diesel::update(requests::table.find(id))
                .set(requests::preview.eq(serde_json::to_value(preview)?))
                .execute(db.global())?;
        }
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
