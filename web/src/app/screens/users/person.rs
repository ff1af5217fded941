//! One person, in the panel beside the list and on a page of their own.

use leptos::prelude::*;
use shared::{Menu, Operation, role::RoleChoice, user::User};
use wasm_bindgen_futures::spawn_local;

use super::{
    access::Access, columns::relative, erase::Erase, form::UserForm, full_name, password::PasswordSection,
};
use crate::{
    api::{self, Etag, Loader},
    locales::{explain, licence_consumption, pictures, users as t},
    route::Route,
    session::Session,
    ui::{AsyncView, Avatar, Badge, Link, Notice, PictureField, Section, Tone},
};

#[component]
pub(super) fn Person(
    /// The person's id.
    id: String,
    /// The roles there are.
    roles: Signal<Vec<RoleChoice>>,
    /// Runs when the person's name is known, and when it changes.
    #[prop(into)]
    on_name: Callback<String>,
    /// Runs after each change.
    #[prop(into)]
    on_saved: Callback<User>,
) -> impl IntoView {
    let path = format!("/users/{id}");
    let loader = Loader::new(move || {
        let path = path.clone();
        async move { api::get::<User>(&path).await }
    });
    view! { <AsyncView loader view=move |user| view! { <Loaded user roles on_name on_saved /> } /> }
}

#[component]
fn Loaded(
    user: User,
    roles: Signal<Vec<RoleChoice>>,
    on_name: Callback<String>,
    on_saved: Callback<User>,
) -> impl IntoView {
    let session = Session::expect();
    let saved = RwSignal::new(user);
    let name = Memo::new(move |_| saved.with(full_name));
    Effect::new(move |_| on_name.run(name.get()));
    let is_self = {
        let own = session.current_untracked().map(|current| current.user);
        saved.with_untracked(|saved| Some(saved.id) == own)
    };
    let changed = Callback::new(move |user: User| {
        on_saved.run(user);
        if is_self {
            // What one may do, and the name in the frame, may be others now.
            spawn_local(session.reload());
        }
    });
    let photo = Signal::derive(move || saved.with(|user| user.photo));
    let send_photo = move |file: Option<Vec<u8>>| async move {
        let (path, etag) = saved
            .with_untracked(|user| (format!("/users/{}/photo", user.id), Etag::of_version(user.version)));
        let user: User = api::replace_file(&path, &etag, file).await?.value;
        saved.set(user.clone());
        changed.run(user);
        Ok(())
    };
    let may_update =
        Memo::new(move |_| session.may(Menu::Users, Operation::Update) && !saved.with(|user| user.erased));
    view! {
        <Head saved />
        <Show when=move || !may_update.get() && !saved.with(|user| user.erased)>
            <Notice tone=Tone::Info title=t::read_only()>
                <p>{t::read_only_text()}</p>
            </Notice>
        </Show>
        <UserForm saved roles on_saved=changed />
        <Show when=move || may_update.get()>
            <Section title=pictures::photo() text=pictures::photo_of_person_text()>
                <PictureField current=photo send=send_photo />
            </Section>
            <Section title=t::password()>
                <PasswordSection saved is_self on_saved=changed />
            </Section>
        </Show>
        <Section title=t::access()>
            <Access saved is_self on_saved=changed />
        </Section>
        <Erase saved on_saved=changed />
    }
}

#[component]
fn Head(saved: RwSignal<User>) -> impl IntoView {
    let badges = move || {
        saved.with(|user| {
            view! {
                {(!user.active && !user.erased).then(|| view! { <Badge label=t::deactivated() dot=true /> })}
                {user.erased.then(|| view! { <Badge label=t::erased() hint=t::erased_hint() /> })}
                {user.company_admin.then(|| view! { <Badge label=t::company_admin() tone=Tone::Accent /> })}
                {user.no_login.then(|| view! { <Badge label=t::no_login() hint=t::no_login_hint() /> })}
                {(!user.no_login && !user.has_password && !user.erased)
                    .then(|| {
                        view! { <Badge label=t::no_password() tone=Tone::Warning hint=t::no_password_hint() /> }
                    })}
            }
        })
    };
    let facts = move || {
        saved.with(|user| {
            let licence = user.licence_used.as_deref();
            let licence = licence.map_or_else(
                || t::no_licence().to_owned(),
                |key| licence_consumption::licence_type(key, key),
            );
            let last =
                user.last_sign_in_at.map_or_else(|| t::never().into_any(), |at| relative(at).into_any());
            view! {
                <dl class="person-facts">
                    <div>
                        <dt>{t::licence_used()}</dt>
                        <dd>{licence}</dd>
                    </div>
                    <div>
                        <dt>{t::last_sign_in()}</dt>
                        <dd>{last}</dd>
                    </div>
                    <div>
                        <dt>{t::created()}</dt>
                        <dd>{relative(user.created_at)}</dd>
                    </div>
                </dl>
            }
        })
    };
    let face = move || {
        let (name, email, photo) = saved.with(|user| (full_name(user), user.email.clone(), user.photo));
        view! {
            <Avatar name large=true photo />
            <div class="person-head-text">
                <p class="muted">{email}</p>
                <div class="person-badges">{badges}</div>
            </div>
        }
    };
    let explain = format!("{}?user={}", Route::Explain.href(), saved.with_untracked(|user| user.id));
    view! {
        <div class="person-head">{face}</div>
        {facts}
        <p class="person-explain">
            <Link href=explain>{explain::explain_person()}</Link>
        </p>
    }
}
