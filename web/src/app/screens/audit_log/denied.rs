//! Refused requests, counted by minute, network, account and operation.

use leptos::prelude::*;
use shared::audit::{DeniedAccess as Denied, DeniedAccessFilter};

use crate::{
    api::{self, Paged},
    locale,
    locales::{audit_log as t, common},
    ui::{Button, ButtonKind, Column, EmptyState, Icon, Table, filter_of, url_value},
};

/// The problems that count as refusals.
const REASONS: [&str; 5] =
    ["forbidden", "unauthenticated", "wrong_credentials", "too_many_attempts", "confirmation_required"];

#[component]
pub(super) fn DeniedAccess() -> impl IntoView {
    let code = url_value("code");
    let list = Paged::new(move |after| {
        let filter = DeniedAccessFilter { after, code: code.get(), ..DeniedAccessFilter::default() };
        async move { api::list::<Denied>("/denied-access", &filter).await }
    });
    let reasons: Vec<_> = REASONS.iter().map(|code| ((*code).to_owned(), t::refusal(code))).collect();
    let columns = vec![
        Column::new("minute", t::minute(), |row: Denied| {
            view! { <span class="numeric" data-tooltip=locale::ago(row.minute)>{locale::instant(row.minute)}</span> }
        }),
        Column::new("reason", t::reason(), |row: Denied| t::refusal(&row.code)).filtered_by(filter_of(
            t::reason(),
            code,
            move || reasons.clone(),
        )),
        Column::new("account", t::account(), |row: Denied| {
            row.user_name.unwrap_or_else(|| {
                if row.network.is_some() { t::nobody() } else { t::not_told_apart() }.to_owned()
            })
        }),
        Column::new("operation", t::operation(), |row: Denied| {
            row.operation.map(|operation| view! { <code>{operation}</code> })
        }),
        Column::new("network", t::network(), |row: Denied| {
            let network = row.network.unwrap_or_else(|| t::not_told_apart().to_owned());
            view! { <span class="numeric">{network}</span> }
        }),
        Column::new("requests", t::requests(), |row: Denied| locale::number(row.requests)).numeric(),
    ];
    let is_filtered = Signal::derive(move || code.is_set());
    let toolbar = move || {
        view! {
            <Show when=move || is_filtered.get()>
                <Button
                    label=common::clear_filters()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=move |()| code.set(None)
                />
            </Show>
        }
    };
    let empty = || view! { <EmptyState icon=Icon::Shield title=t::denied_empty_title() text=t::denied_empty_text() /> };
    view! {
        <Table
            label=t::denied()
            columns
            list
            key=|row: &Denied| format!("{}-{}", row.id, row.requests)
            toolbar
            filtered=is_filtered
            on_clear=move |()| code.set(None)
            empty
        />
    }
}
