//! Tokens over HTTP.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use diesel::prelude::*;
use shared::{
    Operation, Operations, Page,
    api_token::{
        ApiToken, ApiTokenFilter, ApiTokenName, ApiTokenOptions, ApiTokenPatch, CreatedApiToken,
        CurrentAccess, NewApiToken,
    },
    ids::ApiTokenId,
    user::UserName,
};

use super::store;
use crate::{
    ApiError,
    access::{
        Caller, Credential,
        api_token::Secret,
        marks::{menu, op},
        rules::PROJECT_TABS,
    },
    db::{
        TenantConn, Unkept,
        schema::{api_tokens, users},
    },
    http::{
        answers::{Current, NoContent},
        fields::{Fields, Listed},
        guards::{Allowed, Confirmed, ConfirmedFor, MayRead, SignedIn, by, why},
        input::{IfMatch, Query, Valid},
        server::Site,
    },
};

/// Who is asking, what they may do now, and until when. For programs that have a token and want to know what it is good
/// for.
#[utoipa::path(get, path = "/token", operation_id = "get_current_access",
    responses((status = 200, description = "What the credential is good for.", body = CurrentAccess)))]
pub async fn get_current_access(
    who: SignedIn<why::OwnCredential, by::SessionOrToken>,
    site: Data<Site>,
) -> Result<Json<CurrentAccess>, ApiError> {
    let caller = who.caller().clone();
    site.db.read(&who, move |conn| current_access(conn, &caller)).await.map(Json)
}

fn current_access(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<CurrentAccess, ApiError> {
    let (token, expires_at) = match caller.credential {
        Credential::Token(id) => {
            let (name, expires_at): (String, chrono::DateTime<chrono::Utc>) = api_tokens::table
                .filter(api_tokens::id.eq(id.0))
                .select((api_tokens::name, api_tokens::expires_at))
                .first(conn.sql())?;
            (Some(ApiTokenName { id, name }), expires_at)
        }
        Credential::Session(session) | Credential::Link(session) => {
            let span = caller.person.sessions.get(&session).ok_or(ApiError::Unauthenticated)?;
            (None, span.ends_at())
        }
    };
    let email = users::table.filter(users::id.eq(caller.user().0)).select(users::email).first(conn.sql())?;
    Ok(CurrentAccess {
        user: UserName { id: caller.user(), name: caller.person.name.clone(), email },
        organization: caller.organization.to_name(),
        token,
        expires_at,
        permissions: caller.holder().permissions(caller.today()),
        scopes: caller.holder().scopes.clone(),
    })
}

/// What a token of one's own could do: the choices of its form.
#[utoipa::path(get, path = "/profile/api-tokens/options", operation_id = "get_api_token_options",
    responses((status = 200, description = "The choices.", body = ApiTokenOptions)))]
pub async fn get_api_token_options(who: SignedIn<why::OwnTokens>) -> Json<ApiTokenOptions> {
    let caller = who.caller();
    let (holder, today) = (caller.holder(), caller.today());
    let may = |menu: &shared::Menu, operation: Operation| {
        holder.check(*menu, operation, today).is_ok()
            // Some position could open it.
            || (PROJECT_TABS.contains(menu) && holder.check_on_some_project(*menu, operation, today).is_ok())
    };
    let scopes = shared::Menu::screens()
        .filter(|menu| !menu.is_beyond_tokens())
        .map(|menu| {
            let operations = Operation::ALL.into_iter().filter(|operation| may(&menu, *operation));
            (menu, operations.fold(Operations::NONE, Operations::with))
        })
        .filter(|(_, operations)| operations.view)
        .collect();
    Json(ApiTokenOptions { today, scopes })
}

/// One's own tokens: those that work first, the newest first.
#[utoipa::path(get, path = "/profile/api-tokens", operation_id = "list_own_api_tokens",
    responses((status = 200, description = "The tokens.", body = Vec<ApiToken>)))]
pub async fn list_own_api_tokens(
    who: SignedIn<why::OwnTokens>,
    site: Data<Site>,
) -> Result<Json<Vec<ApiToken>>, ApiError> {
    let user = who.caller().user();
    site.db.read(&who, move |conn| store::list_own(conn, user)).await.map(Json)
}

/// One of one's own tokens.
#[utoipa::path(get, path = "/profile/api-tokens/{token}", operation_id = "get_own_api_token",
    params(("token" = ApiTokenId, Path)), responses((status = 200, description = "The token.", body = ApiToken)))]
pub async fn get_own_api_token(
    who: SignedIn<why::OwnTokens>,
    token: Path<ApiTokenId>,
    site: Data<Site>,
) -> Result<Current<ApiToken>, ApiError> {
    let (user, token) = (who.caller().user(), token.into_inner());
    site.db.read(&who, move |conn| store::get_own(conn, user, token)).await.map(Current)
}

/// Makes a token, and shows its secret this once. It may do what its person may at that moment, of its scopes.
#[utoipa::path(post, path = "/profile/api-tokens", operation_id = "create_api_token",
    request_body = NewApiToken,
    responses((status = 201, description = "The token with its secret.", body = CreatedApiToken)))]
pub async fn create_api_token(
    who: Confirmed<SignedIn<why::OwnTokens>>,
    site: Data<Site>,
    body: Valid<NewApiToken>,
) -> Result<HttpResponse, ApiError> {
    let caller = who.caller().clone();
    let secret = Secret::random(&caller.organization.short_id);
    let (token, secret) = site
        .db
        .write(&who, move |conn| {
            let token = store::create(conn, &caller, &body.0, &secret)?;
            Ok((token, Unkept(Some(secret.text().to_owned()))))
        })
        .await?;
    Ok(HttpResponse::Created().json(CreatedApiToken { token, secret: secret.0 }))
}

/// Changes one of one's own tokens; on every server it counts within a second. What lets it do more, or from elsewhere,
/// asks for the password once more.
#[utoipa::path(patch, path = "/profile/api-tokens/{token}", operation_id = "update_api_token",
    params(("token" = ApiTokenId, Path)), request_body = ApiTokenPatch,
    responses((status = 200, description = "The token as changed.", body = ApiToken)))]
pub async fn update_api_token(
    who: ConfirmedFor<SignedIn<why::OwnTokens>, why::WiderToken>,
    token: Path<ApiTokenId>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<ApiTokenPatch>,
) -> Result<Current<ApiToken>, ApiError> {
    let (caller, token) = (who.caller().clone(), token.into_inner());
    site.db
        .write(&who, move |conn| store::update(conn, &caller, token, version.0, &body.0))
        .await
        .map(Current)
}

/// Revokes one of one's own tokens. It works on no server any more within a second, and never again.
#[utoipa::path(delete, path = "/profile/api-tokens/{token}", operation_id = "revoke_own_api_token",
    params(("token" = ApiTokenId, Path)),
    responses((status = 204, description = "The token is revoked.")))]
pub async fn revoke_own_api_token(
    who: SignedIn<why::OwnTokens>,
    token: Path<ApiTokenId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (caller, token) = (who.caller().clone(), token.into_inner());
    let of = Some(caller.user());
    site.db.write(&who, move |conn| store::revoke(conn, &caller, token, of, version.0)).await?;
    Ok(NoContent)
}

/// The tokens of all people, page by page.
#[utoipa::path(get, path = "/api-tokens", operation_id = "list_api_tokens",
    params(ApiTokenFilter), responses((status = 200, description = "One page of tokens.", body = Page<ApiToken>)))]
pub async fn list_api_tokens(
    who: Allowed<menu::Integrations, op::View>,
    site: Data<Site>,
    filter: Query<ApiTokenFilter>,
) -> Result<Listed<ApiToken>, ApiError> {
    let fields = Fields::of::<ApiToken>(filter.0.fields.as_deref())?;
    site.db.read(&who, move |conn| store::list(conn, &filter.0)).await.map(|page| fields.list(page))
}

/// Revokes somebody's token.
#[utoipa::path(delete, path = "/api-tokens/{token}", operation_id = "revoke_api_token",
    params(("token" = ApiTokenId, Path)), responses((status = 204, description = "The token is revoked.")))]
pub async fn revoke_api_token(
    who: Allowed<menu::Integrations, op::Delete>,
    token: Path<ApiTokenId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (caller, token) = (who.caller().clone(), token.into_inner());
    site.db.write(&who, move |conn| store::revoke(conn, &caller, token, None, version.0)).await?;
    Ok(NoContent)
}
