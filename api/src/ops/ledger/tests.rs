use uuid::Uuid;

use super::*;
use crate::clock::Clock;

fn erasure(organization: u128, subject: Subject) -> Erasure {
    Erasure { organization: Uuid::from_u128(organization).into(), subject, at: DateTime::UNIX_EPOCH }
}

#[test]
fn entries_of_both_stores_count_and_nothing_that_is_forged_or_renamed() {
    let folder = std::env::temp_dir().join(format!("portico-ledger-{}", std::process::id()));
    let stores = ["one", "other"].map(|name| {
        Store::prepare(&folder.join(name)).expect("it is made");
        Store::open(name, &folder.join(name)).expect("a folder")
    });
    let [one, other] = &stores;
    let keys = |name: &str| {
        crate::ops::signing::create_key(&folder.join(name), &Clock::system()).expect("a key is made");
        SetKeys::read(&folder.join(name)).expect("a key")
    };
    let (ours, theirs) = (keys("keys"), keys("other keys"));
    let read = || Ledger::read(&stores, &ours.signers());
    assert_eq!(read().expect("none yet"), Ledger::default());

    let request = ClientRequestId::from(Uuid::from_u128(7));
    let whole = erasure(1, Subject::Organization { request });
    let person = erasure(2, Subject::Person { user: Uuid::from_u128(9).into() });
    // An interrupted one enters it again.
    for _ in 0..2 {
        enter(one, &ours, &whole).expect("it is entered");
    }
    enter(other, &ours, &person).expect("it is entered");
    say_rewriting(one, &ours, &Rewriting { request, at: DateTime::UNIX_EPOCH }).expect("it is said");
    let ledger = read().expect("it is read");
    assert!(ledger.is_erased(whole.organization) && !ledger.is_erased(person.organization));
    assert_eq!(ledger.of_request(request), Some((whole.organization, whole.at)));
    let persons: Vec<_> = ledger.persons(person.organization).collect();
    assert_eq!(persons, [(Uuid::from_u128(9).into(), person.at)]);
    assert!(rewriting(one, request, &ours.signers()).expect("it is read").is_some());
    assert!(rewriting(other, request, &ours.signers()).expect("it is read").is_none());

    // Somebody who may write there, and has no key that counts.
    let forged = erasure(3, Subject::Organization { request: Uuid::from_u128(8).into() });
    enter(other, &theirs, &forged).expect("it is put");
    let refused = format!("{:#}", read().expect_err("forged"));
    assert!(refused.contains("is not believed") && refused.contains("was not signed"), "{refused}");
    std::fs::remove_file(folder.join("other").join(forged.path())).expect("it is moved away");
    // A good one under another name would erase nobody else, and is found out all the same.
    let renamed = folder.join("other").join(erasure(4, forged.subject).path());
    std::fs::create_dir_all(renamed.parent().expect("a folder")).expect("it is made");
    std::fs::copy(folder.join("one").join(whole.path()), &renamed).expect("it is copied");
    let refused = format!("{:#}", read().expect_err("renamed"));
    assert!(refused.contains("under another name"), "{refused}");
    std::fs::remove_dir_all(folder).expect("it is removed");
}

#[test]
fn what_cannot_be_read_anywhere_stops_a_restore() {
    let none: [&Store; 0] = [];
    let signers = crate::ops::attendance::AttendanceKey::of(&age::x25519::Identity::generate()).public();
    let signers = Signers::parse(&signers).expect("a key");
    assert!(Ledger::read(none, &signers).is_err());
}
