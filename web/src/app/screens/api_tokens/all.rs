//! The tokens of all people: who gave what to which program, and the way to end it.

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    api_token::{ApiToken, ApiTokenFilter, ApiTokenState},
};
use wasm_bindgen_futures::spawn_local;

use super::badges;
use crate::{
    api::{self, Etag, Failure, Loader, Paged},
    locale,
    locales::{api_tokens as t, common},
    session::Session,
    ui::{
        AsyncView, Button, ButtonKind, Column, ConfirmDialog, EmptyState, FilterSelect, Icon, IconButton,
        Page, PersonName, SearchBox, Table, Toasts, UrlValue, url_value,
    },
};

const PATH: &str = "/api-tokens";

/// The screen of the menu `integrations`.
#[component]
pub fn Integrations() -> impl IntoView {
    let session = Session::expect();
    let may_view = Memo::new(move |_| session.may(Menu::Integrations, Operation::View));
    move || {
        if may_view.get() {
            view! { <Tokens /> }.into_any()
        } else {
            // The server says why, better than an empty table would.
            let refused =
                Loader::new(|| async { api::list::<ApiToken>(PATH, &ApiTokenFilter::default()).await });
            view! {
                <Page title=t::all_title()>
                    <div class="measure">
                        <AsyncView loader=refused view=|_| () />
                    </div>
                </Page>
            }
            .into_any()
        }
    }
}

/// What the list is narrowed to.
fn state_of(value: UrlValue) -> Option<ApiTokenState> {
    let key = value.get()?;
    ApiTokenState::ALL.into_iter().find(|state| state_key(*state) == key)
}

const fn state_key(state: ApiTokenState) -> &'static str {
    match state {
        ApiTokenState::Active => "active",
        ApiTokenState::Idle => "idle",
        ApiTokenState::Expired => "expired",
        ApiTokenState::Revoked => "revoked",
    }
}

#[component]
fn Tokens() -> impl IntoView {
    let (q, state, sort, shown) =
        (url_value("q"), url_value("state"), url_value("sort"), url_value("columns"));
    let list = Paged::new(move |after: Option<String>| {
        let filter = ApiTokenFilter {
            q: q.get(),
            state: state_of(state),
            sort: sort.get(),
            total: after.is_none().then_some(true),
            after,
            ..ApiTokenFilter::default()
        };
        async move { api::list::<ApiToken>(PATH, &filter).await }
    });
    let asked = RwSignal::new(None::<ApiToken>);
    let may_revoke = Session::expect().may(Menu::Integrations, Operation::Delete);
    let is_filtered = Signal::derive(move || q.is_set() | state.is_set());
    let clear = move |()| {
        q.set(None);
        state.set(None);
    };
    let toolbar = move || {
        view! {
            <SearchBox label=t::all_search() value=q />
            <Show when=move || is_filtered.get()>
                <Button
                    label=common::clear_filters()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=clear
                />
            </Show>
        }
    };
    let empty = || view! { <EmptyState icon=Icon::Key title=t::empty_title() text=t::all_empty_text() /> };
    view! {
        <Page title=t::all_title() fill=true>
            <Table
                label=t::all_label()
                columns=columns(state, asked, may_revoke)
                list
                key=|token: &ApiToken| format!("{}-{}", token.id, token.version)
                sort
                shown
                toolbar
                filtered=is_filtered
                on_clear=clear
                empty
            />
            <Revoke asked list />
        </Page>
    }
}

fn columns(state: UrlValue, asked: RwSignal<Option<ApiToken>>, may_revoke: bool) -> Vec<Column<ApiToken>> {
    let states = move || {
        let mut choices = vec![(None, t::any_state().to_owned())];
        choices.extend(
            ApiTokenState::ALL.map(|one| (Some(state_key(one).to_owned()), t::state_name(one).to_owned())),
        );
        view! {
            <FilterSelect
                label=t::state()
                value=Signal::derive(move || state.get())
                choices
                on_change=move |chosen| state.set(chosen)
            />
        }
    };
    let mut columns = vec![
        Column::new("name", t::name(), |token: ApiToken| token.name).sorted_by("name"),
        Column::new("person", t::person(), |token: ApiToken| view! { <PersonName name=token.user.name /> }),
        Column::new("state", t::state(), |token: ApiToken| badges(&token)).filtered_by(states),
        Column::new("used", t::used(), |token: ApiToken| {
            token.last_used.map(|used| {
                let hint = format!("{}\n{}", locale::instant(used.at), used.address);
                view! { <span class="numeric" data-tooltip=hint>{locale::ago(used.at)}</span> }
            })
        }),
        Column::new("expires", t::ends(), |token: ApiToken| locale::date(token.expires_on))
            .sorted_by("expires_at"),
        Column::new("addresses", t::addresses(), |token: ApiToken| {
            if token.address_ranges.is_empty() {
                t::from_everywhere().to_owned()
            } else {
                token.address_ranges.join(", ")
            }
        }),
        Column::new("scopes", t::scope(), |token: ApiToken| {
            t::may(i64::try_from(token.scopes.len()).unwrap_or(i64::MAX))
        }),
    ];
    if may_revoke {
        columns.push(Column::new("revoke", t::revoke(), move |token: ApiToken| {
            let works = matches!(token.state, ApiTokenState::Active | ApiTokenState::Idle);
            let label = t::revoke_of(&token.name);
            works.then(|| {
                view! {
                    <IconButton label icon=Icon::Trash on_press=move |()| asked.set(Some(token.clone())) />
                }
            })
        }));
    }
    columns
}

#[component]
fn Revoke(asked: RwSignal<Option<ApiToken>>, list: Paged<ApiToken>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move |_| {
        if asked.with(Option::is_some) {
            failure.set(None);
            open.set(true);
        }
    });
    Effect::new(move |_| {
        if !open.get() {
            asked.set(None);
        }
    });
    let revoke = move |()| {
        let Some(token) = asked.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let path = format!("{PATH}/{}", token.id);
            let outcome = api::delete(&path, Some(&Etag::of_version(token.version))).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    open.set(false);
                    toasts.done(t::revoked(&token.name));
                    list.reload();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let title = Signal::derive(move || {
        asked.with(|token| token.as_ref().map(|token| t::revoke_title(&token.name)).unwrap_or_default())
    });
    view! {
        <ConfirmDialog title text=t::revoke_text() verb=t::revoke() open busy failure on_confirm=revoke />
    }
}
