//! Home of a project: how it stands at a glance. Every figure leads to its list.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    Menu, Operation, Position,
    project::{ProjectHome, ProjectOptions},
    user::UserName,
};

use super::{Opened, changes::ChangeList};
use crate::{
    api::{self, Loader},
    browser, locale,
    locales::{project as t, projects},
    route::{ProjectTab, Route},
    screens::projects::ParameterMark,
    ui::{AsyncView, Link, PersonName, Progress, SkeletonText, Tone},
};

/// How many changes are shown here; the rest stands in the history.
const SHOWN_CHANGES: usize = 6;

#[component]
pub(super) fn Glance(opened: Opened) -> impl IntoView {
    let home = Loader::new(move || {
        // A project that was saved, or a team that changed, stands differently.
        opened.newest.track();
        async move {
            let outcome = api::get::<ProjectHome>(&format!("{}/home", opened.path())).await;
            if let Err(failure) = &outcome {
                opened.heed(failure);
            }
            outcome
        }
    });
    let options = Loader::new(|| api::get::<ProjectOptions>("/projects/options"));
    view! {
        <AsyncView
            loader=home
            skeleton=|| view! { <SkeletonText lines=8 /> }
            view=move |home| {
                view! { <Standing home opened options=Signal::derive(move || options.value()) /> }
            }
        />
    }
}

#[component]
fn Standing(home: ProjectHome, opened: Opened, options: Signal<Option<ProjectOptions>>) -> impl IntoView {
    let general = move || opened.href(ProjectTab::General);
    let history = Route::Project(opened.id, ProjectTab::History).href();
    let mut changes = home.recent_changes.clone();
    let has_more = changes.len() > SHOWN_CHANGES;
    changes.truncate(SHOWN_CHANGES);
    view! {
        <div class="glance">
            <section class="card glance-card" aria-labelledby="glance-status">
                <h2 class="glance-title" id="glance-status">
                    {projects::status()}
                </h2>
                <a class="glance-figure" href=general>
                    <ParameterMark entry=home.status.clone() />
                </a>
                <dl class="glance-facts">
                    <dt>{projects::approval_status()}</dt>
                    <dd>
                        <ParameterMark entry=home.approval_status.clone() />
                    </dd>
                </dl>
            </section>
            <section class="card glance-card glance-wide" aria-labelledby="glance-time">
                <h2 class="glance-title" id="glance-time">
                    {t::time()}
                </h2>
                <Time home=home.clone() opened />
            </section>
            // Without the tab the answer has nobody, which is not the same as a team of none.
            {opened
                .may(Menu::ProjectTeam, Operation::View)
                .then(|| view! { <TeamCard managers=home.managers team=home.team opened /> })}
            <section class="card glance-card glance-full" aria-labelledby="glance-changes">
                <div class="row-spread">
                    <h2 class="glance-title" id="glance-changes">
                        {t::recent()}
                    </h2>
                    {has_more.then(|| view! { <Link href=history>{t::more_changes()}</Link> })}
                </div>
                <ChangeList changes=Signal::stored(changes) options />
            </section>
        </div>
    }
}

/// The bar of days, and where today stands in it.
#[component]
fn Time(home: ProjectHome, opened: Opened) -> impl IntoView {
    let general = move || opened.href(ProjectTab::General);
    let (start, end) = (home.start_date, home.end_date);
    let day = |day: Option<NaiveDate>, none: &'static str| day.map_or_else(|| none.to_owned(), locale::date);
    let bar = if let (Some(start), Some(end), Some(total), Some(elapsed)) =
        (start, end, home.days_total, home.days_elapsed)
    {
        let (figure, tone) = standing(start, end, total, elapsed);
        // Days of a project fit into 53 bits for ages.
        let part = |days: i64| f64::from(i32::try_from(days).unwrap_or(i32::MAX));
        let headline = t::day_of(&locale::number((elapsed + 1).min(total)), &locale::number(total));
        let label = if elapsed == 0 || elapsed >= total { t::days_total(total) } else { headline };
        view! { <Progress label value=Signal::stored(part(elapsed)) maximum=part(total) figure tone=tone /> }
            .into_any()
    } else {
        let may = opened.may(Menu::ProjectGeneral, Operation::Update);
        let text = if may { t::no_dates_edit() } else { t::no_dates() };
        view! { <p class="muted">{text}</p> }.into_any()
    };
    view! {
        {bar}
        <dl class="glance-dates">
            <div>
                <dt>{projects::start_date()}</dt>
                <dd class="numeric">
                    <a class="glance-link" href=general>
                        {day(start, t::without_start())}
                    </a>
                </dd>
            </div>
            <div>
                <dt>{projects::end_date()}</dt>
                <dd class="numeric">
                    <a class="glance-link" href=general>
                        {day(end, t::without_end())}
                    </a>
                </dd>
            </div>
        </dl>
    }
}

/// Where today stands, in words, and what that means.
fn standing(start: NaiveDate, end: NaiveDate, total: i64, elapsed: i64) -> (String, Tone) {
    let today = browser::local_time(browser::now()).date();
    let (to_start, to_end) = ((start - today).num_days(), (end - today).num_days());
    if to_start == 1 {
        (t::tomorrow().to_owned(), Tone::Neutral)
    } else if to_start > 1 {
        (t::not_started(to_start), Tone::Neutral)
    } else if to_end < 0 {
        (t::days_over(-to_end), Tone::Neutral)
    } else if to_end == 0 {
        (t::ends_today().to_owned(), Tone::Warning)
    } else {
        let is_close = total > 0 && (total - elapsed) * 10 <= total;
        (t::days_left(to_end), if is_close { Tone::Warning } else { Tone::Accent })
    }
}

#[component]
fn TeamCard(
    managers: Vec<UserName>,
    team: std::collections::BTreeMap<Position, i64>,
    opened: Opened,
) -> impl IntoView {
    let href = Route::Project(opened.id, ProjectTab::Team).href();
    let total: i64 = team.values().sum();
    let counts = Position::ALL.into_iter().filter_map(|position| {
        let count = team.get(&position).copied().filter(|count| *count > 0)?;
        Some(view! {
            <dt>{projects::position(position)}</dt>
            <dd class="numeric">{locale::number(count)}</dd>
        })
    });
    let faces = if managers.is_empty() {
        view! { <p class="muted">{t::managers_none()}</p> }.into_any()
    } else {
        let person =
            |manager: UserName| view! { <li><PersonName name=manager.name detail=manager.email /></li> };
        view! { <ul class="glance-people">{managers.into_iter().map(person).collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="card glance-card" aria-labelledby="glance-team">
            <h2 class="glance-title" id="glance-team">
                {t::team()}
            </h2>
            <a class="glance-figure numeric" href=href>
                {t::people(total)}
            </a>
            <dl class="glance-facts">{counts.collect_view()}</dl>
        </section>
        <section class="card glance-card glance-wide" aria-labelledby="glance-managers">
            <h2 class="glance-title" id="glance-managers">
                {projects::managers()}
            </h2>
            {faces}
        </section>
    }
}
