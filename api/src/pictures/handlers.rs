//! Pictures over HTTP.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    },
    web::{Data, Path},
};
use shared::{
    general_data::GeneralData,
    ids::{PictureId, UserId},
    picture::{PictureQuery, PictureSize},
    session::CurrentSession,
    user::User,
};

use super::{Kind, Upload, store, take};
use crate::{
    ApiError,
    access::marks::{menu, op},
    db::TenantConn,
    http::{
        answers::Current,
        context::Visit,
        guards::{Allowed, MayRead, Public, SignedIn, why},
        input::{IfMatch, Query},
        server::Site,
    },
};

pub use shared::picture::PictureSize as Size;

/// Gives oneself a photo: a PNG, a JPEG or a WebP of 8 MB and 25 million pixels at most, as the body itself. A square is
/// cut from its middle, and nothing is kept of what stands beside the pixels, such as where it was taken.
#[utoipa::path(put, path = "/profile/photo", operation_id = "update_own_photo",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 200, description = "The session with the new photo.", body = CurrentSession)))]
pub async fn update_own_photo(
    who: SignedIn<why::OwnProfile>,
    version: IfMatch,
    site: Data<Site>,
    upload: Upload,
) -> Result<Current<CurrentSession>, ApiError> {
    let caller = who.caller().clone();
    let picture = take(&site, &caller, Kind::Photo, upload).await?;
    let set = move |conn: &mut TenantConn<'_>| store::set_own_photo(conn, &caller, version.0, Some(&picture));
    site.db.write(&who, set).await.map(Current)
}

/// Takes one's own photo away.
#[utoipa::path(delete, path = "/profile/photo", operation_id = "delete_own_photo",
    responses((status = 200, description = "The session without a photo.", body = CurrentSession)))]
pub async fn delete_own_photo(
    who: SignedIn<why::OwnProfile>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<CurrentSession>, ApiError> {
    let caller = who.caller().clone();
    let set = move |conn: &mut TenantConn<'_>| store::set_own_photo(conn, &caller, version.0, None);
    site.db.write(&who, set).await.map(Current)
}

/// Gives a person a photo: a PNG, a JPEG or a WebP of 8 MB and 25 million pixels at most, as the body itself.
#[utoipa::path(put, path = "/users/{user}/photo", operation_id = "update_user_photo",
    params(("user" = UserId, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 200, description = "The person with the new photo.", body = User)))]
pub async fn update_user_photo(
    who: Allowed<menu::Users, op::Update>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
    upload: Upload,
) -> Result<Current<User>, ApiError> {
    let user = user.into_inner();
    let picture = take(&site, who.caller(), Kind::Photo, upload).await?;
    let set = move |conn: &mut TenantConn<'_>| store::set_photo(conn, user, version.0, Some(&picture));
    site.db.write(&who, set).await.map(Current)
}

/// Takes a person's photo away.
#[utoipa::path(delete, path = "/users/{user}/photo", operation_id = "delete_user_photo",
    params(("user" = UserId, Path)),
    responses((status = 200, description = "The person without a photo.", body = User)))]
pub async fn delete_user_photo(
    who: Allowed<menu::Users, op::Update>,
    user: Path<UserId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<User>, ApiError> {
    let user = user.into_inner();
    site.db.write(&who, move |conn| store::set_photo(conn, user, version.0, None)).await.map(Current)
}

/// Gives the organization a logo: a PNG, a JPEG or a WebP of 8 MB and 25 million pixels at most, as the body itself. It
/// stays whole. People see it in the app and before they sign in.
#[utoipa::path(put, path = "/general-data/logo", operation_id = "update_logo",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 200, description = "General Data with the new logo.", body = GeneralData)))]
pub async fn update_logo(
    who: Allowed<menu::GeneralData, op::Update>,
    version: IfMatch,
    site: Data<Site>,
    upload: Upload,
) -> Result<Current<GeneralData>, ApiError> {
    let picture = take(&site, who.caller(), Kind::Logo, upload).await?;
    site.db.write(&who, move |conn| store::set_logo(conn, version.0, Some(&picture))).await.map(Current)
}

/// Takes the organization's logo away.
#[utoipa::path(delete, path = "/general-data/logo", operation_id = "delete_logo",
    responses((status = 200, description = "General Data without a logo.", body = GeneralData)))]
pub async fn delete_logo(
    who: Allowed<menu::GeneralData, op::Update>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<GeneralData>, ApiError> {
    site.db.write(&who, move |conn| store::set_logo(conn, version.0, None)).await.map(Current)
}

/// A photo or the logo, by the id that stands with the person or the organization. It never changes and may be kept.
#[utoipa::path(get, path = "/pictures/{picture}", operation_id = "get_picture",
    params(("picture" = PictureId, Path), PictureQuery),
    responses((status = 200, description = "The image.", content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png")))))]
pub async fn get_picture(
    who: SignedIn<why::Picture>,
    picture: Path<PictureId>,
    query: Query<PictureQuery>,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (picture, wanted) = (picture.into_inner(), query.0.size.unwrap_or_default());
    let (object, media_type, key) =
        site.db.read(&who, move |conn| store::find(conn, picture, wanted)).await?;
    let tag = tag(picture, wanted);
    if is_known(&request, &tag) {
        return Ok(unchanged(&tag, FOR_GOOD));
    }
    Ok(image(site.files.get(&object, &key).await?, &media_type, &tag, FOR_GOOD))
}

/// The logo of the organization whose host this is, for whoever is about to sign in.
#[utoipa::path(get, path = "/sign-in-page/logo", operation_id = "get_sign_in_logo",
    responses((status = 200, description = "The image.", content((Vec<u8> = "image/png")))))]
pub async fn get_sign_in_logo(
    _who: Public<why::SignInPage>,
    visit: Visit,
    site: Data<Site>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let organization = visit.organization.ok_or(ApiError::NotFound)?.id;
    let (picture, (object, media_type, key)) = site
        .db
        .before_guards(organization, |conn| {
            let logo = store::logo(conn)?.ok_or(ApiError::NotFound)?;
            Ok((logo, store::find(conn, logo, Size::Large)?))
        })
        .await?;
    let tag = tag(picture, PictureSize::Large);
    if is_known(&request, &tag) {
        return Ok(unchanged(&tag, AS_LONG_AS_IT_IS_THERE));
    }
    Ok(image(site.files.get(&object, &key).await?, &media_type, &tag, AS_LONG_AS_IT_IS_THERE))
}

/// What is under this address never changes.
const FOR_GOOD: &str = "private, max-age=31536000, immutable";
/// Under this address there may be another one by now: whoever has it asks whether it is still that.
const AS_LONG_AS_IT_IS_THERE: &str = "private, no-cache";

fn tag(picture: PictureId, size: PictureSize) -> String {
    format!("\"{picture}-{}\"", size.key())
}

fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let known =
        request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

fn unchanged(tag: &str, kept: &str) -> HttpResponse {
    HttpResponse::NotModified().insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, kept)).finish()
}

/// An image that is nothing but an image, whoever opens it.
fn image(bytes: bytes::Bytes, media_type: &str, tag: &str, kept: &str) -> HttpResponse {
    let ending = media_type.rsplit('/').next().unwrap_or_default();
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"picture.{ending}\"")))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, kept))
        .body(bytes)
}
