//! What becomes of each of many people, as the API tells before it is done.

use leptos::prelude::*;
use shared::user::many::{Fate, ManyUsers, UserFate};

use crate::{
    locale,
    locales::{many_users as t, problems, users},
    ui::{Badge, Notice, Tone},
};

/// How many are listed; the counts say the rest.
const LISTED: usize = 100;

/// Counts, missing seats, and each of them: those who are refused first.
#[component]
pub(super) fn Fates(
    /// What the API says.
    many: ManyUsers,
    /// Whether they come from a file, whose lines people look for.
    lines: bool,
) -> impl IntoView {
    let ManyUsers { created, updated, unchanged, refused, seats, mut people, .. } = many;
    let count = |number: i64, words: fn(i64) -> String, tone: Tone| {
        (number > 0).then(|| view! { <Badge label=words(number) tone /> })
    };
    people.retain(|one| lines || one.fate != Fate::Unchanged);
    people.sort_by_key(|one| one.fate != Fate::Refused);
    let more = i64::try_from(people.len().saturating_sub(LISTED)).unwrap_or(i64::MAX);
    people.truncate(LISTED);
    let row = move |one: UserFate| view! { <Row one lines /> };
    view! {
        <div class="stack-tight">
            <p class="fate-counts">
                {count(created, t::created, Tone::Good)} {count(updated, t::updated, Tone::Accent)}
                {count(unchanged, t::unchanged, Tone::Neutral)} {count(refused, t::refused, Tone::Bad)}
            </p>
            {seats
                .map(|seats| {
                    view! {
                        <Notice tone=Tone::Bad title=t::seats_missing()>
                            <p>{problems::seats(&seats)}</p>
                        </Notice>
                    }
                })}
            <ul class="fates" aria-label=t::fates() tabindex="0">
                {people.into_iter().map(row).collect_view()}
            </ul>
            {(more > 0).then(|| view! { <p class="muted">{t::more_rows(more)}</p> })}
        </div>
    }
}

#[component]
fn Row(one: UserFate, lines: bool) -> impl IntoView {
    let (label, tone) = match one.fate {
        Fate::Created => (t::one_created(), Tone::Good),
        Fate::Updated => (t::one_updated(), Tone::Accent),
        Fate::Unchanged => (t::one_unchanged(), Tone::Neutral),
        Fate::Refused => (t::one_refused(), Tone::Bad),
    };
    let place = lines.then(|| t::line(&locale::number(i64::from(one.line))));
    let name = if one.name.is_empty() { one.email.clone() } else { one.name };
    let problem = |problem: shared::FieldProblem| {
        // What the server says of it is more than the code's own words.
        let words = match locale::current() {
            shared::Language::En => problem.message,
            shared::Language::Es => problems::at(&problem.pointer, problem.code, problem.limit),
        };
        let column = column(&problem.pointer).map(|column| format!("{column}: ")).unwrap_or_default();
        view! { <p class="fate-problem">{column} {words}</p> }
    };
    view! {
        <li class="fate">
            <div class="fate-line">
                <span class="fate-name">{name}</span>
                {place.map(|place| view! { <span class="muted numeric">{place}</span> })}
                <Badge label tone dot=true />
            </div>
            {one.problems.into_iter().map(problem).collect_view()}
        </li>
    }
}

/// The column that a problem is about, as people call it.
fn column(pointer: &str) -> Option<&'static str> {
    let name = pointer.split('/').rfind(|part| part.parse::<u32>().is_err())?;
    Some(match name {
        "email" => users::email(),
        "first_name" => users::first_name(),
        "last_name" => users::last_name(),
        "language" => users::language(),
        "roles" => users::roles(),
        "no_login" => users::no_login(),
        "active" => t::active(),
        _ => return None,
    })
}
