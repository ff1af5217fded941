//! The roles of the organization, as links.

use leptos::prelude::*;
use shared::role::Role;

use super::{Desk, Opened};
use crate::{
    locales::role_definition as t,
    route::Route,
    ui::{Badge, EmptyState, Icon, IconView, Tone},
};

/// The list at the left; the whole screen where the window is narrow.
#[component]
pub(super) fn RoleList(desk: Desk, opened: Memo<Opened>) -> impl IntoView {
    let lines = move || desk.roles.get().into_iter().map(|role| line(role, desk, opened)).collect_view();
    let is_empty = Memo::new(move |_| desk.roles.with(Vec::is_empty));
    view! {
        <nav class="roles-list" aria-label=t::list()>
            <ul>{lines}</ul>
            <Show when=move || is_empty.get()>
                <EmptyState icon=Icon::Shield title=t::no_roles() text=t::no_roles_text() />
            </Show>
        </nav>
    }
}

fn line(role: Role, desk: Desk, opened: Memo<Opened>) -> impl IntoView {
    let Role { id, name, holders, default_for_new_users, licence_valid, licence_type, .. } = role;
    let licence = desk.types.with_value(|types| {
        let found = types.iter().find(|one| one.key == licence_type);
        t::licence_name(&licence_type, found.map_or(&licence_type, |one| &one.name))
    });
    view! {
        <li>
            <a
                class="roles-link"
                href=Route::Role(id).href()
                aria-current=move || (opened.get() == Opened::Role(id)).then_some("page")
            >
                <span class="roles-line">
                    <span class="roles-name">{name}</span>
                    {default_for_new_users.then(|| view! { <Badge label=t::default_badge() tone=Tone::Accent /> })}
                </span>
                <span class="roles-facts">
                    <span class="roles-licence">{licence}</span>
                    <span class="roles-holders">{holders_in_words(holders)}</span>
                </span>
                {(!licence_valid)
                    .then(|| {
                        view! {
                            <span class="roles-warning">
                                <IconView icon=Icon::Alert />
                                {t::licence_invalid()}
                            </span>
                        }
                    })}
            </a>
        </li>
    }
}

/// `7 people`, or a word for none.
pub(super) fn holders_in_words(holders: i64) -> String {
    if holders == 0 { t::held_by_nobody().to_owned() } else { t::held(holders) }
}
