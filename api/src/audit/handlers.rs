//! The audit log over HTTP.

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web::{Bytes, Data, Json, Path},
};
use futures_util::stream;
use shared::{
    Menu, Operation, Page,
    audit::{AuditChain, AuditEntry, AuditFilter, DeniedAccess, DeniedAccessFilter},
    ids::ChangeId,
    session::SignedLink,
};

use super::{export::Export, store};
use crate::{
    ApiError,
    access::{
        Caller,
        marks::{menu, op},
    },
    http::{
        guards::{Allowed, Confirmed, Linked, MayRead},
        input::Query,
        server::Site,
        signed_link::{self, Resource},
    },
    sessions::events,
};

/// What was changed in the organization, by whom, when and from where, the newest first.
#[utoipa::path(get, path = "/audit-log", operation_id = "list_audit_entries", params(AuditFilter),
    responses((status = 200, description = "One page of the audit log.", body = Page<AuditEntry>)))]
pub async fn list_audit_entries(
    who: Allowed<menu::AuditLog, op::View>,
    site: Data<Site>,
    filter: Query<AuditFilter>,
) -> Result<Json<Page<AuditEntry>>, ApiError> {
    let time_zone = who.caller().person.time_zone;
    site.db.read(&who, move |conn| store::list(conn, &filter.0, time_zone)).await.map(Json)
}

/// One row of the audit log, field by field.
#[utoipa::path(get, path = "/audit-log/{entry}", operation_id = "get_audit_entry",
    params(("entry" = ChangeId, Path)),
    responses((status = 200, description = "The row.", body = AuditEntry)))]
pub async fn get_audit_entry(
    who: Allowed<menu::AuditLog, op::View>,
    entry: Path<ChangeId>,
    site: Data<Site>,
) -> Result<Json<AuditEntry>, ApiError> {
    let entry = entry.into_inner();
    site.db.read(&who, move |conn| store::get(conn, entry)).await.map(Json)
}

/// How far the audit log is sealed, with the newest signed head.
#[utoipa::path(get, path = "/audit-log/chain", operation_id = "get_audit_chain",
    responses((status = 200, description = "The chain.", body = AuditChain)))]
pub async fn get_audit_chain(
    who: Allowed<menu::AuditLog, op::View>,
    site: Data<Site>,
) -> Result<Json<AuditChain>, ApiError> {
    site.db.read(&who, store::chain).await.map(Json)
}

/// A link to the file of the whole audit log, for a minute in which it has to be opened: a browser writes it to the disk
/// as it comes.
#[utoipa::path(get, path = "/audit-log/export/link", operation_id = "get_audit_log_export_link",
    responses((status = 200, description = "The link.", body = SignedLink)))]
pub async fn get_audit_log_export_link(
    who: Confirmed<Allowed<menu::AuditLog, op::View>>,
    site: Data<Site>,
) -> Result<Json<SignedLink>, ApiError> {
    signed_link::issue(&site, who.caller(), &Resource::at("/audit-log/export")).map(Json)
}

/// The whole audit log with its chain and signed heads, as lines of JSON. `portico audit verify` proves it without a
/// database. It says who took it. A file without its last line, `{"end": …}`, is cut off.
#[utoipa::path(get, path = "/audit-log/export", operation_id = "export_audit_log",
    responses((status = 200, description = "The lines.", body = String, content_type = "application/x-ndjson")))]
pub async fn export_audit_log(
    who: Linked<Confirmed<Allowed<menu::AuditLog, op::View>>>,
    site: Data<Site>,
) -> Result<HttpResponse, ApiError> {
    site.db.note_export(&who, "audit_log").await?;
    let (organization, keys) = (who.caller().organization.clone(), site.audit_keys.clone());
    let name = format!("attachment; filename=\"audit-log-{}.jsonl\"", organization.slug);
    let export = site.db.read(&who, move |conn| Export::begin(conn, &organization, &keys)).await?;
    let chunks = stream::try_unfold(Some((export, who, site)), |state| async move {
        let Some((mut export, who, site)) = state else { return Ok::<_, ApiError>(None) };
        let work = move |conn: &mut crate::db::TenantConn<'_>| {
            let mut lines = Vec::new();
            let done = export.chunk(conn, &mut lines)?;
            Ok((export, lines, done))
        };
        check_still_allowed(&site, who.caller()).await?;
        let (export, lines, done) = site.db.read(&who, work).await?;
        Ok(Some((Bytes::from(lines), (!done).then_some((export, who, site)))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(chunks))
}

/// Asks again, before each chunk: a long file goes on no longer than the session, and the right, of whoever takes it. One
/// that is cut off has no last line.
async fn check_still_allowed(site: &Site, caller: &Caller) -> Result<(), ApiError> {
    let alive = events::find_alive(site, caller, caller.session()?).await?;
    let person = alive.ok_or(ApiError::Unauthenticated)?;
    let today = site.clock.now().with_timezone(&person.time_zone).date_naive();
    person.holder.check(Menu::AuditLog, Operation::View, today).map_err(ApiError::Forbidden)
}

/// Refused requests, counted by minute, network, account, operation and problem, the newest first.
#[utoipa::path(get, path = "/denied-access", operation_id = "list_denied_access",
    params(DeniedAccessFilter),
    responses((status = 200, description = "One page of refused requests.", body = Page<DeniedAccess>)))]
pub async fn list_denied_access(
    who: Allowed<menu::AuditLog, op::View>,
    site: Data<Site>,
    filter: Query<DeniedAccessFilter>,
) -> Result<Json<Page<DeniedAccess>>, ApiError> {
    site.db.read(&who, move |conn| store::list_denied(conn, &filter.0)).await.map(Json)
}
