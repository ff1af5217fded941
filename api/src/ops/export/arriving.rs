//! Takes an organization in: out of an export, or out of a set.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{self, BufReader, Read, Write},
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{Reader, archive};
use crate::{
    db::arrival::{Arrival, Newcomer},
    files::{FileKey, Files, ObjectName, Waiting},
    ops::{
        manifest::TableRows,
        owner::Owner,
        progress,
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
    // Just the tables that an export has, each once: nothing else is an organization's to bring along.
    let mut tables = arrival.exported()?.into_iter();
    while let Some(table) = rows.next_table()? {
        let expected = tables.next();
        ensure!(
            expected.as_ref() == Some(&table.table),
            "{} is not what comes next in an export",
            table.table
        );
        found.push(copy(&mut arrival, &table, &mut rows)?);
    }
    if let Some(missing) = tables.next() {
        bail!("the rows of {missing} are not in it");
    }
    drop(rows);
    ensure!(!arrival.has_passwords()?, "passwords are in it, which are in no export");
    arrival.check_keys()?;
    compare(&mut arrival, &found, &hash_key)?;
    let mut put = Put { target, waiting: Waiting::alone()?, names: Vec::new() };
    // What is small is read long before it is there: whoever has called it off by now is heard all the same.
    let brought = bring_files(&mut arrival, export, &found, &mut put).and_then(|()| progress::goes_on());
    if let Err(error) = brought {
        put.take_back();
        return Err(error);
    }
    let files = put.names.len();
    // Where this fails it may be there all the same, and then its files are needed.
    arrival.commit()?;
    Ok(Arrived {
        organization: newcomer.id,
        slug: newcomer.slug,
        rows: found.iter().map(|table| table.rows).sum(),
        files,
        number: renamed.number,
    })
}

/// The files that were put, which go again where the organization does not arrive.
struct Put<'a> {
    target: &'a Files,
    waiting: Waiting,
    names: Vec<ObjectName>,
}

impl Put<'_> {
    fn put(&mut self, name: ObjectName, key: &FileKey, content: &mut dyn Read) -> Result<()> {
        self.names.push(name);
        let mut writing = self.target.write(&name, key, &self.waiting)?;
        io::copy(content, &mut writing)?;
        writing.finish().map(drop)
    }

    fn take_back(&self) {
        for name in &self.names {
            if let Err(error) = self.waiting.until(self.target.delete(name)) {
                tracing::error!(%error, file = %name.id, "a file of an organization that did not arrive is left behind");
            }
        }
    }
}

/// Puts the files, each that a row names and once, and compares all of it with the list of contents.
fn bring_files<R: Read>(
    arrival: &mut Arrival,
    mut export: Reader<'_, R>,
    found: &[TableRows],
    put: &mut Put<'_>,
) -> Result<()> {
    let organization = export.head.organization;
    let (mut named, key) = {
        let mut rows = arrival.rows()?;
        (rows.files()?.into_iter().collect::<HashMap<Uuid, Vec<u8>>>(), rows.file_key()?)
    };
    let mut brought = Vec::new();
    let key =
        key.map(|key| FileKey::try_from(key).map_err(|_| anyhow!("a key of another length"))).transpose()?;
    let mut take = |id: Uuid, content: &mut dyn Read| {
        let hash = named.remove(&id).with_context(|| format!("no row names the file {id}"))?;
        let hash = hash.try_into().map_err(|_| anyhow!("a hash of another length"))?;
        let key = key.context("it has files and no key of them")?;
        let name = ObjectName { organization, hash, id };
        put.put(name, &key, content).with_context(|| format!("the file {id} cannot be taken in"))
    };
    while let Some((file, ())) = export.file(&mut take)? {
        brought.push(file);
    }
    let contents = export.contents()?;
    ensure!(contents.tables == found, "other rows are in it than its list of contents says");
    ensure!(contents.files == brought, "other files are in it than its list of contents says");
    if let Some(missing) = named.keys().next() {
        bail!("the file {missing}, which its rows name, is not in it");
    }
    Ok(())
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
