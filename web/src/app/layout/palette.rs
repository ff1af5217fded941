//! What the command palette finds: screens one may view, actions one may do, projects and people that one sees.
//!
//! Screens and actions are known here; projects and people are asked of the server once the typing rests, through the
//! lists that the person may see, so that the palette shows nothing that a list would not.

use std::collections::VecDeque;

use leptos::{ev, prelude::*};
use serde::Deserialize;
use shared::{Language, Menu, Operation, project::ProjectFilter, session::CurrentSession, user::UserFilter};
use wasm_bindgen::JsCast as _;

use super::{
    menus::{choose_language, sign_out},
    navigation::icon,
};
use crate::{
    api::{self, Load, Loader},
    locale::{self, LanguageChoice},
    locales::{explain, frame, palette as t},
    navigation::{Departure, Go, Guard},
    route::{ProjectTab, Route},
    search::{rank, settled},
    session::Session,
    theme::{Theme, ThemeChoice},
    ui::{Command, Icon, Palette, Toasts},
};

/// How many projects, and how many people, are found at once.
const FOUND: u16 = 6;
/// How many of what was opened last are remembered.
const RECENT: usize = 5;
/// From how many letters on the server is asked.
const LETTERS: usize = 2;

/// What was opened last in this page's life, newest first. Names of projects and people are not for a browser's store.
#[derive(Debug, Clone, Copy)]
struct Recent(RwSignal<VecDeque<Entry>>);

/// What can be opened or done, without the way to it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    key: String,
    group: &'static str,
    label: String,
    detail: Option<String>,
    icon: Icon,
    does: Does,
}

#[derive(Debug, Clone, PartialEq)]
enum Does {
    Open(String),
    Theme(Theme),
    Language(Language),
    SignOut,
}

/// Ctrl-K or Cmd-K anywhere, `/` where nothing is typed into; neither above a dialog, which has the page to itself.
fn is_meant(event: &ev::KeyboardEvent) -> bool {
    let with_control = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
    let ctrl_k = with_control && event.key().eq_ignore_ascii_case("k");
    let slash = event.key() == "/" && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    let is_free = document().query_selector("dialog[open]").ok().flatten().is_none();
    is_free && (ctrl_k || (slash && !is_typing(event)))
}

fn is_typing(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    target.is_some_and(|target| {
        target.is_content_editable() || target.matches("input, select, textarea").unwrap_or(false)
    })
}

/// The palette, and the keys that open it.
#[component]
pub(super) fn Finder(
    /// Who is signed in.
    session: CurrentSession,
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let handle = window_event_listener(ev::keydown, move |event| {
        if is_meant(&event) {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || handle.remove());
    let now = Session::expect();
    let query = RwSignal::new(String::new());
    let recent = Recent(RwSignal::new(VecDeque::new()));
    let known = Memo::new(move |_| known(&now.current().unwrap_or_else(|| session.clone())));
    let asked = settled(move || {
        let typed = query.with(|query| query.trim().to_owned());
        (open.get() && typed.chars().count() >= LETTERS).then_some(typed)
    });
    let answer = Loader::new(move || {
        let asked = asked.get();
        let projects = projects_path(now);
        let people = now.may(Menu::Users, Operation::View);
        async move {
            let Some(typed) = asked else { return Ok(Vec::new()) };
            let mut found = match projects {
                Some(path) => projects_of(path, &typed).await?,
                None => Vec::new(),
            };
            if people {
                found.extend(people_of(&typed).await?);
            }
            Ok(found)
        }
    });
    let run = run(now, recent);
    let commands = Signal::derive(move || {
        let typed = query.get();
        let remote = answer.value().unwrap_or_default();
        let entries = found(&typed, &known.get(), &recent.0.get(), &remote);
        entries.into_iter().map(|entry| run.run(entry)).collect::<Vec<_>>()
    });
    let waits = move || query.with(|query| query.trim().chars().count() >= LETTERS);
    let busy = Signal::derive(move || {
        let typed = query.with(|query| query.trim().to_owned());
        let settled = asked.with(|asked| asked.as_ref().is_some_and(|asked| *asked == typed));
        waits() && (!settled || matches!(answer.get(), Load::Waiting))
    });
    let notice = Signal::derive(move || {
        (waits() && matches!(answer.get(), Load::Failed(_))).then(|| t::failed().to_owned())
    });
    view! { <Palette open query commands busy notice /> }
}

/// Makes commands of entries: what they do, and that they are remembered.
fn run(session: Session, recent: Recent) -> Callback<Entry, Command> {
    let (languages, themes) = (expect_context::<LanguageChoice>(), expect_context::<ThemeChoice>());
    let (guard, toasts, go) = (expect_context::<Guard>(), Toasts::expect(), Go::new());
    Callback::new(move |entry: Entry| {
        let go = go.clone();
        let remembered = entry.clone();
        let run = Callback::new(move |()| {
            recent.0.update(|recent| remember(recent, remembered.clone()));
            match &remembered.does {
                Does::Open(href) => guard.leave_to(&go, href),
                Does::Theme(theme) => themes.set(*theme),
                Does::Language(language) if guard.lets(Departure::Language(*language)) => {
                    choose_language(languages, session, *language);
                }
                Does::SignOut if guard.lets(Departure::SignOut) => sign_out(session, toasts, go.clone()),
                Does::Language(_) | Does::SignOut => {}
            }
        });
        let Entry { key, group, label, detail, icon, .. } = entry;
        Command { key, group, label, detail, icon, run }
    })
}

fn remember(recent: &mut VecDeque<Entry>, entry: Entry) {
    recent.retain(|known| known.key != entry.key);
    if entry.does != Does::SignOut {
        recent.push_front(entry);
    }
    recent.truncate(RECENT);
}

/// What is shown for these words: without any, what was opened last, then everything; otherwise the best first.
fn found(typed: &str, known: &[Entry], recent: &VecDeque<Entry>, remote: &[Entry]) -> Vec<Entry> {
    if typed.trim().is_empty() {
        let last = recent.iter().map(|entry| Entry { group: t::recent(), ..entry.clone() });
        let others = known.iter().filter(|entry| recent.iter().all(|one| one.key != entry.key));
        return last.chain(others.cloned()).collect();
    }
    let mut ranked: Vec<(u32, Entry)> = known
        .iter()
        .filter_map(|entry| {
            let words = format!("{} {}", entry.label, entry.detail.as_deref().unwrap_or_default());
            let used = u32::from(recent.iter().any(|one| one.key == entry.key));
            // What was opened lately wins among equals.
            Some((rank(typed, &words)? * 2 + used, entry.clone()))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    // Groups stand in the order of their best; within one the best is first.
    let mut groups: Vec<&'static str> = Vec::new();
    for (_, entry) in &ranked {
        if !groups.contains(&entry.group) {
            groups.push(entry.group);
        }
    }
    let of_group = |group: &'static str| {
        ranked.iter().filter(move |(_, entry)| entry.group == group).map(|(_, entry)| entry.clone())
    };
    groups.into_iter().flat_map(of_group).chain(remote.iter().cloned()).collect()
}

/// Screens and actions of this person.
fn known(session: &CurrentSession) -> Vec<Entry> {
    let language = locale::current();
    let may = |menu: Menu, operation| {
        session.permissions.get(&menu).is_some_and(|operations| operations.has(operation))
    };
    let opens = |key: &str, group, label: &str, icon, href: String| Entry {
        key: key.to_owned(),
        group,
        label: label.to_owned(),
        detail: None,
        icon,
        does: Does::Open(href),
    };
    let action = |key: &str, label: &str, icon, href: String| opens(key, t::actions(), label, icon, href);
    let open_new = |route: &Route| format!("{}?open=new", route.href());
    let mut entries = Vec::new();
    if may(Menu::Projects, Operation::Insert) {
        entries.push(action("new-project", t::new_project(), Icon::Plus, open_new(&Route::Projects)));
    }
    if may(Menu::Users, Operation::Insert) {
        entries.push(action("add-person", t::add_person(), Icon::Plus, open_new(&Route::Users)));
    }
    if may(Menu::RoleDefinition, Operation::Insert) {
        entries.push(action("new-role", t::new_role(), Icon::Plus, Route::NewRole.href()));
    }
    let screens = Menu::screens().filter(|menu| menu.is_built() && may(*menu, Operation::View));
    entries.extend(screens.filter_map(|menu| {
        let label = menu.label(language);
        let href = Route::of_menu(menu)?.href();
        Some(opens(menu.key(), t::screens(), label, icon(menu), href))
    }));
    if may(Menu::Users, Operation::View) {
        let explain = (explain::title(), Icon::Shield, Route::Explain.href());
        entries.push(opens("explain", t::screens(), explain.0, explain.1, explain.2));
    }
    entries.push(opens("profile", t::screens(), frame::profile(), Icon::User, Route::Profile.href()));
    let mut does = |key: String, label: String, icon, does| {
        entries.push(Entry { key, group: t::actions(), label, detail: None, icon, does });
    };
    for theme in Theme::ALL {
        let sign = match theme {
            Theme::System => Icon::Monitor,
            Theme::Light => Icon::Sun,
            Theme::Dark => Icon::Moon,
        };
        does(format!("theme-{theme:?}"), t::theme(Theme::label(theme)), sign, Does::Theme(theme));
    }
    for one in Language::ALL.into_iter().filter(|one| *one != language) {
        let label = t::language(locale::language_name(one));
        does(format!("language-{}", one.code()), label, Icon::Globe, Does::Language(one));
    }
    does("sign-out".to_owned(), frame::sign_out().to_owned(), Icon::SignOut, Does::SignOut);
    // Actions together, those that make something new first.
    let (actions, screens): (Vec<_>, Vec<_>) = entries.into_iter().partition(|one| one.group == t::actions());
    screens.into_iter().chain(actions).collect()
}

/// The list through which the person finds projects, tracked.
fn projects_path(session: Session) -> Option<&'static str> {
    [(Menu::Projects, "/projects"), (Menu::MyProjects, "/my-projects")]
        .into_iter()
        .find(|(menu, _)| session.may(*menu, Operation::View))
        .map(|(_, path)| path)
}

#[derive(Debug, Deserialize)]
struct FoundProject {
    id: shared::ids::ProjectId,
    code: String,
    name: String,
}

async fn projects_of(path: &'static str, typed: &str) -> Result<Vec<Entry>, api::Failure> {
    let fields = Some("code,name".to_owned());
    let filter =
        ProjectFilter { q: Some(typed.to_owned()), limit: Some(FOUND), fields, ..ProjectFilter::default() };
    let page = api::list::<FoundProject>(path, &filter).await?;
    let entry = |project: FoundProject| Entry {
        key: project.id.to_string(),
        group: t::projects(),
        label: project.name,
        detail: Some(project.code),
        icon: Icon::Folder,
        does: Does::Open(Route::Project(project.id, ProjectTab::Home).href()),
    };
    Ok(page.items.into_iter().map(entry).collect())
}

#[derive(Debug, Deserialize)]
struct FoundPerson {
    id: shared::ids::UserId,
    first_name: String,
    last_name: String,
    email: String,
}

async fn people_of(typed: &str) -> Result<Vec<Entry>, api::Failure> {
    let fields = Some("first_name,last_name,email".to_owned());
    let filter =
        UserFilter { q: Some(typed.to_owned()), limit: Some(FOUND), fields, ..UserFilter::default() };
    let page = api::list::<FoundPerson>("/users", &filter).await?;
    let entry = |person: FoundPerson| Entry {
        key: person.id.to_string(),
        group: t::people(),
        label: format!("{} {}", person.first_name, person.last_name),
        detail: Some(person.email),
        icon: Icon::User,
        does: Does::Open(Route::User(person.id).href()),
    };
    Ok(page.items.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, group: &'static str, label: &str) -> Entry {
        let does = Does::Open(format!("/{key}"));
        Entry { key: key.to_owned(), group, label: label.to_owned(), detail: None, icon: Icon::Home, does }
    }

    fn keys(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.key.as_str()).collect()
    }

    #[test]
    fn the_best_stands_first_and_what_was_opened_lately_wins_among_equals() {
        let known = [
            entry("users", "Screens", "Users"),
            entry("roles", "Screens", "Role Definition"),
            entry("projects", "Screens", "Projects"),
            entry("new-project", "Actions", "New project"),
            entry("new-role", "Actions", "New role"),
        ];
        let mut recent = VecDeque::new();
        let remote = [entry("apollo", "Projects", "Apollo")];
        for (typed, expected) in [
            ("", vec!["users", "roles", "projects", "new-project", "new-role"]),
            ("role", vec!["roles", "new-role", "apollo"]),
            ("PROJ", vec!["projects", "new-project", "apollo"]),
            ("new", vec!["new-project", "new-role", "apollo"]),
            ("zzz", vec!["apollo"]),
        ] {
            let remote: &[Entry] = if typed.is_empty() { &[] } else { &remote };
            assert_eq!(keys(&found(typed, &known, &recent, remote)), expected, "{typed:?}");
        }
        remember(&mut recent, known[4].clone());
        assert_eq!(keys(&found("", &known, &recent, &[]))[..2], ["new-role", "users"]);
        assert_eq!(keys(&found("new", &known, &recent, &[])), ["new-role", "new-project"]);
    }

    #[test]
    fn only_the_last_are_remembered_each_once_and_never_the_way_out() {
        let mut recent = VecDeque::new();
        for key in ["a", "b", "c", "a", "d", "e", "f"] {
            remember(&mut recent, entry(key, "Screens", key));
        }
        let out = Entry { does: Does::SignOut, ..entry("sign-out", "Actions", "Sign out") };
        remember(&mut recent, out);
        let kept: Vec<&str> = recent.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(kept, ["f", "e", "d", "a", "c"]);
    }
}
