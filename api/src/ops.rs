//! What operators do to an installation as a whole: backups first of all.
//!
//! [`backup`] makes sets; [`environment`] reads and verifies them, [`restore`] into a database. A set is a [`manifest`] and the objects
//! that it names, in two [`stores`]; what stands in an object is [`rows`] or a file, [`sealed`] with a key of the [`vault`];
//! [`retention`] says which sets are kept, and [`prune`] removes the others.
//! [`book`] is where whatever operators do is written down.
//! Invariants: nothing plain is written to a disk; production can make sets and read none; what does not verify is not
//! restored, not even in part.

pub mod backup;
pub mod book;
pub mod environment;
pub mod manifest;
pub mod owner;
pub mod prune;
pub mod restore;
pub mod retention;
pub mod rows;
pub mod sealed;
pub mod stores;
pub mod vault;
