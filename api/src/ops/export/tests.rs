use proptest::prelude::*;

use super::*;

fn head() -> Head {
    Head {
        format: FORMAT,
        tool_version: "1".to_owned(),
        taken_at: DateTime::UNIX_EPOCH,
        organization: OrganizationId(Uuid::from_u128(7)),
        number: 7,
        short_id: "x7".to_owned(),
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        created_at: DateTime::UNIX_EPOCH,
        schema: vec!["1".to_owned()],
    }
}

fn written(rows: &[u8], files: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), &head()).expect("it begins");
    let mut pieces = writer.rows();
    pieces.write_all(rows).expect("it is written");
    pieces.end().expect("it ends");
    for (number, bytes) in (1_u128..).zip(files) {
        writer
            .file(Uuid::from_u128(number), u64::try_from(bytes.len()).expect("a size"), bytes.as_slice())
            .expect("it is written");
    }
    writer.finish(Vec::new()).expect("it ends").0
}

type Found = (Head, Vec<u8>, Vec<(ExportedFile, Vec<u8>)>, Contents);

fn read(bytes: &[u8]) -> Result<Found> {
    let mut archive = archive(bytes)?;
    let mut reader = Reader::begin(&mut archive)?;
    let mut rows = Vec::new();
    reader.rows().read_to_end(&mut rows)?;
    let mut files = Vec::new();
    let whole = |_: Uuid, content: &mut dyn Read| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    while let Some(file) = reader.file(whole)? {
        files.push(file);
    }
    Ok((reader.head.clone(), rows, files, reader.contents()?))
}

#[test]
fn a_file_of_another_size_than_it_says_ends_an_export() {
    for (size, content) in [(5, &b"logo"[..]), (3, b"logo"), (0, b"logo"), (1, b"")] {
        let mut writer = Writer::begin(Vec::new(), &head()).expect("it begins");
        let error = writer.file(Uuid::from_u128(8), size, content).expect_err("it is another size");
        assert!(error.to_string().contains("00000008"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn what_was_written_is_read(
        length in prop_oneof![0..100_usize, PIECE - 2..PIECE + 3, 2 * PIECE - 1..2 * PIECE + 2],
        files in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2_000), 0..4),
    ) {
        let rows: Vec<u8> = (0..=255_u8).cycle().take(length).collect();
        let bytes = written(&rows, &files);
        let (found, rows_read, files_read, contents) = read(&bytes).expect("it is read");
        prop_assert_eq!(found, head());
        prop_assert!(rows_read == rows);
        let listed: Vec<ExportedFile> = files_read.iter().map(|(file, _)| file.clone()).collect();
        prop_assert_eq!(&contents.files, &listed);
        prop_assert_eq!(files_read.into_iter().map(|(_, bytes)| bytes).collect::<Vec<_>>(), files);
    }
}

#[test]
fn what_is_cut_off_is_found_out() {
    let whole = written(b"-- rows\n", &[b"one".to_vec(), b"two".to_vec()]);
    read(&whole).expect("it is whole");
    for length in (0..whole.len()).step_by(7) {
        assert!(read(&whole[..length]).is_err(), "{length} of {}", whole.len());
    }
    assert!(read(b"something else").is_err());
}
