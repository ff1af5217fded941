//! Guards that ask for the password once more: what changes who may do what is not done by whoever finds a browser
//! open, or has stolen an access token.
//!
//! [`Confirmed`] stands around another guard, which decides first: whoever may not do it at all is told so and never
//! asked for a password. [`ConfirmedFor`] is for a route of which only some requests need it; its handler asks by
//! `Caller::check_confirmed`, and the promise test `enforced` sends one that does.

use std::{
    collections::HashMap,
    fmt,
    future::{Ready, ready},
    marker::PhantomData,
    sync::LazyLock,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, dev::ServiceRequest};

use super::{Access, Guard, MayRead, MayWrite, Why};
use crate::{
    ApiError,
    access::Caller,
    http::{
        patterns,
        routes::{self, PREFIX},
    },
};

/// Whether a route asks for the password once more, as the access table and OpenAPI show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It does not.
    Never,
    /// It does.
    Always,
    /// It does where the request changes this.
    For(&'static str),
}

impl fmt::Display for Confirmation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => Ok(()),
            Self::Always => formatter.write_str(", confirmed"),
            Self::For(what) => write!(formatter, ", confirmed for {what}"),
        }
    }
}

/// Whoever the guard inside lets pass, with a session to which they have shown their password within the last five
/// minutes.
#[derive(Debug)]
pub struct Confirmed<G>(G);

/// Whoever the guard inside lets pass. Some requests need a confirmed session all the same; the reason says which.
#[derive(Debug)]
pub struct ConfirmedFor<G, W> {
    guard: G,
    of: PhantomData<W>,
}

/// A guard that answers at once, so that it does before a broken body does.
pub trait AtOnce: MayRead + FromRequest<Error = ApiError, Future = Ready<Result<Self, ApiError>>> {}

impl<G: MayRead + FromRequest<Error = ApiError, Future = Ready<Result<G, ApiError>>>> AtOnce for G {}

impl<G: AtOnce> FromRequest for Confirmed<G> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let inner = G::from_request(request, payload).into_inner();
        ready(inner.and_then(|guard| guard.caller().check_confirmed().map(|()| Self(guard))))
    }
}

impl<G: AtOnce> Guard for Confirmed<G> {
    fn access() -> Access {
        G::access()
    }

    fn confirmation() -> Confirmation {
        Confirmation::Always
    }
}

impl<G: AtOnce> MayRead for Confirmed<G> {
    fn caller(&self) -> &Caller {
        self.0.caller()
    }
}

impl<G: AtOnce + MayWrite> MayWrite for Confirmed<G> {}

impl<G: AtOnce, W: Why> FromRequest for ConfirmedFor<G, W> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(G::from_request(request, payload).into_inner().map(|guard| Self { guard, of: PhantomData }))
    }
}

impl<G: AtOnce, W: Why> Guard for ConfirmedFor<G, W> {
    fn access() -> Access {
        G::access()
    }

    fn confirmation() -> Confirmation {
        Confirmation::For(W::WHY)
    }

    fn takes_tokens() -> bool {
        // Those requests that need no confirmation.
        G::takes_tokens()
    }
}

impl<G: AtOnce, W: Why> MayRead for ConfirmedFor<G, W> {
    fn caller(&self) -> &Caller {
        self.guard.caller()
    }
}

impl<G: AtOnce + MayWrite, W: Why> MayWrite for ConfirmedFor<G, W> {}

/// The routes that may ask for it: the methods of each pattern.
static ROUTES: LazyLock<HashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let mut asking: HashMap<String, Vec<&'static str>> = HashMap::new();
    for route in routes::all().into_iter().filter(|route| route.confirmation != Confirmation::Never) {
        asking.entry(format!("{PREFIX}{}", route.path)).or_default().push(route.method());
    }
    asking
});

/// Whether this request may need a confirmed session. The confirmation may have reached another server a moment ago,
/// so what this one has kept is then not enough to say no.
pub(in crate::http) fn may_ask(request: &ServiceRequest) -> bool {
    let methods = patterns::of(request).and_then(|pattern| ROUTES.get(pattern));
    methods.is_some_and(|methods| methods.contains(&request.method().as_str()))
}
