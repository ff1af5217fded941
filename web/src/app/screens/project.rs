//! One project: its head, and the tabs that one's position and roles open.
//!
//! The tab is a signal read from the address, so that going from tab to tab builds the tab alone. The head is for whoever
//! sees the project on any of its tabs; what stands on a tab, the tab loads. What one may do comes with the head and is
//! read again with it: when the session's rights change, when the person comes back
//! to the window, and when the API denies what the screen offered.

mod changes;
mod delete;
mod draft;
mod general;
mod glance;
mod history;
mod member;
mod team;

use leptos::{ev, prelude::*};
use leptos_router::hooks::use_location;
use shared::{Menu, Operation, ProblemCode, ids::ProjectId, project::ProjectHead};

pub use self::changes::in_words;
use self::{general::General, glance::Glance, history::History, team::Team};
use super::projects::{ParameterMark, PositionBadge};
use crate::{
    api::{self, Failure, Load, Loader},
    locale,
    locales::{project as t, projects},
    route::{Place, ProjectTab, Route},
    session::Session,
    ui::{
        ButtonKind, Crumb, EmptyState, FailureNotice, Icon, LinkButton, Notice, Page, SkeletonText, Tab,
        TabLinks, Tone,
    },
};

/// The head of the project, which the tabs share. A handle: copies are the same project.
#[derive(Debug, Clone, Copy)]
struct Opened {
    id: ProjectId,
    loader: Loader<ProjectHead>,
    /// The newest state that has been here; absent until the first one is.
    newest: Memo<Option<ProjectHead>>,
}

impl Opened {
    fn path(self) -> String {
        format!("/projects/{}", self.id)
    }

    /// Whether the person may do this on a tab, tracked.
    fn may(self, tab: Menu, operation: Operation) -> bool {
        self.newest.with(|project| {
            let tabs = project.as_ref().map(|project| &project.access.tabs);
            tabs.and_then(|tabs| tabs.get(&tab)).is_some_and(|operations| operations.has(operation))
        })
    }

    /// Whether the person may view the tab, tracked.
    fn is_open(self, tab: ProjectTab) -> bool {
        self.may(menu_of(tab), Operation::View)
    }

    /// The address of a tab, where the person may view it; tracked.
    fn href(self, tab: ProjectTab) -> Option<String> {
        self.is_open(tab).then(|| Route::Project(self.id, tab).href())
    }

    /// What was offered was denied: rights have changed since they were read.
    fn heed(self, failure: &Failure) {
        if failure.code().is_some_and(|code| matches!(code.status(), 403 | 404)) {
            self.loader.reload();
        }
    }
}

/// The menu whose rights open a tab. The history is part of Home.
const fn menu_of(tab: ProjectTab) -> Menu {
    match tab {
        ProjectTab::Home | ProjectTab::History => Menu::ProjectHome,
        ProjectTab::General => Menu::ProjectGeneral,
        ProjectTab::Team => Menu::ProjectTeam,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Waiting,
    Here,
    Failed(Failure),
}

/// The screen of one project.
#[component]
pub fn Project(
    /// Which one.
    id: ProjectId,
) -> impl IntoView {
    let session = Session::expect();
    let rights = Memo::new(move |_| session.current().map(|current| current.permissions));
    let loader = Loader::new(move || {
        rights.track();
        async move { api::get::<ProjectHead>(&format!("/projects/{id}/head")).await }
    });
    let returned = window_event_listener(ev::focus, move |_| loader.reload());
    on_cleanup(move || returned.remove());
    let newest = Memo::new(move |known: Option<&Option<ProjectHead>>| {
        loader.value().or_else(|| known.cloned().flatten())
    });
    let opened = Opened { id, loader, newest };
    let stage = Memo::new(move |before: Option<&Stage>| match loader.get() {
        Load::Waiting => Stage::Waiting,
        Load::Ready(_) => Stage::Here,
        // A network that is away for a moment takes nothing from the screen, least of all what is being typed.
        Load::Failed(failure) if failure.is_passing() && before == Some(&Stage::Here) => Stage::Here,
        Load::Failed(failure) => Stage::Failed(failure),
    });
    let is_here = Memo::new(move |_| stage.get() == Stage::Here);
    let title = Signal::derive(move || {
        let name = newest.with(|project| project.as_ref().map(|project| project.name.clone()));
        name.filter(|_| is_here.get()).unwrap_or_else(|| t::untitled().to_owned())
    });
    let mark = move || view! { {move || is_here.get().then(|| view! { <Marks opened /> })} };
    let tabs = move || view! { {move || is_here.get().then(|| view! { <ProjectTabs opened /> })} };
    let body = move || match stage.get() {
        Stage::Waiting => view! { <SkeletonText lines=6 /> }.into_any(),
        Stage::Here => view! { <Body opened /> }.into_any(),
        Stage::Failed(failure) => view! { <Closed failure loader /> }.into_any(),
    };
    view! {
        <Page title crumbs=crumbs(session) mark tabs>
            {body}
        </Page>
    }
}

/// Back to the list from which one sees the project.
fn crumbs(session: Session) -> Vec<Crumb> {
    let (label, route) = list_of(session);
    vec![Crumb { label: label.to_owned(), href: Some(route.href()) }]
}

fn list_of(session: Session) -> (&'static str, Route) {
    let sees_all = untrack(|| session.may(Menu::Projects, Operation::View));
    if sees_all {
        (projects::projects(), Route::Projects)
    } else {
        (projects::my_projects(), Route::MyProjects)
    }
}

/// Status, code and dates beside the name.
#[component]
fn Marks(opened: Opened) -> impl IntoView {
    let facts = Memo::new(move |_| {
        opened.newest.with(|project| {
            project.as_ref().map(|project| {
                let dates = dates(project.start_date, project.end_date);
                (project.status.clone(), project.code.clone(), dates, project.access.effective_position)
            })
        })
    });
    move || {
        facts.get().map(|(status, code, dates, position)| {
            view! {
                <div class="project-marks">
                    <ParameterMark entry=status />
                    <span class="project-fact numeric">{code}</span>
                    {dates.map(|dates| view! { <span class="project-fact numeric">{dates}</span> })}
                    {position.map(|position| view! { <PositionBadge position /> })}
                </div>
            }
        })
    }
}

/// Both days in a few words; absent when neither is set.
fn dates(start: Option<chrono::NaiveDate>, end: Option<chrono::NaiveDate>) -> Option<String> {
    match (start, end) {
        (Some(start), Some(end)) => Some(format!("{} – {}", locale::date(start), locale::date(end))),
        (Some(start), None) => Some(format!("{} – …", locale::date(start))),
        (None, Some(end)) => Some(format!("… – {}", locale::date(end))),
        (None, None) => None,
    }
}

#[component]
fn ProjectTabs(opened: Opened) -> impl IntoView {
    let current = current_tab(opened);
    let open = Memo::new(move |_| {
        let open = ProjectTab::ALL.into_iter().filter(|tab| opened.is_open(*tab));
        open.collect::<Vec<_>>()
    });
    move || {
        let tab = |tab: ProjectTab| Tab {
            label: t::tab(tab).to_owned(),
            href: Route::Project(opened.id, tab).href(),
            current: Signal::derive(move || current.get() == tab),
        };
        view! { <TabLinks label=t::tabs() tabs=open.get().into_iter().map(tab).collect() /> }
    }
}

/// The tab of the address. At the address of the project itself those who may not see Home begin with the first
/// tab that is open to them.
fn current_tab(opened: Opened) -> Memo<ProjectTab> {
    let location = use_location();
    Memo::new(move |known: Option<&ProjectTab>| {
        let route = location.pathname.with(|path| Route::parse(Place::split(path).1));
        let asked = match route {
            Some(Route::Project(id, tab)) if id == opened.id => tab,
            // The screen is about to be left.
            _ => return known.copied().unwrap_or(ProjectTab::Home),
        };
        if asked == ProjectTab::Home && !opened.is_open(asked) {
            return ProjectTab::ALL.into_iter().find(|tab| opened.is_open(*tab)).unwrap_or(asked);
        }
        asked
    })
}

#[component]
fn Body(opened: Opened) -> impl IntoView {
    let tab = current_tab(opened);
    let is_open = Memo::new(move |_| opened.is_open(tab.get()));
    view! {
        <Lowered opened />
        {move || match (tab.get(), is_open.get()) {
            (_, false) => view! { <NotOpen opened /> }.into_any(),
            (ProjectTab::Home, _) => view! { <Glance opened /> }.into_any(),
            (ProjectTab::General, _) => view! { <General opened /> }.into_any(),
            (ProjectTab::Team, _) => view! { <Team opened /> }.into_any(),
            (ProjectTab::History, _) => view! { <History opened /> }.into_any(),
        }}
    }
}

/// Says when one's own position counts for less than was assigned, and why.
#[component]
fn Lowered(opened: Opened) -> impl IntoView {
    let lowered = Memo::new(move |_| {
        opened.newest.with(|project| {
            let access = &project.as_ref()?.access;
            Some((access.assigned_position?, access.effective_position?, access.lowered_because?))
        })
    });
    move || {
        lowered.get().map(|(assigned, effective, because)| {
            let title = t::lowered_title(projects::position(assigned), projects::position(effective));
            view! {
                <div class="measure-wide">
                    <Notice tone=Tone::Warning title>
                        <p>{t::lowered_own(because)}</p>
                    </Notice>
                </div>
            }
        })
    }
}

/// A tab that one's position does not open; leads to the first one that it does.
#[component]
fn NotOpen(opened: Opened) -> impl IntoView {
    let first = move || {
        let tab = ProjectTab::ALL.into_iter().find(|tab| opened.is_open(*tab))?;
        let href = Route::Project(opened.id, tab).href();
        Some(view! { <LinkButton href label=t::open_tab(t::tab(tab)) /> })
    };
    let position = opened
        .newest
        .with_untracked(|project| project.as_ref().and_then(|project| project.access.effective_position));
    let text = position
        .map_or_else(|| t::not_open().to_owned(), |position| t::not_open_as(projects::position(position)));
    view! {
        <EmptyState icon=Icon::Lock title=t::not_allowed() text>
            {first}
        </EmptyState>
    }
}

/// The project cannot be shown at all.
#[component]
fn Closed(failure: Failure, loader: Loader<ProjectHead>) -> impl IntoView {
    let (label, route) = list_of(Session::expect());
    let back = format!("{}: {label}", t::to_projects());
    match failure.code() {
        Some(ProblemCode::NotFound) => view! {
            <EmptyState icon=Icon::Search title=t::gone() text=t::gone_text()>
                <LinkButton href=route.href() label=back kind=ButtonKind::Primary />
            </EmptyState>
        }
        .into_any(),
        Some(ProblemCode::Forbidden) => view! {
            <EmptyState icon=Icon::Lock title=t::not_allowed() text=failure.advice()>
                <LinkButton href=route.href() label=back />
            </EmptyState>
        }
        .into_any(),
        _ => {
            let retry = Callback::new(move |()| loader.reload());
            view! { <div class="measure"><FailureNotice failure on_retry=retry /></div> }.into_any()
        }
    }
}
