//! Roles over HTTP.

use actix_web::web::{Data, Json, Path};
use shared::{
    ids::RoleId,
    role::{NewRole, Role, RoleCopy, RolePatch},
};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        answers::{Created, Current, NoContent},
        guards::{Allowed, MayRead},
        input::{IfMatch, Valid},
        server::Site,
    },
};

/// All roles, by name.
#[utoipa::path(get, path = "/roles", operation_id = "list_roles",
    responses((status = 200, description = "The roles.", body = Vec<Role>)))]
pub async fn list_roles(
    who: Allowed<menu::RoleDefinition, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<Role>>, ApiError> {
    let today = who.caller().today();
    site.db.read(&who, move |conn| store::list(conn, today)).await.map(Json)
}

/// Makes a role. Its functions and grants must lie within its licence type's, and what it grants of administration
/// within what the caller may do.
#[utoipa::path(post, path = "/roles", operation_id = "create_role", request_body = NewRole,
    responses((status = 201, description = "The role.", body = Role)))]
pub async fn create_role(
    who: Allowed<menu::RoleDefinition, op::Insert>,
    site: Data<Site>,
    body: Valid<NewRole>,
) -> Result<Created<Role>, ApiError> {
    let caller = who.caller().clone();
    site.db.write(&who, move |conn| store::create(conn, &caller, body.0)).await.map(Created)
}

/// One role.
#[utoipa::path(get, path = "/roles/{role}", operation_id = "get_role",
    params(("role" = RoleId, Path)), responses((status = 200, description = "The role.", body = Role)))]
pub async fn get_role(
    who: Allowed<menu::RoleDefinition, op::View>,
    role: Path<RoleId>,
    site: Data<Site>,
) -> Result<Current<Role>, ApiError> {
    let (today, role) = (who.caller().today(), role.into_inner());
    site.db.read(&who, move |conn| store::get(conn, role, today)).await.map(Current)
}

/// Changes a role; on every server it counts within a second. Where the licence type changes, its holders use seats
/// of the new one, and the change is refused where those do not suffice. Administration that the caller does not hold
/// is not added.
#[utoipa::path(patch, path = "/roles/{role}", operation_id = "update_role",
    params(("role" = RoleId, Path)),
    request_body = RolePatch, responses((status = 200, description = "The role as changed.", body = Role)))]
pub async fn update_role(
    who: Allowed<menu::RoleDefinition, op::Update>,
    role: Path<RoleId>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<RolePatch>,
) -> Result<Current<Role>, ApiError> {
    let (caller, role) = (who.caller().clone(), role.into_inner());
    site.db.write(&who, move |conn| store::update(conn, &caller, role, version.0, body.0)).await.map(Current)
}

/// Deletes a role that nobody holds and that is not the default for new users.
#[utoipa::path(delete, path = "/roles/{role}", operation_id = "delete_role",
    params(("role" = RoleId, Path)),
    responses((status = 204, description = "The role is gone.")))]
pub async fn delete_role(
    who: Allowed<menu::RoleDefinition, op::Delete>,
    role: Path<RoleId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (today, role) = (who.caller().today(), role.into_inner());
    site.db.write(&who, move |conn| store::delete(conn, role, version.0, today)).await?;
    Ok(NoContent)
}

/// Makes a role with everything of this one but its name. The copy is not the default for new users.
/// Refused where the role grants administration that the caller does not hold.
#[utoipa::path(post, path = "/roles/{role}/copy", operation_id = "copy_role",
    params(("role" = RoleId, Path)), request_body = RoleCopy,
    responses((status = 201, description = "The copy.", body = Role)))]
pub async fn copy_role(
    who: Allowed<menu::RoleDefinition, op::Insert>,
    role: Path<RoleId>,
    site: Data<Site>,
    body: Valid<RoleCopy>,
) -> Result<Created<Role>, ApiError> {
    let (caller, role) = (who.caller().clone(), role.into_inner());
    site.db.write(&who, move |conn| store::copy(conn, &caller, role, &body.0)).await.map(Created)
}
