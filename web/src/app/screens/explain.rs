//! Explain access: who may do what, and which link of the chain decides. For those who see people.
//!
//! The question stands in the URL, so that an answer can be sent to somebody.

use leptos::prelude::*;
use shared::{
    Menu, Operation,
    access::explain::{ExplainFilter, Explanation},
    ids::{ProjectId, UserId},
    project::ProjectFilter,
    user::{User, UserFilter},
};

use crate::{
    api::{self, Loader},
    locales::{explain as t, role_definition::menu_name, users},
    route::Route,
    search::rested,
    session::Session,
    ui::{
        AsyncView, Choice, Crumb, EmptyState, ExplanationView, Icon, Page, Person, PersonPicker,
        SearchSelect, SelectField, UrlValue, url_value,
    },
};

/// How many people or projects are offered at once.
const OFFERED: u16 = 20;

/// The question, in the URL. A handle.
#[derive(Clone, Copy)]
struct Question {
    user: UrlValue,
    menu: UrlValue,
    operation: UrlValue,
    project: UrlValue,
}

impl Question {
    fn new() -> Self {
        Self {
            user: url_value("user"),
            menu: url_value("menu"),
            operation: url_value("operation"),
            project: url_value("project"),
        }
    }

    /// The screen, tracked.
    fn menu(self) -> Menu {
        let known = self.menu.get().and_then(|key| Menu::from_key(&key));
        known.filter(|menu| !menu.is_heading()).unwrap_or(Menu::Projects)
    }

    /// The operation, tracked.
    fn operation(self) -> Operation {
        let key = self.operation.get();
        Operation::ALL.into_iter().find(|one| Some(one.key()) == key.as_deref()).unwrap_or(Operation::View)
    }

    /// What is sent, once somebody is chosen; tracked.
    fn filter(self) -> Option<ExplainFilter> {
        let menu = self.menu();
        let project = self.project.parse::<ProjectId>().filter(|_| menu.is_of_project());
        Some(ExplainFilter {
            user: Some(self.user.parse::<UserId>()?),
            menu,
            operation: self.operation(),
            project,
        })
    }
}

/// The screen.
#[component]
pub fn Explain() -> impl IntoView {
    let question = Question::new();
    let filter = Memo::new(move |_| question.filter());
    let crumbs = vec![Crumb { label: users::title().to_owned(), href: Some(Route::Users.href()) }];
    let answer = move || match filter.get() {
        None => view! { <EmptyState icon=Icon::Shield title=t::choose_title() text=t::choose_text() /> }
            .into_any(),
        Some(filter) => view! { <Answer filter /> }.into_any(),
    };
    view! {
        <Page title=t::title() crumbs>
            <div class="measure stack">
                <p class="muted">{t::intro()}</p>
                <div class="card explain-question">
                    <PersonField question />
                    <div class="form-row">
                        <ScreenField question />
                        <OperationField question />
                    </div>
                    <ProjectField question />
                </div>
                {answer}
            </div>
        </Page>
    }
}

#[component]
fn Answer(filter: ExplainFilter) -> impl IntoView {
    let is_own =
        Session::expect().current_untracked().is_some_and(|current| Some(current.user) == filter.user);
    let chain = Loader::new(move || {
        let query = serde_urlencoded::to_string(&filter).unwrap_or_default();
        async move { api::get::<Explanation>(&format!("/access/explain?{query}")).await }
    });
    view! { <AsyncView loader=chain view=move |chain| view! { <ExplanationView chain is_own /> } /> }
}

fn person(user: User) -> Person {
    let name = format!("{} {}", user.first_name, user.last_name);
    Person { id: user.id.to_string(), name, detail: user.email }
}

#[component]
fn PersonField(question: Question) -> impl IntoView {
    let (value, query) = (RwSignal::new(None::<Person>), RwSignal::new(String::new()));
    let q = rested(query);
    let found = Loader::new(move || {
        let filter = UserFilter { q: q.get(), limit: Some(OFFERED), ..UserFilter::default() };
        async move { api::list::<User>("/users", &filter).await.map(|page| page.items) }
    });
    let people = Signal::derive(move || {
        let found = found.value().unwrap_or_default();
        found.into_iter().map(person).collect::<Vec<_>>()
    });
    // Whoever the address names comes with their name.
    let named = Loader::new(move || {
        let id = question.user.parse::<UserId>();
        let known = value.get_untracked().map(|person| person.id);
        async move {
            match id.filter(|id| known != Some(id.to_string())) {
                Some(id) => api::get::<User>(&format!("/users/{id}")).await.map(Some),
                None => Ok(None),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(Some(user)) = named.value() {
            value.set(Some(person(user)));
        }
    });
    Effect::new(move |before: Option<Option<Person>>| {
        let chosen = value.get();
        if before.is_some_and(|before| before != chosen) {
            question.user.set(chosen.as_ref().map(|person| person.id.clone()));
        }
        chosen
    });
    view! { <PersonPicker label=t::person() value people query help=t::person_help() /> }
}

#[component]
fn ScreenField(question: Question) -> impl IntoView {
    let value = RwSignal::new(
        question.menu.get_untracked().and_then(|key| Menu::from_key(&key)).unwrap_or(Menu::Projects),
    );
    let choices: Vec<Choice<Menu>> = Menu::screens().map(|menu| Choice::new(menu, menu_name(menu))).collect();
    Effect::new(move |before: Option<Menu>| {
        let menu = value.get();
        if before.is_some_and(|before| before != menu) {
            question.menu.set(Some(menu.key().to_owned()));
        }
        menu
    });
    view! { <SearchSelect label=t::screen() value choices=Signal::stored(choices) /> }
}

#[component]
fn OperationField(question: Question) -> impl IntoView {
    let value = RwSignal::new(untrack(|| question.operation()));
    let choices: Vec<_> = Operation::ALL.into_iter().map(|one| (one, t::operation(one).to_owned())).collect();
    Effect::new(move |before: Option<Operation>| {
        let operation = value.get();
        if before.is_some_and(|before| before != operation) {
            question.operation.set(Some(operation.key().to_owned()));
        }
        operation
    });
    view! { <SelectField label=t::operation_label() value choices=Signal::stored(choices) /> }
}

#[component]
fn ProjectField(question: Question) -> impl IntoView {
    let session = Session::expect();
    // Projects are chosen from the list that one may see.
    let path = Memo::new(move |_| {
        [(Menu::Projects, "/projects"), (Menu::MyProjects, "/my-projects")]
            .into_iter()
            .find(|(menu, _)| session.may(*menu, Operation::View))
            .map(|(_, path)| path)
    });
    let found = Loader::new(move || {
        let path = path.get();
        let filter = ProjectFilter {
            limit: Some(500),
            fields: Some("code,name".to_owned()),
            ..ProjectFilter::default()
        };
        async move {
            match path {
                Some(path) => api::list::<Named>(path, &filter).await.map(|page| page.items),
                None => Ok(Vec::new()),
            }
        }
    });
    let value = RwSignal::new(question.project.get_untracked().unwrap_or_default());
    let choices = Signal::derive(move || {
        let mut choices = vec![Choice::new(String::new(), t::any_project())];
        let found = found.value().unwrap_or_default().into_iter();
        choices.extend(found.map(|one| Choice::new(one.id, one.name).with_detail(one.code)));
        choices
    });
    Effect::new(move |before: Option<String>| {
        let chosen = value.get();
        if before.is_some_and(|before| before != chosen) {
            question.project.set(Some(chosen.clone()));
        }
        chosen
    });
    let shown = Memo::new(move |_| question.menu().is_of_project() && path.get().is_some());
    view! {
        <Show when=move || shown.get()>
            <SearchSelect label=t::project() value choices optional=true help=t::project_help() />
        </Show>
    }
}

/// A project of which only code and name were asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
struct Named {
    id: String,
    code: String,
    name: String,
}
