//! Adding a person.

use leptos::prelude::*;
use shared::{
    Check as _, Language,
    role::{RoleChoice, RoleName},
    user::{NewUser, User},
};

use super::{
    form::role_choices,
    full_name,
    password::{minimum_length, password_violations},
};
use crate::{
    api, locale,
    locales::users as t,
    ui::{Form, FormActions, FormState, MultiSelect, SelectField, Switch, TextField, TextKind, Toasts},
};

/// What is typed of a new person. A handle.
#[derive(Debug, Clone, Copy)]
struct NewFields {
    first_name: RwSignal<String>,
    last_name: RwSignal<String>,
    email: RwSignal<String>,
    password: RwSignal<String>,
    language: RwSignal<Option<Language>>,
    roles: RwSignal<Vec<RoleName>>,
    /// Whether the roles are here to choose from; until then the choice is left to the server.
    offered: Signal<bool>,
    no_login: RwSignal<bool>,
}

impl NewFields {
    fn new(roles: Signal<Vec<RoleChoice>>) -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            first_name: text(),
            last_name: text(),
            email: text(),
            password: text(),
            language: RwSignal::new(None),
            roles: RwSignal::new(Vec::new()),
            offered: Signal::derive(move || roles.with(|roles| !roles.is_empty())),
            no_login: RwSignal::new(false),
        }
    }

    /// What is typed, tracked.
    fn get(self) -> NewUser {
        NewUser {
            email: self.email.get(),
            first_name: self.first_name.get(),
            last_name: self.last_name.get(),
            language: self.language.get(),
            no_login: self.no_login.get(),
            roles: self
                .roles
                .with(|roles| self.offered.get().then(|| roles.iter().map(|role| role.id).collect())),
            password: Some(self.password.get())
                .filter(|password| !password.is_empty() && !self.no_login.get()),
        }
    }

    /// Whether something would be lost, tracked.
    fn is_typed(self) -> bool {
        let texts = [self.first_name, self.last_name, self.email, self.password];
        // All are read, so that all are tracked.
        texts.map(|text| text.with(|text| !text.is_empty())).contains(&true)
    }
}

#[component]
pub(super) fn AddPerson(
    /// The roles there are.
    roles: Signal<Vec<RoleChoice>>,
    /// Gets the new person.
    #[prop(into)]
    on_added: Callback<User>,
    /// Gives up.
    #[prop(into)]
    on_cancel: Callback<()>,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let fields = NewFields::new(roles);
    Effect::new(move |_| {
        // The role for new people is chosen already, once the roles are here.
        let default = roles.get().into_iter().find(|role| role.default_for_new_users);
        if let Some(role) = default
            && fields.roles.with_untracked(Vec::is_empty)
        {
            fields.roles.set(vec![RoleName { id: role.id, name: role.name }]);
        }
    });
    let minimum = minimum_length();
    let violations = move || {
        let new = fields.get();
        let mut violations = new.violations();
        if let Some(password) = &new.password {
            violations.0.extend(password_violations("/password", password, minimum).0);
        }
        violations
    };
    let form = FormState::new(violations, move || fields.is_typed());
    let send = move || {
        let new = untrack(|| fields.get());
        async move {
            let user: User = api::post("/users", &new).await?;
            toasts.done(t::added(&full_name(&user)));
            on_added.run(user);
            Ok(())
        }
    };
    let mut languages = vec![(None, t::language_organization().to_owned())];
    languages.extend(Language::ALL.map(|one| (Some(one), locale::language_name(one).to_owned())));
    view! {
        <Form state=form send>
            <div class="form-row">
                <TextField label=t::first_name() value=fields.first_name pointer="/first_name" autofocus=true />
                <TextField label=t::last_name() value=fields.last_name pointer="/last_name" />
            </div>
            <TextField
                label=t::email()
                value=fields.email
                pointer="/email"
                kind=TextKind::Email
                help=t::email_help()
            />
            <MultiSelect
                label=t::roles()
                value=fields.roles
                choices=role_choices(roles, Vec::new())
                pointer="/roles"
                help=t::roles_help()
            />
            <SelectField label=t::language() value=fields.language choices=languages pointer="/language" />
            <Switch
                label=t::no_login_switch()
                value=fields.no_login
                pointer="/no_login"
                help=t::no_login_hint()
            />
            <Show when=move || !fields.no_login.get()>
                <TextField
                    label=t::first_password()
                    value=fields.password
                    pointer="/password"
                    kind=TextKind::Password
                    autocomplete="new-password"
                    optional=true
                    help=t::first_password_help(minimum)
                />
            </Show>
            <FormActions label=t::add() on_cancel />
        </Form>
    }
}
