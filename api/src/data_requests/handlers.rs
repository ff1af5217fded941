//! Requests about data over HTTP, and the links to what was made.

use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    web::{Data, Json, Path},
};
use futures_util::TryStreamExt as _;
use shared::data_request::{DataRequest, NewDataRequest};

use super::{check_recipient, delivery::DeliveryToken, store};
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        context::Visit,
        guards::{Allowed, Confirmed, MayRead as _, Public, why},
        input::Valid,
        route::Route,
        server::Site,
    },
    routes,
};

/// What the organization has asked for about its data: copies, and its erasure.
#[utoipa::path(get, path = "/organization/data-requests", operation_id = "list_data_requests",
    responses((status = 200, description = "The newest hundred, the newest first.", body = Vec<DataRequest>)))]
pub async fn list_data_requests(
    who: Allowed<menu::ManageAccount, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<DataRequest>>, ApiError> {
    site.db.read(&who, store::list).await.map(Json)
}

/// Asks those who run the installation for a copy of all data of the organization, or for its erasure. They verify it, somebody
/// else authorizes it, and a copy is made that only the given key opens.
#[utoipa::path(post, path = "/organization/data-requests", operation_id = "create_data_request",
    request_body = NewDataRequest,
    responses((status = 201, description = "Asked for.", body = DataRequest)))]
pub async fn create_data_request(
    who: Confirmed<Allowed<menu::ManageAccount, op::Insert>>,
    site: Data<Site>,
    body: Valid<NewDataRequest>,
) -> Result<HttpResponse, ApiError> {
    check_recipient(&body.0.recipient)?;
    let user = who.caller().user();
    let made = site.db.write(&who, move |conn| store::ask(conn, user, &body.0)).await?;
    Ok(HttpResponse::Created().json(made))
}

/// What was made for a client, by a link that operators have given: an age file, which only the client's own key opens. The link works
/// at the organization's own host, and at the shared one, where the organization was erased.
#[utoipa::path(get, path = "/deliveries/{link}", operation_id = "get_delivery",
    params(("link" = String, Path, max_length = 100)),
    responses((status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn get_delivery(
    who: Public<why::DeliveryLink>,
    visit: Visit,
    link: Path<String>,
    site: Data<Site>,
) -> Result<HttpResponse, ApiError> {
    let hash = DeliveryToken::parse(&link).ok_or(ApiError::NotFound)?.hash();
    let (now, host) = (site.clock.now(), visit.organization.as_ref().map(|organization| organization.id));
    let found = site.db.platform(&who, move |platform| platform.take_delivery(&hash, host, now)).await?;
    let (package, bytes) = found.ok_or(ApiError::NotFound)?;
    let length = u64::try_from(bytes).map_err(ApiError::internal)?;
    let body = site.files.delivery(package).await?.map_err(move |error| {
        tracing::error!(%error, %package, "a delivery breaks off");
        ApiError::FilesUnavailable
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"organization-export.tar.zst.age\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(SizedStream::new(length, body)))
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![list_data_requests, create_data_request, get_delivery]
}
