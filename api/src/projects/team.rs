//! The team of a project: who is Manager, Team Member or Guest.
//!
//! A position is read anew in the transaction of every request that needs it and is never cached, so a change here
//! counts at once on every server and nobody has to be told. What a position is worth is decided by the rules of
//! access; [`rules`] says who may be given one.

pub mod handlers;
mod rules;
pub mod store;
