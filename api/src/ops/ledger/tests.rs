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
    for seconds in [2, 1] {
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds);
        let said = Rewriting { request, erased_at: whole.at, files_removed_at: whole.at, at };
        say_rewriting(one, &ours, &said).expect("it is said");
        say_rewriting(one, &ours, &said).expect("it is said once more");
    }
    let ledger = read().expect("it is read");
    assert!(ledger.is_erased(whole.organization) && !ledger.is_erased(person.organization));
    assert_eq!(ledger.of_request(request), Some((whole.organization, whole.at)));
    let persons: Vec<_> = ledger.persons(person.organization).collect();
    assert_eq!(persons, [(Uuid::from_u128(9).into(), person.at)]);
    let latest = rewriting(one, request, &ours.signers()).expect("it is read").expect("it is said");
    assert_eq!(latest.at.timestamp(), 2, "the latest counts");
    assert!(rewriting(other, request, &ours.signers()).expect("it is read").is_none());

    // Each store gets what the other one has, once.
    assert_eq!(spread(one, other, &ours.signers()).expect("they are brought"), 2);
    assert_eq!(spread(one, other, &ours.signers()).expect("nothing is missing"), 0);
    assert_eq!(Ledger::read([other], &ours.signers()).expect("it is read"), ledger);
    // Entered again at another instant, by whoever was interrupted, it is the same.
    enter(one, &ours, &Erasure { at: DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1), ..whole.clone() })
        .expect("it is there");

    // Somebody who may write there, and has no key that counts.
    let forged = erasure(3, Subject::Organization { request: Uuid::from_u128(8).into() });
    enter(other, &theirs, &forged).expect("it is put");
    let error = read().expect_err("forged");
    assert!(error.is::<NotBelieved>());
    let refused = format!("{error:#}");
    assert!(spread(one, other, &ours.signers()).is_err(), "it is brought nowhere");
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
