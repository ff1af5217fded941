//! The columns of the list.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::{role::RoleChoice, user::User};

use super::{
    filters::{Filters, either},
    full_name,
};
use crate::{
    locale,
    locales::{common, licence_consumption, users as t},
    navigation::Opened,
    route::Route,
    ui::{Badge, Column, PersonName, RowLink, Tone, filter_of},
};

pub(super) const LICENCE_TYPES: [&str; 5] =
    ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"];

pub(super) fn columns(
    filters: Filters,
    roles: Signal<Vec<RoleChoice>>,
    may_see_admins: bool,
    opened: Opened,
) -> Vec<Column<User>> {
    let licences =
        || LICENCE_TYPES.map(|key| (key.to_owned(), licence_consumption::licence_type(key, key))).to_vec();
    let roles = move || roles.get().into_iter().map(|role| (role.id.to_string(), role.name)).collect();
    let mut columns = vec![
        Column::new("name", t::name(), move |user: User| name(&user, opened.clone())).sorted_by("last_name"),
        Column::new("email", t::email(), |user: User| user.email).sorted_by("email"),
        Column::new("roles", t::roles(), |user: User| {
            user.roles.into_iter().map(|role| role.name).collect::<Vec<_>>().join(", ")
        })
        .filtered_by(filter_of(t::roles(), filters.role, roles)),
        Column::new("licence", t::licence_used(), |user: User| {
            user.licence_used.map(|key| licence_consumption::licence_type(&key, &key))
        })
        .sorted_by("licence_used")
        .filtered_by(filter_of(t::licence_used(), filters.licence, licences)),
        Column::new("status", t::status(), |user: User| status(&user)).filtered_by(filter_of(
            t::status(),
            filters.active,
            || either(t::active(), t::deactivated()),
        )),
        Column::new("sign_in", t::sign_in(), |user: User| sign_in(&user)).filtered_by(filter_of(
            t::sign_in(),
            filters.no_login,
            || either(t::no_login(), t::can_sign_in()),
        )),
    ];
    if may_see_admins {
        columns.push(
            Column::new("company_admin", t::admin(), |user: User| {
                user.company_admin.then(|| view! { <Badge label=common::yes() tone=Tone::Accent /> })
            })
            .filtered_by(filter_of(t::company_admin(), filters.company_admin, || {
                either(t::company_admins(), t::others())
            })),
        );
    }
    columns.extend([
        Column::new("last_sign_in", t::last_sign_in(), |user: User| {
            user.last_sign_in_at.map_or_else(|| t::never().into_any(), |at| relative(at).into_any())
        })
        .sorted_by("last_sign_in_at"),
        Column::new("first_name", t::first_name(), |user: User| user.first_name)
            .sorted_by("first_name")
            .unusual(),
        Column::new("language", t::language(), |user: User| locale::language_name(user.language)).unusual(),
        Column::new("created", t::created(), |user: User| relative(user.created_at))
            .sorted_by("created_at")
            .unusual(),
    ]);
    columns
}

/// The name leads to the person's own page; a plain click opens the panel beside the list.
fn name(user: &User, opened: Opened) -> impl IntoView + use<> {
    let (person, photo) = (full_name(user), user.photo);
    view! {
        <RowLink opened open=user.id.to_string() href=Route::User(user.id).href()>
            <PersonName name=person photo />
        </RowLink>
    }
}

fn status(user: &User) -> impl IntoView + use<> {
    let (label, tone) =
        if user.active { (t::active(), Tone::Good) } else { (t::deactivated(), Tone::Neutral) };
    view! { <Badge label tone dot=true /> }
}

fn sign_in(user: &User) -> impl IntoView + use<> {
    if !user.active {
        t::cannot_sign_in().into_any()
    } else if user.no_login {
        view! { <Badge label=t::no_login() hint=t::no_login_hint() /> }.into_any()
    } else if user.has_password {
        t::can_sign_in().into_any()
    } else {
        view! { <Badge label=t::no_password() tone=Tone::Warning hint=t::no_password_hint() /> }.into_any()
    }
}

/// How long ago, with the exact instant when pointed at.
pub(super) fn relative(at: DateTime<Utc>) -> impl IntoView {
    view! { <span class="numeric" data-tooltip=locale::instant(at)>{locale::ago(at)}</span> }
}
