//! The audit log: sealed into a chain, shown, exported, and verified by whoever has the file.
//!
//! Rows are written with the changes themselves (`db/record`). [`sealer`] chains the committed ones, [`chain`] says how,
//! [`export`] writes them out line by line, and [`verify`] reads such lines without a database. Invariant: nothing of
//! [`chain`] or [`verify`] asks a database or a clock, so that a file proves itself.

pub mod chain;
pub mod export;
pub mod keys;
pub mod lines;
pub mod sealer;
pub mod verify;
