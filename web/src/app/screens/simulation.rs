//! What a change would come to, shown before it is saved: by role, person and licence alike.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::Serialize;
use shared::{
    Menu, Operations,
    access::simulate::{PersonEffect, ScreenEffect, SeatEffect, Simulation},
    problem::Seats,
};

use crate::{
    api::{self, Loader},
    locale,
    locales::{
        common, licence_consumption::licence_type, problems, projects, role_definition, simulation as t,
    },
    search::settled,
    ui::{AsyncView, Badge, Icon, IconView, Notice, PersonName, Tone},
};

/// What a change would come to, asked once it rests; absent while there is none. Both are tracked.
pub fn simulated<B: Serialize + Clone + PartialEq + Send + Sync + 'static>(
    path: impl Fn() -> String + 'static,
    change: impl Fn() -> Option<B> + Send + Sync + 'static,
) -> Loader<Option<Simulation>> {
    let change = settled(change);
    Loader::new(move || {
        let (path, change) = (path(), change.get());
        async move {
            match change {
                Some(change) => api::post(&format!("/access/simulate{path}"), &change).await.map(Some),
                None => Ok(None),
            }
        }
    })
}

/// Who gains and who loses what, once it is known.
#[component]
pub fn Simulated(
    /// What is asked.
    simulation: Loader<Option<Simulation>>,
    /// The missing seats that stand elsewhere already, and are left out here.
    #[prop(optional, into)]
    told: Signal<Option<Seats>>,
) -> impl IntoView {
    let shown = move |simulation: Option<Simulation>| {
        simulation.map(|simulation| view! { <SimulationView simulation told /> })
    };
    view! { <AsyncView loader=simulation view=shown /> }
}

/// Who gains and who loses what.
#[component]
pub fn SimulationView(
    /// What the API says.
    simulation: Simulation,
    /// The missing seats that stand elsewhere already, and are left out here.
    #[prop(optional, into)]
    told: Signal<Option<Seats>>,
) -> impl IntoView {
    let Simulation { day, people, gaining, losing, screens, effects, seats, refused } = simulation;
    let is_later = crate::browser::local_time(crate::browser::now()).date() < day;
    let named = i64::try_from(effects.len()).unwrap_or(i64::MAX);
    let more = if named == 0 { 0 } else { gaining.max(losing) - named };
    // Whoever may not view people is told how many they are and nothing of them.
    let nothing = gaining == 0 && losing == 0 && effects.is_empty() && seats.is_empty();
    let gain_tone = if gaining > 0 { Tone::Good } else { Tone::Neutral };
    let loss_tone = if losing > 0 { Tone::Bad } else { Tone::Neutral };
    let summary = (!nothing).then(|| {
        view! {
            <p class="simulation-summary">
                <span>{t::concerns(people)}</span>
                <Badge label=t::gaining(gaining) tone=gain_tone />
                <Badge label=t::losing(losing) tone=loss_tone />
                {is_later.then(|| view! { <span class="muted">{t::from_day(&locale::date(day))}</span> })}
            </p>
        }
    });
    view! {
        <div class="simulation" aria-label=t::title() role="group">
            {move || refused.clone().filter(|refused| told.get().as_ref() != Some(refused)).map(missing)}
            {nothing
                .then(|| {
                    view! {
                        <Notice tone=Tone::Neutral title=t::nothing()>
                            <p>{t::nothing_text(people)}</p>
                        </Notice>
                    }
                })} {summary}
            {(!seats.is_empty())
                .then(|| view! { <ul class="simulation-lines">{seats.iter().map(seat).collect_view()}</ul> })}
            {(!effects.is_empty())
                .then(|| {
                    view! {
                        <ul class="simulation-people" aria-label=t::people()>
                            {effects.into_iter().map(person).collect_view()}
                        </ul>
                    }
                })} {(more > 0).then(|| view! { <p class="muted">{t::more(more)}</p> })}
            {(screens.len() > 1 && people > 1).then(|| by_screen(&screens))}
        </div>
    }
}

fn missing(seats: Seats) -> impl IntoView {
    view! {
        <Notice tone=Tone::Bad title=t::refused()>
            <p>{problems::seats(&seats)}</p>
        </Notice>
    }
}

fn seat(effect: &SeatEffect) -> impl IntoView + use<> {
    let licence = licence_type(&effect.licence_type, &effect.licence_type);
    let held = |held: Option<i64>| held.map_or_else(|| t::unlimited().to_owned(), locale::number);
    let words = if effect.used_before == effect.used_after {
        t::seats_held(&licence, &held(effect.held_before), &held(effect.held_after))
    } else {
        t::seats_used(&licence, &locale::number(effect.used_before), &locale::number(effect.used_after))
    };
    let over = effect.held_after.is_some_and(|held| effect.used_after > held);
    let over = over.then(|| format!(". {}", t::seats_over(&locale::number(effect.used_after))));
    view! {
        <li class="simulation-line">
            <IconView icon=Icon::Ticket />
            <span>{words}{over}</span>
        </li>
    }
}

fn person(effect: PersonEffect) -> impl IntoView {
    let side = |operations: &BTreeMap<Menu, Operations>, label: &'static str, class: &'static str| {
        let words = in_words(operations);
        (!words.is_empty()).then(|| {
            view! {
                <p class=class>
                    <strong>{label}</strong>
                    " "
                    {words}
                </p>
            }
        })
    };
    let positions = effect.positions.iter().map(|one| {
        let (assigned, after) = (projects::position(one.assigned), projects::position(one.after));
        view! { <p>{t::position_moves(one.projects, assigned, after)}</p> }
    });
    let seen = (effect.projects_before != effect.projects_after).then(|| {
        let (before, after) = (locale::number(effect.projects_before), locale::number(effect.projects_after));
        view! { <p>{t::projects(&before, &after)}</p> }
    });
    view! {
        <li class="simulation-person">
            <PersonName name=effect.user.name detail=effect.user.email />
            <div class="simulation-effects">
                {side(&effect.gains, t::person_gains(), "simulation-gain")}
                {side(&effect.loses, t::person_loses(), "simulation-loss")}
                {positions.collect_view()} {seen}
            </div>
        </li>
    }
}

/// `Users: Insert, View; Projects: View`
fn in_words(operations: &BTreeMap<Menu, Operations>) -> String {
    let screen = |(menu, operations): (&Menu, &Operations)| {
        let names: Vec<&str> = operations.iter().map(role_definition::operation).collect();
        format!("{}: {}", role_definition::menu_name(*menu), names.join(", "))
    };
    operations.iter().map(screen).collect::<Vec<_>>().join("; ")
}

fn by_screen(screens: &[ScreenEffect]) -> impl IntoView + use<> {
    let line = |one: &ScreenEffect| {
        let gains = (one.gaining > 0).then(|| t::gaining(one.gaining));
        let loses = (one.losing > 0).then(|| t::losing(one.losing));
        let counts: Vec<String> = gains.into_iter().chain(loses).collect();
        let operation = role_definition::operation(one.operation);
        let words =
            format!("{} · {operation}: {}", role_definition::menu_name(one.menu), common::list(&counts));
        view! { <li class="simulation-line"><span>{words}</span></li> }
    };
    view! {
        <details class="simulation-screens">
            <summary>{t::screens()}</summary>
            <ul class="simulation-lines">{screens.iter().map(line).collect_view()}</ul>
        </details>
    }
}
