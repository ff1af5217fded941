//! What a command does goes into the operations book, however it ends. The book not being there stops no command: it is
//! said, and the entry waits.
#![expect(clippy::print_stderr, reason = "whoever runs the command has to hear of it")]

use anyhow::Result;
use api::{
    clock::Clock,
    config::book::BookConfig,
    ops::book::{
        Action, Doer, Entry,
        shell::{self, Written},
    },
};
use serde_json::{Map, Value};
use shared::console::BookOutcome;

/// What is gathered for the entry while the command works.
#[derive(Debug)]
pub struct Note {
    subject: String,
    details: Map<String, Value>,
    names_nobody: bool,
}

impl Note {
    /// What it turns out to be about.
    pub fn about(&mut self, subject: &str) {
        subject.clone_into(&mut self.subject);
    }

    /// Leaves out why it failed, where that may quote rows or names of an organization: the book outlives its erasure.
    pub const fn leave_out_why(&mut self) {
        self.names_nobody = true;
    }

    /// Something more.
    pub fn say(&mut self, what: &str, value: impl Into<Value>) {
        self.details.insert(what.to_owned(), value.into());
    }
}

/// Does the work and writes down what became of it.
pub fn noted(action: Action, subject: &str, work: impl FnOnce(&mut Note) -> Result<()>) -> Result<()> {
    let clock = Clock::system();
    let mut note = Note { subject: subject.to_owned(), details: Map::new(), names_nobody: false };
    let outcome = work(&mut note);
    let entry = Entry::new(&clock, Doer::shell(), action, note.subject).with(&Value::Object(note.details));
    let entry = match &outcome {
        Ok(()) => entry,
        Err(_) if note.names_nobody => entry.but(BookOutcome::Failed, "it was said at the shell"),
        Err(error) => entry.but(BookOutcome::Failed, &format!("{error:#}")),
    };
    write(&clock, &entry);
    outcome
}

/// Writes an entry, and says where that did not go as it should.
fn write(clock: &Clock, entry: &Entry) {
    let written = BookConfig::from_environment().and_then(|config| shell::write(&config, clock, entry));
    match written {
        Ok(Written::InBook { not_off_site: None }) => {}
        Ok(Written::InBook { not_off_site: Some(because) }) => {
            eprintln!(
                "warning: the head of the operations book is not off-site yet, `portico work` brings it: {because}"
            );
        }
        Ok(Written::Waiting { because, file }) => {
            eprintln!(
                "warning: the operations book cannot be written now: {because}\n\
                 The entry waits in {}; whoever writes next brings it.",
                file.display()
            );
        }
        Ok(Written::Nowhere { because }) => nowhere(&because, entry),
        Err(error) => nowhere(&format!("{error:#}"), entry),
    }
}

fn nowhere(because: &str, entry: &Entry) {
    let text = serde_json::to_string(entry).unwrap_or_default();
    eprintln!(
        "warning: this stands in no operations book: {because}\n\
         Set PORTICO_BOOK_WAITING to a folder in which entries wait. Where there is one, put this there as a file ….json:\n\
         {text}"
    );
}
