//! The address of the sign-in, for those who are signed in.

use leptos::prelude::*;

use crate::{navigation::Go, route::Route};

/// Leads to Home.
#[component]
pub fn ToHome() -> impl IntoView {
    let go = Go::new();
    Effect::new(move |_| go.instead_to(&Route::Home));
}
