//! The console and the operations book, broken in one way each.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
};

use api::{
    db::console::ConsoleShell,
    ops::book::{self, Action, Book, Doer, Entry},
};

use super::{Break, each_is_found, keys, remove_keys, set};

const CONSOLE: &[(&str, &str, Break)] = &[
    ("console.database", "warning", |it| {
        it.variables.remove("PORTICO_CONSOLE_DATABASE_URL");
    }),
    ("console.database", "error", |it| {
        let url = it.app.database.url("portico_operator");
        set(it, "PORTICO_CONSOLE_DATABASE_URL", &url);
    }),
    ("configuration.console", "error", |it| set(it, "PORTICO_CONSOLE_NETWORKS", "0.0.0.0/0")),
    ("configuration.console", "error", |it| set(it, "PORTICO_CONSOLE_LISTEN", "0.0.0.0:8090")),
    ("keys.book", "error", |it| remove_keys(&it.folder.join("keys/book"))),
    ("keys.console", "error", |it| remove_keys(&it.folder.join("keys/console"))),
    ("keys.permissions", "error", |it| {
        for key in keys(&it.folder.join("keys/console")) {
            fs::set_permissions(key, Permissions::from_mode(0o644)).expect("they are changed");
        }
    }),
    ("book.waiting", "warning", |it| {
        it.variables.remove("PORTICO_BOOK_WAITING");
    }),
    ("book.waiting", "warning", |it| {
        let entry = Entry::new(&it.app.clock, Doer::shell(), Action::PruneSets, "both stores");
        book::waiting::keep(&it.folder.join("waiting"), &entry).expect("it is kept");
    }),
    ("book.waiting", "error", |it| {
        fs::create_dir_all(it.folder.join("waiting")).expect("a folder");
        fs::write(it.folder.join("waiting/one.json"), "{}").expect("a file");
    }),
    ("book.off_site", "warning", |it| {
        let entry = Entry::new(&it.app.clock, Doer::shell(), Action::PruneSets, "both stores");
        let url = it.app.database.url("portico_console");
        let mut db = ConsoleShell::open(&url, it.app.clock.clone()).expect("it comes in");
        db.run(|conn| Book::new(None).write(conn, &entry)).expect("it is written");
    }),
    ("book.off_site", "warning", |it| {
        it.variables.remove("PORTICO_BACKUP_OFF_SITE_STORE");
    }),
];

#[test]
fn what_is_wrong_with_the_console_and_its_book_is_found_by_name() {
    each_is_found(CONSOLE);
}
