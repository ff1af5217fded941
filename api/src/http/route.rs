//! One route: method and path read from the handler's `#[utoipa::path]`, access from its guard.

use std::sync::Arc;

use actix_web::{FromRequest, Handler, Responder};
use utoipa::openapi::{HttpMethod, RefOr, Schema, path::Operation};

use super::guards::{Access, Confirmation, Guarded};

/// A route that the server offers under `/api/v1`.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: HttpMethod,
    /// The path below `/api/v1`, with `{parameters}`.
    pub path: String,
    /// The name of the handler, which is the operation's id.
    pub name: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it asks for the password once more.
    pub confirmation: Confirmation,
    /// Whether API tokens are let in.
    pub takes_tokens: bool,
    /// Whether a signed link opens it, too.
    pub by_link: bool,
    /// Whether the handler takes the version that was read.
    pub takes_version: bool,
    /// What OpenAPI says of it.
    pub operation: Operation,
    /// The types that it mentions.
    pub schemas: Vec<(String, RefOr<Schema>)>,
    register: Arc<dyn Fn() -> actix_web::Route + Send + Sync>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {}{}", self.method(), self.path, self.access, self.confirmation)
    }
}

impl Route {
    /// The route of a handler. `P` is the type that `#[utoipa::path]` has made of it.
    pub fn new<P, H, Args>(name: &'static str, handler: H) -> Self
    where
        P: utoipa::Path + utoipa::__dev::SchemaReferences,
        H: Handler<Args> + Send + Sync,
        H::Output: Responder + 'static,
        Args: FromRequest + Guarded + 'static,
    {
        let method = P::methods().into_iter().next().unwrap_or(HttpMethod::Get);
        let mut schemas = Vec::new();
        P::schemas(&mut schemas);
        let actix = actix_method(&method);
        let operation = P::operation();
        Self {
            method,
            path: P::path(),
            name,
            access: Args::access(),
            confirmation: Args::confirmation(),
            takes_tokens: Args::takes_tokens(),
            by_link: Args::by_link(),
            takes_version: Args::takes_version(),
            operation,
            schemas,
            register: Arc::new(move || actix_web::web::method(actix.clone()).to(handler.clone())),
        }
    }

    /// The method in capitals.
    pub fn method(&self) -> &'static str {
        match self.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
            HttpMethod::Put => "PUT",
            HttpMethod::Delete => "DELETE",
            HttpMethod::Options => "OPTIONS",
            HttpMethod::Head => "HEAD",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Trace => "TRACE",
        }
    }

    /// The route for actix.
    pub(super) fn to_actix(&self) -> actix_web::Route {
        (self.register)()
    }
}

fn actix_method(method: &HttpMethod) -> actix_web::http::Method {
    use actix_web::http::Method;
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}

/// The routes of these handlers, all of the module in which it is called.
#[macro_export]
macro_rules! routes {
    ($($handler:ident),* $(,)?) => {
        ::pastey::paste! {
            vec![$($crate::http::route::Route::new::<[<__path_ $handler>], _, _>(stringify!($handler), $handler)),*]
        }
    };
}
