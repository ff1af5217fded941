//! What stands in the place of a screen whose piece of the app has not come yet.

use leptos::prelude::*;

use crate::ui::Skeleton;

/// A head and some lines, where those of the screen will be.
#[component]
pub fn Coming() -> impl IntoView {
    let line = || view! { <span class="skeleton-line"></span> };
    view! {
        <Skeleton>
            <div class="page-head">
                <div class="page-line screen-coming">{line()}</div>
            </div>
            <div class="page-body">
                <div class="skeleton-lines">{(0..6).map(|_| line()).collect_view()}</div>
            </div>
        </Skeleton>
    }
}
