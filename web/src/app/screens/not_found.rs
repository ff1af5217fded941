//! An address that leads nowhere.

use leptos::prelude::*;

use crate::{
    locales::frame,
    route::Route,
    ui::{ButtonKind, EmptyState, Icon, LinkButton, Page},
};

/// An address that leads nowhere, or to something that one may not see: the two look the same.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Page title=frame::not_found()>
            <EmptyState icon=Icon::Search title=frame::not_found() text=frame::not_found_text()>
                <LinkButton href=Route::Home.href() label=frame::to_home() kind=ButtonKind::Primary />
            </EmptyState>
        </Page>
    }
}
