//! What the worker does about requests of clients that operators have authorized: it counts what there is, makes the copy, erases,
//! and tells how it went.
//!
//! [`steps`] says what comes next, and each step is done and then written down: whoever is killed in between does it again, which
//! changes nothing. A copy may be cancelled while it is made, and is authorized again as it was before; an erasure may not.
//! Invariants: no row goes before the client's copy stands in both stores and the ledger of erasures says so
//! there; nothing goes that the copy does not have; of all workers of an installation, one is at it at a time.

mod after;
mod count;
mod erase;
mod package;
mod persons;
mod secure;
pub mod steps;

use std::collections::HashMap;

use anyhow::{Context as _, Result, anyhow, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::{
    console::{BookOutcome, ClientRequestKind, ClientRequestState, LongAction, RequestStep, RequestStepKind},
    ids::ClientRequestId,
};
use uuid::Uuid;

use super::{
    alarms,
    book::{self, Action, Book, Doer, Entry},
    letters, progress,
    signing::Signers,
    under_way::{About, Board, cancelled},
};
use crate::{
    ApiError,
    config::{FilesConfig, WorkConfig, backups::BackupConfig, book::BookConfig},
    console::requests::{rules, store::Row},
    db::{
        console::tables::operations_book,
        operator::{
            OperatorDb,
            tables::{client_requests as requests, organizations, project_erasures},
        },
    },
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
    /// Those that failed: how often in a row, and when each is tried again.
    failed: HashMap<ClientRequestId, (u32, DateTime<Utc>)>,
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
            failed: HashMap::new(),
        })
    }

    /// Does all there is to do. What goes wrong with one request keeps none of the others from it.
    fn look(&mut self, db: &mut OperatorDb) -> Result<()> {
        let mut failures = Vec::new();
        for done in [self.count_what_is_asked_for(db), self.look_after_what_is_done(db)] {
            if let Err(error) = done {
                tracing::error!(error = format!("{error:#}"), "requests are not looked after");
                failures.push(format!("{error:#}"));
            }
        }
        for id in in_state(db, ClientRequestState::Executing)? {
            let now = db.clock().now();
            if let Some((_, again_at)) = self.failed.get(&id).filter(|(_, again_at)| now < *again_at) {
                failures.push(format!("{id} is tried again at {}", again_at.to_rfc3339()));
                continue;
            }
            if let Err(error) = self.carry_out(db, id) {
                tracing::error!(request = %id, error = format!("{error:#}"), "a request is not carried out");
                note_failure(db, id, Some(format!("{error:#}")))?;
                failures.push(format!("{id}: {error:#}"));
                let times = self.failed.get(&id).map_or(0, |(times, _)| *times);
                self.failed.insert(id, (times + 1, now + pause(times)));
            } else {
                self.failed.remove(&id);
            }
        }
        if failures.is_empty() {
            alarms::end(db, &self.readers, ALARM, letters::well_again("requests of clients")).map(|_| ())
        } else {
            alarms::raise(db, &self.readers, ALARM, letters::requests_wait(&failures)).map(|_| ())
        }
    }

    /// Goes on with one until it is done, or has to wait.
    fn carry_out(&self, db: &mut OperatorDb, id: ClientRequestId) -> Result<()> {
        let checked = Self::check(db, id)?;
        // What is erased already is not called off, whatever became of the rest since.
        let is_begun = checked.kind() == Some(ClientRequestKind::Erasure) || checked.erased_at.is_some();
        if !is_begun && !Self::is_there(db, &checked)? {
            let step = step(db, RequestStepKind::Withdraw, "portico work");
            return set_state(db, &checked, ClientRequestState::Withdrawn, step);
        }
        let row = row(db, id)?;
        if next(&row, db.clock().now()).is_none() {
            return note_failure(db, id, None);
        }
        let action = match row.kind() {
            Some(ClientRequestKind::Erasure) => LongAction::EraseOrganization,
            Some(ClientRequestKind::ProjectErasure) => LongAction::EraseProjects,
            Some(ClientRequestKind::Copy) | None => LongAction::CopyOrganization,
        };
        let telling = Board::of(db).begin(About::of_worker(action, Self::slug(db, &row)?));
        let outcome = telling.watch(|| self.go_on(db, id));
        match (outcome, telling.end().cancelled_by) {
            (Err(_), Some(by)) => self.call_off(db, id, &by)?,
            (outcome, _) => outcome?,
        }
        note_failure(db, id, None)
    }

    fn go_on(&self, db: &mut OperatorDb, id: ClientRequestId) -> Result<()> {
        while let Some(work) = next(&row(db, id)?, db.clock().now()) {
            progress::begins(work.phase(), "", None);
            self.do_one(db, id, work)?;
        }
        Ok(())
    }

    /// Somebody has cancelled it while it was carried out: it may be carried out anew, or called off.
    fn call_off(&self, db: &mut OperatorDb, id: ClientRequestId, by: &str) -> Result<()> {
        let row = row(db, id)?;
        tracing::info!(request = %id, by, "carrying out a request was cancelled");
        let entry = Entry::new(db.clock(), Doer::worker(), Action::CopyOrganization, id.to_string())
            .with(&serde_json::json!({ "organization": row.organization }))
            .but(BookOutcome::Failed, &cancelled(by));
        let step = step(db, RequestStepKind::Cancel, by);
        self.move_on(db, &row, ClientRequestState::Authorized, step, &entry)
    }

    /// The word in the organization's addresses; its id once it is gone.
    fn slug(db: &mut OperatorDb, row: &Row) -> Result<String> {
        let there = organizations::table.filter(organizations::id.eq(row.organization));
        let slug: Option<String> = there.select(organizations::slug).first(db.global()).optional()?;
        Ok(slug.unwrap_or_else(|| row.organization.to_string()))
    }

    /// Does one thing, and writes it down.
    pub fn do_one(&self, db: &mut OperatorDb, id: ClientRequestId, work: Work) -> Result<()> {
        let row = row(db, id)?;
        match work {
            Work::Suspend => erase::suspend(db, &row),
            Work::Package => self.package(db, &row),
            Work::Store => self.store(db, &row),
            Work::Enter => self.enter(db, &row),
            Work::Erase if row.kind() == Some(ClientRequestKind::ProjectErasure) => erase::projects(db, &row),
            Work::Erase => erase::erase(db, &row),
            Work::RemoveFiles => self.remove_files(db, &row),
            Work::RenewKey => self.renew_key(db, &row),
            Work::Secure => self.secure(db, &row),
            Work::Finish => self.finish(db, &row),
        }
        .with_context(|| work.words())
    }

    /// Looks once more whether operators have decided on it, whatever its row says: each of the steps has to stand in the operations
    /// book.
    fn check(db: &mut OperatorDb, id: ClientRequestId) -> Result<Row> {
        let row = row(db, id)?;
        // Of what a restore has erased again, the decision may be of after what was brought back.
        if row.erased_at.is_some() {
            return Ok(row);
        }
        let request = row.clone().into_request(None, None).map_err(internal)?;
        ensure!(rules::is_authorized(&request), "three operators have not decided on it: nothing is done");
        for (kind, action) in [
            (RequestStepKind::Verify, Action::VerifyClientRequest),
            (RequestStepKind::Authorize, Action::AuthorizeClientRequest),
            (RequestStepKind::Execute, Action::ExecuteClientRequest),
        ] {
            let made = request.steps.iter().rev().find(|step| step.step == kind);
            let by = made.and_then(|step| step.operator).context("a step of nobody")?;
            let written = operations_book::table
                .filter(operations_book::subject.eq(id.to_string()))
                .filter(operations_book::action.eq(action.key()))
                .filter(operations_book::actor_id.eq(by.0));
            let is_written: bool = diesel::select(diesel::dsl::exists(written)).get_result(db.global())?;
            ensure!(
                is_written,
                "the operations book does not have that it was {}: nothing is done",
                kind.key()
            );
        }
        Ok(row)
    }

    fn is_there(db: &mut OperatorDb, row: &Row) -> Result<bool> {
        let there = organizations::table.filter(organizations::id.eq(row.organization));
        Ok(diesel::select(diesel::dsl::exists(there)).get_result(db.global())?)
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
            ClientRequestKind::Copy => Action::CopyOrganization,
            ClientRequestKind::Erasure => Action::EraseOrganization,
            ClientRequestKind::ProjectErasure => Action::EraseProjects,
        };
        // It is kept for as long from when it is all that there is.
        let kept_until = requests::package_kept_until.eq(db.clock().now() + KEPT);
        let packaged = requests::table.find(row.id).filter(requests::package_id.is_not_null());
        diesel::update(packaged).set(kept_until).execute(db.global())?;
        let details = serde_json::json!({
            "organization": request.organization, "projects": row.projects.as_ref().and_then(|projects| projects.ids.as_ref()), "package": request.package, "execution": request.execution,
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
    let found = requests::table.left_join(project_erasures::table).filter(requests::id.eq(id.0));
    Ok(found.select(Row::as_select()).first(db.global())?)
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

/// How long one rests that has failed so often before.
fn pause(times: u32) -> TimeDelta {
    let seconds = 5_i64.saturating_mul(1_i64.checked_shl(times.min(7)).unwrap_or(i64::MAX));
    TimeDelta::seconds(seconds.min(600))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_again_rests_for_longer() {
        let pauses: Vec<i64> = [0, 1, 2, 6, 7, 50].map(|times| pause(times).num_seconds()).into();
        assert_eq!(pauses, [5, 10, 20, 320, 600, 600]);
    }
}
