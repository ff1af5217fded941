//! Operators from a shell: the first one is made here, and whoever has lost everything comes in again.

use anyhow::{Context as _, Result, anyhow};
use shared::{
    Page,
    check::{self, normal_email, normal_name},
    console::{Operator, OperatorFilter, OperatorPatch, Team, check_teams},
    general_data::PASSWORD_MINIMUM_ADVISED,
    page::MAXIMUM_LIMIT,
};

use super::store::{self, Beginning, Row};
use crate::{
    ApiError,
    console::{sealing::SealingKeys, second_factor},
    db::console::{ConsoleConn, ConsoleShell},
    ops::book::{Action, Book, Doer, Entry},
    passwords,
};

/// What works at operators from a shell.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Registry {
    /// The database.
    pub db: ConsoleShell,
    /// The keys of second factors.
    pub sealing: SealingKeys,
    /// What writes the operations book.
    pub book: Book,
}

impl Registry {
    /// Makes an operator with a password. Gives the second factor as authenticators read it; it is kept nowhere else.
    pub fn create(&mut self, email: &str, name: &str, teams: &[Team], password: &str) -> Result<String> {
        let (email, name) = (normal_email(email), normal_name(name));
        check::email(&email).map_err(|violation| anyhow!("e-mail: {}", violation.message))?;
        check::name(&name).map_err(|violation| anyhow!("name: {}", violation.message))?;
        check_teams(teams).map_err(|violation| anyhow!("teams: {}", violation.message))?;
        let hash = hash(password, &email)?;
        let (sealing, book, doer) = (&self.sealing, &self.book, Doer::shell());
        let secret = self.db.run(|conn| {
            let (operator, secret) =
                store::create(conn, sealing, &email, &name, teams, Beginning::Password(hash))?;
            let entry = Entry::new(conn.clock(), doer, Action::CreateOperator, email.clone());
            book.write(conn, &entry.with(&serde_json::json!({ "teams": operator.teams })))?;
            Ok(secret)
        });
        Ok(second_factor::otpauth_url(&plain(secret)?, &email)?)
    }

    /// All operators.
    pub fn list(&mut self) -> Result<Vec<Operator>> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let filter = OperatorFilter { limit: Some(MAXIMUM_LIMIT), after };
            let Page { items, next, .. } = self.db.run(|conn| store::list(conn, &filter))?;
            all.extend(items);
            after = next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Keeps an operator from signing in, and ends their sessions.
    pub fn deactivate(&mut self, email: &str) -> Result<()> {
        let (book, doer, patch) =
            (&self.book, Doer::shell(), OperatorPatch { active: Some(false), ..OperatorPatch::default() });
        plain(self.db.run(|conn| {
            let row = known(conn, email)?;
            let operator = store::update(conn, row.id, &patch)?;
            let entry = Entry::new(conn.clock(), doer, Action::UpdateOperator, operator.email);
            book.write(conn, &entry.with(&serde_json::json!({ "after": { "active": false } })))?;
            Ok(())
        }))
    }

    /// Gives an operator a new password and a new second factor, lets them in again and ends their sessions.
    pub fn reset(&mut self, email: &str, password: &str) -> Result<String> {
        let email = normal_email(email);
        let hash = hash(password, &email)?;
        let (sealing, book, doer) = (&self.sealing, &self.book, Doer::shell());
        let secret = self.db.run(|conn| {
            let row = known(conn, &email)?;
            if !row.active {
                let patch = OperatorPatch { active: Some(true), ..OperatorPatch::default() };
                store::update(conn, row.id, &patch)?;
            }
            let (_, secret) = store::reset(conn, sealing, row.id, Beginning::Password(hash))?;
            book.write(conn, &Entry::new(conn.clock(), doer, Action::ResetOperator, email.clone()))?;
            Ok(secret)
        });
        Ok(second_factor::otpauth_url(&plain(secret)?, &email)?)
    }
}

fn known(conn: &mut ConsoleConn<'_>, email: &str) -> Result<Row, ApiError> {
    store::lock_by_email(conn, &normal_email(email))?.ok_or(ApiError::NotFound)
}

fn hash(password: &str, email: &str) -> Result<String> {
    passwords::check_new(password, PASSWORD_MINIMUM_ADVISED, email, "")
        .map_err(|violation| anyhow!("password: {}", violation.message))?;
    passwords::hash(password).context("the password")
}

/// What the rim would say, for a shell.
fn plain<T>(outcome: Result<T, ApiError>) -> Result<T> {
    outcome.map_err(|error| match error {
        ApiError::Invalid(violations) => {
            let said = violations.0.iter().map(|(_, violation)| violation.message.clone());
            anyhow!(said.collect::<Vec<_>>().join(" "))
        }
        ApiError::NotFound => anyhow!("there is no operator with this e-mail"),
        error => error.into(),
    })
}
