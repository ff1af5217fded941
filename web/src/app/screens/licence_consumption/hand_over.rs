//! Handing complete access over to somebody else: whom, what it comes to, and the question before it is done.

use leptos::prelude::*;
use shared::{
    ids::UserId,
    user::{CannotTakeOver, HandOver as Body, User, UserFilter},
};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Failure, Loader},
    locales::hand_over as t,
    navigation::Go,
    route::Route,
    search::rested,
    session::Session,
    ui::{Button, ButtonKind, ConfirmDialog, Person, PersonPicker, Section, Toasts},
};

/// How many people are offered at once.
const OFFERED: u16 = 20;

/// The section below the licences.
#[component]
pub(super) fn HandOver() -> impl IntoView {
    let session = Session::expect();
    let own = session.current_untracked().map(|current| current.user);
    let (value, query) = (RwSignal::new(None::<Person>), RwSignal::new(String::new()));
    let q = rested(query);
    let found = Loader::new(move || {
        let filter = UserFilter {
            q: q.get(),
            active: Some(true),
            no_login: Some(false),
            limit: Some(OFFERED),
            ..UserFilter::default()
        };
        async move { api::list::<User>("/users", &filter).await.map(|page| page.items) }
    });
    // Who cannot take over is not offered.
    let can = move |user: &User| own.is_some_and(|own| CannotTakeOver::of(own, user).is_none());
    let people = Signal::derive(move || {
        let people = found.value().unwrap_or_default().into_iter().filter(can);
        people.map(person).collect::<Vec<_>>()
    });
    let (asking, busy, failure) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(None::<Failure>));
    Effect::new(move |_| {
        asking.track();
        failure.set(None);
    });
    let reason = Signal::derive(move || value.with(Option::is_none).then(|| t::choose_first().to_owned()));
    let name =
        move || value.with(|value| value.as_ref().map(|person| person.name.clone()).unwrap_or_default());
    let (go, toasts) = (Go::new(), Toasts::expect());
    let hand_over = move |()| {
        let Some((id, name)) =
            value.get_untracked().and_then(|person| Some((person.id.parse::<UserId>().ok()?, person.name)))
        else {
            return;
        };
        let go = go.clone();
        busy.set(true);
        spawn_local(async move {
            let outcome = api::post::<User>("/account/hand-over", &Body { user_id: id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(_) => {
                    asking.set(false);
                    toasts.done(t::done(&name));
                    // This screen is no longer one's own.
                    go.to(&Route::Home);
                    session.reload().await;
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <Section title=t::title() text=t::text()>
            <PersonPicker label=t::person() value people query help=t::person_help() />
            <div>
                <Button
                    label=t::hand_over()
                    kind=ButtonKind::Danger
                    reason
                    on_press=move |()| asking.set(true)
                />
            </div>
        </Section>
        <ConfirmDialog
            title=Signal::derive(move || t::ask(&name()))
            text=Signal::derive(move || t::what_happens(&name()))
            verb=t::hand_over()
            open=asking
            busy
            failure
            on_confirm=hand_over
        />
    }
}

fn person(user: User) -> Person {
    Person {
        id: user.id.to_string(),
        name: format!("{} {}", user.first_name, user.last_name),
        detail: user.email,
    }
}
