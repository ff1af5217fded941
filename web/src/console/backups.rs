//! How backups stand: what is wrong, the newest sets, a slot of time each, and the stores.

mod cards;
mod run;
mod runs;
mod timeline;
mod under_way;
mod words;

use leptos::prelude::*;
use shared::console::{Alarm, BackupKind, BackupOverview};

pub(super) use self::{
    cards::trial_card,
    words::{copy as copy_words, copy_tone},
};

use self::{cards::Cards, run::RunPanel, runs::Runs, timeline::Timeline, under_way::UnderWay};
use super::{route::Route, watch::look_again, words::ago};
use crate::{
    api::{self, Loader},
    locale,
    locales::console_backups as t,
    navigation::Opened,
    ui::{AsyncView, Button, ButtonKind, Icon, Notice, Page, Section, Tab, TabLinks, Tone, url_value},
};

/// What stands in the address while all sets are listed.
const RUNS: &str = "runs";
/// How often the screen looks again, in milliseconds.
const EVERY: u32 = 20_000;

#[component]
pub(super) fn Backups() -> impl IntoView {
    let view = url_value("view");
    let is_list = Memo::new(move |_| view.get().as_deref() == Some(RUNS));
    let opened = Opened::new();
    let overview = Loader::new(|| api::get::<BackupOverview>("/backups"));
    look_again(EVERY, move || overview.reload());
    let tabs = move || {
        let tabs = vec![
            Tab {
                label: t::overview().to_owned(),
                href: Route::Backups.href().to_owned(),
                current: Signal::derive(move || !is_list.get()),
            },
            Tab {
                label: t::all_runs().to_owned(),
                href: format!("{}?view={RUNS}", Route::Backups.href()),
                current: is_list.into(),
            },
        ];
        view! { <TabLinks label=t::views() tabs /> }
    };
    let actions = move || {
        let as_of = move || overview.value().map(|overview| t::as_of(&locale::instant(overview.as_of)));
        view! {
            <span class="muted numeric backups-as-of">{as_of}</span>
            <Button
                label=t::refresh()
                kind=ButtonKind::Quiet
                icon=Icon::Redo
                on_press=move |()| overview.reload()
            />
        }
    };
    let (of_overview, of_list) = (opened.clone(), opened.clone());
    let content = move || {
        let (of_overview, of_list) = (of_overview.clone(), of_list.clone());
        if is_list.get() {
            view! { <Runs opened=of_list /> }.into_any()
        } else {
            view! {
                <UnderWay on_over=move |()| overview.reload() />
                <AsyncView
                    loader=overview
                    view=move |overview: BackupOverview| view! { <Overview overview opened=of_overview.clone() /> }
                />
            }
            .into_any()
        }
    };
    view! {
        // Made anew for each view, since only the list fills the window.
        {move || {
            let content = content.clone();
            let inside = move || untrack(&content);
            if is_list.get() {
                view! {
                    <Page title=crate::locales::console::backups() fill=true tabs actions>
                        {inside()}
                    </Page>
                }
                .into_any()
            } else {
                view! {
                    <Page title=crate::locales::console::backups() tabs actions>
                        {inside()}
                    </Page>
                }
                .into_any()
            }
        }}
        <RunPanel opened />
    }
}

#[component]
fn Overview(overview: BackupOverview, opened: Opened) -> impl IntoView {
    let alarms = overview.alarms.iter().cloned().map(alarm).collect_view();
    let found = overview.attendance.as_ref().map(|said| said.wrong.clone()).unwrap_or_default();
    let found = (!found.is_empty()).then(|| {
        let line = |about: String, error: String| view! { <li><strong>{about}</strong>": "{error}</li> };
        view! {
            <Notice tone=Tone::Bad title=t::wrong()>
                <ul class="backups-found">
                    {found.into_iter().map(|finding| line(finding.about, finding.error)).collect_view()}
                </ul>
            </Notice>
        }
    });
    let tiers = |kind: BackupKind| {
        overview.tiers.iter().filter(|tier| tier.kind == kind).cloned().collect::<Vec<_>>()
    };
    let (rows, files) = (tiers(BackupKind::Database), tiers(BackupKind::Files));
    let (of_rows, of_files) = (opened.clone(), opened);
    view! {
        <div class="backups">
            {alarms} {found} <Cards overview=overview.clone() />
            <Section title=t::database() text=t::database_text()>
                <Timeline tiers=rows opened=of_rows />
            </Section>
            <Section title=t::files() text=t::files_text()>
                <Timeline tiers=files opened=of_files />
            </Section>
            <timeline::Legend />
        </div>
    }
}

fn alarm(alarm: Alarm) -> impl IntoView {
    let paragraphs: Vec<String> = alarm.message.split("\n\n").map(str::to_owned).collect();
    let mut paragraphs = paragraphs.into_iter();
    let title = paragraphs.next().unwrap_or(alarm.name);
    let since = t::alarm_since(&format!("{} ({})", locale::instant(alarm.raised_at), ago(alarm.raised_at)));
    view! {
        <Notice tone=Tone::Bad title>
            {paragraphs.map(|paragraph| view! { <p>{paragraph}</p> }).collect_view()}
            <p class="muted numeric">{since}</p>
        </Notice>
    }
}
