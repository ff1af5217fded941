//! Screens that look again by themselves.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use crate::browser::{self, Listener};

/// Nobody who is away so many minutes keeps their session by what a screen does by itself.
const AWAY: i64 = 5;

/// Runs `again` every so many milliseconds while somebody is there, and when they come back. Must be called while a
/// component is built, and ends with it.
pub(super) fn look_again(every: u32, again: impl Fn() + Copy + 'static) {
    let last = StoredValue::new(browser::now());
    let seen = ["pointermove", "keydown", "pointerdown"]
        .map(|event| Listener::new(event, move |_| last.set_value(browser::now())));
    let back = Listener::new("focus", move |event| {
        // Of the window, and of no field in it.
        if event.target().is_some_and(|target| target == window().into()) {
            again();
        }
    });
    let timer = Interval::new(every, move || {
        let is_there = last.try_get_value().is_some_and(|last| (browser::now() - last).num_minutes() < AWAY);
        if is_there {
            again();
        }
    });
    StoredValue::new_local((seen, back, timer));
}
