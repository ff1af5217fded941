//! The one client of the API: every call of the app goes through these functions.
//!
//! They send the access token, which lives in memory only; when it is over they fetch a new one once, by the
//! session's cookie, and repeat the call. What is refused comes back as a [`Failure`], already parsed. An editable
//! resource comes as [`Versioned`], with the `ETag` that a change sends back as `If-Match`.

mod client;
mod confirmation;
mod events;
mod failure;
mod loader;
mod pictures;
mod token;

pub use client::{
    Etag, Versioned, act, delete, download, get, get_versioned, is_outdated, list, patch, post,
    post_versioned, put, replace_file,
};
pub use confirmation::{answer_confirmation, on_confirmation_needed};
pub use events::listen;
pub use failure::Failure;
pub use loader::{Load, Loader, Paged, Phase};
pub use pictures::{known_picture, picture};
pub use token::{
    expect_session, forget_operators_token, forget_token, is_session_expected, on_denied, on_lost_session,
    resume, take_operators_token, take_token, use_console,
};
