//! The screens, each in a file or folder of its own, with its texts in `locales` under the same name.

mod gallery;
mod general_data;
mod licence_consumption;
mod not_found;
mod project_parameters;
mod splash;

use leptos::prelude::*;

use crate::route::Route;

pub use splash::Splash;

/// The screen of a route.
pub fn screen(route: Option<Route>) -> AnyView {
    match route {
        Some(Route::Gallery) => view! { <gallery::Gallery /> }.into_any(),
        Some(Route::ProjectParameters) => view! { <project_parameters::ProjectParameters /> }.into_any(),
        Some(Route::ManageAccount) => view! { <licence_consumption::LicenceConsumption /> }.into_any(),
        Some(Route::GeneralData) => view! { <general_data::GeneralData /> }.into_any(),
        _ => view! { <not_found::NotFound /> }.into_any(),
    }
}

/// What people see who are not signed in.
pub fn sign_in() -> AnyView {
    view! { <main class="plain-page"><not_found::NotFound /></main> }.into_any()
}
