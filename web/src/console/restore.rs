//! What can be brought back and how. It is done in the backup environment alone: what opens backups is never here.

mod commands;
mod sets;

use leptos::prelude::*;
use shared::console::{BackupOverview, BookEntry, BookFilter};

use self::sets::{SetPanel, Sets};
use super::{
    backups::trial_card,
    book,
    route::Route,
    session::OperatorState,
    words::{OVERSEERS, ago},
};
use crate::{
    api::{self, Loader},
    browser, locale,
    locales::{console as console_texts, console_restore as t},
    navigation::Opened,
    ui::{
        AsyncView, Badge, ButtonKind, Copyable, Icon, Link, LinkButton, Notice, Page, Section, Tab, TabLinks,
        Tone, url_value,
    },
};

/// What stands in the address while the sets are listed.
const SETS: &str = "sets";
/// What the book calls a restore.
const ACTION: &str = "restore_set";
/// How many of the latest restores are shown.
const LATEST: u16 = 10;

#[component]
pub(super) fn Restore() -> impl IntoView {
    let view = url_value("view");
    let is_list = Memo::new(move |_| view.get().as_deref() == Some(SETS));
    let opened = Opened::new();
    let sets = format!("{}?view={SETS}", Route::Restore.href());
    let to_sets = sets.clone();
    let tabs = move || {
        let tabs = vec![
            Tab {
                label: t::overview().to_owned(),
                href: Route::Restore.href().to_owned(),
                current: Signal::derive(move || !is_list.get()),
            },
            Tab { label: t::sets().to_owned(), href: sets.clone(), current: is_list.into() },
        ];
        view! { <TabLinks label=t::views() tabs /> }
    };
    let actions = move || {
        let href = to_sets.clone();
        (!is_list.get()).then(|| {
            view! { <LinkButton href label=t::choose() kind=ButtonKind::Primary icon=Icon::History /> }
        })
    };
    let of_list = opened.clone();
    let content = move || {
        let (tabs, actions, opened) = (tabs.clone(), actions.clone(), of_list.clone());
        // Made anew for each view, since only the list fills the window.
        if is_list.get() {
            view! {
                <Page title=console_texts::restore() fill=true tabs actions>
                    <Sets opened />
                </Page>
            }
            .into_any()
        } else {
            view! {
                <Page title=console_texts::restore() tabs actions>
                    <Overview />
                </Page>
            }
            .into_any()
        }
    };
    view! {
        {content}
        <SetPanel opened />
    }
}

#[component]
fn Overview() -> impl IntoView {
    let state = OperatorState::expect();
    let backups = Loader::new(|| api::get::<BackupOverview>("/backups"));
    view! {
        <div class="backups">
            <Notice tone=Tone::Info title=t::why()>
                <p>{t::why_text()}</p>
            </Notice>
            <AsyncView
                loader=backups
                view=|overview: BackupOverview| view! { <div class="cards">{trial_card(&overview)}</div> }
            />
            <Section title=t::any_second() text=t::any_second_text()>
                <div class="measure">
                    <Copyable label=t::any_second_command() text=commands::instant(browser::now()) />
                </div>
            </Section>
            <Show when=move || state.is_of(OVERSEERS)>
                <Section title=t::restores()>
                    <Restores />
                </Section>
            </Show>
        </div>
    }
}

/// The latest that the book tells of.
#[component]
fn Restores() -> impl IntoView {
    let entries = Loader::new(|| async {
        let filter =
            BookFilter { action: Some(ACTION.to_owned()), limit: Some(LATEST), ..BookFilter::default() };
        api::list::<BookEntry>("/operations-book", &filter).await.map(|page| page.items)
    });
    let all = format!("{}?action={ACTION}", Route::Book.href());
    let list = move |entries: Vec<BookEntry>| {
        if entries.is_empty() {
            return view! { <p class="muted">{t::none_in_book()}</p> }.into_any();
        }
        view! {
            <ul class="copies">{entries.into_iter().map(line).collect_view()}</ul>
            <p>
                <Link href=all.clone()>{t::all_restores()}</Link>
            </p>
        }
        .into_any()
    };
    view! { <AsyncView loader=entries view=list /> }
}

fn line(entry: BookEntry) -> impl IntoView {
    let (label, tone) = book::outcome(entry.outcome);
    view! {
        <li>
            <div class="copies-line">
                <Badge label tone />
                <code class="mono request-by">{entry.subject}</code>
                <span class="muted numeric" data-tooltip=ago(entry.at)>
                    {locale::instant(entry.at)}
                </span>
                <span class="muted request-by">{entry.actor_name}</span>
            </div>
        </li>
    }
}
