//! The box one types into with the list below it, for the pickers.

use leptos::{ev, html, prelude::*};

use super::{
    Avatar, Icon, IconView,
    field::{FieldTie, unique_id},
    popover::keep_placed,
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
    let open = RwSignal::new(false);
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    let list = NodeRef::<html::Ul>::new();
    keep_placed(open.into(), true, move || {
        Some((input.get_untracked()?.parent_element()?.try_into_html()?, list.get_untracked()?.into()))
    });
    let set_open = move |wanted: bool| {
        let Some(list) = list.get_untracked() else { return };
        if wanted != open.get_untracked() {
            let _ = if wanted { list.show_popover() } else { list.hide_popover() };
            open.set(wanted);
            active.set(0);
        }
    };
    let choose = move |index: usize| {
        on_choose.run(index);
        if !multiple {
            set_open(false);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = lines.with_untracked(Vec::len);
        let here = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if !open.get_untracked() => set_open(true),
            "ArrowDown" => active.set(if here + 1 < count { here + 1 } else { 0 }),
            "ArrowUp" => active.set(if here == 0 { count.saturating_sub(1) } else { here - 1 }),
            "Enter" if open.get_untracked() => {
                if let Some(index) = lines.with_untracked(|lines| lines.get(here).map(|line| line.index)) {
                    choose(index);
                }
            }
            "Escape" if open.get_untracked() => set_open(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_leave = tie.on_leave;
    let option_id = {
        let list_id = list_id.clone();
        move |position: usize| format!("{list_id}-{position}")
    };
    let active_id = {
        let option_id = option_id.clone();
        move || {
            (open.get() && lines.with(|lines| active.get() < lines.len())).then(|| option_id(active.get()))
        }
    };
    let line_view = move |(position, line): (usize, Line)| {
        let Line { index, label, detail, chosen } = line;
        view! {
            <li
                id=option_id(position)
                class="option"
                class:option-active=move || active.get() == position
                role="option"
                aria-selected=chosen.to_string()
                // Keeps the focus in the box, so that the list does not close before the click.
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| choose(index)
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
                set_open(true);
                active.set(0);
            }
            on:click=move |_| set_open(true)
            on:keydown=on_key
            on:blur=move |_| {
                set_open(false);
                on_leave.run(());
            }
        />
        <ul
            node_ref=list
            class="popover options"
            popover="manual"
            id=list_id
            role="listbox"
            aria-multiselectable=multiple.then_some("true")
            aria-label=common::choices()
        >
            {move || {
                let lines = lines.get();
                if lines.is_empty() {
                    view! { <li class="option-none" role="option" aria-disabled="true" aria-selected="false">{common::nothing_found()}</li> }.into_any()
                } else {
                    lines.into_iter().enumerate().map(line_view.clone()).collect_view().into_any()
                }
            }}
        </ul>
    }
}

trait TryIntoHtml {
    fn try_into_html(self) -> Option<web_sys::HtmlElement>;
}

impl TryIntoHtml for web_sys::Element {
    fn try_into_html(self) -> Option<web_sys::HtmlElement> {
        wasm_bindgen::JsCast::dyn_into(self).ok()
    }
}
