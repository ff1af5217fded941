//! XLSX: the first sheet of a workbook.
//!
//! A workbook is a ZIP of XML, so a small one can unpack to anything, a string that stands in it once can be in every
//! cell, and two cells at the far ends of a sheet make a dense table of billions. So it is weighed before the reader sees
//! it; what the cells hold is counted as it is copied; and cells are read one after the other, never as a rectangle.

use std::{borrow::Cow, collections::BTreeMap, io::Cursor};

use calamine::{Data, DataRef, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook};
use shared::Violation;

use super::{
    COLUMNS, Line, ROWS, UNPACKED, check_cell, harmless, too_heavy, too_many_rows, too_wide, unreadable,
    weigh,
};
use crate::ApiError;

const KIND: &str = "an XLSX workbook";

/// The lines of the first sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Violation> {
    weigh::check(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable(KIND))?;
    let sheet = workbook.sheet_names().first().cloned().ok_or_else(|| unreadable(KIND))?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|_| unreadable(KIND))?;
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut left = UNPACKED;
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
        check_cell(&text)?;
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or_else(too_heavy)?;
        let line = lines.entry(row).or_default();
        if line.len() <= column {
            line.resize(column + 1, String::new());
        }
        if let Some(place) = line.get_mut(column) {
            *place = text.into_owned();
        }
        // One more is the head.
        if lines.len() > ROWS + 1 {
            return Err(too_many_rows());
        }
    }
    Ok(lines.into_iter().map(|(row, cells)| Line { number: row.saturating_add(1), cells }).collect())
}

/// What a cell says, not copied yet where it need not be.
fn text<'a>(value: &'a DataRef<'_>) -> Cow<'a, str> {
    match value {
        DataRef::Empty => Cow::Borrowed(""),
        DataRef::String(text) => Cow::Borrowed(text),
        DataRef::SharedString(text) => Cow::Borrowed(text),
        other => Cow::Owned(Data::from(other.clone()).to_string()),
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
