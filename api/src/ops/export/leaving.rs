//! Writes the export of an organization: rows out of one state, then the files that they name.

use std::io::Write;

use anyhow::{Context as _, Result, anyhow};
use chrono::{DateTime, Utc};
use shared::ids::OrganizationId;

use super::{Contents, FORMAT, Head, Writer};
use crate::{
    clock,
    db::{arrival::Newcomer, copies::OwnedRows},
    files::{FileKey, Files, ObjectName, Waiting},
    ops::{
        manifest::TableRows,
        owner::Owner,
        rows::{RowsWriter, TableHead},
    },
};

/// An export whose rows are written.
#[derive(Debug)]
pub struct Leaving<W: Write> {
    writer: Writer<W>,
    tables: Vec<TableRows>,
    /// The files to come, the next one last.
    files: Vec<ObjectName>,
    key: Option<FileKey>,
}

impl<W: Write> Leaving<W> {
    /// Writes the rows.
    pub fn begin(
        out: W,
        newcomer: &Newcomer,
        taken_at: DateTime<Utc>,
        rows: &mut OwnedRows<'_>,
    ) -> Result<Self> {
        let head = Head {
            format: FORMAT,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            organization: newcomer.id,
            number: newcomer.number,
            short_id: newcomer.short_id.clone(),
            slug: newcomer.slug.clone(),
            name: newcomer.name.clone(),
            created_at: newcomer.created_at,
            schema: rows.migrations()?,
        };
        let mut writer = Writer::begin(out, &head)?;
        // It only tells what was changed: whoever has the export has the rows as well.
        let mut hash_key = [0; 32];
        clock::random(&mut hash_key);
        let tables = rows.exported()?;
        let mut stream = RowsWriter::begin(writer.rows(), Owner::Organization(newcomer.id), hash_key)?;
        for table in &tables {
            let head = TableHead { table: table.name.clone(), columns: table.columns.clone() };
            stream.table(head, |out| rows.copy(table, out))?;
        }
        let (pieces, tables) = stream.finish();
        pieces.end()?;
        let key = rows.file_key()?.map(exactly).transpose()?;
        let mut files = named(newcomer.id, rows)?;
        files.reverse();
        Ok(Self { writer, tables, files, key })
    }

    /// Writes all files that are to come.
    pub fn files_of(&mut self, files: &Files, waiting: &Waiting) -> Result<()> {
        while let Some(name) = self.files.pop() {
            let about = |error| anyhow!("the file {}: {error}: the log says more", name.id);
            let key =
                self.key.with_context(|| format!("{} has files and no key of them", name.organization))?;
            let reading = waiting.until(files.read(&name, &key)).map_err(about)?;
            self.writer.file(name.id, reading.size(), reading.read_by(waiting))?;
        }
        Ok(())
    }

    /// Ends it. Gives what it was written to, and what is in it.
    pub fn finish(self) -> Result<(W, Contents)> {
        self.writer.finish(self.tables)
    }
}

fn named(organization: OrganizationId, rows: &mut OwnedRows<'_>) -> Result<Vec<ObjectName>> {
    let named = rows.files()?.into_iter();
    named.map(|(id, hash)| Ok(ObjectName { organization, hash: exactly(hash)?, id })).collect()
}

fn exactly(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| anyhow!("a hash or key of another length"))
}
