//! What stands there until it is known who is signed in.

use leptos::prelude::*;

use crate::{locales::common, ui::Mark};

/// The mark alone; it appears after 200 ms, so that a quick start never flashes.
#[component]
pub fn Splash() -> impl IntoView {
    view! {
        <main class="splash skeleton" role="status">
            <Mark />
            <span class="visually-hidden">{common::loading()}</span>
        </main>
    }
}
