//! What both apps in the browser are made of: the organizations' (`app/`) and the operators' console (`console/`), each a
//! program and a bundle of its own.
//!
//! Start with `ui.rs` for the parts that screens are made of, `frame.rs` for what stands around them, `api.rs` for how
//! they talk to the server, and `README.md` for how to add one. What belongs to one of the two alone stands with it: what
//! a library holds comes into both.

#![expect(clippy::needless_pass_by_value, reason = "components take their props by value")]
#![recursion_limit = "512"]

pub mod api;
pub mod browser;
pub mod client_request;
pub mod explanation;
pub mod frame;
pub mod locale;
pub mod locales;
pub mod merge;
pub mod navigation;
pub mod route;
pub mod search;
pub mod theme;
mod tokens;
pub mod ui;
