//! The endpoints of the lists.

use actix_web::web::{Data, Json, Path};
use shared::{
    ids::ProjectParameterId,
    project_parameter::{NewProjectParameter, ProjectParameter, ProjectParameterPatch},
};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        answers::{Created, Current, NoContent},
        guards::Allowed,
        input::{IfMatch, Valid},
        server::Site,
    },
};

/// All lists that projects choose from, by kind and order, with how many projects have each entry.
#[utoipa::path(get, path = "/project-parameters", operation_id = "list_project_parameters",
    responses((status = 200, description = "The entries of all lists.", body = Vec<ProjectParameter>)))]
pub async fn list_project_parameters(
    who: Allowed<menu::ProjectParameters, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<ProjectParameter>>, ApiError> {
    site.db.read(&who, store::list).await.map(Json)
}

/// Adds an entry at the end of a list. As the default, it takes the place of the one that was.
#[utoipa::path(post, path = "/project-parameters", operation_id = "create_project_parameter",
    request_body = NewProjectParameter,
    responses((status = 201, description = "The entry.", body = ProjectParameter)))]
pub async fn create_project_parameter(
    who: Allowed<menu::ProjectParameters, op::Insert>,
    site: Data<Site>,
    body: Valid<NewProjectParameter>,
) -> Result<Created<ProjectParameter>, ApiError> {
    site.db.write(&who, move |conn| store::create(conn, &body.0)).await.map(Created)
}

/// Changes an entry. Sent to another place, the others make room; as the default, it takes the place of the one
/// that was.
#[utoipa::path(patch, path = "/project-parameters/{parameter}", operation_id = "update_project_parameter",
    request_body = ProjectParameterPatch,
    params(("parameter" = ProjectParameterId, Path)),
    responses((status = 200, description = "The entry as it is now.", body = ProjectParameter)))]
pub async fn update_project_parameter(
    who: Allowed<menu::ProjectParameters, op::Update>,
    parameter: Path<ProjectParameterId>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<ProjectParameterPatch>,
) -> Result<Current<ProjectParameter>, ApiError> {
    let id = parameter.into_inner();
    site.db.write(&who, move |conn| store::update(conn, id, version.0, body.0)).await.map(Current)
}

/// Removes an entry. 409 where it is of the system, the default, or in use.
#[utoipa::path(delete, path = "/project-parameters/{parameter}", operation_id = "delete_project_parameter",

    params(("parameter" = ProjectParameterId, Path)),
    responses((status = 204, description = "The entry is gone.")))]
pub async fn delete_project_parameter(
    who: Allowed<menu::ProjectParameters, op::Delete>,
    parameter: Path<ProjectParameterId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let id = parameter.into_inner();
    site.db.write(&who, move |conn| store::delete(conn, id, version.0)).await?;
    Ok(NoContent)
}
