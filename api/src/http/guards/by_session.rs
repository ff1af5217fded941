//! The guard of what no API token reaches although a menu decides: what leaves as a file, the links to it, and what lets
//! people in who stay when a token is revoked.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{Access, Confirmation, Guard, MayRead, MayWrite, confirmed::AtOnce};
use crate::{ApiError, access::Caller};

/// Whoever the guard inside lets pass, in a session of their own.
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

    fn confirmation() -> Confirmation {
        G::confirmation()
    }
}

impl<G: AtOnce> MayRead for BySession<G> {
    fn caller(&self) -> &Caller {
        self.0.caller()
    }
}

impl<G: AtOnce + MayWrite> MayWrite for BySession<G> {}
