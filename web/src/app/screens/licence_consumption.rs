//! Licence consumption: what the organization holds and uses of each licence type. For company admins.

mod data;
mod export;
mod figures;
mod hand_over;
mod what_if;

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::licence::{Licence, LicenceConsumption as Consumption};

use self::{
    data::DataAndDeletion,
    export::Export,
    figures::{Life, Standing, life, standing},
    hand_over::HandOver,
    what_if::WhatIf,
};
use crate::{
    api::{self, Loader},
    browser, locale,
    locales::{common, licence_consumption as t},
    route::Route,
    ui::{AsyncView, Badge, EmptyState, Icon, Link, Notice, Page, Progress, SkeletonTable, Tone},
};

/// The screen of the menu `manage_account`.
#[component]
pub fn LicenceConsumption() -> impl IntoView {
    let all = Loader::new(|| api::get::<Vec<Consumption>>("/licence-consumption"));
    view! {
        <Page title=t::title()>
            <AsyncView loader=all skeleton=|| view! { <SkeletonTable columns=3 /> } view=types />
        </Page>
    }
}

fn types(all: Vec<Consumption>) -> AnyView {
    if all.iter().all(|one| one.licences.is_empty() && one.used + one.reserved == 0) {
        return view! {
            <EmptyState icon=Icon::Ticket title=t::empty_title() text=t::empty_text() />
            {below()}
        }
        .into_any();
    }
    let today = browser::local_time(browser::now()).date();
    let card = |one: Consumption| view! { <Type consumption=one today /> };
    view! {
        <header class="form-section-head measure">
            <h2 class="section-title">{t::heading()}</h2>
            <p class="muted">{t::intro()}</p>
        </header>
        {warnings(&all)}
        <div class="licence-cards">{all.into_iter().map(card).collect_view()}</div>
        {below()}
    }
    .into_any()
}

/// What stands below the licences, and comes with them: it would be pushed down otherwise.
fn below() -> impl IntoView {
    view! {
        <div class="measure hand-over">
            <Export />
            <DataAndDeletion />
            <HandOver />
        </div>
    }
}

/// What needs a look, once for all types.
fn warnings(all: &[Consumption]) -> impl IntoView + use<> {
    let named = |is_such: fn(Standing) -> bool| {
        let such = all.iter().filter(|one| is_such(standing(one)));
        let names: Vec<_> = such.map(|one| t::licence_type(&one.licence_type, &one.name)).collect();
        (!names.is_empty()).then(|| common::list(&names))
    };
    let full = named(|standing| matches!(standing, Standing::Full | Standing::Over(_)));
    let nearly = named(|standing| matches!(standing, Standing::NearlyFull(_)));
    (full.is_some() || nearly.is_some()).then(|| {
        view! {
            <div class="stack-tight measure">
                {full
                    .map(|names| {
                        view! {
                            <Notice tone=Tone::Warning title=t::full_title(&names)>
                                <p>{t::full_text()}</p>
                            </Notice>
                        }
                    })}
                {nearly
                    .map(|names| {
                        view! {
                            <Notice tone=Tone::Info title=t::nearly_title(&names)>
                                <p>{t::nearly_text()}</p>
                            </Notice>
                        }
                    })}
            </div>
        }
    })
}

#[component]
fn Type(consumption: Consumption, today: NaiveDate) -> impl IntoView {
    let name = t::licence_type(&consumption.licence_type, &consumption.name);
    let paid = if consumption.paid { t::paid() } else { t::free() };
    let people = format!("{}?licence={}", Route::Users.href(), consumption.licence_type);
    let has_people = consumption.used > 0;
    let licences = consumption.licences.clone();
    let list_label = t::licences_of(&name);
    let of = name.clone();
    let line = move |licence: Licence| view! { <Line licence today of=of.clone() /> };
    view! {
        <section class="card licence-card">
            <header class="row-spread">
                <h3 class="section-title">{name.clone()}</h3>
                <Badge label=paid />
            </header>
            {usage(&consumption, name)}
            {(consumption.reserved > 0)
                .then(|| view! { <p class="licence-standing">{t::reserved(consumption.reserved)}</p> })}
            {(!licences.is_empty())
                .then(|| {
                    view! {
                        <ul class="licence-lines" aria-label=list_label>
                            {licences.into_iter().map(line).collect_view()}
                        </ul>
                    }
                })}
            {has_people.then(|| view! { <p class="licence-people"><Link href=people>{t::see_people()}</Link></p> })}
        </section>
    }
}

/// The bar, or what stands in its place where there is nothing to measure.
fn usage(consumption: &Consumption, name: String) -> AnyView {
    let (used, held) = (consumption.used, consumption.held.unwrap_or_default());
    let bar = |tone: Tone, below: AnyView| {
        // Seats are a few thousand at most, far within what a float holds exactly.
        let figure = |number: i64| f64::from(i32::try_from(number).unwrap_or(i32::MAX));
        view! {
            <div class="stack-tight">
                <Progress
                    label=name.clone()
                    value=Signal::stored(figure(used + consumption.reserved))
                    maximum=figure(held.max(1))
                    figure=t::seats_used(used + consumption.reserved, &locale::number(held))
                    tone
                />
                <p class="licence-standing">{below}</p>
            </div>
        }
        .into_any()
    };
    match standing(consumption) {
        Standing::Unlimited => view! {
            <div class="licence-unlimited">
                <span class="numeric">{t::used(used)}</span>
                <Badge label=t::unlimited() tone=Tone::Good />
            </div>
        }
        .into_any(),
        Standing::NoneHeld => view! {
            <div>
                <p>{t::none_held()}</p>
                <p class="licence-standing">{t::none_held_text()}</p>
            </div>
        }
        .into_any(),
        Standing::Lapsed => view! {
            <Notice tone=Tone::Bad title=t::lapsed()>
                <p>{t::lapsed_text(used)}</p>
            </Notice>
        }
        .into_any(),
        Standing::Over(more) => {
            let words = view! { <strong>{t::over(more)}</strong> ". " {t::over_text()} };
            bar(Tone::Bad, words.into_any())
        }
        Standing::Full => bar(Tone::Warning, t::none_free().into_any()),
        Standing::NearlyFull(free) => bar(Tone::Warning, t::seats_free(free).into_any()),
        Standing::Free(free) => bar(Tone::Accent, t::seats_free(free).into_any()),
    }
}

#[component]
fn Line(licence: Licence, today: NaiveDate, of: String) -> impl IntoView {
    let seats = licence.seats.map_or_else(|| t::unlimited().to_owned(), |seats| t::seats(i64::from(seats)));
    let from = locale::date(licence.valid_from);
    let span = match licence.valid_until {
        Some(until) => t::from_until(&from, &locale::date(until)),
        None => t::since(&from),
    };
    let life = life(&licence, today);
    let (label, tone) = match life {
        Life::Future => (t::future().to_owned(), Tone::Info),
        Life::Valid => (t::valid().to_owned(), Tone::Good),
        Life::EndsIn(0) => (t::ends_today().to_owned(), Tone::Warning),
        Life::EndsIn(days) => (t::ends_in(days), Tone::Warning),
        Life::Expired => (t::expired().to_owned(), Tone::Neutral),
    };
    view! {
        <li class="licence-line" class:licence-past=matches!(life, Life::Expired)>
            <span class="licence-seats numeric">{seats}</span>
            <span class="licence-span numeric">{span}</span>
            <Badge label tone dot=true />
            <WhatIf licence=licence.clone() of />
        </li>
    }
}
