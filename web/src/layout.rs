//! The frame around every screen.

mod frame;
mod leave;
mod menus;
mod navigation;
mod shell;

pub use shell::Shell;
