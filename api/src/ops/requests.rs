//! What the worker does about requests of clients that operators have authorized: it counts what there is, makes the copy, erases,
//! and tells how it went.
//!
//! [`steps`] says what comes next, and each step is done and then written down: whoever is killed in between does it again, which
//! changes nothing. Invariants: no row goes before the client's copy stands in both stores and the ledger of erasures says so
//! there; nothing goes that the copy does not have; of all workers of an installation, one is at it at a time.

mod after;
mod count;
mod erase;
mod package;
mod persons;
pub mod steps;

use anyhow::{Context as _, Result, anyhow};
use diesel::prelude::*;
use shared::{
    console::{ClientRequestState, RequestStep, RequestStepKind},
    ids::ClientRequestId,
};
use uuid::Uuid;

use super::{
    alarms,
    book::{self, Action, Book, Doer, Entry},
    letters,
    signing::Signers,
};
use crate::{
    ApiError,
    config::{FilesConfig, WorkConfig, backups::BackupConfig, book::BookConfig},
    console::requests::store::Row,
    db::operator::{OperatorDb, tables::client_requests as requests},
    work::loops::Round,
};

pub use self::package::KEPT;
use self::steps::{Work, next};

/// The number of the lock, which nothing else of this database uses.
const LOCK: i64 = 0x706f_7274_6963_6f03;
/// The alarm about it.
const ALARM: &str = "requests of clients";

/// Carries out what was authorized.
pub fn look(config: &WorkConfig) -> Result<Round> {
    let mut worker = Requests::of(config)?;
    Ok(Box::new(move |db| db.alone(LOCK, |db| worker.look(db)).map(|_| ())))
}

/// What carries them out.
#[derive(Debug)]
pub struct Requests {
    backups: Option<BackupConfig>,
    /// Whose certificates count.
    attendants: Option<Signers>,
    files: FilesConfig,
    readers: Vec<String>,
    book: BookConfig,
}

impl Requests {
    /// With what it needs; what is missing is said when it is needed.
    pub fn of(config: &WorkConfig) -> Result<Self> {
        let keys = config.backups.as_ref().and_then(|backups| backups.attendance_keys.as_deref());
        Ok(Self {
            backups: config.backups.clone(),
            attendants: keys.map(Signers::parse).transpose()?,
            files: config.files.clone(),
            readers: config.operators_mail.clone(),
            book: config.book.clone(),
        })
    }

    /// Does all there is to do. What goes wrong with one request keeps none of the others from it.
    fn look(&mut self, db: &mut OperatorDb) -> Result<()> {
        self.count_what_is_asked_for(db)?;
        let mut failures = Vec::new();
        for id in in_state(db, ClientRequestState::Executing)? {
            if let Err(error) = self.carry_out(db, id) {
                tracing::error!(request = %id, error = format!("{error:#}"), "a request is not carried out");
                note_failure(db, id, Some(format!("{error:#}")))?;
                failures.push(format!("{id}: {error:#}"));
            }
        }
        if let Err(error) = self.look_after_what_is_done(db) {
            tracing::error!(error = format!("{error:#}"), "requests are not looked after");
            failures.push(format!("{error:#}"));
        }
        if failures.is_empty() {
            alarms::end(db, &self.readers, ALARM, letters::well_again("requests of clients")).map(|_| ())
        } else {
            alarms::raise(db, &self.readers, ALARM, letters::requests_wait(&failures)).map(|_| ())
        }
    }

    /// Goes on with one until it is done, or has to wait.
    fn carry_out(&self, db: &mut OperatorDb, id: ClientRequestId) -> Result<()> {
        while let Some(work) = next(&row(db, id)?, db.clock().now()) {
            self.do_one(db, id, work)?;
        }
        note_failure(db, id, None)
    }

    /// Does one thing, and writes it down.
    pub fn do_one(&self, db: &mut OperatorDb, id: ClientRequestId, work: Work) -> Result<()> {
        let row = row(db, id)?;
        match work {
            Work::Suspend => erase::suspend(db, &row),
            Work::Package => self.package(db, &row),
            Work::Store => self.store(db, &row),
            Work::Enter => self.enter(db, &row),
            Work::Erase => erase::erase(db, &row),
            Work::RemoveFiles => self.remove_files(db, &row),
            Work::Finish => self.finish(db, &row),
        }
        .with_context(|| work.words())
    }

    fn backups(&self) -> Result<&BackupConfig> {
        self.backups.as_ref().context(
            "backups are not set up at this worker: without them no copy can be made, and no erasure entered into the ledger",
        )
    }

    /// It is done: says so, in the book too.
    fn finish(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let request = row.clone().into_request(None, None).map_err(internal)?;
        let kind = row.kind().context("a request of a kind that nobody knows")?;
        let action = match kind {
            shared::console::ClientRequestKind::Copy => Action::CopyOrganization,
            shared::console::ClientRequestKind::Erasure => Action::EraseOrganization,
        };
        let details = serde_json::json!({
            "organization": request.organization, "package": request.package, "execution": request.execution,
        });
        let entry = Entry::new(db.clock(), Doer::worker(), action, request.id.to_string()).with(&details);
        let step = step(db, RequestStepKind::Finish, "portico work");
        self.move_on(db, row, ClientRequestState::Executed, step, &entry)
    }

    /// Another state, and the book says so, in one transaction.
    fn move_on(
        &self,
        db: &mut OperatorDb,
        row: &Row,
        state: ClientRequestState,
        step: RequestStep,
        entry: &Entry,
    ) -> Result<()> {
        db.whole(|db| {
            set_state(db, row, state, step)?;
            db.on_the_platform(|conn| Book::new(None).write(conn, entry))?;
            Ok(())
        })?;
        book::shell::look_after(&self.book, db)
    }
}

/// One row.
fn row(db: &mut OperatorDb, id: ClientRequestId) -> Result<Row> {
    Ok(requests::table.find(id.0).select(Row::as_select()).first(db.global())?)
}

fn in_state(db: &mut OperatorDb, state: ClientRequestState) -> Result<Vec<ClientRequestId>> {
    let found = requests::table.filter(requests::state.eq(state.key())).order(requests::id);
    let ids: Vec<Uuid> = found.select(requests::id).load(db.global())?;
    Ok(ids.into_iter().map(Into::into).collect())
}

fn note_failure(db: &mut OperatorDb, id: ClientRequestId, failure: Option<String>) -> Result<()> {
    diesel::update(requests::table.find(id.0)).set(requests::failure.eq(failure)).execute(db.global())?;
    Ok(())
}

fn step(db: &OperatorDb, step: RequestStepKind, by: &str) -> RequestStep {
    RequestStep { step, at: db.clock().now(), operator: None, by: by.to_owned(), note: None }
}

fn set_state(db: &mut OperatorDb, row: &Row, state: ClientRequestState, step: RequestStep) -> Result<()> {
    let mut steps = row.steps().map_err(internal)?;
    steps.push(step);
    diesel::update(requests::table.find(row.id))
        .set((requests::state.eq(state.key()), requests::steps.eq(serde_json::to_value(steps)?)))
        .execute(db.global())?;
    Ok(())
}

fn internal(error: ApiError) -> anyhow::Error {
    match error {
        ApiError::Internal(error) => error,
        other => anyhow!("{other}"),
    }
}
