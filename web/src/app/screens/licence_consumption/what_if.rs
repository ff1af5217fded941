//! What another licence row would come to, for a company admin who thinks of asking for it.

use leptos::prelude::*;
use shared::{Check as _, access::simulate::LicenceChange, licence::Licence};

use crate::{
    locales::simulation as t,
    screens::simulation::{Simulated, simulated},
    ui::{Button, ButtonKind, Dialog, DialogSize, TextField, TextKind},
};

/// The button, and the dialog behind it.
#[component]
pub(super) fn WhatIf(
    /// The row as it is.
    licence: Licence,
    /// The name of its type.
    of: String,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let title = Signal::stored(t::what_if_title(&of));
    view! {
        <Button label=t::what_if() kind=ButtonKind::Quiet on_press=move |()| open.set(true) />
        <Dialog title open size=DialogSize::Medium>
            <Question licence=licence.clone() />
        </Dialog>
    }
}

#[component]
fn Question(licence: Licence) -> impl IntoView {
    let text = |seats: Option<i32>| seats.map(|seats| seats.to_string()).unwrap_or_default();
    let seats = RwSignal::new(text(licence.seats));
    let until = RwSignal::new(licence.valid_until.map(|day| day.to_string()).unwrap_or_default());
    let typed_seats = Memo::new(move |_| seats.with(|seats| parsed::<i32>(seats).map_err(|_| ())));
    let wrong = Signal::derive(move || typed_seats.get().is_err().then(|| t::not_a_number().to_owned()));
    let change = move || {
        let typed_until = until.with(|until| parsed(until)).ok()?;
        let typed_seats = typed_seats.get().ok()?;
        let change = LicenceChange {
            seats: (typed_seats != licence.seats).then_some(typed_seats),
            valid_until: (typed_until != licence.valid_until).then_some(typed_until),
        };
        (change != LicenceChange::default() && change.violations().is_empty()).then_some(change)
    };
    let id = licence.id;
    let simulation = simulated(move || format!("/licences/{id}"), change);
    view! {
        <div class="stack">
            <p class="muted">{t::what_if_text()}</p>
            <div class="form-row">
                <TextField
                    label=t::seats()
                    value=seats
                    kind=TextKind::Number
                    optional=true
                    help=t::seats_help()
                    error=wrong
                />
                <TextField label=t::until() value=until kind=TextKind::Date optional=true help=t::until_help() />
            </div>
            <Simulated simulation />
        </div>
    }
}

/// What was typed; absent where the field is empty.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<Option<T>, T::Err> {
    if text.trim().is_empty() { Ok(None) } else { text.trim().parse().map(Some) }
}
