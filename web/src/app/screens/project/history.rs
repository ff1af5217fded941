//! History: everything that changed, page by page.

use leptos::prelude::*;
use shared::{
    change::{Change, ChangeFilter},
    project::ProjectOptions,
};

use super::{Opened, changes::ChangeList};
use crate::{
    api::{self, Loader, Paged, Phase},
    locales::{common, project as t},
    ui::{Button, EmptyState, FailureNotice, Icon, SkeletonText},
};

#[component]
pub(super) fn History(opened: Opened) -> impl IntoView {
    let options = Loader::new(|| api::get::<ProjectOptions>("/projects/options"));
    let list = Paged::<Change>::new(move |after| {
        let filter = ChangeFilter { after, ..ChangeFilter::default() };
        async move { api::list(&format!("{}/changes", opened.path()), &filter).await }
    });
    Effect::new(move |_| {
        if let Some(failure) = list.failure.get() {
            opened.heed(&failure);
        }
    });
    let busy = Signal::derive(move || list.phase.get() == Phase::More);
    let nothing = move || {
        if list.failure.with(Option::is_some) {
            return None;
        }
        if list.phase.get() == Phase::First {
            return Some(view! { <SkeletonText lines=6 /> }.into_any());
        }
        list.rows.with(Vec::is_empty).then(|| {
            view! { <EmptyState icon=Icon::History title=t::changes_empty() text=t::changes_empty_text() /> }
                .into_any()
        })
    };
    let failed = move || {
        let retry = Callback::new(move |()| list.reload());
        list.failure.get().map(|failure| view! { <FailureNotice failure on_retry=retry /> })
    };
    view! {
        <section class="measure-wide stack" aria-label=t::history()>
            <ChangeList changes=list.rows options=Signal::derive(move || options.value()) />
            {nothing}
            {failed}
            <Show when=move || list.next.with(Option::is_some)>
                <div>
                    <Button label=common::load_more() busy on_press=move |()| list.load_more() />
                </div>
            </Show>
        </section>
    }
}
