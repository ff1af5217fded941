//! The client's copy: an export, sealed for the client's own key, ready to be taken by a link; of an erasure, it stands in both
//! stores of backups too.

use std::fs;

use age::x25519::Recipient;
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::{Map, Value};
use shared::{console::ClientRequestKind, ids::OrganizationId};

use super::{Requests, erase};
use crate::{
    audit::lines::Bytes,
    clock::Clock,
    config::FilesConfig,
    console::requests::store::Row,
    db::{
        copies::Snapshot,
        operator::{
            OperatorDb,
            tables::{client_requests as requests, project_erasures},
        },
    },
    files::{self, DELIVERIES, Files, Waiting, package_path},
    ops::{
        backup::Stores,
        export::{Contents, leaving::Leaving},
        ledger::{self, Erasure, Subject},
        sealed::Sealing,
        signing::SetKeys,
        stores::{NotCopied, Object, Store},
    },
};

/// How long it is kept.
pub const KEPT: TimeDelta = TimeDelta::days(30);

impl Requests {
    /// Makes it. One that was begun and not written down is made anew under another name.
    pub(super) fn package(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let (backups, deliveries) = (self.backups()?, self.deliveries()?);
        // Of an earlier one, nothing counts any more.
        diesel::update(requests::table.find(row.id))
            .set((
                requests::entered_at.eq(None::<DateTime<Utc>>),
                requests::stored_at.eq(None::<DateTime<Utc>>),
                requests::packaged_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(db.global())?;
        if let Some(before) = row.package_id {
            deliveries.delete(&package_path(before))?;
        }
        let recipient: Recipient =
            row.recipient.parse().map_err(|why| anyhow!("the client's key is no age recipient: {why}"))?;
        let (now, id) = (db.clock().now(), db.clock().new_id());
        // It is known by this name before there is anything under it.
        diesel::update(requests::table.find(row.id)).set(requests::package_id.eq(id)).execute(db.global())?;
        let upload = deliveries.upload(&package_path(id))?;
        let sealing = Sealing::begin(&recipient, upload)?;
        let snapshot = Snapshot::take(&backups.database_url)?;
        let (sealing, contents) =
            write(&snapshot, row.organization.into(), &self.files, db.clock(), sealing)?;
        // Of the same state.
        if let Some(projects) = row.projects.as_ref().and_then(|projects| projects.ids.as_ref()) {
            let of = Some(row.organization.into());
            let copied = snapshot.reader()?.of(of, |rows| rows.rows_of_projects(projects))?;
            diesel::update(project_erasures::table.find(row.id))
                .set(project_erasures::copied.eq(copied))
                .execute(db.global())?;
        }
        let object = sealing.finish()?.finish()?;
        let rows: u64 = contents.tables.iter().map(|table| table.rows).sum();
        let tables: Map<String, Value> =
            contents.tables.iter().map(|table| (table.table.clone(), table.rows.into())).collect();
        diesel::update(requests::table.find(row.id))
            .set((
                requests::packaged_at.eq(now),
                requests::package_bytes.eq(i64::try_from(object.size)?),
                requests::package_hash.eq(object.hash.0.to_vec()),
                requests::package_rows.eq(i64::try_from(rows)?),
                requests::package_files.eq(i64::try_from(contents.files.len())?),
                requests::package_tables.eq(Value::Object(tables)),
                // Longer, once it is all that is left.
                requests::package_kept_until.eq(now + KEPT),
            ))
            .execute(db.global())?;
        Ok(())
    }

    /// Puts it into both stores.
    pub(super) fn store(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let (object, deliveries) = (packaged(row)?, self.deliveries()?);
        let stores = Stores::open(&self.backups()?.stores)?;
        for store in [&stores.local, &stores.off_site] {
            deliveries.copy_to(store, &object).map_err(NotCopied::into_error)?;
        }
        let now = db.clock().now();
        diesel::update(requests::table.find(row.id)).set(requests::stored_at.eq(now)).execute(db.global())?;
        Ok(())
    }

    /// Enters the erasure into the ledger in both stores.
    pub(super) fn enter(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let backups = self.backups()?;
        let (stores, keys) = (Stores::open(&backups.stores)?, SetKeys::read(&backups.keys_directory)?);
        let request = row.id.into();
        // The instant is the same, however often it is entered.
        let (subject, at) = match row.kind() {
            Some(ClientRequestKind::Erasure) => {
                (Subject::Organization { request }, row.suspended_at.context("people are still let in")?)
            }
            Some(ClientRequestKind::ProjectErasure) => {
                let projects = erase::project_ids(row)?.into_iter().collect();
                (Subject::Projects { request, projects }, row.stored_at.context("there is no copy yet")?)
            }
            Some(ClientRequestKind::Copy) | None => bail!("nothing is erased by this request"),
        };
        let erasure = Erasure { organization: row.organization.into(), subject, at };
        for store in [&stores.local, &stores.off_site] {
            ledger::enter(store, &keys, &erasure)?;
        }
        let now = db.clock().now();
        diesel::update(requests::table.find(row.id))
            .set(requests::entered_at.eq(now))
            .execute(db.global())?;
        Ok(())
    }

    /// Removes the files of an organization that is not there any more. Projects have none of their own: what no row names any more
    /// is swept like everything of the kind.
    pub(super) fn remove_files(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        if self.files != FilesConfig::Nowhere && row.kind() == Some(ClientRequestKind::Erasure) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let files = Files::open(&self.files)?;
            let removed = runtime.block_on(files.remove_all(row.organization.into()));
            let removed = removed.map_err(|error| anyhow!("{error}: the worker's log says more"))?;
            tracing::info!(organization = %row.organization, removed, "the files of an erased organization");
        }
        let now = db.clock().now();
        diesel::update(requests::table.find(row.id))
            .set(requests::files_removed_at.eq(now))
            .execute(db.global())?;
        Ok(())
    }

    /// Where packages are taken from.
    pub(super) fn deliveries(&self) -> Result<Store> {
        const WHAT: &str = "the deliveries";
        match &self.files {
            FilesConfig::Nowhere => {
                bail!("files are kept {}: there is no place for the client's copy", self.files)
            }
            FilesConfig::Folder(folder) => {
                let folder = folder.join(DELIVERIES);
                fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
                Store::prepare(&folder)?;
                Store::open(WHAT, &folder)
            }
            FilesConfig::Bucket(place) => Store::in_bucket(WHAT, &place.below(DELIVERIES), files::PATIENCE),
        }
    }
}

/// The package, as it stands in stores.
fn packaged(row: &Row) -> Result<Object> {
    let (Some(id), Some(size), Some(hash)) = (row.package_id, row.package_bytes, &row.package_hash) else {
        bail!("there is no copy yet")
    };
    let hash = <[u8; 32]>::try_from(hash.as_slice()).context("a hash of another length")?;
    Ok(Object { path: package_path(id), size: size.try_into()?, hash: Bytes(hash) })
}

/// Writes the export of one state.
fn write<W: std::io::Write>(
    snapshot: &Snapshot,
    organization: OrganizationId,
    files: &FilesConfig,
    clock: &Clock,
    out: W,
) -> Result<(W, Contents)> {
    let mut reader = snapshot.reader()?;
    let mut leaving = reader.of(Some(organization), |rows| {
        let newcomer = rows.newcomer(organization)?;
        Leaving::begin(out, &newcomer, clock.now(), rows)
    })?;
    leaving.files_of(&Files::open(files)?, &Waiting::alone()?)?;
    leaving.finish()
}
