//! Links that open without a header, for pictures and downloads: `<img src>` and `<a href download>` send none.
//!
//! A link is good for a minute, for one address, and for the session that asked for it: it ends with the session, and
//! what it opens is asked of its person at that moment, as any other request is. It is signed with the keys of the
//! access tokens, in a name of its own, so that neither passes for the other.
//!
//! The guard `Linked<G>` says that a route opens by link as well as by header. Whoever may ask for a link gets it from
//! [`issue`], for a [`Resource`] that such a route has.

use std::{collections::HashSet, sync::LazyLock};

use actix_web::{dev::ServiceRequest, http::Uri};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::session::SignedLink;

use super::{
    patterns,
    routes::{self, PREFIX},
    server::Site,
    tokens::LinkClaims,
};
use crate::{ApiError, access::Caller};

/// How long a link is good.
pub const LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// The parameter that carries it, at the end of the address.
const PARAMETER: &str = "link=";

/// What a link opens: an address of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource(String);

impl Resource {
    /// A path behind `/api/v1`.
    pub fn at(path: &str) -> Self {
        Self(format!("{PREFIX}{path}"))
    }

    /// The same with a parameter.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        let separator = if self.0.contains('?') { '&' } else { '?' };
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        Self(format!("{}{separator}{pair}", self.0))
    }

    /// The same with the parameters of a query.
    pub fn with_query(self, query: &impl Serialize) -> Result<Self, ApiError> {
        let query = serde_urlencoded::to_string(query).map_err(ApiError::internal)?;
        Ok(if query.is_empty() { self } else { Self(format!("{}?{query}", self.0)) })
    }

    fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes()))
    }
}

/// A link to the resource for the session of the caller.
pub fn issue(site: &Site, caller: &Caller, resource: &Resource) -> Result<SignedLink, ApiError> {
    let expires_at = site.clock.now() + LIFETIME;
    let claims = LinkClaims {
        sub: caller.user(),
        org: caller.organization.id,
        sid: caller.session()?,
        exp: expires_at.timestamp(),
        res: resource.hash(),
        iss: String::new(),
    };
    let separator = if resource.0.contains('?') { '&' } else { '?' };
    let href = format!("{}{separator}{PARAMETER}{}", resource.0, site.keys.sign_link(claims)?);
    Ok(SignedLink { href, expires_at })
}

/// Takes the link off a request for a route that opens by one, so that what is behind sees the address alone. Gives
/// who asks by it; 401 for a link that is forged, over, or for something else.
pub(super) fn take(request: &mut ServiceRequest, site: &Site) -> Result<Option<LinkClaims>, ApiError> {
    let address = request.uri().to_string();
    let Some((rest, token)) = address.rsplit_once(PARAMETER) else { return Ok(None) };
    let Some(resource) = rest.strip_suffix(['?', '&']) else { return Ok(None) };
    if request.method() != actix_web::http::Method::GET || !opens_by_link(request) {
        return Ok(None);
    }
    let claims = site.keys.verify_link(token, site.clock.now()).ok_or(ApiError::Unauthenticated)?;
    // At the address of a proxy or of HTTP/2 there may stand a host before the path.
    let uri: Uri = resource.parse().map_err(|_| ApiError::Unauthenticated)?;
    let asked = Resource(uri.path_and_query().map_or_else(String::new, ToString::to_string));
    if claims.res != asked.hash() {
        return Err(ApiError::Unauthenticated);
    }
    request.head_mut().uri = uri;
    Ok(Some(claims))
}

/// The patterns of the routes that open by link.
static ROUTES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let linked = routes::all().into_iter().filter(|route| route.by_link);
    linked.map(|route| format!("{PREFIX}{}", route.path)).collect()
});

fn opens_by_link(request: &ServiceRequest) -> bool {
    patterns::of(request).is_some_and(|pattern| ROUTES.contains(pattern))
}
