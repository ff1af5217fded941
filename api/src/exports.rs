//! The organization as a file, for its company admin: `ops::export` writes it, [`outgoing`] lets it go as fast as it is taken.

mod handlers;
mod outgoing;

pub use handlers::routes;
