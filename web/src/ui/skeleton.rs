//! What stands in the place of something that is loading. It appears after 200 ms by the stylesheet, so that what
//! comes at once never flashes.

use leptos::prelude::*;

use crate::locales::common;

/// A block that is loading, read out once.
#[component]
pub fn Skeleton(
    /// The shape of what will come.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">{common::loading()}</span>
            <div class="skeleton-shape" aria-hidden="true">{children()}</div>
        </div>
    }
}

/// Some lines of text that are loading.
#[component]
pub fn SkeletonText(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    view! {
        <Skeleton>
            <div class="skeleton-lines">
                {(0..lines).map(|_| view! { <span class="skeleton-line"></span> }).collect_view()}
            </div>
        </Skeleton>
    }
}

/// A table that is loading.
#[component]
pub fn SkeletonTable(
    /// How many columns.
    #[prop(default = 4)]
    columns: usize,
    /// How many rows.
    #[prop(default = 6)]
    rows: usize,
) -> impl IntoView {
    let cells = move || (0..columns).map(|_| view! { <span class="skeleton-line"></span> }).collect_view();
    view! {
        <Skeleton>
            <div class="skeleton-table">
                {(0..rows).map(|_| view! { <div class="skeleton-row">{cells()}</div> }).collect_view()}
            </div>
        </Skeleton>
    }
}
