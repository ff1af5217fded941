//! What is wrong at the moment and wants somebody: raised once, told to the operators once, and said to be over once.

use anyhow::Result;
use diesel::prelude::*;

use crate::{
    db::operator::{OperatorDb, tables::alarms},
    mail::{letter::Content, operators},
};

/// Raises an alarm, unless one of this name is raised. Says whether it did.
pub fn raise(db: &mut OperatorDb, readers: &[String], name: &str, content: Content) -> Result<bool> {
    let message = format!("{}\n\n{}", content.subject, content.paragraphs.join("\n\n"));
    let (id, now) = (db.clock().new_id(), db.clock().now());
    db.whole(|db| {
        let raised = diesel::insert_into(alarms::table)
            .values((
                alarms::id.eq(id),
                alarms::name.eq(name),
                alarms::message.eq(&message),
                alarms::raised_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(db.global())?;
        if raised == 1 {
            tracing::error!(alarm = name, message, "an alarm");
            operators::write(db, readers, content)?;
        }
        Ok(raised == 1)
    })
}

/// How many are raised.
pub fn raised(db: &mut OperatorDb) -> Result<u32> {
    let raised: i64 = alarms::table.filter(alarms::ended_at.is_null()).count().get_result(db.global())?;
    Ok(raised.try_into().unwrap_or(u32::MAX))
}

/// Ends the alarm of this name, where one is raised. Says whether it did.
pub fn end(db: &mut OperatorDb, readers: &[String], name: &str, content: Content) -> Result<bool> {
    let raised = alarms::table.filter(alarms::name.eq(name).and(alarms::ended_at.is_null()));
    let now = db.clock().now();
    db.whole(|db| {
        let ended = diesel::update(raised).set(alarms::ended_at.eq(now)).execute(db.global())?;
        if ended == 1 {
            tracing::info!(alarm = name, "an alarm is over");
            operators::write(db, readers, content)?;
        }
        Ok(ended == 1)
    })
}
