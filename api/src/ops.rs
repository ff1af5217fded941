//! What operators do to an installation as a whole: backups first of all.
//!
//! [`backup`] makes sets and [`bring`] brings them off-site; [`environment`] reads and verifies them, [`restore`] into a database.
//! A set is a [`manifest`] and the objects that it names, in two [`stores`]; what stands in an object is [`rows`], a file or the
//! [`application`], [`sealed`] with a key of the [`vault`], and what is believed is signed ([`signing`]);
//! [`retention`] says which sets are kept, and [`prune`] removes the others.
//! [`watch`] is what the worker does by itself: sets by the [`timetable`], written down as [`runs`], with [`letters`] and
//! [`alarms`] to those who run the installation; [`attend`] is what the backup environment does by itself, [`attendance`]
//! what it says of that, and [`attended`] how the worker hears it.
//! [`stream`] is the third tier: base backups and the write-ahead log, for any second of the last eight days.
//! [`epoch`] says which of several lives of an installation counts, and [`fence`] keeps the others from taking changes.
//! [`export`] is an organization as a file that it takes along, and that another installation takes in.
//! [`book`] is where whatever operators do is written down, and [`under_way`] what is seen of what takes long ([`progress`]).
//! Invariants: nothing plain is written to a disk; production can make sets and read none; what does not verify is not
//! restored, not even in part.

pub mod alarms;
pub mod application;
pub mod attend;
pub mod attendance;
pub mod attended;
pub mod backup;
pub mod book;
pub mod bring;
pub mod certificate;
pub mod environment;
pub mod epoch;
pub mod erased_again;
pub mod export;
pub mod fence;
pub mod ledger;
pub mod letters;
pub mod manifest;
pub mod owner;
mod pace;
pub mod progress;
pub mod prune;
pub mod requests;
pub mod restore;
pub mod restore_one;
mod restored_files;
pub mod retention;
pub mod rows;
pub mod runs;
pub mod sealed;
mod signed_lines;
pub mod signing;
pub mod standby;
pub mod stores;
pub mod stream;
pub mod timetable;
pub mod under_way;
pub mod vault;
pub mod watch;
