//! What follows the database all the time: loops of their own, woken by what transactions say at their COMMIT.
//!
//! A loop's work looks for what there is to do, does it, and returns; it is called when its channel says something,
//! and now and then without, since notifications can be lost. Where several workers run it at one moment, it has to see
//! to it that they do not hinder each other, by a lock of the database for instance.

use std::time::Duration;

use anyhow::Result;

use crate::db::operator::OperatorDb;

/// One loop.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    /// What its thread is called.
    pub name: &'static str,
    /// The channel that wakes it.
    pub channel: &'static str,
    /// The longest that it sleeps without being woken.
    pub at_least_every: Duration,
    /// Does all there is to do.
    pub work: fn(&mut OperatorDb) -> Result<()>,
}

/// All loops there are.
pub const ALL: &[Loop] = &[];
