//! The one place that knows how loading, data, emptiness and failure look.

use leptos::prelude::*;

use super::{FailureNotice, SkeletonText};
use crate::api::{Load, Loader};

/// Shows what a loader brings, and what stands in its place until then.
#[component]
pub fn AsyncView<T, F, V>(
    /// What is loaded.
    loader: Loader<T>,
    /// The shape of it while it loads.
    #[prop(optional, into)]
    skeleton: Option<ViewFn>,
    /// What is shown of it.
    view: F,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let state = Memo::new(move |_| loader.get());
    let retry = Callback::new(move |()| loader.reload());
    move || match state.get() {
        Load::Waiting => skeleton.as_ref().map_or_else(|| view! { <SkeletonText /> }.into_any(), ViewFn::run),
        Load::Ready(value) => view(value).into_any(),
        Load::Failed(failure) => view! { <FailureNotice failure on_retry=retry /> }.into_any(),
    }
}
