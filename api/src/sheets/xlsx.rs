//! XLSX: the first sheet of a workbook.
//!
//! A workbook is a ZIP of XML, so a small one can unpack to anything, and two cells at the far ends of a sheet make a
//! dense table of billions. So all parts are unpacked once into nothing, counting, before the reader sees them; and cells
//! are read one after the other, never as a rectangle.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use calamine::{Data, DataRef, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use shared::Violation;
use zip::ZipArchive;

use super::{COLUMNS, Line, ROWS, UNPACKED, harmless, too_many_rows, too_wide, unreadable};
use crate::ApiError;

/// The most parts of a workbook.
const PARTS: usize = 1_000;
const KIND: &str = "an XLSX workbook";

/// The lines of the first sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Violation> {
    check_size(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable(KIND))?;
    let sheet = workbook.sheet_names().first().cloned().ok_or_else(|| unreadable(KIND))?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|_| unreadable(KIND))?;
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable(KIND))? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.trim().is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= COLUMNS {
            return Err(too_wide());
        }
        let line = lines.entry(row).or_default();
        if line.len() <= column {
            line.resize(column + 1, String::new());
        }
        if let Some(place) = line.get_mut(column) {
            *place = text;
        }
        // One more is the head.
        if lines.len() > ROWS + 1 {
            return Err(too_many_rows());
        }
    }
    Ok(lines.into_iter().map(|(row, cells)| Line { number: row.saturating_add(1), cells }).collect())
}

/// Unpacks everything into nothing, and counts.
fn check_size(bytes: &[u8]) -> Result<(), Violation> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable(KIND))?;
    if archive.len() > PARTS {
        return Err(unreadable(KIND));
    }
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| unreadable(KIND))?;
        // One byte more than is allowed tells that there is more; what the head of the part says counts for nothing.
        let unpacked = std::io::copy(&mut part.take(left + 1), &mut std::io::sink());
        let unpacked = unpacked.map_err(|_| unreadable(KIND))?;
        left = left.checked_sub(unpacked).ok_or_else(|| unreadable("a workbook of a bearable size"))?;
    }
    Ok(())
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        other => Data::from(other.clone()).to_string(),
    }
}

/// A workbook with one sheet, whose head stays in sight.
pub(super) fn write(head: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, ApiError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(head) {
        sheet.write_string_with_format(0, column, *name, &bold).map_err(ApiError::internal)?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row, column, harmless(cell)).map_err(ApiError::internal)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(ApiError::internal)?;
    sheet.autofit();
    workbook.save_to_buffer().map_err(ApiError::internal)
}
