//! The lists of projects: all that one sees under MANAGEMENT, and one's own under MY DESKTOP.

mod columns;
mod filters;
mod marks;
mod new;

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    project::{ProjectFilter, ProjectOptions, ProjectRow},
};

use self::{columns::columns, filters::Filters};
pub(super) use self::{
    marks::{ParameterMark, PositionBadge, parameter_name},
    new::{NewProjectDialog, day},
};
use crate::{
    api::{self, Loader, Paged},
    locales::projects as t,
    navigation::Go,
    route::{ProjectTab, Route},
    session::{Can, Session},
    ui::{Button, ButtonKind, EmptyState, Icon, Page, SearchBox, Table, url_value},
};

/// On which way one comes to the projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Management,
    Desktop,
}

impl Way {
    const fn path(self) -> &'static str {
        match self {
            Self::Management => "/projects",
            Self::Desktop => "/my-projects",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Management => t::projects(),
            Self::Desktop => t::my_projects(),
        }
    }
}

/// The screen of the menu `projects`.
#[component]
pub fn Projects() -> impl IntoView {
    view! { <List way=Way::Management /> }
}

/// The screen of the menu `my_projects`.
#[component]
pub fn MyProjects() -> impl IntoView {
    view! { <List way=Way::Desktop /> }
}

#[component]
fn List(way: Way) -> impl IntoView {
    let filters = Filters::new();
    let (sort, shown) = (url_value("sort"), url_value("columns"));
    let list = Paged::<ProjectRow>::new(move |after| {
        let filter = ProjectFilter { sort: sort.get(), after, total: Some(true), ..filters.get() };
        async move { api::list(way.path(), &filter).await }
    });
    let options = Loader::new(|| api::get::<ProjectOptions>("/projects/options"));
    // The address of a new project, which the command palette knows.
    let (creating, wanted) = (RwSignal::new(false), url_value("open"));
    Effect::new(move |_| {
        if wanted.get().as_deref() == Some("new") {
            wanted.set(None);
            creating.set(true);
        }
    });
    let go = Go::new();
    let open = move |row: ProjectRow| go.to(&Route::Project(row.id, ProjectTab::Home));
    let session = Session::expect();
    let empty = move || {
        let may_add = session.may(Menu::Projects, Operation::Insert);
        let (title, text) = match (way, may_add) {
            (Way::Management, true) => (t::empty_all(), t::empty_all_add()),
            (Way::Management, false) => (t::empty_all(), t::empty_all_wait()),
            (Way::Desktop, true) => (t::empty_mine(), t::empty_mine_add()),
            (Way::Desktop, false) => (t::empty_mine(), t::empty_mine_wait()),
        };
        view! {
            <EmptyState icon=Icon::Folder title text>
                <AddButton creating />
            </EmptyState>
        }
    };
    let actions = move || view! { <AddButton creating kind=ButtonKind::Primary /> };
    let toolbar = move || view! { <SearchBox label=t::search() value=filters.q /> };
    let label = match way {
        Way::Management => t::projects(),
        Way::Desktop => t::my_projects_label(),
    };
    view! {
        <Page title=way.title() fill=true actions>
            <Table
                label
                columns=columns(filters, options, list, way)
                list
                key=|row| format!("{}-{}", row.id, row.updated_at.timestamp_millis())
                sort
                shown
                toolbar
                filtered=Signal::derive(move || filters.are_set())
                on_clear=move |()| filters.clear()
                on_open=open
                empty
            />
            <NewProjectDialog open=creating />
        </Page>
    }
}

#[component]
fn AddButton(creating: RwSignal<bool>, #[prop(optional)] kind: ButtonKind) -> impl IntoView {
    view! {
        <Can menu=Menu::Projects operation=Operation::Insert>
            <Button
                label=t::add()
                icon=Icon::Plus
                kind
                on_press=move |()| creating.set(true)
            />
        </Can>
    }
}
