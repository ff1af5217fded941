//! The rim: routes, guards, the session of a request, problems, and the server around it all.
//!
//! A request passes, outermost first: [`boundary`] (request id, log line, problems, headers), [`context`] (host →
//! organization, session or API token → caller), then the route that [`routes`] lists, whose first argument is a guard
//! ([`guards`]). Invariant: nothing else registers a handler.

pub mod admin;
pub mod answers;
mod api_docs;
pub mod app_files;
pub mod boundary;
mod by_token;
pub mod context;
pub mod cursor;
pub mod denied;
pub mod fields;
pub mod figures;
pub mod guards;
pub mod idempotency;
pub mod input;
pub mod openapi;
mod patterns;
pub mod rate_limit;
pub mod route;
pub mod routes;
pub mod server;
pub mod signed_link;
pub mod tokens;
