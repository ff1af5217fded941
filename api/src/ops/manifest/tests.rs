use std::path::PathBuf;

use super::{super::signing::create_key, *};
use crate::clock::Clock;

fn keys(name: &str) -> (PathBuf, SetKeys) {
    let folder = std::env::temp_dir().join(format!("portico-set-keys-{}-{name}", std::process::id()));
    assert!(create_key(&folder, &Clock::system()).expect("a folder").is_some(), "it is new");
    let keys = SetKeys::read(&folder).expect("a key");
    (folder, keys)
}

fn some_manifest() -> Manifest {
    let object = Object { path: "objects/platform/a.age".to_owned(), size: 7, hash: Bytes([3; 32]) };
    let tables = vec![TableRows { table: "users".to_owned(), rows: 3, hash: Bytes([4; 32]) }];
    Manifest {
        format: FORMAT,
        set: "database-20261129T100000Z".to_owned(),
        kind: SetKind::Database,
        taken_at: "2026-11-29T10:00:00Z".parse().expect("an instant"),
        tool_version: "1.2.3".to_owned(),
        schema: vec!["20261122000001".to_owned()],
        lsn: "0/1A2B".to_owned(),
        sequences: vec![],
        streams: vec![Stream { owner: Owner::Platform, key: "age1".to_owned(), object, tables }],
        files: vec![],
        application: None,
    }
}

#[test]
fn what_was_signed_is_believed_and_nothing_else() {
    let (folder, keys) = keys("signed");
    let manifest = some_manifest();
    let bytes = manifest.sign(&keys).expect("it is signed");
    let read = |bytes: &[u8], set: &str| parse(bytes, set, &keys.signers());
    assert_eq!(read(&bytes, &manifest.set).expect("it holds"), manifest);
    let error = read(&bytes, "database-20261129T120000Z").expect_err("another name").to_string();
    assert!(error.contains("an old manifest stands under another name"), "{error}");
    // Every bit of every byte, and every length.
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(read(&flipped, &manifest.set).is_err(), "bit {bit} of byte {at}");
        }
        assert!(read(&bytes[..at], &manifest.set).is_err(), "{at} bytes");
    }
    std::fs::remove_dir_all(folder).expect("it is removed");
}

#[test]
fn a_stranger_or_a_later_version_is_told_apart() {
    let ((one, ours), (other, theirs)) = (keys("ours"), keys("theirs"));
    let manifest = some_manifest();
    let error = parse(&manifest.sign(&theirs).expect("signed"), &manifest.set, &ours.signers());
    assert!(error.expect_err("a stranger").to_string().contains("none of the trusted ones"));
    let later = Manifest { format: 2, tool_version: "9.0.0".to_owned(), ..manifest.clone() };
    let error = parse(&later.sign(&ours).expect("signed"), &manifest.set, &ours.signers());
    assert!(error.expect_err("later").to_string().contains("use portico 9.0.0 or later"));
    let both = format!("# ours\n{}  2026\n{}\n", lines(&ours), lines(&theirs));
    let both = Signers::parse(&both).expect("two");
    for keys in [&ours, &theirs] {
        assert!(parse(&manifest.sign(keys).expect("signed"), &manifest.set, &both).is_ok());
    }
    for wrong in ["", "# none", "abc", &"A".repeat(44)] {
        assert!(Signers::parse(wrong).is_err(), "{wrong}");
    }
    // Hashes of rows tell neither keys nor owners apart by chance.
    assert_ne!(ours.hash_key(Owner::Platform), theirs.hash_key(Owner::Platform));
    for folder in [one, other] {
        std::fs::remove_dir_all(folder).expect("it is removed");
    }
}

fn lines(keys: &SetKeys) -> String {
    keys.signers().to_lines().into_iter().next().expect("one")
}

#[test]
fn names_are_read_as_they_were_written() {
    let at = "2026-11-29T10:00:07Z".parse().expect("an instant");
    for kind in SetKind::ALL {
        assert_eq!(parse_set_name(&set_name(kind, at)), Some((kind, at)));
    }
    for other in
        ["", "database", "database-", "rows-20261129T100007Z", "database-20261329T100007Z", "database-2026"]
    {
        assert_eq!(parse_set_name(other), None, "{other}");
    }
}

#[test]
fn a_wrong_signer_is_named_by_its_number_alone() {
    let error = Signers::parse("# keys\nAGE-SECRET-KEY-1QQQQQQQQ\n").expect_err("no key").to_string();
    assert_eq!(error, "line 2 is no key");
}

#[test]
fn of_an_instant_is_the_newest_set_until_then() {
    let at =
        |hour: u32| -> DateTime<Utc> { format!("2026-11-29T{hour:02}:00:00Z").parse().expect("an instant") };
    let sets: Vec<_> = [10, 12, 14].map(|hour| (format!("of {hour}"), at(hour))).into();
    let found = |instant| newest_until(&sets, instant).map(|(set, _)| set.as_str());
    for (hour, expected) in
        [(9, None), (10, Some("of 10")), (11, Some("of 10")), (14, Some("of 14")), (23, Some("of 14"))]
    {
        assert_eq!(found(at(hour)), expected, "{hour}");
    }
    assert_eq!(newest_until(&[], at(9)), None);
}
