//! The command palette: one box that finds everything one may open or do, worked by the keyboard alone.
//!
//! What there is to find comes from outside, already in order; the part knows the box, the list and the keys. The focus
//! stays in the box, which names the option that Enter takes (`aria-activedescendant`).

use leptos::{
    ev, html,
    prelude::*,
    task::{spawn_local, tick},
};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::{EmptyState, Icon, IconButton, IconView, field::unique_id};
use crate::{
    browser,
    locales::{common, palette as t},
};

/// Something to open or to do.
#[derive(Debug, Clone)]
pub struct Command {
    /// Tells it apart, also from one page load to the next.
    pub key: String,
    /// The group under which it is shown.
    pub group: &'static str,
    /// What it is called.
    pub label: String,
    /// A word more.
    pub detail: Option<String>,
    /// Its sign.
    pub icon: Icon,
    /// What happens.
    pub run: Callback<()>,
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        (&self.key, self.group, &self.label) == (&other.key, other.group, &other.label)
    }
}

/// The palette above the page.
#[component]
pub fn Palette(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What is typed.
    query: RwSignal<String>,
    /// What was found for it, group by group.
    #[prop(into)]
    commands: Signal<Vec<Command>>,
    /// Whether more is on its way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// What to know of the results.
    #[prop(optional, into)]
    notice: Signal<Option<String>>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            query.set(String::new());
            // Once what is inside is there, and still before the browser hands over the next key: whoever knows what they
            // want types on.
            spawn_local(async move {
                tick().await;
                let _ = dialog.show_modal();
                if let Some(input) = browser::all(&dialog, "input").into_iter().next() {
                    let _ = input.focus();
                }
            });
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let on_backdrop = move |event: ev::MouseEvent| {
        if dialog.get_untracked().is_some_and(|dialog| event.target().as_ref() == Some(dialog.as_ref())) {
            open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="palette"
            aria-label=t::title()
            on:close=move |_| open.set(false)
            on:mousedown=on_backdrop
        >
            <Show when=move || open.get()>
                <Inside open query commands busy notice />
            </Show>
        </dialog>
    }
}

#[component]
fn Inside(
    open: RwSignal<bool>,
    query: RwSignal<String>,
    commands: Signal<Vec<Command>>,
    busy: Signal<bool>,
    notice: Signal<Option<String>>,
) -> impl IntoView {
    let list_id = unique_id("palette");
    let active = RwSignal::new(0_usize);
    let list = NodeRef::<html::Div>::new();
    // What was typed anew is looked at from the top; what comes from the server later moves nobody.
    Effect::new(move |_| {
        query.track();
        active.set(0);
    });
    let take = move |index: usize| {
        let chosen = commands.with_untracked(|commands| commands.get(index).cloned());
        if let Some(command) = chosen {
            open.set(false);
            command.run.run(());
        }
    };
    let go_to = {
        let list_id = list_id.clone();
        move |index: usize| {
            active.set(index);
            if let Some(option) = browser::element(&option_id(&list_id, index)) {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                option.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = commands.with_untracked(Vec::len);
        let here = active.get_untracked().min(count.saturating_sub(1));
        match event.key().as_str() {
            "ArrowDown" => go_to(if here + 1 < count { here + 1 } else { 0 }),
            "ArrowUp" => go_to(if here == 0 { count.saturating_sub(1) } else { here - 1 }),
            "PageDown" => go_to((here + 8).min(count.saturating_sub(1))),
            "PageUp" => go_to(here.saturating_sub(8)),
            // Typing in a language with an input method ends with an Enter that is not meant for the list.
            "Enter" if !event.is_composing() => take(here),
            _ => return,
        }
        event.prevent_default();
    };
    let active_id = {
        let list_id = list_id.clone();
        move || {
            commands.with(|commands| active.get() < commands.len()).then(|| option_id(&list_id, active.get()))
        }
    };
    let said = move || {
        let count = i64::try_from(commands.with(Vec::len)).unwrap_or(i64::MAX);
        if busy.get() { t::searching().to_owned() } else { t::found(count) }
    };
    view! {
        <div class="palette-box">
            <div class="palette-head">
                <IconView icon=Icon::Search />
                <input
                    class="palette-input"
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-label=t::title()
                    placeholder=t::placeholder()
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls=list_id.clone()
                    aria-activedescendant=active_id
                    bind:value=query
                    on:keydown=on_key
                />
                <IconButton label=common::close() icon=Icon::Close on_press=move |()| open.set(false) />
            </div>
            <div class="palette-busy" class:palette-busy-on=move || busy.get() aria-hidden="true"></div>
            <p class="visually-hidden" role="status">{said}</p>
            <Options commands active take=Callback::new(take) list list_id busy />
            {move || notice.get().map(|notice| view! { <p class="palette-notice" role="status">{notice}</p> })}
            <p class="palette-hints" aria-hidden="true">
                <span><kbd>"↑"</kbd><kbd>"↓"</kbd>{t::hint_move()}</span>
                <span><kbd>"↵"</kbd>{t::hint_open()}</span>
                <span><kbd>"Esc"</kbd>{t::hint_close()}</span>
            </p>
        </div>
    }
}

fn option_id(list_id: &str, index: usize) -> String {
    format!("{list_id}-{index}")
}

#[component]
fn Options(
    commands: Signal<Vec<Command>>,
    active: RwSignal<usize>,
    take: Callback<usize>,
    list: NodeRef<html::Div>,
    list_id: String,
    busy: Signal<bool>,
) -> impl IntoView {
    let id = list_id.clone();
    let option = move |(index, command): (usize, Command)| {
        let Command { label, detail, icon, .. } = command;
        view! {
            <div
                id=option_id(&list_id, index)
                class="palette-option"
                class:palette-active=move || active.get() == index
                role="option"
                aria-selected=move || (active.get() == index).to_string()
                // Keeps the focus in the box.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| take.run(index)
                on:mousemove=move |_| {
                    if active.get_untracked() != index {
                        active.set(index);
                    }
                }
            >
                <IconView icon />
                <span class="palette-label">{label}</span>
                {detail.map(|detail| view! { <span class="palette-detail">{detail}</span> })}
            </div>
        }
    };
    let group = move |(name, members): (&'static str, Vec<(usize, Command)>)| {
        view! {
            <div role="group" aria-label=name>
                <p class="palette-heading" aria-hidden="true">{name}</p>
                {members.into_iter().map(option.clone()).collect_view()}
            </div>
        }
    };
    let is_empty = Memo::new(move |_| commands.with(Vec::is_empty) && !busy.get());
    view! {
        <div class="palette-list" id=id role="listbox" aria-label=t::results() node_ref=list>
            {move || grouped(commands.get()).into_iter().map(group.clone()).collect_view()}
        </div>
        <Show when=move || is_empty.get()>
            <div class="palette-nothing">
                <EmptyState icon=Icon::Search title=t::nothing() text=t::nothing_text() />
            </div>
        </Show>
    }
}

/// The commands with their places, by the groups in which they stand together.
fn grouped(commands: Vec<Command>) -> Vec<(&'static str, Vec<(usize, Command)>)> {
    let mut groups: Vec<(&'static str, Vec<(usize, Command)>)> = Vec::new();
    for (index, command) in commands.into_iter().enumerate() {
        match groups.last_mut() {
            Some((name, members)) if *name == command.group => members.push((index, command)),
            _ => groups.push((command.group, vec![(index, command)])),
        }
    }
    groups
}
