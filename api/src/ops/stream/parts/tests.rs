use proptest::prelude::*;

use super::*;
use crate::clock::Clock;

const SYSTEM: &str = "7713629705408113784";
const SEGMENT: &str = "000000010000000000000005";

fn sealer(name: &str) -> (Sealer, Identity) {
    let folder = std::env::temp_dir().join(format!("portico-parts-{name}-{}", std::process::id()));
    crate::ops::signing::create_key(&folder, &Clock::system()).expect("a key");
    let keys = SetKeys::read(&folder).expect("a key");
    std::fs::remove_dir_all(folder).expect("it is removed");
    let identity = Identity::generate();
    (Sealer { recipients: vec![Identity::generate().to_public(), identity.to_public()], keys }, identity)
}

fn run(number: u32) -> Run {
    Run { number, id: Uuid::from_u128(7) }
}

#[test]
fn names_say_what_they_are_and_sort_as_they_come() {
    let paths = [
        chunk_path(SYSTEM, SEGMENT, &run(1), 0),
        chunk_path(SYSTEM, SEGMENT, &run(1), 1),
        chunk_path(SYSTEM, SEGMENT, &run(2), 0),
        chunk_path(SYSTEM, SEGMENT, &run(10), 0),
        whole_path(SYSTEM, SEGMENT, &run(2)),
    ];
    assert!(paths.is_sorted());
    assert_eq!(
        parse_wal(&paths[1]),
        Some(WalName {
            segment: SEGMENT.to_owned(),
            kind: Kind::Chunk { run: run(1).to_string(), number: 1 }
        })
    );
    assert_eq!(
        parse_wal(&paths[4]),
        Some(WalName { segment: SEGMENT.to_owned(), kind: Kind::Whole { run: run(2).to_string() } })
    );
    for path in ["stream/1/wal/x", "sets/x.age", &history_path(SYSTEM, "00000002", &run(1))] {
        assert_eq!(parse_wal(path), None, "{path}");
    }
    assert_eq!(Run::after(&paths.map(String::from), Uuid::from_u128(9)).number, 11);
    assert_eq!(Run::after(&[], Uuid::from_u128(9)).number, 1);
}

#[test]
fn what_was_changed_swapped_or_put_again_is_not_believed() {
    let (sealer, identity) = sealer("changed");
    let signers = sealer.keys.signers();
    let now = Clock::system().now();
    let [path, other] = [0, 1].map(|number| chunk_path(SYSTEM, SEGMENT, &run(1), number));
    let whole = sealer.seal(&path, 8192, b"some of the log", now).expect("it is sealed");
    let (head, content) = open(&path, &whole, &identity, &signers).expect("it opens");
    assert_eq!((head.offset, head.sealed_at, content.as_slice()), (8192, now, b"some of the log".as_slice()));
    let refused =
        |found: Result<(Head, Vec<u8>)>| format!("{:#}", found.map(drop).expect_err("it is refused"));
    assert!(refused(open(&other, &whole, &identity, &signers)).contains("put in its place"));
    assert!(refused(open(&path, &whole, &Identity::generate(), &signers)).contains("does not open"));
    assert!(refused(open(&path, &whole[..whole.len() - 1], &identity, &signers)).contains("cut off"));
    // Whoever knows the recipients can seal for them, but not sign.
    let (mut stranger, _) = self::sealer("stranger");
    stranger.recipients.clone_from(&sealer.recipients);
    let forged = stranger.seal(&path, 8192, b"some of the log", now).expect("it is sealed");
    assert!(refused(open(&path, &forged, &identity, &signers)).contains("its signature does not hold"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whichever_byte_is_changed_is_found(
        content in prop::collection::vec(any::<u8>(), 0..5_000),
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let (sealer, identity) = sealer(&format!("flip-{:?}", std::thread::current().id()));
        let path = whole_path(SYSTEM, SEGMENT, &run(1));
        let mut sealed = sealer.seal(&path, 0, &content, Clock::system().now()).expect("it is sealed");
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(open(&path, &sealed, &identity, &sealer.keys.signers()).is_err());
    }
}
