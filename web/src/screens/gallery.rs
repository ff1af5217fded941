//! Every part in every state.
use crate::ui::Page;
use leptos::prelude::*;
#[component]
pub fn Gallery() -> impl IntoView {
    view! { <Page title="Gallery">"x"</Page> }
}
