//! What licence types allow, and what the organization holds and uses.

use actix_web::web::{Data, Json};
use shared::licence::{LicenceConsumption, LicenceType};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        guards::{Allowed, MayRead},
        server::Site,
    },
};

/// The licence types of the platform, the highest first, each with its ceiling.
#[utoipa::path(get, path = "/licence-types", operation_id = "list_licence_types",
    responses((status = 200, description = "The licence types.", body = Vec<LicenceType>)))]
pub async fn list_licence_types(
    who: Allowed<menu::RoleDefinition, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<LicenceType>>, ApiError> {
    site.db.read(&who, store::licence_types).await.map(Json)
}

/// What the organization holds and uses of each licence type, the highest first. For company admins only.
#[utoipa::path(get, path = "/licence-consumption", operation_id = "list_licence_consumption",
    responses((status = 200, description = "The consumption by licence type.", body = Vec<LicenceConsumption>)))]
pub async fn list_licence_consumption(
    who: Allowed<menu::ManageAccount, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<LicenceConsumption>>, ApiError> {
    let today = who.caller().today();
    site.db.read(&who, move |conn| store::consumption(conn, today)).await.map(Json)
}
