//! Brings one organization back out of a set, into a database that is in use and does not have it: all of it, or nothing.

use std::{collections::HashMap, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use shared::{console::ActionPhase, ids::OrganizationId};

use super::{
    environment::Environment,
    erased_again::Entries,
    export::arriving::{Arrived, compare, copy},
    owner::Owner,
    progress,
    restored_files::Bringing,
    retention::Place,
};
use crate::db::arrival::Arrival;

impl Environment {
    /// Restores it. It is suspended until somebody lets people in.
    pub fn restore_one(
        &self,
        from: Place,
        set: &str,
        organization: OrganizationId,
        into: &str,
        files_into: Option<&Path>,
        settle_at: Option<DateTime<Utc>>,
    ) -> Result<Arrived> {
        let (manifest, ledger) = (self.manifest(from, set)?, self.ledger()?);
        ensure!(
            !ledger.is_erased(organization),
            "the organization {organization} was erased, as its client has asked for: it does not come back out of a set. Where the \
             client has kept their own copy, another installation takes that in."
        );
        let stream = manifest.stream(Owner::Organization(organization));
        let stream = stream.with_context(|| format!("{set} has no rows of {organization}"))?;
        if let Some(erased_at) = self.barrier(&ledger, stream)? {
            bail!(
                "what {set} has of {organization} can be read no more: projects of it were erased at {}, and the keys of before were \
                 destroyed then. Choose a set of after.",
                erased_at.to_rfc3339()
            );
        }
        let mut arrival = Arrival::begin(into, &manifest.schema, organization)?;
        progress::begins(ActionPhase::RestoreRows, "", Some(stream.object.size));
        let mut found = HashMap::new();
        let head = self.rows(self.store(from), stream, |head, rows| {
            let read = copy(&mut arrival, head, rows)?;
            found.insert(read.table.clone(), read.clone());
            Ok(read)
        })?;
        ensure!(found.len() == stream.tables.len(), "a table was read twice");
        arrival.check_keys()?;
        compare(&mut arrival, &stream.tables, &head.hash_key.0)?;
        let slug = arrival.suspend(settle_at)?;
        let files = match files_into {
            None => 0,
            Some(folder) => {
                let bringing = Bringing::of(self, from, folder)?;
                let (named, key) = {
                    let mut rows = arrival.rows()?;
                    (rows.files()?, rows.file_key()?)
                };
                let mut missing = Vec::new();
                let brought = bringing.bring(organization, named, key.as_deref(), &mut missing)?;
                if let Some(first) = missing.first() {
                    bail!(
                        "{} files that the rows name are in no file set, the first of them {first}",
                        missing.len()
                    );
                }
                brought
            }
        };
        arrival.erase_again(&Entries::of_one(&ledger, organization).erased())?;
        progress::goes_on()?;
        arrival.commit()?;
        let rows = stream.tables.iter().map(|table| table.rows).sum();
        Ok(Arrived { organization, slug, rows, files, number: None })
    }
}
