//! Why somebody may do something, or may not, over HTTP. The chain itself is made by [`crate::access::explain`].
//!
//! Invariant: whoever asks learns of nothing that they may not see. Other people need `users` View, and a project that
//! the one who asks may not see is not there.

mod handlers;
mod store;

use crate::{http::route::Route, routes};
use handlers::{__path_explain_access, explain_access};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![explain_access]
}
