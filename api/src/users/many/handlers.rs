//! Many people over HTTP.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header,
    web::{Data, Json},
};
use shared::{
    check::Violations,
    session::SignedLink,
    user::{
        UserFilter,
        many::{BulkDeactivation, BulkUpdate, FileFormat, ManyUsers, UserExport, UserImport},
    },
};

use super::{
    store::{self, Run},
    table,
};
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        guards::{Allowed, BySession, Confirmed, ConfirmedFor, Linked, MayRead, why},
        input::{Query, Valid},
        server::Site,
        signed_link::{self, Resource},
    },
    sheets::{self, Format},
};

/// Changes many people alike: roles, language, reactivation. All or nothing; with `dry_run` it only tells what would
/// become of each. Roles with administration ask for a confirmed session.
#[utoipa::path(post, path = "/users/bulk/update", operation_id = "update_users",
    request_body = BulkUpdate, responses((status = 200, description = "What becomes of them.", body = ManyUsers)))]
pub async fn update_users(
    who: ConfirmedFor<Allowed<menu::Users, op::Update>, why::WayIn>,
    site: Data<Site>,
    body: Valid<BulkUpdate>,
) -> Result<Json<ManyUsers>, ApiError> {
    let (caller, update) = (who.caller().clone(), body.0);
    if update.dry_run {
        return site
            .db
            .read(&who, move |conn| store::bulk_update(conn, &caller, &update, Run::Dry))
            .await
            .map(Json);
    }
    site.db.write(&who, move |conn| store::bulk_update(conn, &caller, &update, Run::Wet)).await.map(Json)
}

/// Deactivates many people: their sessions end, and their seats are free. All or nothing; with `dry_run` it only tells
/// what would become of each.
#[utoipa::path(post, path = "/users/bulk/deactivate", operation_id = "deactivate_users",
    request_body = BulkDeactivation,
    responses((status = 200, description = "What becomes of them.", body = ManyUsers)))]
pub async fn deactivate_users(
    who: Allowed<menu::Users, op::Delete>,
    site: Data<Site>,
    body: Valid<BulkDeactivation>,
) -> Result<Json<ManyUsers>, ApiError> {
    let (caller, BulkDeactivation { people, dry_run }) = (who.caller().clone(), body.0);
    if dry_run {
        let work = move |conn: &mut crate::db::TenantConn<'_>| {
            store::bulk_deactivate(conn, &caller, &people, Run::Dry)
        };
        return site.db.read(&who, work).await.map(Json);
    }
    site.db.write(&who, move |conn| store::bulk_deactivate(conn, &caller, &people, Run::Wet)).await.map(Json)
}

/// Adds and changes the people of a file, CSV or XLSX, found by their e-mail. A column that is missing, and a cell that
/// is empty, leave things as they are. All or nothing; with `dry_run` it only tells what would become of each row.
/// Rows that change somebody need Update, those that deactivate somebody Delete.
#[utoipa::path(post, path = "/users/import", operation_id = "import_users",
    request_body = UserImport, responses((status = 200, description = "What becomes of them.", body = ManyUsers)))]
pub async fn import_users(
    who: Confirmed<Allowed<menu::Users, op::Insert>>,
    site: Data<Site>,
    body: Valid<UserImport>,
) -> Result<Json<ManyUsers>, ApiError> {
    let (caller, dry_run) = (who.caller().clone(), body.0.dry_run);
    let read = move || {
        let wrong = |violation| ApiError::Invalid(Violations(vec![("/content".to_owned(), violation)]));
        let table = body.0.bytes().and_then(|bytes| sheets::read(&bytes)).map_err(wrong)?;
        table::rows(&table).map_err(ApiError::InvalidFields)
    };
    let rows = site.sheets.run(read).await??;
    if dry_run {
        return site.db.read(&who, move |conn| store::import(conn, &caller, rows, Run::Dry)).await.map(Json);
    }
    site.db.write(&who, move |conn| store::import(conn, &caller, rows, Run::Wet)).await.map(Json)
}

/// A link to the file of these people, for a minute in which it has to be opened.
#[utoipa::path(get, path = "/users/export/link", operation_id = "get_users_export_link",
    params(UserExport), responses((status = 200, description = "The link.", body = SignedLink)))]
pub async fn get_users_export_link(
    who: BySession<Allowed<menu::Users, op::View>>,
    site: Data<Site>,
    filter: Query<UserExport>,
) -> Result<Json<SignedLink>, ApiError> {
    let file = Resource::at("/users/export").with_query(&filter.0)?;
    signed_link::issue(&site, who.caller(), &file).map(Json)
}

/// The people of the list as a file, which can be imported again. It shows nothing that the list does not show.
#[utoipa::path(get, path = "/users/export", operation_id = "export_users", params(UserExport),
    responses((status = 200, description = "The file.", content(
        (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub async fn export_users(
    who: Linked<BySession<Allowed<menu::Users, op::View>>>,
    site: Data<Site>,
    filter: Query<UserExport>,
) -> Result<File, ApiError> {
    let UserExport { format, q, active, role, licence_used, no_login, company_admin } = filter.0;
    let filter =
        UserFilter { q, active, role, licence_used, no_login, company_admin, ..UserFilter::default() };
    let format = match format.unwrap_or_default() {
        FileFormat::Csv => Format::Csv,
        FileFormat::Xlsx => Format::Xlsx,
    };
    let day = who.caller().today();
    let rows = site.db.read(&who, move |conn| store::export(conn, filter)).await?;
    let head = table::Column::ALL.map(table::Column::key);
    let bytes = site.sheets.run(move || sheets::write(format, &head, &rows)).await??;
    Ok(File { name: format!("people-{day}.{}", format.extension()), format, bytes })
}

/// A file to be kept under this name.
#[derive(Debug)]
pub struct File {
    name: String,
    format: Format,
    bytes: Vec<u8>,
}

impl Responder for File {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.format.media_type()))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)))
            .body(self.bytes)
    }
}
