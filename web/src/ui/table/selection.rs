//! Rows that somebody has ticked, and the bar with what can be done with all of them.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::{Button, ButtonKind, CheckState, Checkbox, Icon};
use crate::{api::Paged, locales::common};

/// The ticked rows of a list. What leaves the list is ticked no longer, so nothing out of sight is ever meant.
pub struct Selection<R: 'static> {
    ids: RwSignal<Vec<String>>,
    list: Paged<R>,
    id_of: StoredValue<TextOf<R>>,
    name_of: StoredValue<TextOf<R>>,
}

type TextOf<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;

impl<R> Clone for Selection<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Selection<R> {}

impl<R> std::fmt::Debug for Selection<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Selection")
    }
}

impl<R: Clone + Send + Sync + 'static> Selection<R> {
    /// Of a list whose rows are told apart by this, and called that.
    pub fn of(
        list: Paged<R>,
        id_of: impl Fn(&R) -> String + Send + Sync + 'static,
        name_of: impl Fn(&R) -> String + Send + Sync + 'static,
    ) -> Self {
        let id_of: TextOf<R> = Arc::new(id_of);
        let ids = RwSignal::new(Vec::<String>::new());
        let id = Arc::clone(&id_of);
        Effect::new(move |_| {
            let present: Vec<String> = list.rows.with(|rows| rows.iter().map(|row| id(row)).collect());
            if ids.with_untracked(|ids| ids.iter().any(|one| !present.contains(one))) {
                ids.update(|ids| ids.retain(|one| present.contains(one)));
            }
        });
        let name_of: TextOf<R> = Arc::new(name_of);
        Self { ids, list, id_of: StoredValue::new(id_of), name_of: StoredValue::new(name_of) }
    }

    /// The ticked rows as they are in the list now, in its order; tracked.
    pub fn rows(self) -> Vec<R> {
        let id_of = self.id_of.get_value();
        self.ids.with(|ids| {
            let ticked = |row: &&R| ids.contains(&id_of(row));
            self.list.rows.with(|rows| rows.iter().filter(ticked).cloned().collect())
        })
    }

    /// How many are ticked, tracked.
    pub fn count(self) -> usize {
        self.ids.with(Vec::len)
    }

    /// Ticks none.
    pub fn clear(self) {
        self.ids.set(Vec::new());
    }

    /// Ticks only those.
    pub fn keep(self, keep: impl Fn(&R) -> bool) {
        let id_of = self.id_of.get_value();
        let kept: Vec<String> =
            untrack(|| self.rows()).iter().filter(|row| keep(row)).map(|row| id_of(row)).collect();
        self.ids.set(kept);
    }

    /// The box of one row.
    pub(super) fn row_box(self, row: &R) -> impl IntoView + use<R> {
        let (id, name) = (self.id_of.with_value(|of| of(row)), self.name_of.with_value(|of| of(row)));
        let mine = id.clone();
        let state = Signal::derive(move || CheckState::from(self.ids.with(|ids| ids.contains(&mine))));
        let tick = move |on: bool| {
            self.ids.update(|ids| {
                ids.retain(|one| *one != id);
                if on {
                    ids.push(id.clone());
                }
            });
        };
        view! { <Checkbox label=common::select(&name) state bare=true on_change=tick /> }
    }

    /// The box of all rows that are here.
    pub(super) fn head_box(self) -> impl IntoView + use<R> {
        let state = Signal::derive(move || CheckState::of(self.count(), self.list.rows.with(Vec::len)));
        let tick = move |on: bool| {
            let id_of = self.id_of.get_value();
            let all = self.list.rows.with_untracked(|rows| rows.iter().map(|row| id_of(row)).collect());
            self.ids.set(if on { all } else { Vec::new() });
        };
        view! { <Checkbox label=common::select_all() state bare=true on_change=tick /> }
    }
}

/// What can be done with the ticked rows; there while there are any.
#[component]
pub(super) fn BulkBar<R: Clone + Send + Sync + 'static>(
    selection: Selection<R>,
    actions: Option<ViewFn>,
) -> impl IntoView {
    let shown = Memo::new(move |_| selection.count() > 0);
    let words = move || common::selected(i64::try_from(selection.count()).unwrap_or(i64::MAX));
    view! {
        <p class="visually-hidden" role="status">{move || shown.get().then(words)}</p>
        <Show when=move || shown.get()>
            <div class="bulk-bar" role="region" aria-label=common::bulk_actions()>
                <span class="bulk-count numeric" aria-hidden="true">{words}</span>
                <div class="bulk-actions">{actions.as_ref().map(ViewFn::run)}</div>
                <Button
                    label=common::select_none()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=move |()| selection.clear()
                />
            </div>
        </Show>
    }
}
