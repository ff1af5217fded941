//! Behind the answer: finds the accounts that a request is about, and leaves a mail for each behind.
//!
//! A request may be taken up twice, by two workers or after a crash: the links that it makes have its id, so that each
//! account gets one.

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::{OrganizationId, UserId};
use uuid::Uuid;

use super::store;
use crate::db::operator::{
    OperatorDb,
    tables::{account_lookups, organizations, recovery_requests as requests},
};

/// The channel on which workers hear that somebody has asked.
pub const CHANNEL: &str = "portico_recoveries";
/// Accounts with one e-mail that get a mail, at the shared host.
const ACCOUNTS: i64 = 8;

/// Takes up all requests that are waiting, the oldest first.
pub fn work(db: &mut OperatorDb) -> Result<()> {
    while let Some(request) = next(db)? {
        let expires_at = request.requested_at + store::LIFETIME;
        // Who waited for longer has asked again.
        if db.clock().now() < expires_at {
            for (organization, short_id, user) in accounts(db, &request.email_hash, request.organization_id)?
            {
                db.in_organization(organization, |conn| {
                    store::send_link(conn, request.id, user, &short_id, expires_at)
                })?;
            }
        }
        diesel::delete(requests::table.find(request.id)).execute(db.global())?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = requests)]
struct Request {
    id: Uuid,
    email_hash: Vec<u8>,
    organization_id: Option<Uuid>,
    requested_at: DateTime<Utc>,
}

fn next(db: &mut OperatorDb) -> Result<Option<Request>> {
    let oldest = requests::table.order((requests::requested_at, requests::id)).select(Request::as_select());
    Ok(oldest.first(db.global()).optional()?)
}

/// The accounts in active organizations with an e-mail of this hash, each with its organization's short id.
pub(crate) fn accounts(
    db: &mut OperatorDb,
    email_hash: &[u8],
    only_in: Option<Uuid>,
) -> Result<Vec<(OrganizationId, String, UserId)>> {
    let mut found = account_lookups::table
        .inner_join(organizations::table.on(organizations::id.eq(account_lookups::organization_id)))
        .filter(account_lookups::email_hash.eq(email_hash).and(organizations::state.eq("active")))
        .order(account_lookups::organization_id)
        .limit(ACCOUNTS)
        .select((organizations::id, organizations::short_id, account_lookups::user_id))
        .into_boxed();
    if let Some(only) = only_in {
        found = found.filter(account_lookups::organization_id.eq(only));
    }
    let rows: Vec<(Uuid, String, Uuid)> = found.load(db.global())?;
    Ok(rows.into_iter().map(|(of, short_id, user)| (OrganizationId(of), short_id, UserId(user))).collect())
}
