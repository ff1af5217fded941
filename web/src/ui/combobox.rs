//! The box one types into with the list below it, for the pickers.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;

use super::{
    Avatar, Icon, IconView,
    field::{FieldTie, unique_id},
    popover::{Fit, keep_placed},
};
use crate::locales::common;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its place among all choices.
    pub index: usize,
    pub label: String,
    pub detail: Option<String>,
    pub chosen: bool,
}

/// What the box and the list know of each other. A handle: copies are the same.
#[derive(Clone, Copy)]
struct ListBox {
    lines: Signal<Vec<Line>>,
    on_choose: Callback<usize>,
    multiple: bool,
    open: RwSignal<bool>,
    /// The line that Enter takes.
    active: RwSignal<usize>,
    list: NodeRef<html::Ul>,
}

impl ListBox {
    fn set_open(self, wanted: bool) {
        let Some(list) = self.list.get_untracked() else { return };
        if wanted != self.open.get_untracked() {
            let _ = if wanted { list.show_popover() } else { list.hide_popover() };
            self.open.set(wanted);
            self.active.set(0);
        }
    }

    fn choose(self, index: usize) {
        self.on_choose.run(index);
        if !self.multiple {
            self.set_open(false);
        }
    }

    fn make_active(self, position: usize) {
        self.active.set(position);
        let line =
            self.list.get_untracked().and_then(|list| list.children().item(u32::try_from(position).ok()?));
        if let Some(line) = line {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            line.scroll_into_view_with_scroll_into_view_options(&options);
        }
    }

    fn on_key(self, event: &ev::KeyboardEvent) {
        let count = self.lines.with_untracked(Vec::len);
        let (here, is_open) = (self.active.get_untracked(), self.open.get_untracked());
        match event.key().as_str() {
            "ArrowDown" if !is_open => self.set_open(true),
            "ArrowDown" => self.make_active(if here + 1 < count { here + 1 } else { 0 }),
            "ArrowUp" => self.make_active(if here == 0 { count.saturating_sub(1) } else { here - 1 }),
            "Enter" if is_open => {
                if let Some(index) = self.lines.with_untracked(|lines| lines.get(here).map(|line| line.index))
                {
                    self.choose(index);
                }
            }
            "Escape" if is_open => self.set_open(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }
}

/// The box one types into, with the list below it.
#[component]
pub(super) fn Combobox(
    tie: FieldTie,
    query: RwSignal<String>,
    #[prop(into)] lines: Signal<Vec<Line>>,
    on_choose: Callback<usize>,
    multiple: bool,
    people: bool,
    required: bool,
    #[prop(into)] placeholder: Signal<String>,
    #[prop(into)] disabled: Signal<bool>,
) -> impl IntoView {
    let list_id = unique_id("list");
    let input = NodeRef::<html::Input>::new();
    let (open, active, list) = (RwSignal::new(false), RwSignal::new(0_usize), NodeRef::new());
    let handle = ListBox { lines, on_choose, multiple, open, active, list };
    keep_placed(open.into(), Fit::Width, move || {
        // The box around chips and input is what the list belongs to.
        let anchor = input.get_untracked()?.parent_element()?.dyn_into().ok()?;
        Some((anchor, list.get_untracked()?.into()))
    });
    let leave = tie.leave();
    let active_id = {
        let list_id = list_id.clone();
        move || {
            let is_there = open.get() && lines.with(|lines| active.get() < lines.len());
            is_there.then(|| option_id(&list_id, active.get()))
        }
    };
    view! {
        <input
            node_ref=input
            id=tie.id.clone()
            class="input combobox-input"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            placeholder=placeholder
            aria-autocomplete="list"
            aria-expanded=move || open.get().to_string()
            aria-controls=list_id.clone()
            aria-activedescendant=active_id
            aria-required=required.then_some("true")
            aria-invalid=tie.invalid()
            aria-describedby=tie.described_by
            disabled=disabled
            bind:value=query
            on:input=move |_| {
                handle.set_open(true);
                active.set(0);
            }
            on:click=move |_| handle.set_open(true)
            on:keydown=move |event| handle.on_key(&event)
            on:blur=move |event| {
                if leave(&event) {
                    handle.set_open(false);
                }
            }
        />
        <Options handle list_id people />
    }
}

fn option_id(list_id: &str, position: usize) -> String {
    format!("{list_id}-{position}")
}

#[component]
fn Options(handle: ListBox, list_id: String, people: bool) -> impl IntoView {
    let ListBox { lines, active, list, multiple, .. } = handle;
    let id = list_id.clone();
    let line_view = move |(position, line): (usize, Line)| {
        let Line { index, label, detail, chosen } = line;
        view! {
            <li
                id=option_id(&list_id, position)
                class="option"
                class:option-active=move || active.get() == position
                role="option"
                aria-selected=chosen.to_string()
                // Keeps the focus in the box, so that the list does not close before the click.
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| handle.choose(index)
                on:mousemove=move |_| {
                    if active.get_untracked() != position {
                        active.set(position);
                    }
                }
            >
                {people.then(|| view! { <Avatar name=label.clone() /> })}
                <span class="option-text">
                    <span>{label}</span>
                    {detail.map(|detail| view! { <span class="option-detail">{detail}</span> })}
                </span>
                {chosen.then(|| view! { <IconView icon=Icon::Check /> })}
            </li>
        }
    };
    let nothing = || {
        view! {
            <li class="option-none" role="option" aria-disabled="true" aria-selected="false">
                {common::nothing_found()}
            </li>
        }
    };
    view! {
        <ul
            node_ref=list
            class="popover options"
            popover="manual"
            id=id
            role="listbox"
            aria-multiselectable=multiple.then_some("true")
            aria-label=common::choices()
        >
            {move || {
                let lines = lines.get();
                if lines.is_empty() {
                    nothing().into_any()
                } else {
                    lines.into_iter().enumerate().map(line_view.clone()).collect_view().into_any()
                }
            }}
        </ul>
    }
}
