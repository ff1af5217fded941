//! The sign-in: what everybody sees first.
//!
//! It stands at every address while nobody is signed in, so that whoever followed a link is where it leads as soon
//! as they have signed in. At the shared host the answer says which organization it was; the app then begins anew
//! at `/o/<slug>/`, since everything lives there.

mod choose;
mod form;

use leptos::prelude::*;
use shared::session::{AccessToken, OrganizationName, SignIn as Credentials, SignInPage};

use self::{choose::Choose, form::Credential};
use crate::frame::Entrance;
use crate::{
    api::{self, Load, Loader},
    browser,
    locales::{common, sign_in as t},
    route::{Place, Route},
    session::Session,
    ui::FailureNotice,
};

/// What the password fitted, when the person has to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    credentials: Credentials,
    organizations: Vec<OrganizationName>,
}

/// The sign-in.
#[component]
pub fn SignIn() -> impl IntoView {
    browser::set_title(&common::page_title(t::sign_in()));
    let page = Loader::new(|| api::get::<SignInPage>("/sign-in-page"));
    let choice = RwSignal::new(None::<Choice>);
    let body = move || match page.get() {
        Load::Waiting => ().into_any(),
        Load::Failed(failure) => {
            let retry = Callback::new(move |()| page.reload());
            view! {
                <h1 class="entrance-title">{t::sign_in()}</h1>
                <FailureNotice failure on_retry=retry />
            }
            .into_any()
        }
        Load::Ready(SignInPage { organization, logo }) => view! {
            {logo.map(|_| {
                let name = organization.as_ref().map(|organization| organization.name.clone());
                let address = format!("{}/api/v1/sign-in-page/logo", browser::origin());
                view! { <img class="entrance-logo" src=address alt=name /> }
            })}
            <Show
            when=move || choice.with(Option::is_some)
            fallback=move || view! { <Credential organization=organization.clone() choice /> }
        >
            <Choose choice />
        </Show> }
        .into_any(),
    };
    view! { <Entrance>{body}</Entrance> }
}

/// Goes on as the person who has signed in: here, or where their organization lives.
async fn enter(session: Session, token: AccessToken, is_shared_host: bool) {
    let place = Place::current();
    let lives_here = !is_shared_host || place.slug.as_deref() == Some(token.organization.slug.as_str());
    if lives_here {
        api::take_token(token);
        session.reload().await;
        return;
    }
    let route = destination();
    let place = Place { slug: Some(token.organization.slug) };
    api::expect_session(&place);
    browser::load(&place.href(&route));
}

/// Where somebody is who has signed in at this address.
fn destination() -> Route {
    let path = browser::path();
    Route::parse(Place::split(&path).1).filter(|route| *route != Route::SignIn).unwrap_or(Route::Home)
}
