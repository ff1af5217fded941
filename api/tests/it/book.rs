//! The operations book: written by whoever operates, and proved by whoever has its key and its heads off-site.

mod commands;
mod kept;
mod organizations;
mod tampering;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use api::{
    audit::{lines::HeadLine, verify::Bad},
    clock::Clock,
    config::{
        backups::{StoreConfig, StorePlace, StoresConfig},
        book::BookConfig,
    },
    db::console::ConsoleShell,
    ops::{
        book::{
            Action, Book, Doer, Entry, lines, off_site, shell,
            verify::{self, Known, Report},
        },
        stores::Store,
    },
};
use chrono::TimeDelta;
use shared::console::{BookActor, BookOutcome};

use crate::harness::{Database, book_config, starting_time};

/// A database with its book, and an off-site store.
struct Scene {
    database: Database,
    clock: Clock,
    folder: PathBuf,
    config: BookConfig,
}

impl Scene {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let (database, clock) = (Database::create(), Clock::fixed(starting_time()));
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("portico-test-book-{}-{number}", std::process::id()));
        let config = book_config(&database, Some(stores(&folder)));
        Self { database, clock, folder, config }
    }

    /// Writes so many entries, each a minute after the one before, as commands do.
    fn write(&self, number: usize) {
        for index in 0..number {
            self.clock.advance(TimeDelta::minutes(1));
            let doer = Doer { kind: BookActor::Shell, id: None, name: "ops@machine".to_owned(), team: None };
            let entry = Entry::new(&self.clock, doer, Action::MakeSet, format!("set {index}"));
            let entry = entry.with(&serde_json::json!({"rows": index, "seconds": 1.5}));
            let entry =
                if index % 3 == 2 { entry.but(BookOutcome::Failed, "the disk is full") } else { entry };
            let written = shell::write(&self.config, &self.clock, &entry).expect("it is written");
            assert!(matches!(written, shell::Written::InBook { not_off_site: None }), "{written:?}");
        }
    }

    fn db(&self) -> ConsoleShell {
        ConsoleShell::open(&self.database.url("portico_console"), self.clock.clone()).expect("it comes in")
    }

    /// The book as its lines.
    fn exported(&self) -> String {
        let keys = shell::keys(&self.config).expect("keys are read").expect("there is one");
        let mut out = Vec::new();
        self.db().run(|conn| lines::write(conn, keys.public(), &mut out)).expect("it is written out");
        String::from_utf8(out).expect("text")
    }

    fn heads(&self) -> Vec<HeadLine> {
        let store = off_site::open(self.config.stores.as_ref()).expect("it opens").expect("there is one");
        off_site::heads(&store).expect("heads are read")
    }

    fn known(&self) -> Known {
        let keys = shell::keys(&self.config).expect("keys are read").expect("there is one");
        Known { keys: keys.public().to_vec(), heads: self.heads() }
    }

    fn verified(&self) -> Report {
        verify::verify(self.exported().lines(), &self.known())
    }

    /// The first bad row.
    #[track_caller]
    fn bad(&self) -> Bad {
        self.verified().bad.expect("it is found out")
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // What cannot be removed lies in the folder for what is temporary.
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

fn stores(folder: &std::path::Path) -> StoresConfig {
    let store = |name: &str| {
        let place = folder.join(name);
        Store::prepare(&place).expect("it is made");
        StoreConfig {
            place: StorePlace::Folder(place),
            provider: name.to_owned(),
            patience: Duration::from_secs(10),
        }
    };
    StoresConfig { local: store("local"), off_site: store("off-site") }
}

/// An entry that somebody else writes, without the key that signs.
fn unsigned(scene: &Scene, subject: &str) {
    let entry = Entry::new(&scene.clock, Doer::shell(), Action::PruneSets, subject);
    let head = scene.db().run(|conn| Book::new(None).write(conn, &entry)).expect("it is written");
    assert_eq!(head, None);
}
