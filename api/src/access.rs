//! Who may do what: licence → role → menu → position.
//!
//! [`rules`] decides, purely, on values, [`explain`] says why, and [`simulate`] what else would come to; [`person`] holds what they decide on, loaded by [`store`] and kept by
//! [`cache`] until something changes; [`marks`] are the names of menus and operations in guards.
//! Invariant: no other module decides about access; a handler only names what it needs in its guard.

pub mod api_token;
pub mod cache;
pub mod caller;
pub mod explain;
pub mod marks;
pub mod network;
pub mod person;
pub mod rules;
pub mod simulate;
pub mod span;
pub mod store;
pub mod watch;

pub use caller::{Caller, Credential};
pub use person::{HeldRole, Person};
pub use span::SessionSpan;
