//! People over HTTP.

use actix_web::web::{Data, Json, Path};
use shared::{
    Page,
    ids::UserId,
    user::{ErasurePreview, HandOver, NewUser, User, UserFilter, UserOptions, UserPatch},
};

use super::{erasure, new_password, store};
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        answers::{Created, Current},
        fields::{Fields, Listed},
        guards::{Allowed, Confirmed, ConfirmedFor, MayRead, why},
        input::{IfMatch, Query, Valid},
        server::Site,
    },
    roles,
};

/// People, page by page.
#[utoipa::path(get, path = "/users", operation_id = "list_users", params(UserFilter),
    responses((status = 200, description = "One page of people.", body = Page<User>)))]
pub async fn list_users(
    who: Allowed<menu::Users, op::View>,
    site: Data<Site>,
    filter: Query<UserFilter>,
) -> Result<Listed<User>, ApiError> {
    let fields = Fields::of::<User>(filter.0.fields.as_deref())?;
    site.db.read(&who, move |conn| store::list(conn, &filter.0)).await.map(|page| fields.list(page))
}

/// The roles that people may be given.
#[utoipa::path(get, path = "/users/options", operation_id = "get_user_options",
    responses((status = 200, description = "The choices.", body = UserOptions)))]
pub async fn get_user_options(
    who: Allowed<menu::Users, op::View>,
    site: Data<Site>,
) -> Result<Json<UserOptions>, ApiError> {
    let today = who.caller().today();
    let roles = site.db.read(&who, move |conn| roles::choices(conn, today)).await?;
    Ok(Json(UserOptions { roles }))
}

/// Adds a person, who uses a seat of the highest licence type among the roles. Roles with administration that the
/// caller does not hold are refused; a password and roles with administration ask for a confirmed session. An API token
/// adds people without a sign-in alone.
#[utoipa::path(post, path = "/users", operation_id = "create_user", request_body = NewUser,
    responses((status = 201, description = "The person.", body = User)))]
pub async fn create_user(
    who: ConfirmedFor<Allowed<menu::Users, op::Insert>, why::WayIn>,
    site: Data<Site>,
    body: Valid<NewUser>,
) -> Result<Created<User>, ApiError> {
    let caller = who.caller().clone();
    let hash = new_password::of_new_user(&site, &who, &body.0).await?;
    site.db.write(&who, move |conn| store::create(conn, &caller, &body.0, hash)).await.map(Created)
}

/// One person.
#[utoipa::path(get, path = "/users/{user}", operation_id = "get_user",
    params(("user" = UserId, Path)), responses((status = 200, description = "The person.", body = User)))]
pub async fn get_user(
    who: Allowed<menu::Users, op::View>,
    user: Path<UserId>,
    site: Data<Site>,
) -> Result<Current<User>, ApiError> {
    let user = user.into_inner();
    site.db.read(&who, move |conn| store::get(conn, user)).await.map(Current)
}

/// Changes a person; on every server it counts within a second. A new password ends all their sessions. Only company
/// admins make company admins, change e-mail, password and sign-in of one, and change their own roles. Nobody else
/// hands out administration that they do not hold: not by a role, and not by e-mail, password, sign-in or fewer roles of
/// somebody who holds it. Another e-mail, a password, complete access and roles with administration ask for a confirmed
/// session.
#[utoipa::path(patch, path = "/users/{user}", operation_id = "update_user",
    params(("user" = UserId, Path)),
    request_body = UserPatch, responses((status = 200, description = "The person as changed.", body = User)))]
pub async fn update_user(
    who: ConfirmedFor<Allowed<menu::Users, op::Update>, why::WayIn>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<UserPatch>,
) -> Result<Current<User>, ApiError> {
    let (caller, user) = (who.caller().clone(), user.into_inner());
    let hash = new_password::of_patch(&site, &who, user, &body.0).await?;
    site.db
        .write(&who, move |conn| store::update(conn, &caller, user, version.0, body.0, hash))
        .await
        .map(Current)
}

/// Deactivates a person: all their sessions end, and their seat is free. What they did and where they took part
/// stays.
#[utoipa::path(post, path = "/users/{user}/deactivate", operation_id = "deactivate_user",
    params(("user" = UserId, Path)),
    responses((status = 200, description = "The person, deactivated.", body = User)))]
pub async fn deactivate_user(
    who: Allowed<menu::Users, op::Delete>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<User>, ApiError> {
    let (caller, user) = (who.caller().clone(), user.into_inner());
    site.db.write(&who, move |conn| store::deactivate(conn, &caller, user, version.0)).await.map(Current)
}

/// Reactivates a person, who uses a seat again.
#[utoipa::path(post, path = "/users/{user}/reactivate", operation_id = "reactivate_user",
    params(("user" = UserId, Path)),
    responses((status = 200, description = "The person, active again.", body = User)))]
pub async fn reactivate_user(
    who: Allowed<menu::Users, op::Update>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<User>, ApiError> {
    let (caller, user) = (who.caller().clone(), user.into_inner());
    site.db.write(&who, move |conn| store::reactivate(conn, &caller, user, version.0)).await.map(Current)
}

/// Hands complete access over: the person becomes a company admin, and the caller is none from then on. They keep their
/// roles, or get the one of new people where they have none, and use a seat. Both are told by mail.
#[utoipa::path(post, path = "/account/hand-over", operation_id = "hand_over_account",
    request_body = HandOver, responses((status = 200, description = "The new company admin.", body = User)))]
pub async fn hand_over_account(
    who: Confirmed<Allowed<menu::ManageAccount, op::Update>>,
    site: Data<Site>,
    body: Valid<HandOver>,
) -> Result<Current<User>, ApiError> {
    let caller = who.caller().clone();
    site.db.write(&who, move |conn| store::hand_over(conn, &caller, body.0.user_id)).await.map(Current)
}

/// What the erasure of a person would change: for those who may.
#[utoipa::path(get, path = "/users/{user}/erasure", operation_id = "get_user_erasure",
    params(("user" = UserId, Path)),
    responses((status = 200, description = "Where they are named.", body = ErasurePreview)))]
pub async fn get_user_erasure(
    who: Allowed<menu::Users, op::Delete>,
    user: Path<UserId>,
    site: Data<Site>,
) -> Result<Json<ErasurePreview>, ApiError> {
    let user = user.into_inner();
    site.db.read(&who, move |conn| erasure::preview(conn, user)).await.map(Json)
}

/// Erases a person who is deactivated, for good: a pseudonym stands wherever they were named, and what the audit log said
/// of them cannot be read any more. What they did stays.
#[utoipa::path(post, path = "/users/{user}/erase", operation_id = "erase_user",
    params(("user" = UserId, Path)),
    responses((status = 200, description = "The pseudonym.", body = User)))]
pub async fn erase_user(
    who: Confirmed<Allowed<menu::Users, op::Delete>>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<User>, ApiError> {
    let (caller, user) = (who.caller().clone(), user.into_inner());
    site.db.write(&who, move |conn| erasure::erase(conn, &caller, user, version.0)).await.map(Current)
}
