//! The columns of the audit log, with the filters that stand in their heads.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{audit::AuditEntry, change::ChangeKind};

use super::{Filters, words};
use crate::{
    api::Paged,
    locale,
    locales::audit_log as t,
    navigation::Opened,
    ui::{Badge, Column, FilterDate, Icon, IconView, RowLink, Tone, filter_of},
};

pub(super) const ACTIONS: [ChangeKind; 3] = [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Deleted];

pub(super) fn columns(filters: Filters, list: Paged<AuditEntry>, opened: &Opened) -> Vec<Column<AuditEntry>> {
    let opened = opened.clone();
    let actions = || ACTIONS.map(|kind| (kind.key().to_owned(), t::kind(kind).to_owned())).to_vec();
    vec![
        Column::new("what", t::what(), move |entry: AuditEntry| name(&entry, opened.clone())),
        Column::new("kind", t::thing(), |entry: AuditEntry| t::entity(&entry.entity)).filtered_by(filter_of(
            t::thing(),
            filters.entity,
            t::entities,
        )),
        Column::new("action", t::action(), |entry: AuditEntry| {
            let tone = match entry.action {
                ChangeKind::Created => Tone::Good,
                ChangeKind::Updated => Tone::Neutral,
                ChangeKind::Deleted => Tone::Bad,
            };
            view! { <Badge label=t::kind(entry.action) tone /> }
        })
        .filtered_by(filter_of(t::action(), filters.action, actions)),
        Column::new("who", t::who(), |entry: AuditEntry| words::who(&entry))
            .filtered_by(people_filter(filters, list)),
        Column::new("when", t::when(), |entry: AuditEntry| {
            view! { <span class="numeric" data-tooltip=locale::ago(entry.at)>{locale::instant(entry.at)}</span> }
        })
        .filtered_by(move || {
            view! {
                <span class="audit-days">
                    <FilterDate label=t::from_day() value=filters.from />
                    <FilterDate label=t::until_day() value=filters.until />
                </span>
            }
        }),
        Column::new("address", t::address(), |entry: AuditEntry| {
            entry.address.map(|address| view! { <span class="numeric muted">{address}</span> })
        }),
        Column::new("sealed", t::sealed(), |entry: AuditEntry| seal(&entry)),
    ]
}

/// The name leads to the row; a plain click opens it beside the list.
fn name(entry: &AuditEntry, opened: Opened) -> impl IntoView + use<> {
    let label = words::label(entry);
    view! { <RowLink opened open=entry.id.to_string()>{label}</RowLink> }
}

/// Whether the row has its place in the chain.
pub(super) fn seal(entry: &AuditEntry) -> AnyView {
    match entry.place {
        Some(place) => {
            let words = t::place(&locale::number(place));
            view! {
                <span class="audit-seal" data-tooltip=words.clone() tabindex="0" role="img" aria-label=words>
                    <IconView icon=Icon::Lock />
                </span>
            }
            .into_any()
        }
        None => view! { <Badge label=t::waiting() tone=Tone::Warning hint=t::waiting_hint() /> }.into_any(),
    }
}

/// The choice among those whose rows have been here: whoever reads the log need not be allowed to list people.
fn people_filter(filters: Filters, list: Paged<AuditEntry>) -> ViewFn {
    let seen = RwSignal::new(BTreeMap::<String, String>::new());
    Effect::new(move |_| {
        let here = list.rows.with(|rows| {
            let named = rows.iter().filter_map(|entry| {
                let user = entry.user?;
                Some((user.to_string(), entry.people.get(&user)?.clone()))
            });
            named.collect::<Vec<_>>()
        });
        seen.update(|seen| seen.extend(here));
    });
    let choices = Signal::derive(move || {
        let mut all: Vec<(String, String)> = seen.get().into_iter().collect();
        all.sort_by(|one, other| one.1.cmp(&other.1));
        all
    });
    filter_of(t::who(), filters.user, move || choices.get())
}
