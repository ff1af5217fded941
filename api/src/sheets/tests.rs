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
    workbook_with(sheet, &[])
}

/// The same with more parts.
fn workbook_with(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const PACKAGE: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet}</sheetData></worksheet>"#
    );
    let mut parts = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    parts.extend_from_slice(more);
    zipped(&parts)
}

/// A part with these shared strings, which says to have others.
fn shared_strings(attributes: &str, strings: &[&str]) -> Vec<u8> {
    let strings: Vec<String> = strings.iter().map(|text| format!("<x:si><x:t>{text}</x:t></x:si>")).collect();
    format!("<x:sst xmlns:x=\"x\" {attributes}>{}</x:sst>", strings.concat()).into_bytes()
}

/// Rows of cells that all show the first shared string.
fn alike(rows: usize, columns: u8) -> String {
    let row = |row: usize| -> String {
        let cell = |column: u8| format!("<c r=\"{}{row}\" t=\"s\"><v>0</v></c>", char::from(b'A' + column));
        format!("<row r=\"{row}\">{}</row>", (0..columns).map(cell).collect::<String>())
    };
    (1..=rows).map(row).collect()
}

#[test]
fn memory_is_not_set_aside_for_what_a_file_only_says_to_have() {
    let file = |attributes: &str| {
        let strings = shared_strings(attributes, &["email"]);
        read(&workbook_with(&alike(1, 1), &[("xl/sharedStrings.xml", &strings)]))
    };
    for attributes in ["", "uniqueCount=\"1\"", "count='900' uniqueCount = '2'"] {
        assert!(file(attributes).is_ok(), "{attributes}");
    }
    for count in [
        "1000000",
        "4000000000000",
        "99999999999999999",
        "18446744073709551615",
        "99999999999999999999",
        "-1",
        "",
    ] {
        for quote in ['"', '\''] {
            let refused = file(&format!("count=\"1\" uniqueCount \n= {quote}{count}{quote}"));
            assert_eq!(refused.map_err(|one| one.code), Err(ViolationCode::InvalidFormat), "{count}");
        }
    }
    // Wherever it stands: which part has the strings is for the workbook to say.
    let strings = shared_strings("uniqueCount=\"4000000000000\"", &["email"]);
    for name in ["XL\\SHAREDSTRINGS.XML", "elsewhere/sharedStrings.xml", "xl/theme/theme1.xml"] {
        assert!(read(&workbook_with(&alike(1, 1), &[(name, &strings)])).is_err(), "{name}");
    }
    // In other letters, too.
    let text = String::from_utf8(strings).expect("a text");
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(read(&workbook_with(&alike(1, 1), &[("xl/sharedStrings.xml", &utf16)])).is_err());
}

#[test]
fn a_string_in_many_cells_is_counted_each_time() {
    let file = |length: usize, rows: usize| {
        let strings = shared_strings("", &[&"x".repeat(length)]);
        read(&workbook_with(&alike(rows, 20), &[("xl/sharedStrings.xml", &strings)]))
    };
    assert_eq!(file(CELL, 2).map(|table| table.rows.len()), Ok(1));
    assert_eq!(file(CELL + 1, 1).map_err(|one| one.code), Err(ViolationCode::TooLong));
    let refused = file(CELL, 60).expect_err("it is too large");
    assert!(refused.message.contains("bearable size"), "{}", refused.message);
    let long = "x".repeat(CELL + 1);
    let inline = format!(r#"<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>"#);
    assert_eq!(read(&workbook(&inline)).map_err(|one| one.code), Err(ViolationCode::TooLong));
    let csv = format!("email\n{}\n", "ñ".repeat(CELL + 1));
    assert_eq!(read(csv.as_bytes()).map_err(|one| one.code), Err(ViolationCode::TooLong));
    assert!(read(format!("email\n{}\n", "ñ".repeat(CELL)).as_bytes()).is_ok());
}

#[test]
fn a_text_that_many_tags_repeat_is_counted_each_time() {
    let file = |length: usize, count: usize| {
        let format = format!("<numFmt numFmtId=\"200\" formatCode=\"{}\"/>", "0".repeat(length));
        let styles = "<xf numFmtId=\"200\"/>".repeat(count);
        let part = format!("<styleSheet><numFmts>{format}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>");
        let sheet = r#"<row r="1"><c r="A1" s="0"><v>7</v></c></row>"#;
        read(&workbook_with(sheet, &[("xl/styles.xml", part.as_bytes())]))
    };
    assert!(file(200, 60_000).is_ok());
    assert!(file(200_000, 2_000).is_err());
    assert!(file(10, 1_000_000).is_err());
}

#[test]
fn what_is_odd_in_an_archive_is_refused_or_read() {
    let cell = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row>"#;
    // Another archive inside is a part like others.
    let inside = workbook(cell);
    assert!(read(&workbook_with(cell, &[("xl/embeddings/book.xlsx", &inside)])).is_ok());
    // Too many parts, each of them empty.
    let names: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), [].as_slice())).collect();
    assert!(read(&workbook_with(cell, &parts)).is_err());
    // Two parts of one name: whichever counts is the one that was weighed.
    let small = shared_strings("", &["a"]);
    let large = shared_strings("uniqueCount=\"4000000000000\"", &["a"]);
    let mut outcomes = Vec::new();
    for (one, two) in [(&small, &large), (&large, &small)] {
        let parts = [("xl/sharedStrings.xmk", one.as_slice()), ("xl/sharedStrings.xml", two.as_slice())];
        let mut file = workbook_with(&alike(1, 1), &parts);
        let name = b"xl/sharedStrings.xmk";
        while let Some(at) = file.windows(name.len()).position(|window| window == name) {
            file[at + name.len() - 1] = b'l';
        }
        outcomes.push(read(&file).map(|table| table.head).map_err(|refused| refused.code));
    }
    assert!(outcomes.contains(&Err(ViolationCode::InvalidFormat)), "{outcomes:?}");
    // A head that lies about the length of what follows sets nothing aside.
    let mut file = workbook(cell);
    let at = file.windows(4).rposition(|window| window == b"PK\x01\x02").expect("a head");
    file[at + 24..at + 28].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
    if let Ok(table) = read(&file) {
        assert_eq!(table.head, ["email"]);
    }
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
        ("''", "''"),
        ("Ana;=1+1", "Ana;'=1+1"),
        ("Ana,=1+1", "Ana,'=1+1"),
        ("Ana\t@x", "Ana\t'@x"),
        ("Ana\n-x", "Ana\n'-x"),
        ("Ana\r+x", "Ana\r'+x"),
        // Past blanks and quotes, and behind a cell that is empty.
        ("Ana; \u{a0}=1", "Ana; \u{a0}'=1"),
        ("Ana;\"=1;\"=2", "Ana;\"'=1;\"'=2"),
        (";;=1", ";;'=1"),
        ("\"=1", "\"'=1"),
        // What had an apostrophe already gets another one, and so keeps its own.
        ("Ana;'=1", "Ana;''=1"),
        ("Ana;' =1", "Ana;' '=1"),
        ("＝1", "'＝1"),
        // Not at a start.
        ("Ana - Eva; a=b, c+d", "Ana - Eva; a=b, c+d"),
        ("Ruiz, Ana-María", "Ruiz, Ana-María"),
        ("ana+x@y.example", "ana+x@y.example"),
    ] {
        assert_eq!(harmless(cell), written);
        assert_eq!(plain(written), cell);
    }
}

proptest! {
    #[test]
    fn no_piece_of_what_is_written_is_a_formula(cell in "[=+@'\"a;,\\t\\r\\n -]{0,12}") {
        let written = harmless(&cell);
        for piece in written.split(SEPARATORS) {
            let shown = piece.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '"');
            prop_assert!(!shown.starts_with(FORMULA), "{:?}", written);
        }
        prop_assert_eq!(plain(&written), cell.trim());
    }

    #[test]
    fn what_is_written_is_read_again(rows in proptest::collection::vec(proptest::collection::vec("[=+@'\"a-zñ;,|\\t\\n -]{0,8}", 3), 0..20)) {
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
