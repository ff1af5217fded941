//! Slots of time: one mark each, split into the stores that keep its set.

use chrono::{NaiveDate, Timelike as _};
use leptos::{ev, html, prelude::*};
use shared::console::{BackupSlot, BackupTier, CopyState, SlotLength, SlotState};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{super::words, words as states};
use crate::{browser, locale, locales::console_backups as t, navigation::Opened, ui::opener_id};

/// The tiers of one kind, the finest first.
#[component]
pub(super) fn Timeline(tiers: Vec<BackupTier>, opened: Opened) -> impl IntoView {
    tiers
        .into_iter()
        .map(|tier| {
            let name = states::tier(tier.slot);
            let kept = tier.slots.iter().filter(|slot| slot.state == SlotState::Kept).count();
            let kept = locale::number(i64::try_from(kept).unwrap_or(i64::MAX));
            let figure = t::kept_of(&kept, &locale::number(i64::from(tier.planned)));
            let places: Vec<_> = tier.places.iter().map(|place| states::place(*place)).collect();
            let is_days = tier.slot == SlotLength::TwoHours;
            let opened = opened.clone();
            view! {
                <div class="tier">
                    <div class="tier-head">
                        <h3 class="tier-name">{name}</h3>
                        <span class="muted numeric">{figure}</span>
                        <span class="muted">{places.join(", ")}</span>
                    </div>
                    {if tier.slots.is_empty() {
                        view! { <p class="muted tier-none">{t::no_slots()}</p> }.into_any()
                    } else if is_days {
                        view! { <Days label=name slots=tier.slots opened /> }.into_any()
                    } else {
                        view! { <Strip label=name slots=tier.slots opened /> }.into_any()
                    }}
                </div>
            }
        })
        .collect_view()
}

/// A row for each day, a column for each two hours.
#[component]
fn Days(label: &'static str, slots: Vec<BackupSlot>, opened: Opened) -> impl IntoView {
    let mut days: Vec<(NaiveDate, Vec<BackupSlot>)> = Vec::new();
    for slot in slots {
        let day = slot.starts_at.date_naive();
        match days.last_mut() {
            Some((known, of_day)) if *known == day => of_day.push(slot),
            _ => days.push((day, vec![slot])),
        }
    }
    let walk = Walk::new(12);
    let hours =
        (0..12).map(|number| view! { <span class="day-hour numeric">{format!("{:02}", number * 2)}</span> });
    let rows = days
        .into_iter()
        .map(|(day, of_day)| {
            let cells = (0..24_u32)
                .step_by(2)
                .map(|hour| {
                    let slot = of_day.iter().find(|slot| slot.starts_at.hour() == hour);
                    slot.map_or_else(
                        || view! { <span class="slot slot-none"></span> }.into_any(),
                        |slot| cell(slot.clone(), opened.clone()),
                    )
                })
                .collect_view();
            view! {
                <span class="day-name numeric">{locale::date(day)}</span>
                {cells}
            }
        })
        .collect_view();
    view! {
        <div class="days" role="group" aria-label=label node_ref=walk.node on:keydown=move |event| walk.on_key(&event)>
            <span class="day-name muted" data-tooltip=t::utc()>"UTC"</span>
            {hours.collect_view()}
            {rows}
        </div>
    }
}

/// All of them in a line that breaks where it must, the newest first.
#[component]
fn Strip(label: &'static str, slots: Vec<BackupSlot>, opened: Opened) -> impl IntoView {
    let walk = Walk::new(1);
    view! {
        <div class="strip" role="group" aria-label=label node_ref=walk.node on:keydown=move |event| walk.on_key(&event)>
            {slots.into_iter().map(|slot| cell(slot, opened.clone())).collect_view()}
        </div>
    }
}

/// One slot. What was made or tried opens beside the timeline.
fn cell(slot: BackupSlot, opened: Opened) -> AnyView {
    let words = said(&slot);
    let halves = halves(&slot);
    let link = slot.run.map(|run| opener_id(&run.to_string()));
    let run = slot.run.map(|run| run.to_string());
    let is_open = {
        let (run, open) = (run.clone(), opened.signal());
        move || run.is_some() && open.with(|open| *open == run)
    };
    let press = move |_: ev::MouseEvent| {
        if let Some(run) = &run {
            opened.set(Some(run));
        }
    };
    let class = format!("slot slot-{}", slot.state.key().replace('_', "-"));
    view! {
        <button
            type="button"
            class=class
            id=link
            aria-label=words.clone()
            aria-current=move || is_open().then_some("true")
            aria-disabled=slot.run.is_none().then_some("true")
            data-tooltip=words
            tabindex="-1"
            on:click=press
        >
            {halves}
        </button>
    }
    .into_any()
}

fn halves(slot: &BackupSlot) -> AnyView {
    if slot.copies.is_empty() {
        return view! { <span class="slot-half"></span> }.into_any();
    }
    let half = |state: CopyState| view! { <span class=format!("slot-half slot-{}", state.key())></span> };
    slot.copies.iter().map(|copy| half(copy.state)).collect_view().into_any()
}

/// The mark in words.
fn said(slot: &BackupSlot) -> String {
    let mut parts = vec![format!("{}: {}", words::slot(slot.starts_at), states::slot(slot.state))];
    let copies = slot.copies.iter();
    parts.extend(copies.map(|copy| format!("{}: {}", states::place(copy.place), states::copy(copy.state))));
    parts.join("; ")
}

/// What the marks mean.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let copies = CopyState::ALL.iter().map(|state| {
        view! {
            <li>
                <span class="slot slot-sample" aria-hidden="true">
                    <span class=format!("slot-half slot-{}", state.key())></span>
                </span>
                {states::copy(*state)}
            </li>
        }
    });
    let slots = [SlotState::UnderWay, SlotState::Failed, SlotState::Missing, SlotState::Before];
    let slots = slots.iter().map(|state| {
        view! {
            <li>
                <span
                    class=format!("slot slot-sample slot-{}", state.key().replace('_', "-"))
                    aria-hidden="true"
                >
                    <span class="slot-half"></span>
                </span>
                {states::slot(*state)}
            </li>
        }
    });
    view! {
        <section class="legend" aria-label=t::legend()>
            <ul>{copies.collect_view()} {slots.collect_view()}</ul>
        </section>
    }
}

/// Arrow keys go from mark to mark, so that one step of Tab passes them all.
#[derive(Debug, Clone, Copy)]
struct Walk {
    node: NodeRef<html::Div>,
    /// How many marks stand in a row.
    width: usize,
}

impl Walk {
    fn new(width: usize) -> Self {
        let walk = Self { node: NodeRef::new(), width };
        Effect::new(move |_| {
            if let Some(first) = walk.node.get().and_then(|_| walk.marks().into_iter().next()) {
                let _ = first.set_attribute("tabindex", "0");
            }
        });
        walk
    }

    fn marks(self) -> Vec<HtmlElement> {
        let Some(node) = self.node.get_untracked() else { return Vec::new() };
        let buttons = node.get_elements_by_tag_name("button");
        (0..buttons.length())
            .filter_map(|number| buttons.item(number)?.dyn_into::<HtmlElement>().ok())
            .collect()
    }

    fn on_key(self, event: &ev::KeyboardEvent) {
        let marks = self.marks();
        let Some(here) = event.target().and_then(|target| {
            marks.iter().position(|mark| AsRef::<web_sys::EventTarget>::as_ref(mark) == &target)
        }) else {
            return;
        };
        let last = marks.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowRight" => here + 1,
            "ArrowLeft" => here.saturating_sub(1),
            "ArrowDown" => here + self.width,
            "ArrowUp" => here.saturating_sub(self.width),
            "Home" => 0,
            "End" => last,
            _ => return,
        }
        .min(last);
        event.prevent_default();
        if let (Some(before), Some(after)) = (marks.get(here), marks.get(next)) {
            let _ = before.set_attribute("tabindex", "-1");
            let _ = after.set_attribute("tabindex", "0");
            browser::focus_element(after);
        }
    }
}
