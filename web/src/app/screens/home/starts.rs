//! What one may begin from here, by permission.

use leptos::prelude::*;
use shared::{Menu, Operation};

use crate::{
    locales::{home as t, projects},
    route::Route,
    session::Can,
    ui::{Icon, IconView},
};

#[component]
pub(super) fn Starts(creating: RwSignal<bool>) -> impl IntoView {
    view! {
        <section class="stack" aria-labelledby="home-start">
            <h2 class="section-title" id="home-start">
                {t::start()}
            </h2>
            <ul class="cards">
                <Can menu=Menu::Projects operation=Operation::Insert>
                    <li>
                        <button type="button" class="start" on:click=move |_| creating.set(true)>
                            <Face icon=Icon::Plus title=projects::add() text=t::new_project_text() />
                        </button>
                    </li>
                </Can>
                <Can menu=Menu::Projects operation=Operation::View>
                    <Start route=Route::Projects icon=Icon::Layers title=t::all_projects() text=t::all_projects_text() />
                </Can>
                <Can menu=Menu::Users operation=Operation::Insert>
                    <Start route=Route::Users icon=Icon::User title=t::add_person() text=t::add_person_text() />
                </Can>
                <Can menu=Menu::RoleDefinition operation=Operation::Update>
                    <Start route=Route::Roles icon=Icon::Shield title=t::edit_roles() text=t::edit_roles_text() />
                </Can>
                <Can menu=Menu::ManageAccount operation=Operation::View>
                    <Start route=Route::ManageAccount icon=Icon::Ticket title=t::licences() text=t::licences_text() />
                </Can>
                <Start route=Route::Profile icon=Icon::Key title=t::profile() text=t::profile_text() />
            </ul>
        </section>
    }
}

#[component]
fn Start(route: Route, icon: Icon, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <li>
            <a class="start" href=route.href()>
                <Face icon title text />
            </a>
        </li>
    }
}

#[component]
fn Face(icon: Icon, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <span class="start-icon"><IconView icon /></span>
        <span class="start-text">
            <span class="start-title">{title}</span>
            <span class="muted">{text}</span>
        </span>
    }
}
