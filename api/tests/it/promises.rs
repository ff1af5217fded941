//! The promises: tests that list everything of a kind, so that nothing can be forgotten.
//!
//! Each takes its list from where the thing itself is (the routes, the database's catalogue, the enums), so that
//! what is new is under the promise from its first day. Lists of exceptions name a reason, and only shrink.

mod access_table;
pub mod catalogue;
mod conform;
mod console;
mod enforced;
mod examples;
mod foreign;
mod idempotency;
mod isolation;
mod matrix;
mod migrations;
mod mutations;
mod openapi;
mod positions;
mod problem_codes;
mod roles;
mod samples;
mod scene;
mod schema;
mod sql;
mod tables;
mod tokens;
