//! My profile: one's own names and language, password, sessions. Everybody has it.

mod password;
mod person;
mod sessions;

use leptos::prelude::*;
use shared::session::CurrentSession;

use self::{password::Password, person::PersonForm, sessions::Sessions};
use crate::{
    api::{self, Etag},
    locales::{api_tokens as tokens, pictures, profile as t},
    route::Route,
    session::Session,
    ui::{Avatar, Icon, LinkButton, Page, PictureField, Section},
};

const PHOTO: &str = "/profile/photo";

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
        let (photo, version) = (current.photo, current.version);
        let send = move |file: Option<Vec<u8>>| async move {
            // Roles that were changed meanwhile came by the live stream, and with them another version.
            let version = session.current_untracked().map_or(version, |now| now.version);
            let etag = Etag::of_version(version);
            api::replace_file::<CurrentSession>(PHOTO, &etag, file).await?;
            session.reload().await;
            Ok(())
        };
        view! {
            <div class="measure">
                <div class="profile-head">
                    <Avatar name=name.clone() large=true photo />
                    <div>
                        <p class="profile-name">{name}</p>
                        <p class="muted">{email.clone()} " · " {current.organization.name.clone()}</p>
                    </div>
                </div>
                <Section title=t::person() text=t::person_text()>
                    <PersonForm current />
                </Section>
                <Section title=pictures::photo() text=pictures::photo_text()>
                    <PictureField current=photo send />
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
