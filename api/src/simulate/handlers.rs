//! One route a kind of change. They read and save nothing, whatever their method says.

use actix_web::web::{Data, Json, Path};
use shared::{
    access::simulate::{AccessChange, LicenceChange, Simulation},
    ids::{LicenceId, RoleId, UserId},
    role::RolePatch,
};

use super::{sight::Seen, store};
use crate::{
    ApiError,
    access::marks::{menu, op},
    db::TenantConn,
    http::{
        guards::{Allowed, MayRead},
        input::Valid,
        server::Site,
    },
};

/// What a changed role would come to for everybody who holds it. Refused as the change itself would be. Who they are is
/// told to those who may view people, what seats it moves to company admins.
#[utoipa::path(post, path = "/access/simulate/roles/{role}", operation_id = "simulate_role",
    params(("role" = RoleId, Path)), request_body = RolePatch,
    responses((status = 200, description = "Who gains and who loses what.", body = Simulation)))]
pub async fn simulate_role(
    who: Allowed<menu::RoleDefinition, op::Update>,
    role: Path<RoleId>,
    site: Data<Site>,
    body: Valid<RolePatch>,
) -> Result<Json<Simulation>, ApiError> {
    let (caller, role) = (who.caller().clone(), role.into_inner());
    let simulate = move |conn: &mut TenantConn<'_>| {
        let seen = Seen::by(&caller);
        store::role(conn, &caller, role, body.0).map(|simulation| seen.of(simulation))
    };
    site.db.read(&who, simulate).await.map(Json)
}

/// What other roles, complete access or the loss of the sign-in would come to for one person. Refused as the change
/// itself would be; a confirmed session is asked for only by the change.
#[utoipa::path(post, path = "/access/simulate/users/{user}", operation_id = "simulate_user",
    params(("user" = UserId, Path)), request_body = AccessChange,
    responses((status = 200, description = "What the person gains and loses.", body = Simulation)))]
pub async fn simulate_user(
    who: Allowed<menu::Users, op::Update>,
    user: Path<UserId>,
    site: Data<Site>,
    body: Valid<AccessChange>,
) -> Result<Json<Simulation>, ApiError> {
    let (caller, user) = (who.caller().clone(), user.into_inner());
    let simulate = move |conn: &mut TenantConn<'_>| {
        let seen = Seen::by(&caller);
        store::user(conn, &caller, user, body.0).map(|simulation| seen.of(simulation))
    };
    site.db.read(&who, simulate).await.map(Json)
}

/// What other seats or another end of a licence would come to. Licences are changed by the operators of the platform;
/// company admins may see beforehand what they ask for.
#[utoipa::path(post, path = "/access/simulate/licences/{licence}", operation_id = "simulate_licence",
    params(("licence" = LicenceId, Path)), request_body = LicenceChange,
    responses((status = 200, description = "Who gains and who loses what.", body = Simulation)))]
pub async fn simulate_licence(
    who: Allowed<menu::ManageAccount, op::View>,
    licence: Path<LicenceId>,
    site: Data<Site>,
    body: Valid<LicenceChange>,
) -> Result<Json<Simulation>, ApiError> {
    let (today, licence) = (who.caller().today(), licence.into_inner());
    site.db.read(&who, move |conn| store::licence(conn, today, licence, body.0)).await.map(Json)
}
