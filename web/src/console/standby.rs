//! Standby and drills: which life of the installation this is, and what the take-overs came to, step by step.

use leptos::prelude::*;
use shared::console::{StandbyOverview, StepOutcome, StepReport, TakeOverReport, TakeOverStep};

use super::words::{ago, seconds};
use crate::{
    api::{self, Loader},
    locale,
    locales::console_standby as t,
    ui::{AsyncView, Badge, Button, ButtonKind, EmptyState, Icon, Notice, Page, Section, Tone},
};

#[component]
pub(super) fn Standby() -> impl IntoView {
    let overview = Loader::new(|| api::get::<StandbyOverview>("/standby"));
    let actions = move || {
        view! {
            <Button
                label=t::refresh()
                kind=ButtonKind::Quiet
                icon=Icon::Redo
                on_press=move |()| overview.reload()
            />
        }
    };
    view! {
        <Page title=crate::locales::console::standby() actions>
            <AsyncView loader=overview view=|overview: StandbyOverview| view! { <Overview overview /> } />
        </Page>
    }
}

#[component]
fn Overview(overview: StandbyOverview) -> impl IntoView {
    let fenced = overview.fenced.clone().map(|fenced| {
        view! {
            <Notice tone=Tone::Warning title=t::fenced(&fenced.by.to_string())>
                <p>{t::fenced_text(&locale::instant(fenced.at))}</p>
                <p class="standby-because">{fenced.because}</p>
            </Notice>
        }
    });
    let latest = overview.reports.first().map(report);
    let earlier: Vec<_> = overview.reports.iter().skip(1).map(folded).collect();
    view! {
        <div class="backups">
            {fenced}
            {facts(&overview)}
            {match latest {
                None => {
                    view! { <EmptyState icon=Icon::Layers title=t::empty_title() text=t::empty_text() /> }
                        .into_any()
                }
                Some(latest) => {
                    view! {
                        <Section title=t::latest() text=t::steps_text()>
                            {latest}
                        </Section>
                    }
                        .into_any()
                }
            }}
            {(!earlier.is_empty())
                .then(|| {
                    view! {
                        <Section title=t::earlier()>
                            <div class="standby-earlier">{earlier}</div>
                        </Section>
                    }
                })}
        </div>
    }
}

fn facts(overview: &StandbyOverview) -> impl IntoView + use<> {
    let (word, tone) = match (overview.drills, overview.overdue) {
        (false, _) => (t::not_scheduled(), Tone::Warning),
        (true, true) => (t::overdue(), Tone::Bad),
        (true, false) => (t::in_time(), Tone::Good),
    };
    let passed = overview.passed_at.map_or_else(|| t::never().to_owned(), ago);
    let due = overview.due_at.map(|at| {
        view! {
            <div>
                <dt>{t::due()}</dt>
                <dd>{locale::instant(at)}</dd>
            </div>
        }
    });
    view! {
        <div class="cards">
            <section class="card fact-card">
                <header class="card-head">
                    <h2 class="card-title">{t::last_passed()}</h2>
                    <Badge label=word tone />
                </header>
                <div class="card-body">
                    <p class="card-figure numeric">{passed}</p>
                    <dl class="card-facts numeric">{due}</dl>
                    {(!overview.drills).then(|| view! { <p class="muted">{t::not_scheduled_text()}</p> })}
                </div>
            </section>
            <section class="card fact-card">
                <header class="card-head">
                    <h2 class="card-title">{t::epoch()}</h2>
                </header>
                <div class="card-body">
                    <p class="card-figure numeric">{overview.epoch}</p>
                    <p class="muted">{t::epoch_text()}</p>
                </div>
            </section>
        </div>
    }
}

/// One, with its steps.
fn report(report: &TakeOverReport) -> impl IntoView + use<> {
    let facts = [
        (t::began(), Some(locale::instant(report.began_at))),
        (t::took(), Some(seconds(report.seconds))),
        (t::last_commit(), report.last_commit.map(locale::instant)),
        (t::organizations(), figure(report.organizations)),
        (t::rows(), figure(report.rows)),
        (t::files(), figure(report.files)),
        (t::missing_files(), figure(report.missing_files)),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| {
        value.map(|value| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
    });
    // Steps that were not begun are shown, too: there are always five.
    let steps = TakeOverStep::ALL.iter().zip(1..).map(|(step, number)| {
        let done = report.steps.iter().find(|done| done.step == *step).cloned();
        step_line(number, *step, done)
    });
    view! {
        <article class="card standby-report">
            <header class="card-head">
                <h3 class="tier-name">{kind(report)}</h3>
                {outcome(report)}
            </header>
            <dl class="card-facts numeric">{facts.collect_view()}</dl>
            <ol class="standby-steps">{steps.collect_view()}</ol>
        </article>
    }
}

/// One of those before: its steps are shown when it is opened.
fn folded(one: &TakeOverReport) -> impl IntoView + use<> {
    let title = format!("{}, {}", kind(one), locale::instant(one.began_at));
    view! {
        <details class="card standby-folded">
            <summary>
                <span>{title}</span>
                " "
                {outcome(one)}
            </summary>
            {report(one)}
        </details>
    }
}

fn kind(report: &TakeOverReport) -> String {
    match report.epoch {
        Some(epoch) if !report.is_drill => t::take_over(&epoch.to_string()),
        _ => t::drill().to_owned(),
    }
}

fn outcome(report: &TakeOverReport) -> impl IntoView + use<> {
    let (label, tone) = if report.passed { (t::passed(), Tone::Good) } else { (t::failed(), Tone::Bad) };
    view! { <Badge label tone /> }
}

/// A count, where there is anything.
fn figure(count: u64) -> Option<String> {
    (count > 0).then(|| locale::number(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn step_line(number: u32, step: TakeOverStep, done: Option<StepReport>) -> impl IntoView {
    let name = match step {
        TakeOverStep::BlockAccess => t::block_access(),
        TakeOverStep::CheckVersion => t::check_version(),
        TakeOverStep::Restore => t::restore(),
        TakeOverStep::GeneralCheck => t::general_check(),
        TakeOverStep::Redirect => t::redirect(),
    };
    let (mark, tone) = match done.as_ref().map(|done| done.outcome) {
        Some(StepOutcome::Done) => (t::done(), Tone::Good),
        Some(StepOutcome::Skipped) => (t::skipped(), Tone::Neutral),
        Some(StepOutcome::Failed) => (t::failed(), Tone::Bad),
        None => (t::not_begun(), Tone::Neutral),
    };
    view! {
        <li class="standby-step">
            <span class="standby-number numeric" aria-hidden="true">
                {number}
            </span>
            <div class="standby-step-text">
                <p class="standby-step-head">
                    <span class="standby-step-name">{name}</span>
                    " "
                    <Badge label=mark tone />
                    " "
                    {done
                        .as_ref()
                        .map(|done| view! { <span class="muted numeric">{seconds(done.seconds)}</span> })}
                </p>
                {done.map(|done| view! { <p class="muted standby-details">{done.details}</p> })}
            </div>
        </li>
    }
}
