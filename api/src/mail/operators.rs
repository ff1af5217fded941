//! Mail to those who run the installation: what was backed up, and what is wrong. It belongs to no organization, so it stands in
//! a table of its own.
//!
//! [`write`] leaves a letter for each reader; the loop of [`send_due`] sends it, and sends it again where nobody knows whether
//! it arrived: an alarm that comes twice is better than none.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::TimeDelta;
use diesel::{Connection as _, prelude::*};
use shared::Language;
use uuid::Uuid;

use super::{
    letter::{Content, Letter, one_line},
    post::Post,
};
use crate::{
    db::operator::{OperatorDb, tables::operator_letters},
    work::Outcome,
};

/// The longest between two tries.
const LONGEST_DELAY: TimeDelta = TimeDelta::hours(1);
/// Letters are kept so long, sent or not.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Why one gets such a mail.
const FOOTER: &str =
    "This mail was sent by Portico to those who run it (PORTICO_OPERATORS_MAIL); nobody reads answers.";

/// Leaves a letter for each of these readers.
pub fn write(db: &mut OperatorDb, readers: &[String], content: Content) -> Result<()> {
    let now = db.clock().now();
    for letter in letters(readers, content) {
        let id = db.clock().new_id();
        diesel::insert_into(operator_letters::table)
            .values((
                operator_letters::id.eq(id),
                operator_letters::letter.eq(serde_json::to_value(letter)?),
                operator_letters::created_at.eq(now),
                operator_letters::due_at.eq(now),
            ))
            .execute(db.global())?;
    }
    Ok(())
}

/// The same letter to each of these readers.
pub fn letters(readers: &[String], content: Content) -> Vec<Letter> {
    let content = Content { subject: one_line(&content.subject), footer: FOOTER.to_owned(), ..content };
    let letter = |email: &String| Letter {
        name: None,
        email: email.clone(),
        language: Language::En,
        subject: content.subject.clone(),
        text: content.to_text(),
        html: content.to_html(Language::En),
    };
    readers.iter().collect::<BTreeSet<_>>().into_iter().map(letter).collect()
}

/// Sends every letter that is due.
pub fn send_due(db: &mut OperatorDb, post: &Post) -> Result<()> {
    while post.goes_anywhere() && send_one(db, post)? {}
    Ok(())
}

/// Removes those of long ago.
pub fn forget(db: &mut OperatorDb) -> Result<()> {
    let over = operator_letters::table.filter(operator_letters::created_at.lt(db.clock().now() - KEPT));
    let forgotten = diesel::delete(over).execute(db.global())?;
    tracing::info!(forgotten, "letters to operators");
    Ok(())
}

/// Sends the one that has been due for longest. Says whether there was one. Its row is locked meanwhile, so other workers
/// take the next one.
fn send_one(db: &mut OperatorDb, post: &Post) -> Result<bool> {
    let now = db.clock().now();
    db.global().transaction(|connection| {
        let due: Option<(Uuid, serde_json::Value, i32)> = operator_letters::table
            .filter(operator_letters::sent_at.is_null().and(operator_letters::due_at.le(now)))
            .order((operator_letters::due_at, operator_letters::id))
            .select((operator_letters::id, operator_letters::letter, operator_letters::attempts))
            .for_update()
            .skip_locked()
            .first(connection)
            .optional()?;
        let Some((id, letter, attempts)) = due else { return Ok(false) };
        let outcome = serde_json::from_value::<Letter>(letter)
            .map_err(anyhow::Error::from)
            .and_then(|letter| post.bring(id, letter, now))
            .unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        let error = match outcome {
            Outcome::Done => None,
            Outcome::Failed(error) | Outcome::Hopeless(error) | Outcome::Unknown(error) => Some(error),
            Outcome::Lost => Some("another worker has it".to_owned()),
        };
        if let Some(error) = &error {
            tracing::warn!(letter = %id, error, "a letter to operators was not sent");
        }
        diesel::update(operator_letters::table.find(id))
            .set((
                operator_letters::attempts.eq(attempts + 1),
                operator_letters::due_at.eq(now + delay(attempts + 1)),
                operator_letters::sent_at.eq(error.is_none().then_some(now)),
                operator_letters::last_error.eq(error),
            ))
            .execute(connection)?;
        Ok(true)
    })
}

/// How long to wait after so many tries.
fn delay(attempts: i32) -> TimeDelta {
    TimeDelta::minutes(1 << (attempts - 1).clamp(0, 10)).min(LONGEST_DELAY)
}
