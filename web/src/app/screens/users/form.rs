//! The form of a person: names, e-mail, language, roles, and what opens or closes the door.

use leptos::prelude::*;
use shared::{
    Check as _, Language, Menu, Operation,
    access::simulate::AccessChange,
    role::{RoleChoice, RoleName},
    user::{User, UserPatch},
};

use super::{
    draft::{Fields, UserDraft},
    full_name,
};
use crate::{
    api::{self, Etag},
    locale,
    locales::{common, licence_consumption, simulation as effects, users as t},
    merge::{Draft as _, StaleMerge},
    screens::simulation::{Simulated, simulated},
    session::Session,
    ui::{
        Choice, Form, FormActions, FormState, MultiSelect, Notice, SelectField, Switch, TextField, TextKind,
        Toasts, Tone,
    },
};

#[component]
pub(super) fn UserForm(
    /// The person as known to the server; becomes what saving answers.
    saved: RwSignal<User>,
    /// The roles there are.
    roles: Signal<Vec<RoleChoice>>,
    /// Runs after saving.
    on_saved: Callback<User>,
) -> impl IntoView {
    let (session, toasts) = (Session::expect(), Toasts::expect());
    let fields = Fields::new(saved.with_untracked(UserDraft::of));
    let changes = move || fields.get().patch(&saved.with(UserDraft::of));
    let form =
        FormState::new(move || changes().violations(), move || fields.get() != saved.with(UserDraft::of));
    let send = move || {
        let patch = untrack(changes);
        let (id, version) = saved.with_untracked(|saved| (saved.id, saved.version));
        async move {
            let answer =
                api::patch::<User>(&format!("/users/{id}"), &Etag::of_version(version), &patch).await?;
            let user = answer.value;
            fields.set(UserDraft::of(&user));
            saved.set(user.clone());
            toasts.done(t::saved(&full_name(&user)));
            on_saved.run(user);
            Ok(())
        }
    };
    let current = session.current_untracked();
    let is_admin = current.as_ref().is_some_and(|current| current.company_admin);
    let is_self = current.is_some_and(|current| saved.with_untracked(|saved| saved.id == current.user));
    // Those who are no company admins may not open or close a company admin's door.
    let locked = Signal::derive(move || saved.with(|saved| saved.company_admin) && !is_admin);
    // Nobody changes who has been erased; what was typed or stood there before goes as well.
    let erased = Memo::new(move |_| saved.with(|saved| saved.erased));
    Effect::new(move |before: Option<bool>| {
        let erased = erased.get();
        if before == Some(false) && erased {
            fields.set(saved.with_untracked(UserDraft::of));
        }
        erased
    });
    let may_update = Memo::new(move |_| session.may(Menu::Users, Operation::Update) && !erased.get());
    let fixed = Signal::derive(move || !may_update.get());
    let locked_or_fixed = Signal::derive(move || locked.get() || fixed.get());
    let languages: Vec<_> =
        Language::ALL.into_iter().map(|one| (one, locale::language_name(one).to_owned())).collect();
    let email_help = if locked.get_untracked() { t::email_admin() } else { t::email_help() };
    view! {
        <Form state=form send>
            <div class="form-row">
                <TextField label=t::first_name() value=fields.first_name pointer="/first_name" disabled=fixed />
                <TextField label=t::last_name() value=fields.last_name pointer="/last_name" disabled=fixed />
            </div>
            <TextField
                label=t::email()
                value=fields.email
                pointer="/email"
                kind=TextKind::Email
                help=email_help
                disabled=locked_or_fixed
            />
            <MultiSelect
                label=t::roles()
                value=fields.roles
                choices=role_choices(roles, saved.with_untracked(|saved| saved.roles.clone()))
                pointer="/roles"
                help=t::roles_help()
                disabled=fixed
            />
            <SelectField
                label=t::language()
                value=fields.language
                choices=languages
                pointer="/language"
                disabled=fixed
            />
            <Switch
                label=t::no_login_switch()
                value=fields.no_login
                pointer="/no_login"
                help=if is_self { t::no_login_self() } else { t::no_login_help() }
                disabled=Signal::derive(move || locked_or_fixed.get() || is_self)
            />
            {is_admin.then(|| view! { <AdminSwitch fields saved is_self fixed /> })}
            <Effect form fields saved />
            <Show when=move || may_update.get()>
                <Actions form on_cancel=move |()| fields.set(saved.with_untracked(UserDraft::of)) />
            </Show>
        </Form>
        <StaleMerge
            form
            saved
            draft=move |()| fields.get()
            on_merge=move |draft| fields.set(draft)
            resend=move |()| form.submit(send)
        />
    }
}

/// What another access would come to, before it is saved.
#[component]
fn Effect(form: FormState, fields: Fields, saved: RwSignal<User>) -> impl IntoView {
    let change = Memo::new(move |_| {
        let UserPatch { roles, company_admin, no_login, .. } = fields.get().patch(&saved.with(UserDraft::of));
        let change = AccessChange { roles, company_admin, no_login };
        (change != AccessChange::default() && change.violations().is_empty()).then_some(change)
    });
    let path = move || format!("/users/{}", saved.with(|saved| saved.id));
    let simulation = simulated(path, move || change.get());
    view! {
        <Show when=move || change.with(Option::is_some)>
            <section class="stack-tight">
                <h2 class="section-title">{effects::title()}</h2>
                <Simulated simulation told=Signal::derive(move || form.missing_seats()) />
            </section>
        </Show>
    }
}

/// Saving and giving up appear with the first change.
#[component]
fn Actions(form: FormState, #[prop(into)] on_cancel: Callback<()>) -> impl IntoView {
    view! {
        <Show when=move || form.dirty().get() || form.busy().get()>
            <div class="form-bar form-bar-on">
                <FormActions label=common::save() on_cancel />
            </div>
        </Show>
    }
}

/// The switch of complete access, which says what it gives or takes before it is saved.
#[component]
fn AdminSwitch(fields: Fields, saved: RwSignal<User>, is_self: bool, fixed: Signal<bool>) -> impl IntoView {
    let notice = move || {
        let (was, is) = (saved.with(|saved| saved.company_admin), fields.company_admin.get());
        let name = saved.with(full_name);
        let (title, text) = match (was, is) {
            (false, true) => (t::admin_on(&name), t::admin_on_text()),
            (true, false) if is_self => (t::admin_off_self().to_owned(), t::admin_off_self_text()),
            (true, false) => (t::admin_off(&name), t::admin_off_text()),
            _ => return None,
        };
        Some(view! { <Notice tone=Tone::Warning title><p>{text}</p></Notice> })
    };
    view! {
        <Switch
            label=t::company_admin()
            value=fields.company_admin
            pointer="/company_admin"
            help=t::company_admin_help()
            disabled=fixed
        />
        {notice}
    }
}

/// The roles to choose from, with their licences; those that the person has are always among them.
pub(super) fn role_choices(
    roles: Signal<Vec<RoleChoice>>,
    held: Vec<RoleName>,
) -> Signal<Vec<Choice<RoleName>>> {
    Signal::derive(move || {
        let known = roles.get();
        let missing = held.iter().filter(|held| !known.iter().any(|role| role.id == held.id));
        let missing = missing.map(|held| Choice::new(held.clone(), held.name.clone()));
        let mut choices: Vec<_> = missing.collect();
        choices.extend(known.iter().map(|role| {
            let name = RoleName { id: role.id, name: role.name.clone() };
            let choice = Choice::new(name, role.name.clone());
            match detail(role) {
                Some(detail) => choice.with_detail(detail),
                None => choice,
            }
        }));
        choices
    })
}

/// What to know of a role before choosing it: its licence, where the role is not named after it, and what is special.
fn detail(role: &RoleChoice) -> Option<String> {
    let licence = licence_consumption::licence_type(&role.licence_type, &role.licence_type);
    let special = if role.licence_valid {
        role.default_for_new_users.then(t::default_role)
    } else {
        Some(t::licence_lapsed())
    };
    let licence = (licence != role.name).then_some(licence);
    match (licence, special) {
        (Some(licence), Some(special)) => Some(format!("{licence} · {special}")),
        (licence, special) => licence.or_else(|| special.map(str::to_owned)),
    }
}
