//! The console: operators, their sign-in with a second factor, and what they see and do, on a server of its own in the
//! administration network.
//!
//! [`server`] is that server, [`routes`] what it offers, by the same route list as the tenants' one. [`sessions`] are the
//! operators' own, [`operators`] says who they are, [`second_factor`] is what they show beside a password, and [`sealing`]
//! keeps its secret. Invariants: whoever comes from no network that is let in gets nothing; every route but those before the
//! sign-in has the guard `Operator`; whatever is done stands in the operations book, by the same transaction.

mod backups;
mod book;
mod boundary;
mod context;
pub mod enrolment;
pub mod operators;
pub mod requests;
pub mod sealing;
pub mod second_factor;
pub mod server;
pub mod sessions;
mod standby;
mod under_way;

use crate::http::route::Route;

pub use context::OperatorCaller;

/// What stands before every path.
pub const PREFIX: &str = "/console/v1";

/// All routes of the console.
pub fn routes() -> Vec<Route> {
    [
        sessions::routes(),
        enrolment::routes(),
        operators::routes(),
        backups::routes(),
        standby::routes(),
        under_way::routes(),
        requests::routes(),
        book::routes(),
    ]
    .concat()
}
