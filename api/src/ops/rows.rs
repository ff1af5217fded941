//! All rows of one owner as a stream, before it is sealed: a script that `psql` understands too.
//!
//! The first line, a comment, says whose rows they are. Then for each table a comment with its name and columns, the COPY
//! statement, the rows as COPY writes them, and `\.`. A row never looks like that end, since COPY writes a backslash as two.
//! Rows are passed on as they come; no table and no row has to fit into memory.

use std::io::{self, BufRead, Read as _, Write};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    manifest::{FORMAT, TableRows},
    owner::Owner,
};
use crate::audit::lines::Bytes;

/// The end of a table's rows.
const END: &[u8] = b"\\.\n";
/// So much of a line is looked at, at once. The end of a table is shorter.
const PIECE: u64 = 64 << 10;
/// No line that says something is longer.
const LONGEST_HEAD: u64 = 1 << 20;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORMAT`].
    pub format: u32,
    /// Whose rows they are.
    pub owner: Owner,
    /// The key under which rows are hashed.
    pub hash_key: Bytes<32>,
}

/// What stands before the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableHead {
    /// The table.
    pub table: String,
    /// The columns, in the order of the rows' fields.
    pub columns: Vec<String>,
}

impl TableHead {
    fn copy_statement(&self) -> String {
        let quote = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        let columns: Vec<String> = self.columns.iter().map(quote).collect();
        format!("COPY public.{} ({}) FROM stdin;", quote(&self.table), columns.join(", "))
    }
}

/// Writes the stream.
#[derive(Debug)]
pub struct RowsWriter<W> {
    out: W,
    hash_key: [u8; 32],
    tables: Vec<TableRows>,
}

impl<W: Write> RowsWriter<W> {
    /// Writes the first line.
    pub fn begin(mut out: W, owner: Owner, hash_key: [u8; 32]) -> Result<Self> {
        comment(&mut out, &Head { format: FORMAT, owner, hash_key: Bytes(hash_key) })?;
        Ok(Self { out, hash_key, tables: Vec::new() })
    }

    /// Writes a table. `rows` writes its rows into what it is given, and says how many.
    pub fn table(&mut self, head: TableHead, rows: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<()> {
        comment(&mut self.out, &head)?;
        writeln!(self.out, "{}", head.copy_statement())?;
        let mut hashed = Hashed { out: &mut self.out, hasher: blake3::Hasher::new_keyed(&self.hash_key) };
        let rows = rows(&mut hashed)?;
        let hash = Bytes(*hashed.hasher.finalize().as_bytes());
        self.out.write_all(END)?;
        self.tables.push(TableRows { table: head.table, rows, hash });
        Ok(())
    }

    /// What was written to, and what.
    pub fn finish(self) -> (W, Vec<TableRows>) {
        (self.out, self.tables)
    }
}

fn comment(out: &mut impl Write, said: &impl Serialize) -> Result<()> {
    Ok(writeln!(out, "-- {}", serde_json::to_string(said)?)?)
}

/// Passes on what it hashes.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    hasher: blake3::Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads the stream.
#[derive(Debug)]
pub struct RowsReader<R> {
    from: R,
    head: Head,
}

impl<R: BufRead> RowsReader<R> {
    /// Reads the first line.
    pub fn begin(mut from: R) -> Result<Self> {
        let head: Head = parse(&line(&mut from)?.context("it is empty")?)?;
        if head.format != FORMAT {
            bail!("it is of format {}, and this version reads format {FORMAT}", head.format);
        }
        Ok(Self { from, head })
    }

    /// What the first line says.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The head of the next table, where there is one. Its rows have to be read before the next is asked for.
    pub fn next_table(&mut self) -> Result<Option<TableHead>> {
        let Some(said) = line(&mut self.from)? else { return Ok(None) };
        let head: TableHead = parse(&said)?;
        let statement = line(&mut self.from)?.unwrap_or_default();
        if statement.strip_suffix(b"\n") != Some(head.copy_statement().as_bytes()) {
            bail!("the statement of the table {} is not the expected one", head.table);
        }
        Ok(Some(head))
    }

    /// Passes the rows of the table on, and says how many they are and how they hash.
    pub fn rows(&mut self, table: String, out: &mut dyn Write) -> io::Result<TableRows> {
        let (mut hasher, mut rows) = (blake3::Hasher::new_keyed(&self.head.hash_key.0), 0);
        let (mut piece, mut is_new_line) = (Vec::new(), true);
        loop {
            piece.clear();
            (&mut self.from).take(PIECE).read_until(b'\n', &mut piece)?;
            if piece.is_empty() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the table has no end"));
            }
            if is_new_line && piece == END {
                return Ok(TableRows { table, rows, hash: Bytes(*hasher.finalize().as_bytes()) });
            }
            hasher.update(&piece);
            out.write_all(&piece)?;
            is_new_line = piece.ends_with(b"\n");
            rows += u64::from(is_new_line);
        }
    }
}

/// The next line that says something, with its end; none where there is nothing more.
fn line(from: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    from.take(LONGEST_HEAD).read_until(b'\n', &mut bytes)?;
    match bytes.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(bytes)),
        Some(_) => bail!("a line has no end"),
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T> {
    let said = line.strip_prefix(b"-- ").context("it does not begin as backups do")?;
    serde_json::from_slice(said).context("it does not say what it is")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A row as COPY writes it: any text whose line ends and backslashes are escaped.
    fn row() -> impl Strategy<Value = String> {
        let letters = prop_oneof![
            Just(r"\\."),
            Just(r"\\"),
            Just(r"\n"),
            Just("."),
            Just("ñ"),
            Just("\t"),
            Just(r"\N")
        ];
        prop::collection::vec(letters, 0..12).prop_map(|letters| letters.concat() + "\n")
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(tables in prop::collection::vec(prop::collection::vec(row(), 0..20), 0..5)) {
            let mut writer = RowsWriter::begin(Vec::new(), Owner::Platform, [7; 32]).expect("it begins");
            for (number, rows) in tables.iter().enumerate() {
                let head = TableHead { table: format!("t\"{number}"), columns: vec!["a".into(), "b c".into()] };
                let count = u64::try_from(rows.len()).expect("few");
                writer.table(head, |out| {
                    rows.iter().try_for_each(|row| out.write_all(row.as_bytes()))?;
                    Ok(count)
                }).expect("it is written");
            }
            let (bytes, written) = writer.finish();
            let mut reader = RowsReader::begin(bytes.as_slice()).expect("it begins");
            prop_assert_eq!(reader.head().owner, Owner::Platform);
            let (mut found, mut contents) = (Vec::new(), Vec::new());
            while let Some(head) = reader.next_table().expect("it is read") {
                let mut content = Vec::new();
                found.push(reader.rows(head.table, &mut content).expect("rows"));
                contents.push(String::from_utf8(content).expect("text"));
            }
            prop_assert_eq!(found, written);
            prop_assert_eq!(contents, tables.iter().map(|rows| rows.concat()).collect::<Vec<_>>());
        }
    }

    /// A row that is longer than what is looked at, with the end of a table where a piece begins.
    #[test]
    fn a_long_row_is_one_row() {
        let long = "x".repeat(usize::try_from(PIECE).expect("fits")) + "\\.\n";
        let mut writer = RowsWriter::begin(Vec::new(), Owner::Platform, [7; 32]).expect("it begins");
        let head = TableHead { table: "t".into(), columns: vec!["a".into()] };
        writer
            .table(head, |out| {
                out.write_all(long.as_bytes())?;
                Ok(1)
            })
            .expect("it is written");
        let (bytes, written) = writer.finish();
        let mut reader = RowsReader::begin(bytes.as_slice()).expect("it begins");
        let head = reader.next_table().expect("it is read").expect("one");
        let mut content = Vec::new();
        assert_eq!(reader.rows(head.table, &mut content).expect("rows"), written[0]);
        assert!(content == long.as_bytes() && reader.next_table().expect("it is read").is_none());
    }

    #[test]
    fn what_is_no_stream_says_so() {
        for text in [
            "",
            "x\n",
            "-- {}\n",
            "-- {\"format\":2",
            "-- {\"format\":1,\"owner\":\"nobody\",\"hash_key\":\"\"}\n",
        ] {
            assert!(RowsReader::begin(text.as_bytes()).is_err(), "{text}");
        }
        let writer = RowsWriter::begin(Vec::new(), Owner::Platform, [7; 32]).expect("it begins");
        let (head, _) = writer.finish();
        let table = b"-- {\"table\":\"t\",\"columns\":[\"a\"]}\n".as_slice();
        for (more, said) in [
            (b"COPY public.\"u\" (\"a\") FROM stdin;\n\\.\n".as_slice(), "not the expected one"),
            (b"COPY public.\"t\" (\"a\") FROM stdin;\n1\n".as_slice(), "no end"),
        ] {
            let bytes = [&head, table, more].concat();
            let mut reader = RowsReader::begin(bytes.as_slice()).expect("it begins");
            let read = reader.next_table().and_then(|head| {
                let head = head.expect("one");
                Ok(reader.rows(head.table, &mut io::sink())?)
            });
            assert!(read.expect_err("it is found").to_string().contains(said), "{said}");
        }
    }
}
