//! Files as other programs write them, files that mean harm, and the way there and back.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn table(head: &[&str], rows: &[(u32, &[&str])]) -> Table {
    let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
    let row = |(number, of): &(u32, &[&str])| Line { number: *number, cells: cells(of) };
    Table { head: cells(head), rows: rows.iter().map(row).collect() }
}

#[test]
fn csv_is_read_as_it_comes() {
    let expected = table(&["email", "name"], &[(2, &["ana@x.example", "Ana, Núñez"])]);
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    for (name, bytes) in [
        ("commas", "email,name\r\nana@x.example,\"Ana, Núñez\"\r\n".as_bytes().to_vec()),
        ("a mark", "\u{feff}email,name\nana@x.example,\"Ana, Núñez\"\n".as_bytes().to_vec()),
        ("semicolons", "email;name\nana@x.example;Ana, Núñez".as_bytes().to_vec()),
        ("tabs", "email\tname\nana@x.example\tAna, Núñez\n".as_bytes().to_vec()),
        ("Windows", b"email;name\nana@x.example;Ana, N\xfa\xf1ez\n".to_vec()),
        ("UTF-16", utf16("email\tname\nana@x.example\tAna, Núñez\n")),
        ("blanks around", "email , name\n ana@x.example ,\" Ana, Núñez \"\n".as_bytes().to_vec()),
        ("empty lines", "email,name\nana@x.example,\"Ana, Núñez\"\n,\n\n".as_bytes().to_vec()),
    ] {
        assert_eq!(read(&bytes).as_ref(), Ok(&expected), "{name}");
    }
    let named = read("sep=;\nemail;name\nana@x.example;Ana\n".as_bytes()).expect("a table");
    assert_eq!(named, table(&["email", "name"], &[(3, &["ana@x.example", "Ana"])]));
    let quoted = read("\"a;b;c\",d\n1,\"two\nlines\"\n2,x\n".as_bytes()).expect("a table");
    assert_eq!(quoted, table(&["a;b;c", "d"], &[(2, &["1", "two\nlines"]), (4, &["2", "x"])]));
}

#[test]
fn what_is_no_table_is_refused() {
    let wide = vec!["x"; COLUMNS + 1].join(",");
    let long = "a\n".repeat(ROWS + 2);
    for (bytes, code) in [
        (b"".to_vec(), ViolationCode::Required),
        (b" \n,,\n".to_vec(), ViolationCode::Required),
        (b"\x89PNG\r\n\x1a\n\0\0\0".to_vec(), ViolationCode::InvalidFormat),
        (b"PK\x03\x04 and no more".to_vec(), ViolationCode::InvalidFormat),
        (wide.into_bytes(), ViolationCode::TooLong),
        (long.into_bytes(), ViolationCode::TooLong),
    ] {
        assert_eq!(read(&bytes).map_err(|violation| violation.code), Err(code), "{bytes:?}");
    }
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a part");
        archive.write_all(bytes).expect("it is written");
    }
    archive.finish().expect("an archive").into_inner()
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one_is_refused() {
    let zeros = vec![b' '; usize::try_from(UNPACKED).expect("it fits") + 1];
    let bomb = zipped(&[("xl/sharedStrings.xml", &zeros)]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    let refused = read(&bomb).expect_err("it is too large");
    assert!(refused.message.contains("bearable size"), "{}", refused.message);
    // In many parts as in one.
    let part = vec![b' '; usize::try_from(UNPACKED / 4).expect("it fits")];
    let names: Vec<String> = (0..5).map(|number| format!("{number}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), part.as_slice())).collect();
    assert!(read(&zipped(&parts)).is_err());
}

/// A workbook with this sheet, as small as a workbook can be.
fn workbook(sheet: &str) -> Vec<u8> {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const PACKAGE: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
    );
    zipped(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn cells_at_the_far_ends_of_a_sheet_make_no_rectangle() {
    let text = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let far_down = format!(
        r#"<row r="1">{}</row><row r="1048576">{}</row>"#,
        text("A1", "email"),
        text("A1048576", "ana@x.example")
    );
    let found = read(&workbook(&far_down)).expect("a table");
    assert_eq!(found, table(&["email"], &[(1_048_576, &["ana@x.example"])]));
    let far_right = format!(r#"<row r="1">{}{}</row>"#, text("A1", "email"), text("XFD1", "x"));
    assert_eq!(read(&workbook(&far_right)).map_err(|one| one.code), Err(ViolationCode::TooLong));
}

#[test]
fn numbers_and_truths_of_a_workbook_are_read_as_they_look() {
    let sheet = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>
        <row r="3"><c r="A3"><v>7</v></c><c r="C3" t="b"><v>1</v></c></row>"#;
    assert_eq!(read(&workbook(sheet)), Ok(table(&["a"], &[(3, &["7", "", "true"])])));
}

#[test]
fn nothing_that_is_written_is_a_formula() {
    for (cell, written) in [
        ("Ana", "Ana"),
        ("=1+1", "'=1+1"),
        ("+34 600", "'+34 600"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("'t Hart", "'t Hart"),
        ("'=x", "''=x"),
        ("''", "'''"),
    ] {
        assert_eq!(harmless(cell), written);
        assert_eq!(plain(written), cell);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(rows in proptest::collection::vec(proptest::collection::vec("[=+@'\"a-zñ;,|\\n -]{0,8}", 3), 0..20)) {
        for format in [Format::Csv, Format::Xlsx] {
            let bytes = write(format, &["one", "two", "three"], &rows).expect("a file");
            let found = read(&bytes).expect("a table");
            let trimmed: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>())
                .filter(|row: &Vec<String>| row.iter().any(|cell| !cell.is_empty()))
                .collect();
            let cells: Vec<Vec<String>> = found
                .rows
                .into_iter()
                .map(|mut line| {
                    line.cells.resize(3, String::new());
                    line.cells
                })
                .collect();
            prop_assert_eq!(cells, trimmed, "{:?}", format);
        }
    }
}
