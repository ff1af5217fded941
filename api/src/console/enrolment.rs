//! Enrolling: whoever was made an operator chooses a password of their own and shows a first code, by a secret that works
//! once. So nobody else ever knows either.

use actix_web::web::{Data, Json};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sha2::{Digest as _, Sha256};
use shared::{
    ViolationCode,
    check::Violations,
    console::{Enrolment, EnrolmentPreview, EnrolmentSecret},
    general_data::PASSWORD_MINIMUM_ADVISED,
};

use super::{operators::store, second_factor, server::ConsoleSite};
use crate::{
    ApiError, clock,
    http::{
        answers::NoContent,
        guards::{Public, why},
        input::Valid,
        route::Route,
    },
    ops::book::{Action, Entry},
    routes,
};

/// How long one may enrol.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A new secret to enrol with, and what the database keeps of it.
pub fn new_secret() -> (String, Vec<u8>) {
    let mut bytes = [0; 32];
    clock::random(&mut bytes);
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let hash = hash(&text);
    (text, hash)
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

/// What the authenticator of a new operator needs.
#[utoipa::path(post, path = "/enrolments/preview", operation_id = "preview_enrolment",
    request_body = EnrolmentSecret,
    responses((status = 200, description = "The second factor.", body = EnrolmentPreview)))]
pub async fn preview_enrolment(
    _who: Public<why::Enrolment>,
    site: Data<ConsoleSite>,
    body: Valid<EnrolmentSecret>,
) -> Result<Json<EnrolmentPreview>, ApiError> {
    let hash = hash(&body.0.enrolment);
    let row = site.db.run(move |conn| store::lock_to_enrol(conn, &hash)).await?.ok_or(ApiError::NotFound)?;
    let secret = site.sealing.open(&row.second_factor, row.id)?;
    let otpauth_url = second_factor::otpauth_url(&secret, &row.email)?;
    Ok(Json(EnrolmentPreview { email: row.email, name: row.name, otpauth_url }))
}

/// Chooses the password of a new operator, and shows that their authenticator works. Sign in afterwards, by the next code.
#[utoipa::path(post, path = "/enrolments", operation_id = "enrol_operator", request_body = Enrolment,
    responses((status = 204, description = "Enrolled.")))]
pub async fn enrol_operator(
    _who: Public<why::Enrolment>,
    site: Data<ConsoleSite>,
    body: Valid<Enrolment>,
) -> Result<NoContent, ApiError> {
    let Enrolment { enrolment, password, code } = body.0;
    let hash = hash(&enrolment);
    let asked = hash.clone();
    let row = site.db.run(move |conn| store::lock_to_enrol(conn, &asked)).await?.ok_or(ApiError::NotFound)?;
    let allowed = site
        .passwords
        .check_new(password.clone(), PASSWORD_MINIMUM_ADVISED, row.email, String::new())
        .await?;
    allowed.map_err(|violation| ApiError::Invalid(Violations(vec![("/password".to_owned(), violation)])))?;
    let password_hash = site.passwords.hash(password).await?;
    let of_site = site.clone();
    site.db
        .run(move |conn| {
            let now = conn.clock().now();
            let row = store::lock_to_enrol(conn, &hash)?.ok_or(ApiError::NotFound)?;
            let secret = of_site.sealing.open(&row.second_factor, row.id)?;
            let step = second_factor::accept(&secret, &code, row.last_step, now)?.ok_or_else(|| {
                let message = "This is not the code of now. Add the second factor to an authenticator first.";
                ApiError::invalid("/code", ViolationCode::NotAllowed, message)
            })?;
            store::enrol(conn, row.id, &password_hash, step)?;
            let entry = Entry::new(conn.clock(), row.doer(), Action::Enrol, row.email);
            of_site.book.write(conn, &entry)
        })
        .await?;
    site.book_was_written();
    Ok(NoContent)
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![preview_enrolment, enrol_operator]
}
