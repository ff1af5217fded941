//! Projects, their teams and their history.
//!
//! Two ways lead to a project, the management way and the desktop way; the endpoints of one project serve both.
//! Invariant: [`visible`] is the one predicate behind every list, and `Db::in_project` its counterpart for a single
//! project, so a project that somebody may not see is in no list and answers 404. Start with [`rules`], then
//! [`team`].

mod handlers;
mod history;
mod home;
mod list;
mod rules;
pub(crate) mod store;
mod tabs;
pub(crate) mod team;
mod visible;

pub use visible::{Predicate, visible};

use crate::{http::route::Route, routes};
use handlers::{
    __path_create_project, __path_delete_project, __path_get_project, __path_get_project_deletion,
    __path_get_project_head, __path_get_project_home, __path_get_project_options, __path_list_my_projects,
    __path_list_project_changes, __path_list_projects, __path_update_project, create_project, delete_project,
    get_project, get_project_deletion, get_project_head, get_project_home, get_project_options,
    list_my_projects, list_project_changes, list_projects, update_project,
};
use team::handlers::{
    __path_create_team_member, __path_delete_team_member, __path_list_team_candidates,
    __path_list_team_members, __path_update_team_member, create_team_member, delete_team_member,
    list_team_candidates, list_team_members, update_team_member,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_projects,
        list_my_projects,
        create_project,
        get_project_options,
        get_project_head,
        get_project,
        update_project,
        delete_project,
        get_project_deletion,
        get_project_home,
        list_project_changes,
        list_team_members,
        list_team_candidates,
        create_team_member,
        update_team_member,
        delete_team_member,
    ]
}
