//! The two cookies of a browser: the refresh token, one per organization, and the mark of a known device. Both are
//! seen by the session endpoints alone.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use shared::ids::SessionId;

use crate::{clock, db::Organization, http::routes::PREFIX};

const DEVICE: &str = "portico_device";

/// 256 bits of randomness, which only the browser has; the server keeps their hash.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "a secret is not for showing")]
pub struct Secret([u8; 32]);

impl Secret {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        clock::random(&mut bytes);
        Self(bytes)
    }

    /// What the server keeps.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }

    fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// A refresh token: which session, the secret that stays with it, and the one that changes at each use.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a secret is not for showing")]
pub struct RefreshToken {
    /// The session.
    pub session: SessionId,
    /// Stays: who shows it has held a token of this session.
    pub family: Secret,
    /// Changes at each use.
    pub secret: Secret,
}

impl RefreshToken {
    /// A token of a new session.
    pub fn first(session: SessionId) -> Self {
        Self { session, family: Secret::random(), secret: Secret::random() }
    }

    /// The token that comes after this one.
    pub fn next(&self) -> Self {
        Self { secret: Secret::random(), ..self.clone() }
    }
}

fn refresh_name(organization: &Organization) -> String {
    format!("portico_refresh_{}", organization.short_id)
}

/// The refresh token that the browser holds for this organization.
pub fn refresh_token(request: &HttpRequest, organization: &Organization) -> Option<RefreshToken> {
    let cookie = request.cookie(&refresh_name(organization))?;
    let mut parts = cookie.value().split('.');
    let [short_id, session, family, secret] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    (short_id == organization.short_id && parts.next().is_none()).then_some(())?;
    Some(RefreshToken {
        session: session.parse().ok()?,
        family: Secret::parse(family)?,
        secret: Secret::parse(secret)?,
    })
}

/// The cookie that hands a refresh token to the browser for so many seconds.
pub fn refresh_cookie(organization: &Organization, token: &RefreshToken, seconds: i64) -> Cookie<'static> {
    let (family, secret) = (token.family.to_text(), token.secret.to_text());
    let value = format!("{}.{}.{family}.{secret}", organization.short_id, token.session);
    private(refresh_name(organization), value, Duration::seconds(seconds))
}

/// The cookie that takes the refresh token away.
pub fn no_refresh_cookie(organization: &Organization) -> Cookie<'static> {
    private(refresh_name(organization), String::new(), Duration::ZERO)
}

/// The mark of this device; a new one where the browser has none.
pub fn device(request: &HttpRequest) -> Secret {
    request.cookie(DEVICE).and_then(|cookie| Secret::parse(cookie.value())).unwrap_or_else(Secret::random)
}

/// The cookie that marks this device for a year.
pub fn device_cookie(device: &Secret) -> Cookie<'static> {
    private(DEVICE.to_owned(), device.to_text(), Duration::days(365))
}

fn private(name: String, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(name, value)
        .path(format!("{PREFIX}/session"))
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}
