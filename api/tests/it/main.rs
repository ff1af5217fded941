//! Tests against the real server and a real PostgreSQL.
//!
//! `PORTICO_TEST_ADMIN_URL` names a cluster in which tests may create roles and databases; `cargo xtask test it`
//! starts one, and so does `cargo xtask db` for a run by hand.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not there fails the test, and says so by panicking"
)]

mod access;
mod api_docs;
mod api_tokens;
mod audit;
mod backups;
mod bench;
mod book;
mod console;
mod crash;
mod demo;
mod doctor;
mod ends;
mod explain;
mod exports;
mod general_data;
mod hardening;
mod harness;
mod idempotency;
mod invitations;
mod licences;
mod mail;
mod observed;
mod pictures;
mod projects;
mod promises;
mod rate_limits;
mod recovery;
mod roles;
mod rolling;
mod sessions;
mod sign_in_settings;
mod simulate;
mod stopping;
mod uniform;
mod users;
mod work;
