//! Takes an organization in: out of an export, or out of a set.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::{self, BufReader, Read, Write},
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{Reader, archive};
use crate::{
    db::arrival::{Arrival, Newcomer},
    files::{self, Files, ObjectName},
    ops::{
        manifest::TableRows,
        owner::Owner,
        rows::{RowsReader, TableHead},
    },
};

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// The organization.
    pub organization: OrganizationId,
    /// The word in its addresses.
    pub slug: String,
    /// Rows.
    pub rows: u64,
    /// Files.
    pub files: usize,
    /// The number in displayed codes that it has here, where somebody else has its own.
    pub number: Option<i32>,
}

/// Takes an export in. `slug` is the word in addresses here, where it is not to be its own.
pub fn take_in(from: impl Read, into: &str, target: &Files, slug: Option<&str>) -> Result<Arrived> {
    let mut archive = archive(from)?;
    let mut export = Reader::begin(&mut archive)?;
    let head = export.head.clone();
    let mut arrival = Arrival::begin(into, &head.schema, head.organization)?;
    let newcomer = Newcomer {
        id: head.organization,
        number: head.number,
        short_id: head.short_id,
        slug: slug.map_or(head.slug, str::to_owned),
        name: head.name,
        created_at: head.created_at,
    };
    let renamed = arrival.organization(&newcomer)?;
    let mut found = Vec::new();
    let mut rows = RowsReader::begin(BufReader::with_capacity(128 << 10, export.rows()))?;
    let (owner, hash_key) = (rows.head().owner, rows.head().hash_key.0);
    ensure!(
        owner == Owner::Organization(head.organization),
        "its rows are those of {owner}, and it is an export of {}",
        head.organization
    );
    while let Some(table) = rows.next_table()? {
        found.push(copy(&mut arrival, &table, &mut rows)?);
    }
    drop(rows);
    arrival.check_keys()?;
    compare(&mut arrival, &found, &hash_key)?;
    let mut brought = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (named, key) = {
        let mut rows = arrival.rows()?;
        (rows.files()?, rows.file_key()?)
    };
    while let Some((file, bytes)) = export.file()? {
        let name = object_name(head.organization, file.id, &bytes, &named, key.as_deref())?;
        let put = runtime.block_on(target.put(&name, bytes.into()));
        put.map_err(|error| anyhow!("the file {} cannot be written: {error}", file.id))?;
        brought.push(file);
    }
    let contents = export.contents()?;
    ensure!(contents.tables == found, "other rows are in it than its list of contents says");
    ensure!(contents.files == brought, "other files are in it than its list of contents says");
    let there: BTreeSet<Uuid> = brought.iter().map(|file| file.id).collect();
    if let Some((missing, _)) = named.iter().find(|(id, _)| !there.contains(id)) {
        bail!("the file {missing}, which its rows name, is not in it");
    }
    arrival.commit()?;
    Ok(Arrived {
        organization: newcomer.id,
        slug: newcomer.slug,
        rows: found.iter().map(|table| table.rows).sum(),
        files: brought.len(),
        number: renamed.number,
    })
}

/// Lets the rows of one table in.
pub fn copy<R: io::BufRead>(
    arrival: &mut Arrival,
    table: &TableHead,
    rows: &mut RowsReader<R>,
) -> Result<TableRows> {
    // The database's library asks for what can be called again; it is called once.
    let (rows, found) = (RefCell::new(rows), RefCell::new(None));
    arrival.copy(&table.table, &table.columns, |out: &mut dyn Write| {
        let read = rows.borrow_mut().rows(table.table.clone(), out)?;
        found.replace(Some(read));
        Ok::<(), io::Error>(())
    })?;
    found.into_inner().context("nothing was read")
}

/// Reads what came in, as the organization sees it, and compares it.
pub fn compare(arrival: &mut Arrival, expected: &[TableRows], hash_key: &[u8; 32]) -> Result<()> {
    let tables = arrival.tables().to_vec();
    let mut rows = arrival.rows()?;
    for expected in expected {
        let table = tables.iter().find(|table| table.name == expected.table).context("a table is gone")?;
        let mut hasher = blake3::Hasher::new_keyed(hash_key);
        let count = rows.copy(table, &mut hasher)?;
        let is_same = count == expected.rows && hasher.finalize().as_bytes() == &expected.hash.0;
        ensure!(is_same, "the rows of {} are not those that came", table.name);
    }
    Ok(())
}

fn object_name(
    organization: OrganizationId,
    id: Uuid,
    bytes: &[u8],
    named: &[(Uuid, Vec<u8>)],
    key: Option<&[u8]>,
) -> Result<ObjectName> {
    let (_, hash) = named
        .iter()
        .find(|(known, _)| *known == id)
        .with_context(|| format!("no row names the file {id}"))?;
    let key = key.and_then(|key| key.try_into().ok()).context("it has files and no key of them")?;
    let hash: [u8; 32] = hash.as_slice().try_into().map_err(|_| anyhow!("a hash of another length"))?;
    ensure!(files::hash(&key, bytes) == hash, "the file {id} is not the one that its row names");
    Ok(ObjectName { organization, hash, id })
}
