//! Roles: which licence type, which functions, which grants; copying, deleting, and the one default for new users.
//!
//! [`rules`] keeps a role within its licence. Invariants: grants are closed (whoever may insert, update or delete may
//! view); exactly one role is the default; a role that somebody holds is not deleted. Whoever changes a role's
//! licence type moves the seats of its holders in the same transaction.

mod handlers;
mod rules;
mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_copy_role, __path_create_role, __path_delete_role, __path_get_role, __path_list_roles,
    __path_update_role, copy_role, create_role, delete_role, get_role, list_roles, update_role,
};

pub use store::{changed, choices};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![list_roles, create_role, get_role, update_role, delete_role, copy_role]
}
