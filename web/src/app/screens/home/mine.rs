//! One's own projects: how many as what, and which end next.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::{
    Page, Position,
    project::{ProjectFilter, ProjectRow},
};

use crate::{
    api::{self, Loader},
    browser, locale,
    locales::home as t,
    route::{ProjectTab, Route},
    screens::projects::{ParameterMark, PositionBadge},
    ui::{AsyncView, EmptyState, Icon, Link, SkeletonTable},
};

/// How many projects are looked at: more than anybody has.
const LOOKED_AT: u16 = 500;
/// How many are shown.
const SHOWN: usize = 6;

#[component]
pub(super) fn Mine() -> impl IntoView {
    let list = Loader::new(|| async {
        let filter = ProjectFilter {
            sort: Some("end_date".to_owned()),
            limit: Some(LOOKED_AT),
            total: Some(true),
            ..ProjectFilter::default()
        };
        api::list::<ProjectRow>("/my-projects", &filter).await
    });
    view! {
        <section class="stack" aria-labelledby="home-mine">
            <div class="row-spread">
                <h2 class="section-title" id="home-mine">
                    {t::mine()}
                </h2>
                <Link href=Route::MyProjects.href()>{t::all_mine()}</Link>
            </div>
            <AsyncView
                loader=list
                skeleton=|| view! { <SkeletonTable columns=3 rows=4 /> }
                view=|page| view! { <Glance page /> }
            />
        </section>
    }
}

#[component]
fn Glance(page: Page<ProjectRow>) -> impl IntoView {
    if page.items.is_empty() {
        return view! {
            <div class="card">
                <EmptyState icon=Icon::Folder title=t::mine_none() text=t::mine_none_text() />
            </div>
        }
        .into_any();
    }
    let mut counts: BTreeMap<Position, i64> = BTreeMap::new();
    for position in page.items.iter().filter_map(|row| row.my_position) {
        *counts.entry(position).or_default() += 1;
    }
    let count = |position: Position| {
        let count = counts.get(&position).copied().filter(|count| *count > 0)?;
        Some(view! {
            <li class="tally">
                <a class="card tally-link" href=Route::MyProjects.href()>
                    <span class="tally-figure numeric">{locale::number(count)}</span>
                    <PositionBadge position />
                </a>
            </li>
        })
    };
    let today = browser::local_time(browser::now()).date();
    let ahead = page.items.into_iter().filter(|row| row.end_date.is_some_and(|end| end >= today));
    let next: Vec<ProjectRow> = ahead.take(SHOWN).collect();
    let lines = if next.is_empty() {
        view! { <p class="muted">{t::next_ends_none()}</p> }.into_any()
    } else {
        let line = move |row: ProjectRow| view! { <Line row today /> };
        view! { <ul class="upcoming">{next.into_iter().map(line).collect_view()}</ul> }.into_any()
    };
    view! {
        <ul class="tallies">{Position::ALL.into_iter().filter_map(count).collect_view()}</ul>
        <div class="stack-tight">
            <h3 class="home-label">{t::next_ends()}</h3>
            {lines}
        </div>
    }
    .into_any()
}

#[component]
fn Line(row: ProjectRow, today: NaiveDate) -> impl IntoView {
    let when = row.end_date.map(|end| {
        let days = (end - today).num_days();
        let words = match days {
            0 => t::today().to_owned(),
            1 => t::tomorrow().to_owned(),
            days => t::in_days(days),
        };
        let class = if days <= 14 { "upcoming-when upcoming-soon" } else { "upcoming-when" };
        view! {
            <span class=class>
                <span class="numeric">{locale::date(end)}</span>
                <span class="upcoming-days numeric">{words}</span>
            </span>
        }
    });
    view! {
        <li>
            <a class="upcoming-line" href=Route::Project(row.id, ProjectTab::Home).href()>
                <span class="upcoming-name">
                    <span>{row.name}</span>
                    <span class="upcoming-code numeric">{row.code}</span>
                </span>
                <span class="upcoming-status"><ParameterMark entry=row.status /></span>
                {row
                    .my_position
                    .map(|position| {
                        view! { <span class="upcoming-position"><PositionBadge position /></span> }
                    })}
                {when}
            </a>
        </li>
    }
}
