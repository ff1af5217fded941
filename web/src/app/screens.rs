//! The screens, each in a file or folder of its own, with its texts in `locales` under the same name.

mod accept_invitation;
mod api_tokens;
mod audit_log;
mod coming;
mod explain;
mod gallery;
mod general_data;
mod home;
mod licence_consumption;
mod not_found;
mod profile;
mod project;
mod project_parameters;
mod projects;
mod recovery;
mod role_definition;
mod sign_in;
mod sign_in_settings;
mod simulation;
mod splash;
mod to_home;
mod users;

use leptos::prelude::*;
use shared::ids::{ApiTokenId, ProjectId, UserId};

use crate::{
    locale,
    pieces::{Piece, PieceView, cut},
    route::Route,
    ui::Page,
};

use coming::Coming;
pub use splash::Splash;

cut! {
    entrance {
        accept_invitation() = view! { <accept_invitation::AcceptInvitation /> };
        forgot_password() = view! { <recovery::ForgotPassword /> };
        reset_password() = view! { <recovery::ResetPassword /> };
    }
    inside {
        home() = view! { <home::Home /> };
        my_projects() = view! { <projects::MyProjects /> };
        all_projects() = view! { <projects::Projects /> };
        one_project(id: ProjectId) = view! { <project::Project id /> };
    }
    people {
        all_users() = view! { <users::Users /> };
        one_user(id: UserId) = view! { <users::User id /> };
        explanation() = view! { <explain::Explain /> };
        role_definition() = view! { <role_definition::RoleDefinition /> };
    }
    settings {
        audit_log() = view! { <audit_log::AuditLog /> };
        general_data() = view! { <general_data::GeneralData /> };
        licence_consumption() = view! { <licence_consumption::LicenceConsumption /> };
        project_parameters() = view! { <project_parameters::ProjectParameters /> };
        sign_in_settings() = view! { <sign_in_settings::SignInSettings /> };
        own_api_tokens() = view! { <api_tokens::ApiTokens /> };
        new_api_token() = view! { <api_tokens::NewApiToken /> };
        one_api_token(id: ApiTokenId) = view! { <api_tokens::EditApiToken id /> };
        integrations() = view! { <api_tokens::Integrations /> };
        profile() = view! { <profile::Profile /> };
    }
    gallery {
        gallery() = view! { <gallery::Gallery /> };
    }
}

/// The screen of a route.
pub fn screen(route: Option<Route>) -> AnyView {
    let Some(route) = route else { return view! { <not_found::NotFound /> }.into_any() };
    let Some(piece) = piece(&route) else { return view! { <to_home::ToHome /> }.into_any() };
    if route.is_entrance() {
        return view! { <PieceView piece waiting=Splash failed=Box::new(without_frame) /> }.into_any();
    }
    let name = route.menu().map(|menu| menu.label(locale::current()));
    let waiting = move || view! { <Coming name /> };
    let title = name.unwrap_or("Portico");
    let failed = move |notice: AnyView| view! { <Page title>{notice}</Page> }.into_any();
    view! { <PieceView piece waiting failed=Box::new(failed) /> }.into_any()
}

/// Has the screen of a route come while it is being found out who will see it.
pub fn expect(route: Option<&Route>) {
    if let Some(piece) = route.and_then(piece) {
        piece.expect();
    }
}

/// What builds the screen of a route; absent where that is here already.
fn piece(route: &Route) -> Option<Piece> {
    Some(match *route {
        Route::SignIn => return None,
        Route::AcceptInvitation => Piece::new(accept_invitation, |build| build()),
        Route::ForgotPassword => Piece::new(forgot_password, |build| build()),
        Route::ResetPassword => Piece::new(reset_password, |build| build()),
        Route::Home => Piece::new(home, |build| build()),
        Route::MyProjects => Piece::new(my_projects, |build| build()),
        Route::Projects => Piece::new(all_projects, |build| build()),
        Route::Project(id, _) => Piece::new(one_project, move |build| build(id)),
        Route::Users => Piece::new(all_users, |build| build()),
        Route::User(id) => Piece::new(one_user, move |build| build(id)),
        Route::Explain => Piece::new(explanation, |build| build()),
        Route::Roles | Route::NewRole | Route::Role(_) => Piece::new(role_definition, |build| build()),
        Route::GeneralData => Piece::new(general_data, |build| build()),
        Route::ProjectParameters => Piece::new(project_parameters, |build| build()),
        Route::SignInSettings => Piece::new(sign_in_settings, |build| build()),
        Route::AuditLog => Piece::new(audit_log, |build| build()),
        Route::ManageAccount => Piece::new(licence_consumption, |build| build()),
        Route::Integrations => Piece::new(integrations, |build| build()),
        Route::Profile => Piece::new(profile, |build| build()),
        Route::ApiTokens => Piece::new(own_api_tokens, |build| build()),
        Route::NewApiToken => Piece::new(new_api_token, |build| build()),
        Route::ApiToken(id) => Piece::new(one_api_token, move |build| build(id)),
        Route::Gallery => Piece::new(gallery, |build| build()),
    })
}

/// A reason why something is missing, with nothing around it.
pub fn without_frame(notice: AnyView) -> AnyView {
    view! {
        <main class="plain-page" id="main">
            <h1 class="visually-hidden">"Portico"</h1>
            {notice}
        </main>
    }
    .into_any()
}

/// Whether two addresses are one screen, which then stays: a list with one of its rows open beside it, or two tabs
/// of one project.
pub fn is_same(one: Option<&Route>, other: Option<&Route>) -> bool {
    const fn is_role(route: Option<&Route>) -> bool {
        matches!(route, Some(Route::Roles | Route::NewRole | Route::Role(_)))
    }
    if let (Some(Route::Project(one, _)), Some(Route::Project(other, _))) = (one, other) {
        return one == other;
    }
    is_role(one) && is_role(other)
}

/// What people see who are not signed in.
pub fn sign_in() -> AnyView {
    view! { <sign_in::SignIn /> }.into_any()
}
