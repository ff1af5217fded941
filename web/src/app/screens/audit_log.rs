//! The audit log: what was changed, by whom and from where, sealed row by row; and what was refused.

mod chain;
mod columns;
mod denied;
mod entry;
mod words;

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    audit::{AuditEntry, AuditFilter},
};

use self::{chain::Chain, columns::columns, denied::DeniedAccess, entry::Entry};
use crate::{
    api::{self, Loader, Paged},
    locales::{audit_log as t, common},
    navigation::Opened,
    route::Route,
    session::Session,
    ui::{
        AsyncView, Button, ButtonKind, EmptyState, Icon, Page, Panel, Tab, TabLinks, Table, UrlValue,
        give_focus_back, url_value,
    },
};

/// What stands in the address while refused requests are shown.
const DENIED: &str = "denied";

/// What the list is narrowed to; all of it stands in the address.
#[derive(Debug, Clone, Copy)]
struct Filters {
    user: UrlValue,
    about: UrlValue,
    entity: UrlValue,
    action: UrlValue,
    from: UrlValue,
    until: UrlValue,
}

impl Filters {
    fn new() -> Self {
        Self {
            user: url_value("user"),
            about: url_value("about"),
            entity: url_value("entity"),
            action: url_value("action"),
            from: url_value("from"),
            until: url_value("until"),
        }
    }

    /// For the API, tracked. What a hand-made address holds that cannot be read counts as absent.
    fn get(self) -> AuditFilter {
        let action = self.action.get();
        AuditFilter {
            user: self.user.parse(),
            about: self.about.parse(),
            entity: self.entity.get(),
            action: columns::ACTIONS.into_iter().find(|kind| Some(kind.key()) == action.as_deref()),
            from: self.from.parse(),
            until: self.until.parse(),
            ..AuditFilter::default()
        }
    }

    fn are_set(self) -> bool {
        self.get() != AuditFilter::default()
    }

    fn clear(self) {
        for value in [self.user, self.about, self.entity, self.action, self.from, self.until] {
            value.set(None);
        }
    }
}

/// The screen of the menu `audit_log`.
#[component]
pub fn AuditLog() -> impl IntoView {
    let session = Session::expect();
    let may_view = Memo::new(move |_| session.may(Menu::AuditLog, Operation::View));
    let view = url_value("view");
    let is_denied = Memo::new(move |_| view.get().as_deref() == Some(DENIED));
    let content = move || {
        if is_denied.get() { view! { <DeniedAccess /> }.into_any() } else { view! { <Rows /> }.into_any() }
    };
    move || {
        if may_view.get() {
            let href = Route::AuditLog.href();
            let tabs = vec![
                Tab {
                    label: t::changes().to_owned(),
                    href: href.clone(),
                    current: Signal::derive(move || !is_denied.get()),
                },
                Tab {
                    label: t::denied().to_owned(),
                    href: format!("{href}?view={DENIED}"),
                    current: is_denied.into(),
                },
            ];
            let tabs = move || view! { <TabLinks label=t::views() tabs=tabs.clone() /> };
            view! {
                <Page title=t::title() fill=true actions=|| view! { <chain::Export /> } tabs>
                    {content}
                </Page>
            }
            .into_any()
        } else {
            // The server says why, better than an empty table would.
            let refused = Loader::new(|| async {
                api::list::<AuditEntry>("/audit-log", &AuditFilter::default()).await
            });
            view! {
                <Page title=t::title()>
                    <div class="measure">
                        <AsyncView loader=refused view=|_| () />
                    </div>
                </Page>
            }
            .into_any()
        }
    }
}

#[component]
fn Rows() -> impl IntoView {
    let (filters, opened) = (Filters::new(), Opened::new());
    let list = Paged::new(move |after| {
        let filter = AuditFilter { after, ..filters.get() };
        async move { api::list::<AuditEntry>("/audit-log", &filter).await }
    });
    let open = {
        let opened = opened.clone();
        move |entry: AuditEntry| opened.set(Some(&entry.id.to_string()))
    };
    let open_id = opened.signal();
    let is_filtered = Signal::derive(move || filters.are_set());
    let toolbar = move || {
        view! {
            <Chain />
            <Show when=move || is_filtered.get()>
                <Button
                    label=common::clear_filters()
                    kind=ButtonKind::Quiet
                    icon=Icon::Close
                    on_press=move |()| filters.clear()
                />
            </Show>
        }
    };
    let empty = || view! { <EmptyState icon=Icon::History title=t::empty_title() text=t::empty_text() /> };
    view! {
        <Table
            label=t::title()
            columns=columns(filters, list, &opened)
            list
            key=|entry: &AuditEntry| entry.id.to_string()
            shown=url_value("columns")
            toolbar
            filtered=is_filtered
            on_clear=move |()| filters.clear()
            on_open=open
            current=open_id
            empty
        />
        <EntryPanel opened filters />
    }
}

/// One row beside the list.
#[component]
fn EntryPanel(opened: Opened, filters: Filters) -> impl IntoView {
    let open_id = opened.signal();
    let name = RwSignal::new(t::panel_loading().to_owned());
    let close = {
        let opened = opened.clone();
        Callback::new(move |()| opened.set(None))
    };
    give_focus_back(open_id);
    let content = move || match open_id.get() {
        None => ().into_any(),
        Some(id) => view! { <Entry id filters on_name=move |known| name.set(known) /> }.into_any(),
    };
    view! {
        <Panel title=name open=Signal::derive(move || open_id.with(Option::is_some)) on_close=close>
            {content}
        </Panel>
    }
}
