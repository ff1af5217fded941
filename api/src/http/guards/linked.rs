//! The guard of what is opened without a header: see `http::signed_link`.

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{Access, Confirmation, Guard, MayRead};
use crate::access::Caller;

/// Whoever the guard inside lets pass, by header or by a signed link to this very address. It only reads.
#[derive(Debug)]
pub struct Linked<G>(G);

impl<G: MayRead> FromRequest for Linked<G> {
    type Error = G::Error;
    type Future = futures_util::future::MapOk<G::Future, fn(G) -> Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        futures_util::TryFutureExt::map_ok(G::from_request(request, payload), Self)
    }
}

impl<G: MayRead> Guard for Linked<G> {
    fn access() -> Access {
        G::access()
    }

    fn confirmation() -> Confirmation {
        G::confirmation()
    }

    fn takes_tokens() -> bool {
        G::takes_tokens()
    }

    fn by_link() -> bool {
        true
    }
}

impl<G: MayRead> MayRead for Linked<G> {
    fn caller(&self) -> &Caller {
        self.0.caller()
    }
}
