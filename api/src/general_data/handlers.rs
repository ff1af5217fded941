//! Reading and changing General Data.

use actix_web::web::Data;
use shared::general_data::{GeneralData, GeneralDataPatch};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        answers::Current,
        guards::Allowed,
        input::{IfMatch, Valid},
        server::Site,
    },
};

/// What the organization says of itself, and its settings.
#[utoipa::path(get, path = "/general-data", operation_id = "get_general_data",
    responses((status = 200, description = "General Data.", body = GeneralData)))]
pub async fn get_general_data(
    who: Allowed<menu::GeneralData, op::View>,
    site: Data<Site>,
) -> Result<Current<GeneralData>, ApiError> {
    site.db.read(&who, store::get).await.map(Current)
}

/// Changes General Data. A new minimum length of passwords applies at each person's next change.
#[utoipa::path(patch, path = "/general-data", operation_id = "update_general_data",
    request_body = GeneralDataPatch,
    responses((status = 200, description = "General Data as changed.", body = GeneralData)))]
pub async fn update_general_data(
    who: Allowed<menu::GeneralData, op::Update>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<GeneralDataPatch>,
) -> Result<Current<GeneralData>, ApiError> {
    site.db.write(&who, move |conn| store::update(conn, version.0, body.0)).await.map(Current)
}
