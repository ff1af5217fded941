//! The lists that projects choose from: status, approval status, type, priority.
//!
//! Invariant: each list has exactly one default and the places 1 to n without a gap; every write holds the list's
//! lock, so that two of them cannot both move the default or take the same place. Start with [`rules`]. What
//! projects need of the lists is [`Choices`].

mod choices;
mod handlers;
mod rules;
mod seed;
mod store;

pub use choices::{Choices, choices, choices_with};
pub use seed::seed;

use crate::{http::route::Route, routes};
use handlers::{
    __path_create_project_parameter, __path_delete_project_parameter, __path_list_project_parameters,
    __path_update_project_parameter, create_project_parameter, delete_project_parameter,
    list_project_parameters, update_project_parameter,
};

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_project_parameters,
        create_project_parameter,
        update_project_parameter,
        delete_project_parameter
    ]
}
