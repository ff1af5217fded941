//! One's own sessions of the last months as a file, those that are over included: whoever suspects a stranger wants to
//! see what was, and not only what is.

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web::{Data, Json},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::{ids::UserId, session::SignedLink};

use crate::{
    ApiError,
    db::{TenantConn, schema::sessions},
    http::{
        guards::{Linked, MayRead, SignedIn, why},
        server::Site,
        signed_link::{self, Resource},
    },
};

const PATH: &str = "/profile/sessions/history";
/// Sessions of so many days.
const DAYS: i64 = 90;
const HEAD: &str = "device,address,began,last used,ended,reason\r\n";

/// A link to the file of one's own sessions, for a minute.
#[utoipa::path(get, path = "/profile/sessions/history/link", operation_id = "get_session_history_link",
    responses((status = 200, description = "The link.", body = SignedLink)))]
pub async fn get_session_history_link(
    who: SignedIn<why::OwnSession>,
    site: Data<Site>,
) -> Result<Json<SignedLink>, ApiError> {
    signed_link::issue(&site, who.caller(), &Resource::at(PATH)).map(Json)
}

/// One's own sessions that were used in the last 90 days, ended ones too, as CSV.
#[utoipa::path(get, path = "/profile/sessions/history", operation_id = "get_session_history",
    responses((status = 200, description = "The file.", content_type = "text/csv", body = String)))]
pub async fn get_session_history(
    who: Linked<SignedIn<why::OwnSession>>,
    site: Data<Site>,
) -> Result<HttpResponse, ApiError> {
    let user = who.caller().user();
    let file = site.db.read(&who, move |conn| file(conn, user)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"sessions.csv\""))
        .body(file))
}

type Row =
    (String, String, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>, Option<String>);

fn file(conn: &mut TenantConn<'_>, user: UserId) -> Result<String, ApiError> {
    let now = conn.clock().now();
    let rows: Vec<Row> = sessions::table
        .filter(sessions::user_id.eq(user.0).and(sessions::last_used_at.gt(now - TimeDelta::days(DAYS))))
        .order((sessions::last_used_at.desc(), sessions::id))
        .select((
            sessions::device,
            sessions::address,
            sessions::created_at,
            sessions::last_used_at,
            sessions::idle_until,
            sessions::ended_at,
            sessions::ended_because,
        ))
        .load(conn.sql())?;
    Ok(rows.into_iter().fold(HEAD.to_owned(), |file, row| file + &line(row, now)))
}

/// The words come from lists of ours and the addresses from the network, so nothing needs quoting.
fn line((device, address, began, used, idle_until, ended, reason): Row, now: DateTime<Utc>) -> String {
    let instant = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (ended, reason) = match (ended, reason) {
        (Some(ended), reason) => (instant(ended), reason.unwrap_or_default()),
        (None, _) if idle_until <= now => (instant(idle_until), "not_used".to_owned()),
        (None, _) => (String::new(), String::new()),
    };
    format!("{device},{address},{},{},{ended},{reason}\r\n", instant(began), instant(used))
}
