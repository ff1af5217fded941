//! Reading and changing how people sign in.

use actix_web::web::Data;
use shared::sign_in_settings::{SignInSettings, SignInSettingsPatch};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    http::{
        answers::Current,
        guards::{Allowed, MayRead},
        input::{IfMatch, Valid},
        server::Site,
    },
};

/// How long sessions last.
#[utoipa::path(get, path = "/sign-in-settings", operation_id = "get_sign_in_settings",
    responses((status = 200, description = "The settings.", body = SignInSettings)))]
pub async fn get_sign_in_settings(
    who: Allowed<menu::SignInSettings, op::View>,
    site: Data<Site>,
) -> Result<Current<SignInSettings>, ApiError> {
    site.db.read(&who, store::get).await.map(Current)
}

/// Changes how long sessions last. A shorter time ends within a second, on every server, the sessions that have lasted
/// longer; a longer one holds from a session's next use, and brings none back.
#[utoipa::path(patch, path = "/sign-in-settings", operation_id = "update_sign_in_settings",
    request_body = SignInSettingsPatch,
    responses((status = 200, description = "The settings as changed.", body = SignInSettings)))]
pub async fn update_sign_in_settings(
    who: Allowed<menu::SignInSettings, op::Update>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<SignInSettingsPatch>,
) -> Result<Current<SignInSettings>, ApiError> {
    let name = who.caller().organization.name.clone();
    site.db.write(&who, move |conn| store::update(conn, &name, version.0, &body.0)).await.map(Current)
}
