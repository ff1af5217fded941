//! What operators see of a process that runs: figures ([`metrics`]), lines ([`logs`]) and, where they are asked for,
//! traces ([`traces`]). Start with [`crate::http::admin`], which gives the figures away, and
//! [`crate::http::boundary`], which counts and logs each request.
//!
//! Invariants: a request that is let through neither locks nor allocates for its figures; labels have values from
//! lists that this program knows, never from what somebody sent; no line and no trace holds a secret or what people
//! have written.

pub mod logs;
pub mod metrics;
pub mod traceparent;
pub mod traces;
