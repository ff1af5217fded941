//! People of the organization: list, create, change, deactivate and reactivate; many at once in [`many`].
//!
//! [`rules`] says who may change what of whom. Invariants: an e-mail is there once in an organization; an active
//! company admin who can sign in always remains; whoever may no longer sign in has no session left; seats are locked
//! before anything is written.

pub mod erasure;
mod handlers;
mod many;
mod new_password;
mod rules;
pub(crate) mod store;

pub use store::{changed, get, get_locked};

use crate::{http::route::Route, routes};
use handlers::{
    __path_create_user, __path_deactivate_user, __path_erase_user, __path_get_user, __path_get_user_erasure,
    __path_get_user_options, __path_hand_over_account, __path_list_users, __path_reactivate_user,
    __path_update_user, create_user, deactivate_user, erase_user, get_user, get_user_erasure,
    get_user_options, hand_over_account, list_users, reactivate_user, update_user,
};

use many::handlers::{
    __path_deactivate_users, __path_export_users, __path_get_users_export_link, __path_import_users,
    __path_update_users, deactivate_users, export_users, get_users_export_link, import_users, update_users,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_users,
        create_user,
        get_user_options,
        get_user,
        update_user,
        deactivate_user,
        reactivate_user,
        hand_over_account,
        update_users,
        deactivate_users,
        import_users,
        get_users_export_link,
        export_users,
        get_user_erasure,
        erase_user
    ]
}
