//! The operations book: one row an action of an operator, whether it succeeded, failed or was refused.
//!
//! [`Entry`] is what is written, by [`Book::write`] and in the transaction of what it tells of, where that is in the
//! database. Rows are chained as they are written ([`chain`], by the technique of the audit log), and how far the book goes
//! is signed ([`keys`]) and brought off-site ([`off_site`]). [`lines`] writes all of it out and [`verify`] reads that without
//! a database. Commands write by [`shell`], which keeps what cannot be written now until it can ([`waiting`]).
//! Invariants: what was written is never changed; who verifies believes signatures and nothing that the database says.

pub mod chain;
pub mod keys;
pub mod lines;
pub mod off_site;
pub mod set_back;
pub mod shell;
mod store;
pub mod verify;
pub mod waiting;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
pub use shared::console::BookAction as Action;
use shared::console::{BookActor, BookOutcome, Team};
use uuid::Uuid;

use crate::{ApiError, audit::lines::HeadLine, clock::Clock, db::console::ConsoleConn};

pub use self::{
    keys::BookKeys,
    store::{list, missing, sign_rest},
};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doer {
    /// What kind of actor.
    pub kind: BookActor,
    /// The operator, where it was one at the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The operator's e-mail, or the user of the shell and the machine.
    pub name: String,
    /// The team as which they did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Team>,
}

impl Doer {
    /// The worker, which does what is due without anybody's word.
    pub fn worker() -> Self {
        Self { kind: BookActor::Shell, id: None, name: "portico work".to_owned(), team: None }
    }

    /// The backup environment, which does what is due without anybody's word.
    pub fn attendant() -> Self {
        Self { kind: BookActor::Shell, id: None, name: "portico ops attend".to_owned(), team: None }
    }

    /// Whoever runs a command.
    pub fn shell() -> Self {
        Self { kind: BookActor::Shell, id: None, name: crate::config::shell_user(), team: None }
    }
}

/// One row, before it has its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its id: brought twice, it is written once.
    pub id: Uuid,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub doer: Doer,
    /// What.
    pub action: String,
    /// To what: a set, an operator.
    pub subject: String,
    /// How it ended.
    pub outcome: BookOutcome,
    /// What else there is to say: an object of JSON, as a text.
    pub details: String,
}

/// The longest that an entry says of why something failed, in characters.
const REASON: usize = 2000;

impl Entry {
    /// Something that was done now.
    pub fn new(clock: &Clock, doer: Doer, action: Action, subject: impl Into<String>) -> Self {
        Self {
            id: clock.new_id(),
            at: clock.now(),
            doer,
            action: action.key().to_owned(),
            subject: subject.into(),
            outcome: BookOutcome::Succeeded,
            details: "{}".to_owned(),
        }
    }

    /// The same with more to say.
    #[must_use]
    pub fn with(self, details: &Value) -> Self {
        Self { details: details.to_string(), ..self }
    }

    /// The same where it did not succeed, and why.
    #[must_use]
    pub fn but(self, outcome: BookOutcome, why: &str) -> Self {
        let why: String = why.chars().take(REASON).collect();
        let mut details: Map<String, Value> = serde_json::from_str(&self.details).unwrap_or_default();
        details.insert("why".to_owned(), Value::String(why));
        Self { outcome, details: Value::Object(details).to_string(), ..self }
    }
}

/// What writes the book. Where the key is not at hand, rows are written all the same and a worker signs for them.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Book {
    keys: Option<BookKeys>,
}

impl Book {
    /// With the key that signs, where it is here.
    pub fn new(keys: Option<BookKeys>) -> Self {
        Self { keys }
    }

    /// Writes an entry behind all others, in the transaction that runs. Gives the signed head, where it was signed; one
    /// that is there already is not written again.
    pub fn write(&self, conn: &mut ConsoleConn<'_>, entry: &Entry) -> Result<Option<HeadLine>, ApiError> {
        store::append(conn, entry)?;
        match &self.keys {
            Some(keys) => store::sign_rest(conn, keys),
            None => Ok(None),
        }
    }
}
