//! Tables as files, CSV and XLSX: read what people bring, write what they take along.
//!
//! [`read`] and [`write`] are pure; [`Sheets`] runs them in a bounded pool of their own, so that a few large files starve
//! nobody. Invariants: nothing that a file says makes more memory than [`UNPACKED`]; no cell that is written is a formula
//! to whoever opens it.

mod csv;
mod weigh;
mod xlsx;

use shared::{Violation, ViolationCode};

use crate::{
    ApiError,
    bounded::{Bounded, Standing},
};

/// The most rows of a file, without its head.
pub const ROWS: usize = 5_000;
/// The most columns.
pub const COLUMNS: usize = 50;
/// The most characters of a cell, which spreadsheets have too.
pub const CELL: usize = 32_767;
/// The most bytes to which a file may unpack, and the most that its cells may hold together.
pub const UNPACKED: u64 = 32 * 1024 * 1024;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, UTF-8 with a mark that spreadsheets look for.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

/// A table: a head, and rows with the line on which people find them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows that are not empty.
    pub rows: Vec<Line>,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file; the head is mostly 1.
    pub number: u32,
    /// The cells, which may be fewer than there are columns.
    pub cells: Vec<String>,
}

/// Reads a file, whichever of the two it is.
pub fn read(bytes: &[u8]) -> Result<Table, Violation> {
    // Every ZIP file, and so every workbook, begins with this.
    let lines = if bytes.starts_with(b"PK") { xlsx::read(bytes)? } else { csv::read(bytes)? };
    let mut lines = lines
        .into_iter()
        .map(|line| Line { cells: line.cells.iter().map(|cell| plain(cell)).collect(), ..line });
    let mut lines = lines.by_ref().filter(|line| line.cells.iter().any(|cell| !cell.is_empty()));
    let Some(head) = lines.next() else {
        return Err(Violation::new(ViolationCode::Required, "The file is empty."));
    };
    let rows: Vec<Line> = lines.collect();
    if rows.len() > ROWS {
        return Err(too_many_rows());
    }
    Ok(Table { head: head.cells, rows })
}

/// Writes a table.
pub fn write(format: Format, head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, ApiError> {
    match format {
        Format::Csv => csv::write(head, rows),
        Format::Xlsx => xlsx::write(head, rows),
    }
}

impl Format {
    /// The end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What makes a spreadsheet take a cell for a formula when it begins with it; some take the wide forms too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What may end a cell and begin the next one, depending on the country whose habits a spreadsheet follows. What a file
/// quotes is no help: to whom `;` separates, a quote after `,` is a letter like others.
const SEPARATORS: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// Where in a cell a formula could begin: at its start and behind each separator, past blanks and quotes.
#[derive(Debug, Clone, Copy)]
struct Start(bool);

impl Start {
    const fn of_cell() -> Self {
        Self(true)
    }

    /// Whether this letter would begin a formula here.
    fn takes(self, letter: char) -> bool {
        self.0 && FORMULA.contains(&letter)
    }

    fn past(self, letter: char) -> Self {
        let goes_on = letter.is_whitespace() || matches!(letter, '"' | '\'');
        Self(SEPARATORS.contains(&letter) || (self.0 && goes_on))
    }
}

/// The cell as nobody's formula: an apostrophe goes before whatever would begin one, wherever the cell is split. Blanks
/// around it go, as they do on the way back.
fn harmless(cell: &str) -> String {
    let mut written = String::with_capacity(cell.len() + 1);
    let mut start = Start::of_cell();
    for letter in cell.trim().chars() {
        if start.takes(letter) {
            written.push('\'');
        }
        written.push(letter);
        start = start.past(letter);
    }
    written
}

/// The cell without what [`harmless`] put into it, and without blanks around it.
fn plain(cell: &str) -> String {
    let mut read = String::with_capacity(cell.len());
    let mut start = Start::of_cell();
    for letter in cell.trim().chars() {
        if start.takes(letter) && read.ends_with('\'') {
            read.pop();
        }
        read.push(letter);
        start = start.past(letter);
    }
    read
}

/// Refuses a cell that no spreadsheet can hold.
fn check_cell(text: &str) -> Result<(), Violation> {
    // No text has more characters than bytes.
    if text.len() > CELL && text.chars().count() > CELL {
        let limit = i64::try_from(CELL).unwrap_or(i64::MAX);
        let message = format!("A cell may have at most {CELL} characters.");
        return Err(Violation::limit(ViolationCode::TooLong, limit, message));
    }
    Ok(())
}

fn too_many_rows() -> Violation {
    let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
    let message = format!("A file may have at most {ROWS} rows. Split it.");
    Violation::limit(ViolationCode::TooLong, limit, message)
}

fn too_wide() -> Violation {
    let limit = i64::try_from(COLUMNS).unwrap_or(i64::MAX);
    Violation::limit(ViolationCode::TooLong, limit, format!("A file may have at most {COLUMNS} columns."))
}

fn too_heavy() -> Violation {
    unreadable("a workbook of a bearable size")
}

fn unreadable(what: &str) -> Violation {
    Violation::new(ViolationCode::InvalidFormat, format!("This cannot be read as {what}."))
}

/// The bounded pool.
#[derive(Debug, Clone)]
pub struct Sheets(Bounded);

/// How many files are worked on at once, and how many may wait.
const RUNNING: usize = 2;
const WAITING: usize = 8;

impl Sheets {
    /// The pool.
    pub fn start() -> std::io::Result<Self> {
        Bounded::start("sheets", RUNNING, WAITING).map(Self)
    }

    /// Does the work on a thread for blocking work. [`ApiError::Busy`] at once where too many wait already.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        self.0.run(work).await
    }

    /// How full the pool is.
    pub fn standing(&self) -> Standing {
        self.0.standing()
    }
}

#[cfg(test)]
mod tests;
