//! The screens, each in a file or folder of its own, with its texts in `locales` under the same name.

mod accept_invitation;
mod api_tokens;
mod audit_log;
mod entrance;
mod explain;
mod gallery;
mod general_data;
mod home;
mod licence_consumption;
mod not_found;
mod profile;
mod project;
mod project_parameters;
mod projects;
mod recovery;
mod role_definition;
mod sign_in;
mod sign_in_settings;
mod simulation;
mod splash;
mod users;

use leptos::prelude::*;

use crate::route::Route;

pub use splash::Splash;

/// The screen of a route.
pub fn screen(route: Option<Route>) -> AnyView {
    match route {
        Some(Route::Roles | Route::NewRole | Route::Role(_)) => {
            view! { <role_definition::RoleDefinition /> }.into_any()
        }
        Some(Route::Project(id, _)) => view! { <project::Project id /> }.into_any(),
        Some(Route::MyProjects) => view! { <projects::MyProjects /> }.into_any(),
        Some(Route::Projects) => view! { <projects::Projects /> }.into_any(),
        Some(Route::Gallery) => view! { <gallery::Gallery /> }.into_any(),
        Some(Route::ProjectParameters) => view! { <project_parameters::ProjectParameters /> }.into_any(),
        Some(Route::AuditLog) => view! { <audit_log::AuditLog /> }.into_any(),
        Some(Route::ManageAccount) => view! { <licence_consumption::LicenceConsumption /> }.into_any(),
        Some(Route::ApiTokens) => view! { <api_tokens::ApiTokens /> }.into_any(),
        Some(Route::NewApiToken) => view! { <api_tokens::NewApiToken /> }.into_any(),
        Some(Route::ApiToken(id)) => view! { <api_tokens::EditApiToken id /> }.into_any(),
        Some(Route::Integrations) => view! { <api_tokens::Integrations /> }.into_any(),
        Some(Route::Profile) => view! { <profile::Profile /> }.into_any(),
        Some(Route::Users) => view! { <users::Users /> }.into_any(),
        Some(Route::User(id)) => view! { <users::User id /> }.into_any(),
        Some(Route::Explain) => view! { <explain::Explain /> }.into_any(),
        Some(Route::GeneralData) => view! { <general_data::GeneralData /> }.into_any(),
        Some(Route::SignInSettings) => view! { <sign_in_settings::SignInSettings /> }.into_any(),
        Some(Route::Home) => view! { <home::Home /> }.into_any(),
        Some(Route::AcceptInvitation) => view! { <accept_invitation::AcceptInvitation /> }.into_any(),
        Some(Route::ForgotPassword) => view! { <recovery::ForgotPassword /> }.into_any(),
        Some(Route::ResetPassword) => view! { <recovery::ResetPassword /> }.into_any(),
        Some(Route::SignIn) => view! { <home::ToHome /> }.into_any(),
        None => view! { <not_found::NotFound /> }.into_any(),
    }
}

/// Whether two addresses are one screen, which then stays: a list with one of its rows open beside it, or two tabs
/// of one project.
pub fn is_same(one: Option<&Route>, other: Option<&Route>) -> bool {
    const fn is_role(route: Option<&Route>) -> bool {
        matches!(route, Some(Route::Roles | Route::NewRole | Route::Role(_)))
    }
    if let (Some(Route::Project(one, _)), Some(Route::Project(other, _))) = (one, other) {
        return one == other;
    }
    is_role(one) && is_role(other)
}

/// What people see who are not signed in.
pub fn sign_in() -> AnyView {
    view! { <sign_in::SignIn /> }.into_any()
}
