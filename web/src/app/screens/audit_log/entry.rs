//! One row of the audit log: who, when, from where, and each field before and after.

use leptos::prelude::*;
use shared::{audit::AuditEntry, project::ProjectOptions};

use super::{Filters, columns::seal, words};
use crate::{
    api::{self, Loader},
    locale,
    locales::audit_log as t,
    ui::{AsyncView, Button, ButtonKind, Changes, Icon, Notice, Section, Tone},
};

#[component]
pub(super) fn Entry(
    /// The row's id.
    id: String,
    filters: Filters,
    /// Runs when it is known what the row is about.
    #[prop(into)]
    on_name: Callback<String>,
) -> impl IntoView {
    let loader = Loader::new(move || {
        let path = format!("/audit-log/{id}");
        async move { api::get::<AuditEntry>(&path).await }
    });
    view! {
        <AsyncView
            loader
            view=move |entry: AuditEntry| {
                on_name.run(words::label(&entry));
                view! { <Loaded entry filters /> }
            }
        />
    }
}

#[component]
fn Loaded(entry: AuditEntry, filters: Filters) -> impl IntoView {
    let fact = |label: &'static str, value: AnyView| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{value}</dd>
            </div>
        }
    };
    // The log keeps the English names of what projects choose from.
    let is_project = entry.entity == "project";
    let options = Loader::new(move || async move {
        if is_project { api::get::<ProjectOptions>("/projects/options").await.map(Some) } else { Ok(None) }
    });
    let kept = entry.clone();
    let said = move || {
        let changes = words::changes(&kept, options.value().flatten().as_ref());
        if changes.is_empty() {
            view! { <p class="muted">{t::nothing_said()}</p> }.into_any()
        } else {
            view! { <Changes changes /> }.into_any()
        }
    };
    let about = entry.entity_id.to_string();
    let by = entry.user.map(|user| user.to_string());
    let only_about = move |()| {
        filters.clear();
        filters.about.set(Some(about.clone()));
    };
    let place = entry.place.map(|place| view! { <p class="muted">{t::place(&locale::number(place))}</p> });
    view! {
        <dl class="audit-facts">
            {fact(t::thing(), t::entity(&entry.entity).into_any())}
            {fact(t::action(), t::kind(entry.action).into_any())}
            {fact(t::who(), words::who(&entry).into_any())}
            {fact(t::when(), view! { <span class="numeric">{locale::instant(entry.at)}</span> }.into_any())}
            {entry.address.clone().map(|address| fact(t::address_full(), view! { <span class="numeric">{address}</span> }.into_any()))}
            {entry.token.map(|token| fact(t::token(), view! { <code>{token.to_string()}</code> }.into_any()))}
            {entry.request.map(|request| fact(t::request(), view! { <code>{request.to_string()}</code> }.into_any()))}
            {fact(t::sealed(), view! { <span class="audit-place">{seal(&entry)} {place}</span> }.into_any())}
        </dl>
        {entry.erased.then(|| view! { <Notice tone=Tone::Info title=t::erased_text() /> })}
        <Section title=t::changes()>{said}</Section>
        <div class="audit-more">
            <Button label=t::about_this() kind=ButtonKind::Quiet icon=Icon::Filter on_press=only_about />
            {by
                .map(|by| {
                    let only_by = move |()| {
                        filters.clear();
                        filters.user.set(Some(by.clone()));
                    };
                    view! {
                        <Button label=t::by_this_person() kind=ButtonKind::Quiet icon=Icon::Filter on_press=only_by />
                    }
                })}
        </div>
    }
}
