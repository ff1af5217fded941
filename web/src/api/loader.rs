//! Server data in a screen: one thing, or a list that grows page by page.

use std::future::Future;

use leptos::prelude::*;
use shared::Page;
use wasm_bindgen_futures::spawn_local;

use super::Failure;

/// How far the loading of something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load<T> {
    /// Nothing has come yet.
    Waiting,
    /// It is here.
    Ready(T),
    /// It did not come.
    Failed(Failure),
}

/// One thing from the server. Loads when made, again when a signal that the fetch reads changes, and on demand.
#[derive(Debug)]
pub struct Loader<T: 'static> {
    state: RwSignal<Load<T>>,
    round: RwSignal<u32>,
}

impl<T> Clone for Loader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loader<T> {}

impl<T: Clone + Send + Sync + 'static> Loader<T> {
    /// Signals read while `fetch` builds the future are tracked; those read inside it are not.
    pub fn new<F, Fut>(fetch: F) -> Self
    where
        F: Fn() -> Fut + 'static,
        Fut: Future<Output = Result<T, Failure>> + 'static,
    {
        let loader = Self { state: RwSignal::new(Load::Waiting), round: RwSignal::new(0) };
        let newest = StoredValue::new(0_u32);
        Effect::new(move |_| {
            loader.round.track();
            let future = fetch();
            newest.update_value(|count| *count += 1);
            let mine = newest.get_value();
            spawn_local(async move {
                let outcome = future.await;
                // The screen may be gone, and a later round may have overtaken this one.
                if newest.try_get_value() == Some(mine) {
                    let _ = loader.state.try_set(match outcome {
                        Ok(value) => Load::Ready(value),
                        Err(failure) => Load::Failed(failure),
                    });
                }
            });
        });
        loader
    }

    /// How far it is, tracked.
    pub fn get(self) -> Load<T> {
        self.state.get()
    }

    /// The value, tracked, once it is here.
    pub fn value(self) -> Option<T> {
        self.state.with(|state| match state {
            Load::Ready(value) => Some(value.clone()),
            Load::Waiting | Load::Failed(_) => None,
        })
    }

    /// Puts in what a change has answered, so that nothing need be loaded again.
    pub fn set(self, value: T) {
        let _ = self.state.try_set(Load::Ready(value));
    }

    /// Loads again. What is shown stays until the answer is here.
    pub fn reload(self) {
        self.round.update(|round| *round += 1);
    }

    /// The state, for the parts that show it.
    pub fn state(self) -> Signal<Load<T>> {
        self.state.into()
    }
}

/// A list from the server that grows page by page.
#[derive(Debug)]
pub struct Paged<R: 'static> {
    /// The rows that are here.
    pub rows: RwSignal<Vec<R>>,
    /// Where the next page begins; absent when all is here.
    pub next: RwSignal<Option<String>>,
    /// How many rows the filter matches, where the server was asked to count.
    pub total: RwSignal<Option<i64>>,
    /// What is under way.
    pub phase: RwSignal<Phase>,
    /// Why the last page did not come.
    pub failure: RwSignal<Option<Failure>>,
    round: RwSignal<u32>,
    more: Callback<()>,
}

/// What a list is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The first rows have never been here.
    First,
    /// Rows are here; others are being loaded in their place.
    Again,
    /// The next page is being loaded.
    More,
    /// Nothing is under way.
    Still,
}

impl<R> Clone for Paged<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Paged<R> {}

impl<R: Clone + Send + Sync + 'static> Paged<R> {
    /// `fetch` gets the cursor of the page to load; signals that it reads while building the future begin the list
    /// anew when they change.
    pub fn new<F, Fut>(fetch: F) -> Self
    where
        F: Fn(Option<String>) -> Fut + Clone + 'static,
        Fut: Future<Output = Result<Page<R>, Failure>> + 'static,
    {
        let rows = RwSignal::new(Vec::new());
        let next = RwSignal::new(None);
        let total = RwSignal::new(None);
        let phase = RwSignal::new(Phase::First);
        let failure = RwSignal::new(None);
        let round = RwSignal::new(0);
        let newest = StoredValue::new(0_u32);

        let run = move |future: Fut, keep: bool| {
            newest.update_value(|count| *count += 1);
            let mine = newest.get_value();
            spawn_local(async move {
                let outcome = future.await;
                if newest.try_get_value() != Some(mine) {
                    return;
                }
                match outcome {
                    Ok(page) => {
                        rows.update(|rows| {
                            if !keep {
                                rows.clear();
                            }
                            rows.extend(page.items);
                        });
                        next.set(page.next);
                        if !keep || page.total.is_some() {
                            total.set(page.total);
                        }
                        failure.set(None);
                    }
                    Err(reason) => failure.set(Some(reason)),
                }
                phase.set(Phase::Still);
            });
        };

        let fetch_more = StoredValue::new_local(fetch.clone());
        let more = Callback::new(move |()| {
            if phase.get_untracked() == Phase::Still
                && let Some(cursor) = next.get_untracked()
            {
                phase.set(Phase::More);
                let future = untrack(|| fetch_more.with_value(|fetch| fetch(Some(cursor))));
                run(future, true);
            }
        });
        Effect::new(move |previous: Option<()>| {
            round.track();
            if previous.is_some() {
                phase.set(Phase::Again);
            }
            run(fetch(None), false);
        });
        Self { rows, next, total, phase, failure, round, more }
    }

    /// Begins the list anew. What is shown stays until the answer is here.
    pub fn reload(self) {
        self.round.update(|round| *round += 1);
    }

    /// Loads the next page, unless something is under way.
    pub fn load_more(self) {
        self.more.run(());
    }
}
