//! Tells people that a token of theirs ends soon, while there is time to make another one.
//!
//! A schedule of `portico work` looks once a day. Each token is told of once a notice, by the key of the job: jobs are
//! kept for longer than the first notice comes before the end.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::not, prelude::*};
use shared::ids::{ApiTokenId, UserId};
use uuid::Uuid;

use crate::{
    ApiError,
    db::{
        TenantConn,
        operator::OperatorDb,
        schema::{api_tokens, users},
    },
    mail::{self, Mail},
};

/// So many days before the end people are told, the first notice first.
const NOTICES: [i64; 2] = [14, 3];

/// Tells all who are to be told, in every organization.
pub fn tell(db: &mut OperatorDb) -> Result<()> {
    for organization in db.active_organizations()? {
        db.in_organization(organization, tell_in_organization)?;
    }
    Ok(())
}

fn tell_in_organization(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    type Row = (Uuid, Uuid, String, DateTime<Utc>, DateTime<Utc>);
    let now = conn.clock().now();
    let soon = now + NOTICES.map(TimeDelta::days).into_iter().max().unwrap_or_default();
    let may_sign_in = users::table.filter(users::active.and(not(users::no_login))).select(users::id);
    let ending: Vec<Row> = api_tokens::table
        .filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.gt(now)))
        .filter(api_tokens::expires_at.le(soon).and(api_tokens::user_id.eq_any(may_sign_in)))
        .order((api_tokens::expires_at, api_tokens::id))
        .select((
            api_tokens::id,
            api_tokens::user_id,
            api_tokens::name,
            api_tokens::created_at,
            api_tokens::expires_at,
        ))
        .load(conn.sql())?;
    for (id, user, name, created_at, expires_at) in ending {
        let Some(days) = notice(created_at, expires_at, now) else { continue };
        let mail = Mail::ApiTokenEnds { token: ApiTokenId(id), name, expires_at };
        mail::send_once(conn, format!("api_token_ends:{id}:{days}"), UserId(user), mail)?;
    }
    Ok(())
}

/// The notice that is due: the last one whose time has come, where the token was there before that. Whoever makes one for
/// a week needs nobody to say that it ends in less than two.
fn notice(created_at: DateTime<Utc>, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<i64> {
    let at = |days: i64| expires_at - TimeDelta::days(days);
    let due = NOTICES.into_iter().filter(|days| at(*days) <= now).min()?;
    (now < expires_at && created_at < at(due)).then_some(due)
}

/// Whether a token still works, so that its end is news when the mail is sent.
pub fn still_works(conn: &mut TenantConn<'_>, token: ApiTokenId) -> Result<bool, ApiError> {
    let now = conn.clock().now();
    let works = api_tokens::table
        .filter(api_tokens::id.eq(token.0))
        .filter(api_tokens::revoked_at.is_null().and(api_tokens::expires_at.gt(now)));
    Ok(diesel::select(diesel::dsl::exists(works)).get_result(conn.sql())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_that_is_due() {
        let day = |days: i64| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        let second = TimeDelta::seconds(1);
        for (created, now, expected) in [
            // Of a token that ends on day 100.
            (day(0), day(86) - second, None),
            (day(0), day(86), Some(14)),
            (day(0), day(97) - second, Some(14)),
            (day(0), day(97), Some(3)),
            (day(0), day(100) - second, Some(3)),
            (day(0), day(100), None),
            // Made within the time of a notice.
            (day(86), day(90), None),
            (day(90), day(96), None),
            (day(90), day(97), Some(3)),
            (day(97), day(99), None),
        ] {
            assert_eq!(notice(created, day(100), now), expected, "{created} {now}");
        }
    }
}
