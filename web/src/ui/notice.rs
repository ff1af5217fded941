//! A message that belongs to a place on the page.

use leptos::prelude::*;

use super::{Button, Icon, IconView, Tone, Why};
use crate::{api::Failure, browser, locales::common};

/// A message with its meaning.
#[component]
pub fn Notice(
    /// What it means.
    tone: Tone,
    /// What happened, in a few words.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = match tone {
        Tone::Good => Icon::Check,
        Tone::Warning | Tone::Bad => Icon::Alert,
        Tone::Neutral | Tone::Accent | Tone::Info => Icon::Info,
    };
    // A failure interrupts what is being read; everything else waits for its turn.
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=format!("notice notice-{}", tone.class()) role=role>
            <IconView icon />
            <div class="notice-text">
                <p class="notice-title">{title}</p>
                {children.map(|children| view! { <div class="notice-body">{children()}</div> })}
            </div>
        </div>
    }
}

/// What went wrong, why, what to do, and the button for it. Behind a refusal stands the chain that led to it.
#[component]
pub fn FailureNotice(
    /// What went wrong.
    failure: Failure,
    /// Tries again, where that may help.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let retry = on_retry.filter(|_| failure.is_passing());
    // What an older page asks for will not come, however often it asks.
    let is_outdated = failure == Failure::Outdated;
    let again = move |retry: Callback<()>| if is_outdated { browser::reload() } else { retry.run(()) };
    let denial = failure.denial().cloned();
    let request = failure.request_id().map(common::request_id);
    view! {
        <Notice tone=Tone::Bad title=failure.title()>
            <p>{failure.advice()}</p>
            {request.map(|request| view! { <p class="notice-request mono">{request}</p> })}
            {denial.map(|denial| view! { <Why denial /> })}
            {retry
                .map(|retry| {
                    view! { <Button label=common::try_again() icon=Icon::Redo on_press=move |()| again(retry) /> }
                })}
        </Notice>
    }
}
