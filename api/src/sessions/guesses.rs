//! Behind the answer: tells people that somebody tries passwords at their account.
//!
//! An attempt that has to wait leaves a row behind, the same whether or not there is such an account, so that the answer
//! tells nothing. A worker finds the accounts and leaves a mail for each, one a day.

use std::net::IpAddr;

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    db::operator::{OperatorDb, tables::guesses},
    mail::{self, Mail, Occasion},
    recovery::work::accounts,
};

/// The channel on which workers hear that somebody has to wait.
pub const CHANNEL: &str = "portico_guesses";

/// What is noted of an attempt that has to wait.
#[derive(Debug, Clone)]
pub struct Guess {
    /// The id of the row.
    pub id: Uuid,
    /// The keys of the accounts under which attempts are counted: a note is made where one of these has to wait, and
    /// not where the whole network does.
    pub keys: Vec<Vec<u8>>,
    /// The e-mail.
    pub email: String,
    /// The organization that is meant; all at the shared host.
    pub only_in: Option<Uuid>,
    /// From where.
    pub address: IpAddr,
    /// The device in words.
    pub device: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = guesses)]
struct Noted {
    id: Uuid,
    email_hash: Vec<u8>,
    organization_id: Option<Uuid>,
    noticed_at: DateTime<Utc>,
    address: String,
    device: String,
}

/// Tells all who are to be told, the oldest note first. One that two workers take up, or one takes up twice after a
/// crash, makes one mail.
pub fn work(db: &mut OperatorDb) -> Result<()> {
    let oldest = guesses::table.order((guesses::noticed_at, guesses::id)).select(Noted::as_select());
    while let Some(noted) = oldest.first(db.global()).optional()? {
        for (organization, _, user) in accounts(db, &noted.email_hash, noted.organization_id)? {
            let key = format!("guessing:{user}:{}", noted.noticed_at.date_naive());
            let occasion = Occasion {
                at: noted.noticed_at,
                address: noted.address.parse().ok(),
                device: Some(noted.device.clone()),
            };
            db.in_organization(organization, |conn| {
                mail::send_once(conn, key, user, Mail::Guessing { occasion })
            })?;
        }
        diesel::delete(guesses::table.find(noted.id)).execute(db.global())?;
    }
    Ok(())
}
