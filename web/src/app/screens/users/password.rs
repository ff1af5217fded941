//! A password set for somebody else.

use leptos::prelude::*;
use shared::{
    check,
    check::Violations,
    user::{User, UserPatch},
};

use super::full_name;
use crate::{
    api::{self, Etag},
    locales::users as t,
    route::Route,
    session::Session,
    ui::{Button, Dialog, DialogSize, Form, FormActions, FormState, Icon, Link, TextField, TextKind, Toasts},
};

/// What is wrong with a password that is typed for somebody, by the organization's minimum.
pub(super) fn password_violations(pointer: &str, password: &str, minimum: i16) -> Violations {
    let mut violations = Violations::default();
    violations.add(pointer, check::password_length(password, u8::try_from(minimum).unwrap_or_default()));
    violations
}

/// The organization's minimum, as the session knows it.
pub(super) fn minimum_length() -> i16 {
    let current = Session::expect().current_untracked();
    current.map_or(shared::general_data::PASSWORD_MINIMUM_ADVISED, |current| {
        current.settings.minimum_password_length
    })
}

#[component]
pub(super) fn PasswordSection(
    saved: RwSignal<User>,
    is_self: bool,
    on_saved: Callback<User>,
) -> impl IntoView {
    if is_self {
        return view! {
            <p class="section-text">
                {t::own_password()} " " <Link href=Route::Profile.href()>{t::to_profile()}</Link>
            </p>
        }
        .into_any();
    }
    let is_admin = Session::expect().current_untracked().is_some_and(|current| current.company_admin);
    let open = RwSignal::new(false);
    let standing = move || {
        saved.with(|user| match (user.no_login, user.has_password) {
            (true, _) => t::password_none(),
            (false, true) => t::password_set(),
            (false, false) => t::password_missing(),
        })
    };
    let reason = Signal::derive(move || {
        saved.with(|user| (user.company_admin && !is_admin).then(|| t::password_admin().to_owned()))
    });
    view! {
        <p class="section-text">{standing}</p>
        <Show when=move || !saved.with(|user| user.no_login)>
            <div>
                <Button label=t::set_password() icon=Icon::Key reason on_press=move |()| open.set(true) />
            </div>
        </Show>
        <Dialog
            title=Signal::derive(move || t::set_password_title(&saved.with(full_name)))
            open
            size=DialogSize::Medium
        >
            <PasswordForm saved on_saved open />
        </Dialog>
    }
    .into_any()
}

#[component]
fn PasswordForm(saved: RwSignal<User>, on_saved: Callback<User>, open: RwSignal<bool>) -> impl IntoView {
    let toasts = Toasts::expect();
    let minimum = minimum_length();
    let password = RwSignal::new(String::new());
    let form = FormState::new(
        move || password_violations("/password", &password.get(), minimum),
        move || !password.with(String::is_empty),
    );
    let send = move || {
        let patch = UserPatch { password: Some(password.get_untracked()), ..UserPatch::default() };
        let (id, version) = saved.with_untracked(|saved| (saved.id, saved.version));
        async move {
            let answer =
                api::patch::<User>(&format!("/users/{id}"), &Etag::of_version(version), &patch).await?;
            password.set(String::new());
            saved.set(answer.value.clone());
            toasts.done(t::password_done(&full_name(&answer.value)));
            on_saved.run(answer.value);
            open.set(false);
            Ok(())
        }
    };
    Effect::new(move |_| {
        // Whatever else was changed meanwhile, a new password does not depend on it.
        let Some(current) = form.stale().get() else { return };
        form.stale().set(None);
        if let Ok(user) = serde_json::from_value(current) {
            saved.set(user);
            form.submit(send);
        }
    });
    view! {
        <p class="dialog-text">{t::set_password_text()}</p>
        <Form state=form send>
            <TextField
                label=t::new_password()
                value=password
                pointer="/password"
                kind=TextKind::Password
                autocomplete="new-password"
                help=t::password_length(minimum)
            />
            <FormActions label=t::set_password() on_cancel=move |()| open.set(false) />
        </Form>
    }
}
