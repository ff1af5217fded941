//! What clients ask for: a copy of their organization, or its erasure. Customer service writes it down, verifies it and, by
//! somebody else, authorizes it; operations has the worker carry it out (`ops::requests`) and gives the client the copy.
//!
//! [`rules`] says who may do what next. Invariant: each step is in the operations book, in the transaction that makes it.

mod handlers;
pub mod rules;
pub mod store;

pub use handlers::routes;
