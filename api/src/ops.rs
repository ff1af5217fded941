//! What operators do to an installation as a whole: backups first of all.
//!
//! [`retention`] says which sets are kept.

pub mod retention;
