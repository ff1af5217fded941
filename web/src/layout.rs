//! The frame around every screen.

mod again;
mod confirm;
mod frame;
mod leave;
mod menus;
mod navigation;
mod palette;
mod shell;

pub use shell::Shell;
