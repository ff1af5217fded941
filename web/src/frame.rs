//! What stands around screens in both apps: rail and page for those who are signed in, the entrance for others, and the
//! question before unsaved changes are left behind.

mod entrance;
mod leave;
mod palette_button;
mod surround;

pub use entrance::{Entrance, EntranceHead};
pub use leave::LeaveDialog;
pub use surround::{Entry, Group, Surround};
