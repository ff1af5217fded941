//! One password, several organizations: which one?

use leptos::prelude::*;
use shared::session::{OrganizationName, SignIn as Credentials, SignInOutcome};
use wasm_bindgen_futures::spawn_local;

use super::{Choice, enter};
use crate::{
    api::{self, Failure},
    locales::sign_in as t,
    session::Session,
    ui::{Avatar, FailureNotice, Icon, IconView},
};

#[component]
pub(super) fn Choose(choice: RwSignal<Option<Choice>>) -> impl IntoView {
    let session = Session::expect();
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let open = move |slug: String| {
        let Some(chosen) = choice.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let credentials = Credentials { organization: Some(slug), ..chosen.credentials };
            match api::post::<SignInOutcome>("/session", &credentials).await {
                Ok(SignInOutcome::SignedIn(token)) => enter(session, token, true).await,
                // A slug names one organization, so there is nothing left to choose.
                Ok(SignInOutcome::ChooseOrganization { .. }) => {}
                Err(refused) => failure.set(Some(refused)),
            }
            let _ = busy.try_set(false);
        });
    };
    let line = move |organization: OrganizationName| {
        let slug = organization.slug.clone();
        view! {
            <li>
                <button type="button" class="entrance-choice" on:click=move |_| open(slug.clone())>
                    <Avatar name=organization.name.clone() />
                    <span class="entrance-choice-text">
                        <span class="entrance-choice-name">{organization.name}</span>
                        <span class="muted">{organization.slug}</span>
                    </span>
                    <IconView icon=Icon::ChevronRight />
                </button>
            </li>
        }
    };
    let organizations = choice.with_untracked(|choice| choice.clone().map(|choice| choice.organizations));
    view! {
        <header class="entrance-head">
            <h1 class="entrance-title">{t::choose_title()}</h1>
            <p class="muted">{t::choose_text()}</p>
        </header>
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <ul class="entrance-choices" aria-busy=move || busy.get().to_string()>
            {organizations.unwrap_or_default().into_iter().map(line).collect_view()}
        </ul>
        <button type="button" class="link-button" on:click=move |_| choice.set(None)>
            {t::another_account()}
        </button>
    }
}
