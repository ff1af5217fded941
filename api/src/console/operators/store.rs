//! The rows of operators.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::{
    Page, ViolationCode,
    console::{BookActor, Operator, OperatorFilter, OperatorPatch, OperatorSort, Team},
    ids::OperatorId,
    page::{Direction, Sort},
};
use uuid::Uuid;

use super::rules::in_order;
use crate::{
    ApiError,
    console::{sealing::SealingKeys, second_factor, sessions},
    db::console::{ConsoleConn, tables::operators},
    http::cursor::{self, Place, SortKey, possible_text},
    ops::book::Doer,
};

const BY_EMAIL: Sort<OperatorSort> = Sort { field: OperatorSort::Email, direction: Direction::Ascending };

/// An operator as the database has them.
#[derive(Queryable, Selectable)]
#[diesel(table_name = operators)]
#[expect(missing_debug_implementations, reason = "a hash of a password is not for showing")]
pub struct Row {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub teams: Vec<String>,
    pub active: bool,
    pub password_hash: Option<String>,
    pub second_factor: Vec<u8>,
    pub last_step: i64,
    pub enrolment_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub last_signed_in_at: Option<DateTime<Utc>>,
}

/// What the sign-in looks at before a password is.
#[derive(Queryable)]
#[expect(missing_debug_implementations, reason = "a hash of a password is not for showing")]
pub struct SignInRow {
    pub id: Uuid,
    pub password_hash: Option<String>,
}

/// With what an operator begins.
#[expect(missing_debug_implementations, reason = "a hash of a password is not for showing")]
pub enum Beginning {
    /// With a password that was chosen for them at the shell.
    Password(String),
    /// With the hash of a secret to enrol with, until then.
    Enrolment(Vec<u8>, DateTime<Utc>),
}

impl Beginning {
    fn columns(self) -> (Option<String>, Option<Vec<u8>>, Option<DateTime<Utc>>) {
        match self {
            Self::Password(hash) => (Some(hash), None, None),
            Self::Enrolment(hash, until) => (None, Some(hash), Some(until)),
        }
    }
}

impl Row {
    /// How the operations book names them where they act by themself and no team was asked for.
    pub fn doer(&self) -> Doer {
        Doer { kind: BookActor::Operator, id: Some(self.id), name: self.email.clone(), team: None }
    }

    /// What others see.
    pub fn into_operator(self) -> Operator {
        Operator {
            id: OperatorId(self.id),
            email: self.email,
            name: self.name,
            teams: self.teams.iter().filter_map(|key| Team::from_key(key)).collect(),
            active: self.active,
            enrolled: self.password_hash.is_some(),
            last_signed_in_at: self.last_signed_in_at,
            version: self.version,
        }
    }
}

impl SortKey for String {
    fn is_possible(&self) -> bool {
        possible_text(self)
    }
}

/// One page of operators, by e-mail.
pub fn list(conn: &mut ConsoleConn<'_>, filter: &OperatorFilter) -> Result<Page<Operator>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<String>> = cursor::after(filter.after.as_deref(), BY_EMAIL)?;
    let mut query =
        operators::table.order(operators::email).limit(limit + 1).select(Row::as_select()).into_boxed();
    if let Some(place) = after {
        query = query.filter(operators::email.gt(place.value));
    }
    let rows: Vec<Row> = query.load(conn.sql())?;
    let place = |row: &Row| Place { value: row.email.clone(), id: row.id };
    cursor::page(rows, limit, BY_EMAIL, place, Row::into_operator)
}

/// What the sign-in looks at: of one who may not sign in, there is nothing.
pub fn find_to_sign_in(conn: &mut ConsoleConn<'_>, email: &str) -> Result<Option<SignInRow>, ApiError> {
    Ok(operators::table
        .filter(operators::email.eq(email).and(operators::active))
        .select((operators::id, operators::password_hash))
        .first(conn.sql())
        .optional()?)
}

/// An operator by e-mail, held until the end of the transaction.
pub fn lock_by_email(conn: &mut ConsoleConn<'_>, email: &str) -> Result<Option<Row>, ApiError> {
    let one = operators::table.filter(operators::email.eq(email)).select(Row::as_select());
    Ok(one.for_update().first(conn.sql()).optional()?)
}

/// An operator, held until the end of the transaction.
pub fn lock(conn: &mut ConsoleConn<'_>, id: Uuid) -> Result<Option<Row>, ApiError> {
    let one = operators::table.find(id).select(Row::as_select());
    Ok(one.for_update().first(conn.sql()).optional()?)
}

/// Whoever may enrol with a secret of this hash, held until the end of the transaction.
pub fn lock_to_enrol(conn: &mut ConsoleConn<'_>, hash: &[u8]) -> Result<Option<Row>, ApiError> {
    let now = conn.clock().now();
    let one = operators::table
        .filter(operators::enrolment_hash.eq(hash).and(operators::enrolment_until.gt(now)))
        .filter(operators::active)
        .select(Row::as_select());
    Ok(one.for_update().first(conn.sql()).optional()?)
}

/// Makes an operator with a new second factor. Gives them, and its secret.
pub fn create(
    conn: &mut ConsoleConn<'_>,
    sealing: &SealingKeys,
    email: &str,
    name: &str,
    teams: &[Team],
    beginning: Beginning,
) -> Result<(Operator, Vec<u8>), ApiError> {
    let (now, id, secret) = (conn.clock().now(), conn.clock().new_id(), second_factor::new_secret());
    let (password_hash, enrolment_hash, enrolment_until) = beginning.columns();
    let made: Option<Row> = diesel::insert_into(operators::table)
        .values((
            operators::id.eq(id),
            operators::email.eq(email),
            operators::name.eq(name),
            operators::teams.eq(keys(teams)),
            operators::password_hash.eq(password_hash),
            operators::second_factor.eq(sealing.seal(&secret, id)?),
            operators::enrolment_hash.eq(enrolment_hash),
            operators::enrolment_until.eq(enrolment_until),
            operators::created_at.eq(now),
            operators::updated_at.eq(now),
        ))
        .on_conflict(operators::email)
        .do_nothing()
        .returning(Row::as_returning())
        .get_result(conn.sql())
        .optional()?;
    let made = made.ok_or_else(|| {
        ApiError::invalid("/email", ViolationCode::NotUnique, "There is an operator with this e-mail.")
    })?;
    Ok((made.into_operator(), secret.to_vec()))
}

/// Takes password and second factor away, and gives new ones; all sessions end. Gives the secret.
pub fn reset(
    conn: &mut ConsoleConn<'_>,
    sealing: &SealingKeys,
    id: Uuid,
    beginning: Beginning,
) -> Result<(Operator, Vec<u8>), ApiError> {
    let (now, secret) = (conn.clock().now(), second_factor::new_secret());
    let (password_hash, enrolment_hash, enrolment_until) = beginning.columns();
    sessions::store::end_all(conn, id)?;
    let row: Row = diesel::update(operators::table.find(id))
        .set((
            operators::password_hash.eq(password_hash),
            operators::second_factor.eq(sealing.seal(&secret, id)?),
            operators::last_step.eq(0),
            operators::enrolment_hash.eq(enrolment_hash),
            operators::enrolment_until.eq(enrolment_until),
            operators::version.eq(operators::version + 1),
            operators::updated_at.eq(now),
        ))
        .returning(Row::as_returning())
        .get_result(conn.sql())?;
    Ok((row.into_operator(), secret.to_vec()))
}

/// Changes an operator. One who may not sign in any more has no session from then on.
pub fn update(conn: &mut ConsoleConn<'_>, id: Uuid, patch: &OperatorPatch) -> Result<Operator, ApiError> {
    let now = conn.clock().now();
    if patch.active == Some(false) {
        sessions::store::end_all(conn, id)?;
    }
    let row: Row = diesel::update(operators::table.find(id))
        .set((
            patch.name.as_ref().map(|name| operators::name.eq(name.trim().to_owned())),
            patch.teams.as_deref().map(|teams| operators::teams.eq(keys(teams))),
            patch.active.map(|active| operators::active.eq(active)),
            operators::version.eq(operators::version + 1),
            operators::updated_at.eq(now),
        ))
        .returning(Row::as_returning())
        .get_result(conn.sql())?;
    Ok(row.into_operator())
}

/// Gives an operator the password that they chose, by a code of this step.
pub fn enrol(conn: &mut ConsoleConn<'_>, id: Uuid, password_hash: &str, step: i64) -> Result<(), ApiError> {
    let now = conn.clock().now();
    diesel::update(operators::table.find(id))
        .set((
            operators::password_hash.eq(password_hash),
            operators::last_step.eq(step),
            operators::enrolment_hash.eq(None::<Vec<u8>>),
            operators::enrolment_until.eq(None::<DateTime<Utc>>),
            operators::version.eq(operators::version + 1),
            operators::updated_at.eq(now),
        ))
        .execute(conn.sql())?;
    Ok(())
}

/// Notes that an operator has signed in by a code of this step.
pub fn note_sign_in(
    conn: &mut ConsoleConn<'_>,
    id: Uuid,
    step: i64,
    rehashed: Option<&str>,
) -> Result<(), ApiError> {
    let now = conn.clock().now();
    diesel::update(operators::table.find(id))
        .set((
            operators::last_step.eq(step),
            operators::last_signed_in_at.eq(now),
            // `None` leaves it as it is.
            rehashed.map(|hash| operators::password_hash.eq(hash)),
        ))
        .execute(conn.sql())?;
    Ok(())
}

fn keys(teams: &[Team]) -> Vec<&'static str> {
    in_order(teams).into_iter().map(Team::key).collect()
}
