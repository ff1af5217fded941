//! CSV as spreadsheets write it: with or without a byte-order mark, in UTF-8, UTF-16 or Windows-1252, between commas,
//! semicolons or tabs.

use encoding_rs::{Encoding, WINDOWS_1252};
use shared::Violation;

use super::{COLUMNS, Line, ROWS, check_cell, harmless, too_many_rows, too_wide, unreadable};
use crate::ApiError;

/// The mark by which spreadsheets know UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Violation> {
    let text = decode(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
    // Excel's own way to say what separates.
    let (text, named, skipped) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((separator, rest)) => (rest, separator.trim_end().bytes().next(), 1),
        None => (text.as_str(), None, 0),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(named.unwrap_or_else(|| delimiter(text)))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut lines, mut place) = (Vec::new(), Place { offset: 0, line: 1 + skipped });
    for record in reader.records() {
        let record = record.map_err(|_| unreadable("CSV"))?;
        if record.len() > COLUMNS && record.iter().skip(COLUMNS).any(|cell| !cell.trim().is_empty()) {
            return Err(too_wide());
        }
        if lines.len() > ROWS {
            return Err(too_many_rows());
        }
        place.move_to(text, record.position().map_or(0, csv::Position::byte));
        let cells = record.iter().take(COLUMNS);
        let cells = cells.map(|cell| check_cell(cell).map(|()| cell.to_owned())).collect::<Result<_, _>>()?;
        lines.push(Line { number: place.line, cells });
    }
    Ok(lines)
}

/// Where in the text the reader is. It counts the lines itself: the reader's own count stands before empty lines.
struct Place {
    offset: usize,
    line: u32,
}

impl Place {
    fn move_to(&mut self, text: &str, offset: u64) {
        let offset = usize::try_from(offset).unwrap_or(text.len());
        let ahead = text.get(offset..).unwrap_or_default();
        let start = offset + ahead.len() - ahead.trim_start_matches('\n').len();
        let passed = text.get(self.offset..start).unwrap_or_default().matches('\n').count();
        self.line = self.line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        self.offset = start;
    }
}

/// A file that spreadsheets open as it is meant.
pub(super) fn write(head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, ApiError> {
    let mut writer = csv::Writer::from_writer(MARK.to_vec());
    writer.write_record(head).map_err(ApiError::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(ApiError::internal)?;
    }
    writer.into_inner().map_err(|error| ApiError::internal(anyhow::anyhow!("{error}")))
}

fn decode(bytes: &[u8]) -> Result<String, Violation> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
        return text.map(std::borrow::Cow::into_owned).ok_or_else(|| unreadable(encoding.name()));
    }
    // What is no UTF-8 comes from a spreadsheet on Windows, whose encoding gives every byte a meaning. A NUL is in
    // no table, but in every other kind of file.
    if bytes.contains(&0) {
        return Err(unreadable("CSV or XLSX"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()),
    }
}

/// What separates the cells: whichever of the three stands most in the first line, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(one, _)| *one == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equals, so that a file of one column is one of commas.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| byte)
}
