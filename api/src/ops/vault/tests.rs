use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Barrier,
};

use shared::ids::OrganizationId;
use uuid::Uuid;

use super::{super::signing, *};
use crate::{clock::Clock, ops::ledger::Ledger};

struct Scratch {
    folders: [PathBuf; 2],
    vault: Vault,
    keys: SetKeys,
    restore: Identity,
    operators: Identity,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = |which: &str| {
            std::env::temp_dir().join(format!("portico-vault-{}-{name}-{which}", std::process::id()))
        };
        let folders = [folder("one"), folder("two")];
        for folder in &folders {
            Store::prepare(folder).expect("it is made");
        }
        let vault = Vault::open(&folders).expect("folders");
        let keys = new_keys(&folders[0].join("keys"));
        Self { folders, vault, keys, restore: Identity::generate(), operators: Identity::generate() }
    }

    fn recipients(&self) -> Vec<Recipient> {
        vec![self.operators.to_public(), self.restore.to_public()]
    }

    fn key(&self, owner: Owner) -> Result<Recipient> {
        self.vault.key(owner, &self.recipients(), &self.keys)
    }

    fn secret_file(&self, place: usize, owner: Owner, key: &Recipient) -> PathBuf {
        self.folders[place].join(secret_path(owner, key))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for folder in &self.folders {
            fs::remove_dir_all(folder).expect("it is removed");
        }
    }
}

fn new_keys(folder: &Path) -> SetKeys {
    signing::create_key(folder, &Clock::system()).expect("a key").expect("it is new");
    SetKeys::read(folder).expect("it is read")
}

fn organization(number: u128) -> Owner {
    Owner::Organization(OrganizationId(Uuid::from_u128(number)))
}

const fn current(owner: Owner) -> Name {
    Name { owner, number: FIRST }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn each_owner_has_a_key_that_stays_and_opens_for_both_recipients_alone() {
    let scratch = Scratch::new("keys");
    let (one, other) = (organization(1), organization(2));
    let key = scratch.key(one).expect("it is made");
    assert_eq!(scratch.key(one).expect("it stays"), key);
    assert_ne!(scratch.key(other).expect("another one"), key);
    assert_ne!(scratch.key(Owner::Platform).expect("a third one"), key);
    for with in [&scratch.restore, &scratch.operators] {
        let secret = scratch.vault.secret(one, &key.to_string(), with).expect("it opens");
        assert_eq!(secret.to_public(), key);
    }
    let error = scratch.vault.secret(one, &key.to_string(), &Identity::generate()).err().expect("a stranger");
    assert!(format!("{error:#}").contains("the restore identity does not open it"), "{error:#}");
    // A key of somebody else's is not found under this name.
    assert!(scratch.vault.secret(other, &key.to_string(), &scratch.restore).is_err());
    for file in scratch.folders.iter().flat_map(|folder| files(folder)) {
        let bytes = fs::read(&file).expect("it is read");
        let is_secret = bytes.windows(14).any(|some| some == b"AGE-SECRET-KEY");
        assert!(!is_secret, "{} holds a secret in clear", file.display());
    }
}

#[test]
fn a_place_that_is_lost_comes_back_from_the_other() {
    let scratch = Scratch::new("lost");
    let owner = organization(1);
    let key = scratch.key(owner).expect("it is made");
    for place in [0, 1] {
        fs::remove_dir_all(scratch.folders[place].join(owner.to_string())).expect("it is lost");
        // Reading needs one place.
        scratch.vault.secret(owner, &key.to_string(), &scratch.restore).expect("the other one opens");
        assert_eq!(scratch.key(owner).expect("it comes back"), key);
        assert!(scratch.secret_file(place, owner, &key).exists());
    }
}

#[test]
fn a_key_without_its_secret_half_seals_nothing() {
    let scratch = Scratch::new("halves");
    let owner = organization(1);
    let key = scratch.key(owner).expect("it is made");
    fs::remove_file(scratch.secret_file(1, owner, &key)).expect("it is lost");
    let error = scratch.key(owner).expect_err("half a key").to_string();
    assert!(error.contains("is not in the second vault"), "{error}");
}

#[test]
fn places_that_disagree_are_refused() {
    let scratch = Scratch::new("disagree");
    let owner = organization(1);
    scratch.key(owner).expect("it is made");
    let stranger = Identity::generate().to_public().to_string();
    fs::write(scratch.folders[1].join(current(owner).path()), &stranger).expect("somebody writes");
    assert!(scratch.key(owner).expect_err("which one?").to_string().contains("different keys"));
    // Nor does a secret under another one's name count.
    let key = scratch.key(organization(2)).expect("it is made");
    for place in [0, 1] {
        let stolen = scratch.secret_file(place, organization(2), &key);
        let name = format!("{owner}/{stranger}.age");
        fs::copy(stolen, scratch.folders[place].join(name)).expect("it is copied");
    }
    let error = scratch.vault.secret(owner, &stranger, &scratch.restore).err().expect("a swap");
    assert!(format!("{error:#}").contains("another key than its name says"), "{error:#}");
}

#[test]
fn a_key_that_production_did_not_sign_for_this_owner_seals_nothing() {
    let scratch = Scratch::new("signed");
    let (owner, other) = (organization(1), organization(2));
    let key = scratch.key(owner).expect("it is made");
    scratch.key(other).expect("it is made");
    let named =
        |owner| fs::read_to_string(scratch.folders[0].join(current(owner).path())).expect("it is read");
    let (ours, of_another) = (named(owner), named(other));
    let stranger = Identity::generate();
    let public = stranger.to_public().to_string();
    let strangers_keys = new_keys(&scratch.folders[0].join("other-keys"));
    let signature =
        Bytes(strangers_keys.sign(Purpose::VaultKey, &current(owner).statement(&stranger.to_public())));
    let for_something_else = Bytes(scratch.keys.sign(Purpose::Manifest, &current(owner).statement(&key)));
    let cases = [
        public.clone(),
        ours.replace(&key.to_string(), &public),
        format!("{public}\n{signature}\n"),
        // Signed, but for another owner, or as something else.
        of_another,
        format!("{key}\n{for_something_else}\n"),
        format!("{key}\n"),
    ];
    // Who can write there puts the secret half there as well.
    let secret = seal(&stranger, &scratch.recipients()).expect("it is sealed");
    for folder in &scratch.folders {
        fs::write(folder.join(secret_path(owner, &stranger.to_public())), &secret).expect("it is written");
    }
    for case in cases {
        // In both places, or where the other one has nothing.
        for second in [Some(&case), None] {
            let [first, other] = scratch.folders.each_ref().map(|folder| folder.join(current(owner).path()));
            fs::write(first, &case).expect("it is written");
            match second {
                Some(case) => fs::write(other, case).expect("it is written"),
                None => fs::remove_file(other).expect("it is removed"),
            }
            let error = scratch.key(owner).expect_err(&case).to_string();
            assert!(error.contains("was not signed for it"), "{case}: {error}");
        }
    }
}

#[test]
fn of_many_that_make_it_at_once_one_counts() {
    let scratch = Scratch::new("at-once");
    let (owner, together) = (organization(1), Barrier::new(8));
    let keys: Vec<String> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..8)
            .map(|_| {
                let vault = Vault::open(&scratch.folders).expect("folders");
                let (recipients, keys, together) = (scratch.recipients(), &scratch.keys, &together);
                scope.spawn(move || {
                    together.wait();
                    vault.key(owner, &recipients, keys).expect("a key").to_string()
                })
            })
            .collect();
        makers.into_iter().map(|maker| maker.join().expect("it ends")).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    scratch.vault.secret(owner, &keys[0], &scratch.restore).expect("it opens");
}

#[test]
fn what_may_stand_in_the_files() {
    let scratch = Scratch::new("identity");
    let path = scratch.folders[0].join("identity");
    let public = write_new_identity(&path).expect("it is written");
    assert!(write_new_identity(&path).is_err(), "what is there stays");
    let text = fs::read_to_string(&path).expect("it is read");
    assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
    assert_eq!(parse_identity(&text).expect("it is read").to_public(), public);
    for wrong in ["", "# nothing", "AGE-SECRET-KEY-1NONE", &format!("{text}{text}")] {
        assert!(parse_identity(wrong).is_err(), "{wrong}");
    }
    let two = format!("# operators\n{public}\n\n  {}  \n", Identity::generate().to_public());
    assert_eq!(parse_recipients(&two).expect("two").len(), 2);
    for wrong in ["", "# nobody", "age1none", text.as_str()] {
        assert!(parse_recipients(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_wrong_line_is_named_by_its_number_alone() {
    let text = "# the operators\nage-is-not-this\nAGE-SECRET-KEY-1QQQQQQQQ\n";
    for (text, number) in [(text, 2), ("\nAGE-SECRET-KEY-1QQQQQQQQ\n", 2), ("AGE-SECRET-KEY-1QQQQQQQQ", 1)] {
        let error = parse_recipients(text).map(|_| ()).expect_err("no recipient").to_string();
        assert!(error.starts_with(&format!("line {number} is no age recipient")), "{error}");
        assert!(!error.contains("QQQ"), "{error}");
    }
}

#[test]
fn another_key_takes_the_place_of_the_first_which_goes_alone() {
    let scratch = Scratch::new("renewed");
    let (owner, other) = (organization(1), organization(2));
    let (first, of_other) = (scratch.key(owner).expect("a key"), scratch.key(other).expect("a key"));
    let second = scratch.vault.renew(owner, &scratch.recipients(), &scratch.keys).expect("another one");
    let third = scratch.vault.renew(owner, &scratch.recipients(), &scratch.keys).expect("a third one");
    assert!(first != second && second != third);
    assert_eq!(scratch.key(owner).expect("the last one counts"), third);
    assert_eq!(scratch.key(other).expect("the other's stays"), of_other);
    // An earlier key under a later number is not believed, although it was signed once.
    let later = Name { owner, number: 4 };
    let said = fs::read(scratch.folders[0].join(Name { owner, number: 2 }.path())).expect("it is read");
    for folder in &scratch.folders {
        fs::write(folder.join(later.path()), &said).expect("somebody writes");
    }
    assert!(scratch.key(owner).expect_err("named again").to_string().contains("was not signed for it"));
    for folder in &scratch.folders {
        fs::remove_file(folder.join(later.path())).expect("it goes");
    }
    // One place that is lost gets what counts from the other.
    fs::remove_dir_all(scratch.folders[1].join(owner.to_string())).expect("it is lost");
    assert_eq!(scratch.key(owner).expect("it comes back"), third);

    // One that is not the last is not what everything is sealed with now.
    let refused = scratch.vault.destroy_before(owner, &second, &[]).expect_err("there is a later one");
    assert!(refused.to_string().contains("made meanwhile"), "{refused}");
    assert_eq!(scratch.vault.keys(owner).expect("a list").len(), 3);
    scratch.vault.destroy_before(owner, &third, &[third.to_string()]).expect("the others go");
    assert_eq!(scratch.vault.keys(owner).expect("a list"), std::slice::from_ref(&third));
    assert_eq!(scratch.key(owner).expect("it stays"), third);
    for gone in [&first, &second] {
        assert!(scratch.vault.secret(owner, &gone.to_string(), &scratch.restore).is_err());
    }
    scratch.vault.secret(owner, &third.to_string(), &scratch.restore).expect("it opens");
    // Whoever takes away the name of the last one leads nobody back to a key that is destroyed.
    for folder in &scratch.folders {
        fs::remove_file(folder.join(Name { owner, number: 3 }.path())).expect("somebody removes it");
    }
    assert!(scratch.key(owner).is_err());
    assert!(scratch.vault.destroy_before(Owner::Platform, &of_other, &[]).is_err());
}

#[test]
fn names_of_keys_are_told_apart_from_all_else() {
    let owner = organization(1);
    for (name, expected) in [
        ("current", Some(1)),
        ("current-000002", Some(2)),
        ("current-000001", None),
        ("current-2", None),
        ("current-", None),
        ("currently", None),
        ("age1abc.age", None),
    ] {
        assert_eq!(Name::number_of(owner, &format!("{owner}/{name}")), expected, "{name}");
    }
}

#[test]
fn a_key_that_opens_in_one_place_alone_is_found() {
    let scratch = Scratch::new("checked");
    let owners = [Owner::Platform, organization(1), organization(2)];
    let keys = owners.map(|owner| scratch.key(owner).expect("a key"));
    let ledger = Ledger::default();
    let check = || scratch.vault.check(&scratch.restore, &ledger).map_err(|error| error.to_string());
    assert_eq!(check(), Ok(3));
    for (place, name) in [(0, "the vault"), (1, "the second vault")] {
        let file = scratch.secret_file(place, owners[1], &keys[1]);
        let whole = fs::read(&file).expect("it is read");
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let other = fs::read(scratch.secret_file(place, owners[2], &keys[2])).expect("it is read");
        for (bytes, why) in [
            (Some(changed), "does not open it"),
            (Some(whole[..40].to_vec()), "does not open it"),
            (Some(other), "it holds another key than its name says"),
            (None, "it is not there"),
        ] {
            match bytes {
                Some(bytes) => fs::write(&file, bytes).expect("it is written"),
                None => fs::remove_file(&file).expect("it is removed"),
            }
            let said = check().expect_err("it is found");
            assert!(said.contains(&format!(".age in {name}")) && said.contains(why), "{why}: {said}");
            assert!(said.contains("It opens in the other place") && !said.contains("more)"), "{said}");
        }
        fs::write(&file, whole).expect("it is mended");
    }
    assert_eq!(check(), Ok(3));
    // Somebody has begun to make one.
    let begun = Identity::generate();
    let secret = seal(&begun, &scratch.recipients()).expect("it is sealed");
    fs::write(scratch.secret_file(0, owners[1], &begun.to_public()), secret).expect("it is written");
    assert_eq!(check(), Ok(3));
    fs::write(scratch.folders[1].join(owners[1].to_string()).join("current"), "x").expect("it is written");
    let said = check().expect_err("it is found");
    assert!(said.contains("/current in the second vault"), "{said}");
}
