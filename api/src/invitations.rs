//! Invitations: somebody is asked in by mail, fills in a short form, and is there with the role that new users get.
//!
//! Invariant: one that waits keeps a seat, which `licences::store::uses` counts for as long as its link works. It is
//! written under the same lock as everything else that uses seats; accepting makes the kept seat a used one.

mod handlers;
mod rules;
pub mod store;

use crate::{http::route::Route, routes};
use handlers::{
    __path_accept_invitation, __path_check_invitation, __path_create_invitation, __path_delete_invitation,
    __path_list_invitations, __path_resend_invitation, accept_invitation, check_invitation,
    create_invitation, delete_invitation, list_invitations, resend_invitation,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_invitations,
        create_invitation,
        resend_invitation,
        delete_invitation,
        check_invitation,
        accept_invitation,
    ]
}
