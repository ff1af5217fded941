//! A new password, with the old one.

use leptos::prelude::*;
use shared::{Check as _, check, check::Violations, session::PasswordChange};

use crate::{
    api,
    locales::profile as t,
    session::Session,
    ui::{Form, FormActions, FormState, NewPasswordField, TextField, TextKind, Toasts},
};

#[component]
pub(super) fn Password(
    /// The least length, in characters.
    minimum: i16,
    /// The e-mail, for the browser's password store.
    email: String,
) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let change = move || PasswordChange { old_password: old.get(), new_password: new.get() };
    let form = FormState::new(
        move || violations(&change(), minimum),
        move || !old.with(String::is_empty) || !new.with(String::is_empty),
    );
    let send = move || {
        let change = untrack(change);
        async move {
            api::put::<()>("/profile/password", &change).await?;
            old.set(String::new());
            new.set(String::new());
            toasts.done(t::password_changed());
            // The version of one's profile is another one now.
            session.reload().await;
            Ok(())
        }
    };
    view! {
        <Form state=form send>
            // Password stores need to know whose password this is.
            <input
                class="visually-hidden"
                type="text"
                autocomplete="username"
                aria-hidden="true"
                tabindex="-1"
                readonly=true
                value=email
            />
            <TextField
                label=t::old_password()
                value=old
                pointer="/old_password"
                kind=TextKind::Password
                autocomplete="current-password"
            />
            <NewPasswordField label=t::new_password() value=new pointer="/new_password" minimum />
            <FormActions label=t::change_password() />
        </Form>
    }
}

/// The checks of `shared`, with the organization's minimum, which only the session knows.
fn violations(change: &PasswordChange, minimum: i16) -> Violations {
    let mut violations = change.violations();
    if violations.at("/new_password").is_none() {
        let minimum = u8::try_from(minimum).unwrap_or_default();
        violations.add("/new_password", check::password_length(&change.new_password, minimum));
    }
    violations
}

#[cfg(test)]
mod tests {
    use shared::ViolationCode;

    use super::*;

    #[test]
    fn the_organizations_minimum_counts() {
        for (new_password, expected) in [
            ("", Some(ViolationCode::Required)),
            ("short", Some(ViolationCode::TooShort)),
            ("five señales", None),
        ] {
            let change =
                PasswordChange { old_password: "old".to_owned(), new_password: new_password.to_owned() };
            let found = violations(&change, 12);
            assert_eq!(found.at("/new_password").map(|violation| violation.code), expected, "{new_password}");
        }
    }
}
