//! My profile: one's own names and language, password, sessions. Everybody has it.

mod password;
mod person;
mod sessions;

use leptos::prelude::*;

use self::{password::Password, person::PersonForm, sessions::Sessions};
use crate::{
    locales::{api_tokens as tokens, profile as t},
    route::Route,
    session::Session,
    ui::{Avatar, Icon, LinkButton, Page, Section},
};

/// The screen.
#[component]
pub fn Profile() -> impl IntoView {
    let session = Session::expect();
    // The screen is built anew with the frame when one's own data change, so it need not track them.
    let current = session.current_untracked();
    let body = current.map(|current| {
        let name = format!("{} {}", current.first_name, current.last_name);
        let minimum = current.settings.minimum_password_length;
        let email = current.email.clone();
        view! {
            <div class="measure">
                <div class="profile-head">
                    <Avatar name=name.clone() large=true />
                    <div>
                        <p class="profile-name">{name}</p>
                        <p class="muted">{email.clone()} " · " {current.organization.name.clone()}</p>
                    </div>
                </div>
                <Section title=t::person() text=t::person_text()>
                    <PersonForm current />
                </Section>
                <Section title=t::password() text=t::password_text()>
                    <Password minimum email />
                </Section>
                <Section title=tokens::title() text=tokens::text()>
                    <div><LinkButton href=Route::ApiTokens.href() label=tokens::open() icon=Icon::Key /></div>
                </Section>
                <Section title=t::sessions() text=t::sessions_text()>
                    <Sessions />
                </Section>
            </div>
        }
    });
    view! { <Page title=t::title()>{body}</Page> }
}
