//! What takes long and is under way: how far it is, and a way to cancel it. Absent where nothing is.

mod cancel;
mod words;

use leptos::prelude::*;
use shared::console::{ActionUnderWay, ActionsUnderWay, Cancelling};

use self::cancel::Cancel;
use super::super::{watch::look_again, words as console};
use crate::{
    api::{self, Loader},
    locale,
    locales::console_under_way as t,
    ui::{Badge, Progress, Section, Tone},
};

/// How often it looks while something is under way, in milliseconds.
const EVERY: u32 = 2_000;
/// While nothing is, it looks each so many times more rarely.
const RARELY: u32 = 10;

#[component]
pub(super) fn UnderWay(
    /// Something was under way, and is not any more.
    #[prop(into)]
    on_over: Callback<()>,
) -> impl IntoView {
    let loader = Loader::new(|| api::get::<ActionsUnderWay>("/actions-under-way"));
    let (round, count) = (StoredValue::new(0_u32), StoredValue::new(0_usize));
    look_again(EVERY, move || {
        round.update_value(|round| *round = round.wrapping_add(1));
        if count.get_value() > 0 || round.get_value() % RARELY == 0 {
            loader.reload();
        }
    });
    let actions = Memo::new(move |_| loader.value().map(|all| all.actions).unwrap_or_default());
    Effect::new(move |_| {
        let now = actions.with(Vec::len);
        if now < count.get_value() {
            on_over.run(());
        }
        count.set_value(now);
    });
    let is_any = Memo::new(move |_| actions.with(|actions| !actions.is_empty()));
    view! {
        <Show when=move || is_any.get()>
            <div class="under-way">
                <Section title=t::under_way()>
                    <div class="under-way-actions">
                        <For
                            each=move || actions.get()
                            key=key
                            children=move |action| view! { <One first=action actions loader /> }
                        />
                    </div>
                </Section>
            </div>
        </Show>
    }
}

/// What one is known by from one look to the next.
fn key(action: &ActionUnderWay) -> String {
    let ActionUnderWay { id, action, subject, started_at, .. } = action;
    id.map_or_else(|| format!("{action} {subject} {started_at}"), |id| id.to_string())
}

#[component]
fn One(
    first: ActionUnderWay,
    actions: Memo<Vec<ActionUnderWay>>,
    loader: Loader<ActionsUnderWay>,
) -> impl IntoView {
    let mine = key(&first);
    let title = words::title(&first);
    let of_button = title.clone();
    let last = StoredValue::new(first.clone());
    // As it was last, for the moment in which it goes.
    let now = Memo::new(move |_| {
        let found = actions.with(|all| all.iter().find(|one| key(one) == mine).cloned());
        if let Some(found) = &found {
            last.set_value(found.clone());
        }
        found.unwrap_or_else(|| last.get_value())
    });
    let mark = move || now.with(words::mark);
    let note = move || {
        now.with(|action| {
            if action.silent {
                return Some(t::silent(&locale::instant(action.said_at)));
            }
            match (action.cancelling, &action.cancel_requested_by, action.cancel_requested_at) {
                (Cancelling::Asked, Some(by), Some(at)) => Some(t::asked(by, &console::ago(at))),
                (Cancelling::AtItsMachine, _, _) => Some(t::at_its_machine().to_owned()),
                (Cancelling::Never, _, _) => Some(t::never().to_owned()),
                _ => None,
            }
        })
    };
    let tone = Signal::derive(move || mark().1);
    view! {
        <article class="card under-way-action" aria-label=title.clone()>
            <header class="card-head">
                <h3 class="tier-name">{title.clone()}</h3>
                <Badge label=Signal::derive(move || mark().0.to_owned()) tone />
            </header>
            <Progress
                label=Signal::derive(move || now.with(words::phase))
                value=Signal::derive(move || now.with(|action| action.progress.share().unwrap_or_default()))
                maximum=1.0
                figure=Signal::derive(move || now.with(words::figure))
                tone=Signal::derive(move || match tone.get() {
                    Tone::Info => Tone::Neutral,
                    other => other,
                })
                unknown=Signal::derive(move || now.with(|action| action.progress.share().is_none()))
            />
            <dl class="card-facts numeric">
                <div>
                    <dt>{t::since()}</dt>
                    <dd>{format!("{} ({})", locale::instant(first.started_at), console::ago(first.started_at))}</dd>
                </div>
                <div>
                    <dt>{t::started_by()}</dt>
                    <dd>{first.started_by.clone()}</dd>
                </div>
            </dl>
            {move || note().map(|note| view! { <p class="muted under-way-note">{note}</p> })}
            <Cancel now loader title=of_button />
        </article>
    }
}
