//! The client in Rust. `cargo xtask clients` puts what it is made of into `generated/`; `examples/journey.rs` shows how
//! it is used.

#[rustfmt::skip]
#[expect(clippy::all, clippy::pedantic, reason = "the style of generated code is its generator's")]
mod generated;

pub use generated::*;
