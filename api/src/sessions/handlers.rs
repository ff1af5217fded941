//! The sign-in screen's facts, refresh, sign-out.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    web::{Data, Json},
};
use serde::Serialize;
use shared::{
    ids::UserId,
    session::{AccessToken, CurrentSession, Refresh, SignInPage},
};

use super::{
    cookies::{self, RefreshToken, Secret},
    profile, store,
};
use crate::{
    ApiError,
    access::cache::OrganizationKey,
    db::{Actor, Organization},
    http::{
        answers::Current,
        context::Visit,
        guards::{MayRead, Public, SignedIn, why},
        input::Valid,
        server::Site,
    },
    pictures,
};

/// What the sign-in screen may show before anybody signed in: the organization of this host.
#[utoipa::path(get, path = "/sign-in-page", operation_id = "get_sign_in_page",
    responses((status = 200, description = "The sign-in screen's facts.", body = SignInPage)))]
pub async fn get_sign_in_page(
    _who: Public<why::SignInPage>,
    visit: Visit,
    site: Data<Site>,
) -> Result<Json<SignInPage>, ApiError> {
    let Some(organization) = visit.organization else {
        return Ok(Json(SignInPage { organization: None, logo: None }));
    };
    let logo = site.db.before_guards(organization.id, pictures::logo).await?;
    Ok(Json(SignInPage { organization: Some(organization.to_name()), logo }))
}

/// The answer with which a session begins: the access token in the body, the rest in cookies.
pub(crate) fn begun<T: Serialize>(
    site: &Site,
    organization: &Organization,
    user: UserId,
    store::Begun { token, until }: &store::Begun,
    mark: &Secret,
    answer: impl FnOnce(AccessToken) -> T,
) -> Result<HttpResponse, ApiError> {
    let answer = answer(access_token(site, organization, user, token)?);
    Ok(HttpResponse::Ok()
        .cookie(cookies::refresh_cookie(organization, token, (*until - site.clock.now()).num_seconds()))
        .cookie(cookies::device_cookie(mark))
        .json(answer))
}

fn access_token(
    site: &Site,
    organization: &Organization,
    user: UserId,
    token: &RefreshToken,
) -> Result<AccessToken, ApiError> {
    let (access_token, expires_at) =
        site.keys.sign(organization.id, user, token.session, site.clock.now())?;
    Ok(AccessToken { access_token, expires_at, organization: organization.to_name() })
}

/// A new access token for the session whose cookie the browser holds. The refresh token changes at each use.
#[utoipa::path(post, path = "/session/refresh", operation_id = "refresh_session",
    request_body = Refresh, responses((status = 200, description = "The session goes on.", body = AccessToken)))]
pub async fn refresh_session(
    who: Public<why::RefreshCookie>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<Refresh>,
) -> Result<HttpResponse, ApiError> {
    let organization = match (&visit.organization, body.0.organization) {
        (Some(organization), _) => Arc::clone(organization),
        (None, Some(slug)) => {
            let found = site.db.access().organization(&site.db, OrganizationKey::Slug(slug)).await?;
            found.ok_or(ApiError::Unauthenticated)?
        }
        (None, None) => return Err(ApiError::Unauthenticated),
    };
    if organization.suspended {
        return Err(ApiError::OrganizationSuspended);
    }
    let shown = cookies::refresh_token(&request, &organization).ok_or(ApiError::Unauthenticated)?;
    let (used, address) = (shown.clone(), visit.address.to_string());
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    let refreshed = site
        .db
        .sign_in(&who, organization.id, actor, move |conn| store::refresh(conn, &used, &address))
        .await?;
    match refreshed {
        store::Refreshed::Rotated { user, token, until } => {
            let seconds = (until - site.clock.now()).num_seconds();
            let cookie: Cookie<'static> = cookies::refresh_cookie(&organization, &token, seconds);
            Ok(HttpResponse::Ok().cookie(cookie).json(access_token(&site, &organization, user, &token)?))
        }
        store::Refreshed::WithinGrace { user } => {
            Ok(HttpResponse::Ok().json(access_token(&site, &organization, user, &shown)?))
        }
        store::Refreshed::Over => Err(ApiError::Unauthenticated),
    }
}

/// Who is signed in, and what they may do now.
#[utoipa::path(get, path = "/session", operation_id = "get_session",
    responses((status = 200, description = "The person and their permissions.", body = CurrentSession)))]
pub async fn get_session(
    who: SignedIn<why::OwnSession>,
    site: Data<Site>,
) -> Result<Current<CurrentSession>, ApiError> {
    let caller = who.caller().clone();
    site.db.read(&who, move |conn| profile::current_session(conn, &caller)).await.map(Current)
}

/// Signs out: this session ends on every server.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out",
    responses((status = 204, description = "Signed out.")))]
pub async fn sign_out(who: SignedIn<why::OwnSession>, site: Data<Site>) -> Result<HttpResponse, ApiError> {
    let caller = who.caller().clone();
    let (user, session) = (caller.user(), caller.session()?);
    site.db
        .write(&who, move |conn| {
            store::end(conn, user, store::Which::Only(session), store::EndedBecause::SignedOut)
        })
        .await?;
    Ok(HttpResponse::NoContent().cookie(cookies::no_refresh_cookie(&caller.organization)).finish())
}
