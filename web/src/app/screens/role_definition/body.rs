//! How a role is laid out: head, settings and words beside the grid, and the bar that saves.

use std::{future::Future, time::Duration};

use leptos::{html, prelude::*};
use shared::{Check as _, Menu};

use super::{
    Desk, NARROW,
    detail::read_only_notice,
    editor::Editor,
    keys,
    settings::{Fields, InWords},
    sheet::Sheet,
    sight::Sight,
    tools::{Legend, NothingFound, Tools},
    tree,
};
use crate::{
    api::Failure,
    browser,
    locales::{common, role_definition as t, simulation as effects},
    navigation::focus_soon,
    route::Route,
    screens::simulation::{Simulated, simulated},
    ui::{Button, ButtonKind, Changes, Dialog, DialogSize, Form, Icon, IconView, LinkButton, Toasts},
};

/// When the summary of errors has taken the focus, the row that is meant may have it.
const AFTER_SUMMARY: Duration = Duration::from_millis(80);

/// A role with everything around it.
#[component]
pub(super) fn Body<F, Fut>(
    /// The role.
    editor: Editor,
    /// What the screen shares.
    desk: Desk,
    /// Its name.
    #[prop(into)]
    title: Signal<String>,
    /// What stands beside the name.
    #[prop(into)]
    marks: ViewFn,
    /// What can be done with the role as a whole.
    #[prop(into)]
    actions: ViewFn,
    /// What saving is called.
    label: &'static str,
    /// Begins the call that saves.
    send: F,
) -> impl IntoView
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failure>> + 'static,
{
    let sight = Sight::new(editor, desk.roles, desk.closed);
    let (unfolded, toasts) = (RwSignal::new(editor.saved.is_none()), Toasts::expect());
    let send = move || {
        let sending = send();
        async move {
            let outcome = sending.await;
            if let Err(failure) = &outcome {
                unfolded.set(true);
                show(failure, sight, toasts);
            }
            outcome
        }
    };
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        // Where the list gives way to the role, the focus goes with it.
        if let Some(heading) = heading.get().filter(|_| browser::viewport().0 <= NARROW) {
            focus_soon(heading.into());
        }
    });
    Effect::new(move |_| {
        browser::set_title(&common::page_title(&format!("{} · {}", title.get(), t::title())));
    });
    on_cleanup(|| browser::set_title(&common::page_title(t::title())));
    let fold = move |_| unfolded.update(|unfolded| *unfolded = !*unfolded);
    let for_bar = send.clone();
    view! {
        <article class="role" aria-labelledby="role-title">
            <header class="role-head">
                <a class="role-back" href=Route::Roles.href()>
                    <IconView icon=Icon::ChevronLeft />
                    {t::all_roles()}
                </a>
                <div class="role-line">
                    <h2 class="role-title" id="role-title" node_ref=heading tabindex="-1">{title}</h2>
                    {marks.run()}
                    <div class="role-actions">{actions.run()}</div>
                </div>
            </header>
            {read_only_notice(editor)}
            <div class="role-columns">
                <div class="role-side">
                    <InWords editor />
                    <section class="role-card" aria-labelledby="role-settings">
                        <h3 class="role-card-title" id="role-settings">
                            <span class="role-fold-wide">{t::settings()}</span>
                            <button
                                type="button"
                                class="role-fold"
                                aria-expanded=move || unfolded.get().to_string()
                                aria-controls="role-fields"
                                on:click=fold
                            >
                                <span>{t::settings()}</span>
                                <span class="role-fold-value">{move || editor.licence_name()}</span>
                                <IconView icon=Icon::ChevronDown />
                            </button>
                        </h3>
                        <div class="role-fields" class:role-folded=move || !unfolded.get() id="role-fields">
                            <Form state=editor.form send>
                                <Fields editor desk />
                            </Form>
                        </div>
                    </section>
                </div>
                <section class="role-main" aria-label=t::grid()>
                    <Tools editor sight desk />
                    <Sheet board=editor.board() sight />
                    <NothingFound sight />
                    <Legend />
                </section>
            </div>
            <SaveBar editor label unfolded send=for_bar />
        </article>
    }
}

/// Takes the person to what the server has refused.
fn show(failure: &Failure, sight: Sight, toasts: Toasts) {
    if failure.stale().is_some() {
        return;
    }
    let Failure::Refused(problem) = failure else {
        toasts.failed(failure.advice());
        return;
    };
    let Some(first) = problem.errors.first() else {
        toasts.failed(failure.advice());
        return;
    };
    let menu = first.pointer.strip_prefix("/grants/").and_then(Menu::from_key);
    let row = menu.and_then(|menu| tree::rows().iter().position(|row| !row.branch && row.menu == menu));
    if let Some(row) = row {
        sight.query.set(None);
        sight.only_differences.set(false);
        sight.closed.update(std::collections::BTreeSet::clear);
        set_timeout(
            move || {
                if let Some(name) = keys::name_of_row(row) {
                    let _ = name.focus();
                }
            },
            AFTER_SUMMARY,
        );
    }
}

/// Takes the person to the first field that is wrong.
fn focus_invalid() {
    let fields = browser::element("role-fields");
    let wrong = fields.and_then(|fields| browser::all(&fields, "[aria-invalid='true']").into_iter().next());
    if let Some(wrong) = wrong {
        let _ = wrong.focus();
    }
}

/// What waits to be saved, and the buttons for it.
#[component]
fn SaveBar<F, Fut>(
    editor: Editor,
    label: &'static str,
    /// Whether the fields are in sight where the window is narrow.
    unfolded: RwSignal<bool>,
    send: F,
) -> impl IntoView
where
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failure>> + 'static,
{
    let is_new = editor.saved.is_none();
    let count = Memo::new(move |_| i64::try_from(editor.changes()).unwrap_or(i64::MAX));
    let shown = Memo::new(move |_| editor.may_change && (is_new || editor.form.dirty().get()));
    let looking = RwSignal::new(false);
    let simulation = simulated(
        move || {
            editor.saved.map(|saved| format!("/roles/{}", saved.with(|role| role.id))).unwrap_or_default()
        },
        move || editor.access_change(),
    );
    // In a few words beside the count; the whole stands with the changes.
    let effect = move || {
        let simulation = simulation.value().flatten()?;
        Some(format!("{} · {}", effects::gaining(simulation.gaining), effects::losing(simulation.losing)))
    };
    let busy = editor.form.busy();
    let save = Callback::new(move |()| {
        editor.form.submit(&send);
        if !untrack(|| editor.draft.get().new_role().violations()).is_empty() {
            unfolded.set(true);
            set_timeout(focus_invalid, AFTER_SUMMARY);
        }
    });
    view! {
        <div class="save-status visually-hidden" role="status">
            {move || (shown.get() && !is_new).then(|| t::changes(count.get()))}
        </div>
        <Show when=move || shown.get()>
            <div class="save-bar">
                {(!is_new)
                    .then(|| {
                        view! {
                            <span class="save-count numeric" aria-hidden="true">{move || t::changes(count.get())}</span>
                            <button type="button" class="link-button save-look" on:click=move |_| looking.set(true)>
                                {t::show_changes()}
                            </button>
                            {move || {
                                effect()
                                    .map(|effect| {
                                        view! {
                                            <button
                                                type="button"
                                                class="link-button save-effect numeric"
                                                on:click=move |_| looking.set(true)
                                            >
                                                {effect}
                                            </button>
                                        }
                                    })
                            }}
                        }
                    })}
                <span class="save-buttons">
                    {if is_new {
                        view! { <LinkButton href=Route::Roles.href() label=common::cancel() /> }.into_any()
                    } else {
                        view! { <Button label=t::discard() on_press=move |()| editor.discard() /> }.into_any()
                    }}
                    <Button label kind=ButtonKind::Primary busy on_press=save />
                </span>
            </div>
        </Show>
        <Dialog title=Signal::derive(move || t::changes(count.get())) open=looking size=DialogSize::Medium>
            {move || {
                let changes = editor.draft.with(|draft| editor.base.with(|base| draft.changes(base)));
                view! { <Changes changes /> }
            }}
            <Show when=move || editor.access_change().is_some()>
                <h3 class="section-title simulation-title">{effects::title()}</h3>
                <Simulated simulation />
            </Show>
        </Dialog>
    }
}
