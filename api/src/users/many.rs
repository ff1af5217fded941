//! Many people at once: bulk changes, import and export.
//!
//! [`judge`] decides purely what becomes of each, by the same rules as for one; [`store`] loads what it decides on and
//! writes all or nothing. Invariants: seats are locked and counted for all together; nobody is handed administration by
//! a file that they could not be handed by the form; what is exported and imported again changes nobody.

pub mod handlers;
mod judge;
mod store;
mod table;
