//! What clients ask for: copies of their organization on one screen, and its erasure on the other. Both are requests that
//! go through the hands of several operators.

mod actions;
mod add;
mod certificate;
mod deliver;
mod dialogs;
mod facts;
mod next;
mod panel;
mod progress;
mod words;

use leptos::prelude::*;
use shared::console::{ClientRequest, ClientRequestFilter, ClientRequestKind};
use wasm_bindgen_futures::spawn_local;

use self::{
    add::AddDialog,
    next::{Next, is_moving},
    panel::RequestPanel,
};
use super::{
    session::OperatorState,
    watch::look_again,
    words::{CUSTOMER_SERVICE, ago},
};
use crate::{
    api::{self, Paged},
    client_request::state_badge,
    locale,
    locales::{console as console_texts, console_requests as t, request_states as scope_texts},
    navigation::Opened,
    ui::{Button, ButtonKind, Column, EmptyState, Icon, Page, RowLink, Table, url_value},
};

/// How often what the worker is at is looked at again, in milliseconds.
const EVERY: u32 = 5_000;

/// The screen of copies.
#[component]
pub(super) fn ClientCopies() -> impl IntoView {
    view! { <Requests kind=ClientRequestKind::Copy /> }
}

/// The screen of erasures.
#[component]
pub(super) fn Erasure() -> impl IntoView {
    view! { <Requests kind=ClientRequestKind::Erasure /> }
}

#[component]
fn Requests(kind: ClientRequestKind) -> impl IntoView {
    let (state, opened) = (OperatorState::expect(), Opened::new());
    let list = Paged::new(move |after| {
        let filter =
            ClientRequestFilter { erases: Some(kind.erases()), after, ..ClientRequestFilter::default() };
        async move { api::list::<ClientRequest>("/client-requests", &filter).await }
    });
    look_again(EVERY, move || refresh_moving(list));
    let adding = RwSignal::new(false);
    // What is open beside the list is read anew with it.
    let round = RwSignal::new(0_u32);
    let refresh = move |()| {
        list.reload();
        round.update(|round| *round += 1);
    };
    let open = {
        let opened = opened.clone();
        move |request: ClientRequest| opened.set(Some(&request.id.to_string()))
    };
    // The table knows its rows by keys that change with them.
    let current = {
        let open = opened.signal();
        Signal::derive(move || {
            let id = open.get()?;
            list.rows.with(|rows| rows.iter().find(|request| request.id.to_string() == id).map(key))
        })
    };
    let (title, icon, empty_title, empty_text) = match kind {
        ClientRequestKind::Copy => {
            (console_texts::client_copies(), Icon::Inbox, t::copies_empty_title(), t::copies_empty_text())
        }
        ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure => {
            (console_texts::erasure(), Icon::Trash, t::erasure_empty_title(), t::erasure_empty_text())
        }
    };
    let empty = move || view! { <EmptyState icon title=empty_title text=empty_text /> };
    let actions = move || {
        view! {
            <Button label=t::refresh() kind=ButtonKind::Quiet icon=Icon::Redo on_press=refresh />
            <Show when=move || state.is_of(CUSTOMER_SERVICE)>
                <Button
                    label=t::new_request()
                    kind=ButtonKind::Primary
                    icon=Icon::Plus
                    on_press=move |()| adding.set(true)
                />
            </Show>
        }
    };
    let added = {
        let opened = opened.clone();
        Callback::new(move |request: ClientRequest| {
            list.reload();
            opened.replace(&request.id.to_string());
        })
    };
    view! {
        <Page title fill=true actions>
            <Table
                label=title
                columns=columns(&opened, kind)
                list
                key
                shown=url_value("columns")
                on_open=open
                current
                empty
            />
            <RequestPanel list opened round=round.into() />
            <AddDialog kind open=adding on_added=added />
        </Page>
    }
}

fn key(request: &ClientRequest) -> String {
    let is_counted = request.preview.is_some();
    format!("{}-{}-{}-{is_counted}", request.id, request.state, request.steps.len())
}

/// Rows that change by themselves are read anew, each in its place: the list may be longer than a page by now.
fn refresh_moving(list: Paged<ClientRequest>) {
    let moving: Option<Vec<_>> = list.rows.try_with_untracked(|rows| {
        rows.iter().filter(|request| is_moving(request)).map(|request| request.id).collect()
    });
    for id in moving.unwrap_or_default() {
        spawn_local(async move {
            // What does not come is tried again a moment later; the panel says why.
            if let Ok(request) = api::get::<ClientRequest>(&format!("/client-requests/{id}")).await {
                put_in_place(list, request);
            }
        });
    }
}

/// Shows what is known by now of a request in its row.
fn put_in_place(list: Paged<ClientRequest>, request: ClientRequest) {
    let is_newer = list
        .rows
        .try_with_untracked(|rows| rows.iter().any(|known| known.id == request.id && *known != request));
    if is_newer == Some(true) {
        list.rows.update(|rows| {
            if let Some(known) = rows.iter_mut().find(|known| known.id == request.id) {
                *known = request;
            }
        });
    }
}

fn columns(opened: &Opened, kind: ClientRequestKind) -> Vec<Column<ClientRequest>> {
    let opened = opened.clone();
    let scope = Column::new("scope", scope_texts::scope(), |request: ClientRequest| words::scope(&request));
    let mut columns = vec![
        Column::new("organization", t::organization(), move |request: ClientRequest| {
            let name = words::organization(&request);
            view! {
                <RowLink opened=opened.clone() open=request.id.to_string()>
                    {name}
                </RowLink>
            }
        }),
        Column::new("state", t::state(), |request: ClientRequest| state_badge(request.state)),
        Column::new("next", t::next(), |request: ClientRequest| words::next(Next::of(&request))),
        Column::new("asked", t::asked(), |request: ClientRequest| {
            request.steps.first().map(|step| {
                view! { <span class="numeric" data-tooltip=ago(step.at)>{locale::instant(step.at)}</span> }
            })
        }),
        Column::new("slug", t::slug(), |request: ClientRequest| match request.slug {
            Some(slug) => view! { <code>{slug}</code> }.into_any(),
            None => view! { <span class="muted">{t::gone()}</span> }.into_any(),
        }),
        Column::new("requester", t::requester(), |request: ClientRequest| request.requester),
    ];
    if kind.erases() {
        columns.insert(1, scope);
    }
    columns
}
