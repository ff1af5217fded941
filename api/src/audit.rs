//! The audit log: sealed into a chain, shown, exported, and verified by whoever has the file.
//!
//! Rows are written with the changes themselves (`db/record`). [`sealer`] chains the committed ones, [`chain`] says how,
//! [`export`] writes them out line by line, and [`verify`] reads such lines without a database. Invariant: nothing of
//! [`chain`] or [`verify`] asks a database or a clock, so that a file proves itself.

pub mod chain;
pub mod export;
mod handlers;
pub mod keys;
pub mod lines;
pub mod sample;
pub mod sealer;
mod store;
pub mod verify;

use crate::{http::route::Route, routes};
use handlers::{
    __path_export_audit_log, __path_get_audit_chain, __path_get_audit_entry,
    __path_get_audit_log_export_link, __path_list_audit_entries, __path_list_denied_access, export_audit_log,
    get_audit_chain, get_audit_entry, get_audit_log_export_link, list_audit_entries, list_denied_access,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_audit_entries,
        get_audit_chain,
        get_audit_log_export_link,
        export_audit_log,
        get_audit_entry,
        list_denied_access,
    ]
}
