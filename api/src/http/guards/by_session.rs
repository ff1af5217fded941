//! A guard for whoever sits at the app: what outlives an API token is not made by one.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{Access, AtOnce, Guard, MayRead, MayWrite};
use crate::{ApiError, access::Caller};

/// Whoever the guard inside lets pass, with a session. An API token is told that it does not reach this, whatever its
/// scopes.
#[derive(Debug)]
pub struct BySession<G>(G);

impl<G: AtOnce> FromRequest for BySession<G> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let inner = G::from_request(request, payload).into_inner();
        ready(inner.and_then(|guard| guard.caller().session().map(|_| Self(guard))))
    }
}

impl<G: AtOnce> Guard for BySession<G> {
    fn access() -> Access {
        G::access()
    }
}

impl<G: AtOnce> MayRead for BySession<G> {
    fn caller(&self) -> &Caller {
        self.0.caller()
    }
}

impl<G: AtOnce + MayWrite> MayWrite for BySession<G> {}
