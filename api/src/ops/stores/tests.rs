use std::{fs, path::PathBuf};

use super::*;

/// A store of a test, in a folder of its own.
struct Scratch {
    store: Store,
    folder: PathBuf,
}

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-store-{}-{name}", std::process::id()));
        Store::prepare(&folder).expect("it is made");
        Self { store: Store::open("the store", &folder).expect("a folder"), folder }
    }

    fn put(&self, path: &str, bytes: &[u8]) -> Object {
        let mut upload = self.store.upload(path).expect("it begins");
        upload.write_all(bytes).expect("it is written");
        upload.finish().expect("it is there")
    }

    /// Everything in the folder but what makes it a store, also what is no object.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<String> = fs::read_dir(&self.folder)
            .expect("it is there")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != MARKER)
            .collect();
        files.sort();
        files
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).expect("it is removed");
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at % 251).expect("less")).collect()
}

#[test]
fn what_was_put_is_read_again_in_every_size() {
    let scratch = Scratch::new("sizes");
    for size in [0, 1, PART - 1, PART, PART + 1, 2 * PART + 7] {
        let object = scratch.put("a", &bytes(size));
        assert_eq!(object.size, u64::try_from(size).expect("fits"));
        let (mut read, mut found) = (scratch.store.read(&object).expect("it is there"), Vec::new());
        read.read_to_end(&mut found).expect("it is read");
        read.check().expect("it is whole");
        assert!(found == bytes(size), "{size}");
    }
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let scratch = Scratch::new("dropped");
    let mut upload = scratch.store.upload("a").expect("it begins");
    upload.write_all(&bytes(PART + 5)).expect("it is written");
    drop(upload);
    assert_eq!(scratch.store.list("").expect("a list"), [MARKER]);
    assert_eq!(scratch.files(), Vec::<String>::new());
}

#[test]
fn what_is_not_as_it_was_put_is_found() {
    let scratch = Scratch::new("damaged");
    let object = scratch.put("a", &bytes(1000));
    for (damage, said) in [
        (bytes(999), "has 999 bytes instead of 1000"),
        (bytes(1001), "has 1001 bytes instead of 1000"),
        ([bytes(999), vec![0]].concat(), "another checksum"),
    ] {
        fs::write(scratch.folder.join("a"), &damage).expect("it is written");
        let error = scratch.store.confirm(&object).expect_err("it is found").to_string();
        assert!(error.contains(said), "{error}");
        let mut read = scratch.store.read(&object).expect("it is there");
        assert!(read.check().expect_err("it is found").to_string().contains(said));
        let other = Scratch::new("copied");
        assert!(scratch.store.copy_to(&other.store, &object).is_err());
        assert_eq!(other.files(), Vec::<String>::new(), "nothing of it is in the other store");
    }
    fs::remove_file(scratch.folder.join("a")).expect("it is removed");
    assert!(scratch.store.confirm(&object).expect_err("it is gone").to_string().contains("is not in"));
}

#[test]
fn a_name_is_taken_once() {
    let scratch = Scratch::new("taken");
    scratch.store.put_new("a/b", b"one").expect("it is new");
    assert!(scratch.store.put_new("a/b", b"two").expect_err("taken").to_string().contains("already"));
    assert_eq!(scratch.store.find("a/b").expect("it is read").as_deref(), Some(b"one".as_slice()));
    assert_eq!(scratch.store.find("a/c").expect("looked for"), None);
    assert_eq!(scratch.store.list("a").expect("a list"), ["a/b"]);
    scratch.store.delete("a/b").expect("it goes");
    scratch.store.delete("a/b").expect("it is gone");
}
