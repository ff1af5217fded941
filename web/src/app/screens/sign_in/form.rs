//! E-mail and password, and what can come of them.

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use shared::{
    Check as _, ProblemCode,
    session::{OrganizationName, SignIn as Credentials, SignInOutcome},
};

use super::{Choice, destination, enter};
use crate::{
    api::{self, Failure},
    browser, layout,
    locales::{problems, sign_in as t},
    route::{Place, Route},
    session::Session,
    ui::{FailureNotice, Form, FormState, Link, Notice, SubmitButton, TextField, TextKind, Tone},
};

/// Why nobody is signed in yet.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Refusal {
    Wrong,
    Wait,
    Other(Failure),
}

#[component]
pub(super) fn Credential(
    /// The organization of this host; absent at the shared one.
    organization: Option<OrganizationName>,
    /// Where the question for the organization goes.
    choice: RwSignal<Option<Choice>>,
) -> impl IntoView {
    let session = Session::expect();
    let is_shared_host = organization.is_none();
    // At the shared host an address below `/o/<slug>/` already says which organization it is.
    let slug = Place::current().slug.filter(|_| is_shared_host);
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let refusal = RwSignal::new(None::<Refusal>);
    let wait = Countdown::new();
    let named = slug.clone();
    let credentials = move || Credentials {
        email: email.get().trim().to_owned(),
        password: password.get(),
        organization: named.clone(),
    };
    let checked = credentials.clone();
    // Nothing is lost by leaving: whoever comes back types the same again.
    let form = FormState::new(move || checked().violations(), || false);
    let send = move || {
        let credentials = untrack(&credentials);
        async move {
            if wait.is_running() {
                return Ok(());
            }
            refusal.set(None);
            layout::expect(&destination());
            match api::post::<SignInOutcome>("/session", &credentials).await {
                Ok(SignInOutcome::SignedIn(token)) => enter(session, token, is_shared_host).await,
                Ok(SignInOutcome::ChooseOrganization { organizations }) => {
                    choice.set(Some(Choice { credentials, organizations }));
                }
                Err(failure) => refusal.set(Some(refused(failure, wait))),
            }
            Ok(())
        }
    };
    let text = slug.as_deref().map_or_else(|| t::text().to_owned(), t::text_in);
    let other = slug.map(|_| {
        view! {
            <button type="button" class="link-button" on:click=|_| browser::load("/")>
                {t::another_organization()}
            </button>
        }
    });
    view! {
        <header class="entrance-head">
            {organization.map(|organization| view! { <p class="entrance-organization">{organization.name}</p> })}
            <h1 class="entrance-title">{t::title()}</h1>
            <p class="muted">{text}</p>
        </header>
        {move || refusal.get().map(|refusal| view! { <RefusalNotice refusal wait /> })}
        <Form state=form send>
            <TextField
                label=t::email()
                value=email
                pointer="/email"
                kind=TextKind::Email
                autocomplete="username"
                autofocus=true
            />
            <TextField
                label=t::password()
                value=password
                pointer="/password"
                kind=TextKind::Password
                autocomplete="current-password"
            />
            <div class="entrance-actions">
                <SubmitButton label=t::sign_in() busy=form.busy() waiting=wait.running() />
            </div>
        </Form>
        <p class="entrance-help">
            <Link href=Route::ForgotPassword.href()>{t::forgotten()}</Link>
        </p>
        {other}
    }
}

/// Reads why, and begins to count where one has to wait.
fn refused(failure: Failure, wait: Countdown) -> Refusal {
    match &failure {
        Failure::Refused(problem) => match (problem.code, problem.retry_after_seconds) {
            (ProblemCode::WrongCredentials, _) => Refusal::Wrong,
            (ProblemCode::TooManyAttempts, Some(seconds)) => {
                wait.start(seconds);
                Refusal::Wait
            }
            _ => Refusal::Other(failure),
        },
        Failure::Unreachable | Failure::Unreadable | Failure::Outdated => Refusal::Other(failure),
    }
}

#[component]
fn RefusalNotice(refusal: Refusal, wait: Countdown) -> impl IntoView {
    match refusal {
        Refusal::Wrong => view! {
            <Notice tone=Tone::Bad title=t::wrong()>
                <p>{t::wrong_text()}</p>
            </Notice>
        }
        .into_any(),
        Refusal::Wait => {
            let left = move || {
                let left = wait.left.get();
                if left == 0 { t::wait_over().to_owned() } else { t::wait_for(i64::from(left)) }
            };
            view! {
                <Notice tone=Tone::Warning title=problems::title(ProblemCode::TooManyAttempts)>
                    <p>{t::wait_text()}</p>
                    // Read out once by the notice; a figure that changes every second is not.
                    <p class="numeric entrance-wait" aria-live="off">{left}</p>
                </Notice>
            }
            .into_any()
        }
        Refusal::Other(failure) => view! { <FailureNotice failure /> }.into_any(),
    }
}

/// Seconds that go by.
#[derive(Debug, Clone, Copy)]
struct Countdown {
    left: RwSignal<u32>,
    timer: StoredValue<Option<Interval>, LocalStorage>,
}

impl Countdown {
    fn new() -> Self {
        Self { left: RwSignal::new(0), timer: StoredValue::new_local(None) }
    }

    fn is_running(self) -> bool {
        self.left.get_untracked() > 0
    }

    fn running(self) -> Signal<bool> {
        Signal::derive(move || self.left.get() > 0)
    }

    fn start(self, seconds: u32) {
        self.left.set(seconds.max(1));
        // By the clock, since a page out of sight is not told of every second.
        let end = browser::now() + chrono::TimeDelta::seconds(i64::from(seconds.max(1)));
        let timer = Interval::new(250, move || {
            let left = (end - browser::now()).num_milliseconds().max(0);
            let seconds = u32::try_from((left + 999) / 1000).unwrap_or(0);
            if self.left.try_get_untracked().is_some_and(|shown| shown != seconds) {
                self.left.set(seconds);
            }
            if seconds == 0 {
                self.timer.set_value(None);
            }
        });
        self.timer.set_value(Some(timer));
    }
}
