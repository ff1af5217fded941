//! Managing API tokens: one's own, and, for those who look after integrations, those of all people.
//!
//! What a token is and when it counts stands in `access::api_token`; here they are made, changed, listed and revoked.
//! Invariants: the secret leaves the server once, when the token is made; whoever makes a token, or lets one do more or
//! from elsewhere, has shown their password a moment ago; no token reaches any of it. Start with [`handlers`]. That a
//! token [`ends`] soon, its person is told by mail.

pub mod ends;
mod handlers;
mod rules;
mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_create_api_token, __path_get_api_token_options, __path_get_current_access,
    __path_get_own_api_token, __path_list_api_tokens, __path_list_own_api_tokens, __path_revoke_api_token,
    __path_revoke_own_api_token, __path_update_api_token, create_api_token, get_api_token_options,
    get_current_access, get_own_api_token, list_api_tokens, list_own_api_tokens, revoke_api_token,
    revoke_own_api_token, update_api_token,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        get_current_access,
        get_api_token_options,
        list_own_api_tokens,
        create_api_token,
        get_own_api_token,
        update_api_token,
        revoke_own_api_token,
        list_api_tokens,
        revoke_api_token,
    ]
}
