//! The audit log: what is written, what stays when a person's key is gone, and who may touch it.

mod backfill;
mod insert_only;
