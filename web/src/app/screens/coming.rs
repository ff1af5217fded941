//! What stands in the place of a screen whose piece of the app has not come yet.

use leptos::prelude::*;

use crate::{locales::common, ui::SkeletonText};

/// The name of the screen, where it is known, and some lines, where those of the screen will be.
#[component]
pub fn Coming(
    /// What it will be called.
    name: Option<&'static str>,
) -> impl IntoView {
    let title = match name {
        Some(name) => view! { <h1 class="page-title">{name}</h1> }.into_any(),
        None => view! {
            <h1 class="visually-hidden">{common::loading()}</h1>
            <div class="skeleton screen-coming" aria-hidden="true">
                <span class="skeleton-line"></span>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="page-head">
            <div class="page-line">{title}</div>
        </div>
        <div class="page-body">
            <SkeletonText lines=6 />
        </div>
    }
}
