//! What stands on one tab of a project is not told by another: Home, the history, the lists and a stale version show
//! no more than the tabs that somebody may view.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::{
    Menu, Operation, Operations, Page, Position,
    change::{Change, FieldChange},
    ids::ChangeId,
    project::{Project, ProjectHead, ProjectHome},
};

use super::{at, create, join};
use crate::harness::{Actor, TestApp};

/// The fields of a project that Home itself and every list show.
const AT_HOME: [&str; 6] = ["name", "code", "status", "approval_status", "start_date", "end_date"];
/// What no tab but General may tell.
const OF_GENERAL: [&str; 2] = ["Secret purpose", "CC-4711"];

/// A project with a history of General, of the team, of both at once and of what Home shows.
fn inhabit(app: &TestApp, admin: &Actor) -> Project {
    let new = json!({"name": "Apollo", "cost_centre": "CC-4711", "start_date": "2026-03-10"});
    let project: Project = admin.post("/projects", &new).expect(201).json();
    let path = at(&project);
    for (version, patch) in [
        (1, json!({"description": "Secret purpose"})),
        (2, json!({"name": "Artemis", "cost_centre": "CC-4712"})),
        (3, json!({"cost_centre": "CC-4711"})),
        (4, json!({"end_date": "2026-04-10"})),
    ] {
        app.clock.advance(TimeDelta::seconds(1));
        admin.patch(&path, version, &patch).expect(200);
        let somebody = app.acme.person().role("Team Member").create(app);
        join(admin, &project, somebody.id, Position::TeamMember);
    }
    project
}

/// Somebody who views these tabs where they have a position, by the management way, and whom no position lets in.
fn viewer(app: &TestApp, tabs: &[Menu]) -> Actor {
    let person = app.acme.person().licence("project_manager").grant(Menu::Projects, Operations::VIEW);
    tabs.iter().fold(person, |person, tab| person.grant(*tab, Operations::VIEW)).create(app)
}

/// The history, page by page.
fn history(who: &Actor, project: &Project, limit: usize) -> Vec<Change> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("{}/changes?limit={limit}&after={after}", at(project));
        let page: Page<Change> = who.get(&path).expect(200).json();
        let is_full = page.items.len() == limit;
        all.extend(page.items);
        match page.next {
            Some(next) => {
                assert!(is_full, "what is hidden leaves no gap in a page");
                after = next;
            }
            None => return all,
        }
    }
}

/// What is left of a change for somebody who views these tabs.
fn trimmed(change: Change, sees_general: bool, sees_team: bool) -> Option<Change> {
    let shown = |field: &FieldChange| match change.entity.as_str() {
        "project" => sees_general || AT_HOME.contains(&field.field.as_str()),
        _ => sees_team,
    };
    let fields: Vec<FieldChange> = change.fields.iter().filter(|field| shown(field)).cloned().collect();
    (!fields.is_empty()).then_some(Change { fields, ..change })
}

#[test]
fn home_and_the_history_tell_nothing_of_tabs_that_one_does_not_view() {
    use Menu::{ProjectGeneral, ProjectHome as Home, ProjectTeam};
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = inhabit(&app, &admin);
    let cases: [(&[Menu], bool, bool); 4] = [
        (&[Home], false, false),
        (&[Home, ProjectGeneral], true, false),
        (&[Home, ProjectTeam], false, true),
        (&[Home, ProjectGeneral, ProjectTeam], true, true),
    ];
    let viewers: Vec<Actor> = cases.iter().map(|(tabs, ..)| viewer(&app, tabs)).collect();
    for who in &viewers {
        join(&admin, &project, who.id, Position::Guest);
    }
    let whole = history(&admin, &project, 500);
    for ((tabs, sees_general, sees_team), who) in cases.into_iter().zip(&viewers) {
        let expected: Vec<Change> =
            whole.iter().cloned().filter_map(|change| trimmed(change, sees_general, sees_team)).collect();
        assert!(!expected.is_empty());
        for limit in [1, 2, 500] {
            assert_eq!(history(who, &project, limit), expected, "{tabs:?} by {limit}");
        }
        let answer = who.get(&format!("{}/home", at(&project))).expect(200);
        let told = answer.text.clone() + &who.get(&format!("{}/changes", at(&project))).text;
        for word in OF_GENERAL {
            assert_eq!(told.contains(word), sees_general, "{tabs:?}: {word}");
        }
        for word in ["Pat Person", "@acme"] {
            assert_eq!(told.contains(word), sees_team, "{tabs:?}: {word}");
        }
        let home: ProjectHome = answer.json();
        assert_eq!(home.recent_changes, expected[..expected.len().min(10)], "{tabs:?}");
        assert_eq!((home.managers.is_empty(), home.team.is_empty()), (!sees_team, !sees_team), "{tabs:?}");
        assert_eq!(home.status, project.status);
        assert_eq!(home.start_date, project.start_date);
    }
}

#[test]
fn a_cursor_of_what_one_does_not_see_leads_to_nothing_more() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = inhabit(&app, &admin);
    let who = viewer(&app, &[Menu::ProjectHome]);
    join(&admin, &project, who.id, Position::Guest);
    let first = format!("{}/changes?limit=1", at(&project));
    let page: Page<Change> = admin.get(&first).expect(200).json();
    let (hidden, next) = (page.items[0].id, page.next.expect("more"));
    let page: Page<Change> = who.get(&format!("{}/changes?after={next}", at(&project))).expect(200).json();
    let ids: Vec<ChangeId> = page.items.iter().map(|change| change.id).collect();
    assert!(!ids.contains(&hidden));
    assert!(page.items.iter().all(|change| change.entity == "project"));
}

#[test]
fn lists_name_the_managers_and_keep_their_e_mails() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let guest = app.acme.person().role("Project Guest").create(&app);
    let by_management = viewer(&app, &[Menu::ProjectGeneral]);
    for who in [&guest, &by_management] {
        join(&admin, &project, who.id, Position::Guest);
    }
    for (who, path) in [
        (&guest, "/my-projects"),
        (&by_management, "/projects"),
        (&admin, "/projects"),
        (&admin, "/my-projects"),
    ] {
        let answer = who.get(path).expect(200);
        let page: Value = answer.json();
        assert_eq!(page["items"][0]["managers"], json!([{"id": admin.id, "name": "Ada Admin"}]), "{path}");
        assert!(!answer.text.contains('@'), "{path}: {}", answer.text);
    }
}

#[test]
fn a_stale_deletion_tells_nothing_of_general_to_who_does_not_view_it() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = inhabit(&app, &admin);
    let may_delete = Operations::of(&[Operation::View, Operation::Delete]);
    let person = || app.acme.person().licence("project_manager").grant(Menu::Projects, may_delete);
    let viewing = person().grant(Menu::ProjectGeneral, Operations::VIEW).create(&app);
    let blind = person().create(&app);
    for (who, sees_general) in [(&viewing, true), (&blind, false)] {
        join(&admin, &project, who.id, Position::Guest);
        assert_eq!(who.get(&at(&project)).status == 200, sees_general);
        let answer = who.delete(&at(&project), 1).expect(412);
        for word in OF_GENERAL {
            assert_eq!(answer.text.contains(word), sees_general, "{}", answer.text);
        }
        assert_eq!(answer.problem().current.expect("the present state")["version"], json!(5));
    }
    blind.delete(&at(&project), 5).expect(204);
}

#[test]
fn the_head_opens_the_page_to_who_views_any_tab_and_tells_of_none() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = inhabit(&app, &admin);
    let path = format!("{}/head", at(&project));
    for tabs in [&[][..], &[Menu::ProjectHome], &[Menu::ProjectGeneral], &[Menu::ProjectTeam]] {
        let who = viewer(&app, tabs);
        assert_eq!(who.get(&path).status, 404, "{tabs:?}: without a position there is nothing to see");
        join(&admin, &project, who.id, Position::Guest);
        let answer = who.get(&path).expect(200);
        assert_eq!(answer.header("etag"), Some("\"5\""));
        for word in OF_GENERAL.into_iter().chain(["Pat Person", "@acme"]) {
            assert!(!answer.text.contains(word), "{tabs:?}: {word}");
        }
        let head: ProjectHead = answer.json();
        assert_eq!(
            (head.name.as_str(), &head.code, &head.status),
            ("Artemis", &project.code, &project.status)
        );
        let open: Vec<Menu> = head.access.tabs.keys().copied().collect();
        let expected: Vec<Menu> = [Menu::Projects].into_iter().chain(tabs.iter().copied()).collect();
        assert_eq!(open, expected);
        // Each tab says the same of itself.
        for (tab, address) in
            [(Menu::ProjectHome, "/home"), (Menu::ProjectGeneral, ""), (Menu::ProjectTeam, "/team")]
        {
            let status = who.get(&format!("{}{address}", at(&project))).status;
            assert_eq!(status == 200, tabs.contains(&tab), "{tabs:?} {address}");
        }
    }
    // Who has no list that leads to projects is told so, whatever tabs they may view and whatever the id.
    let lost = app.acme.person().grant(Menu::ProjectHome, Operations::ALL).create(&app);
    join(&admin, &project, lost.id, Position::TeamMember);
    for path in [path.as_str(), "/projects/0198c2a4-0000-7000-8000-000000000001/head"] {
        let denial = lost.get(path).expect(403).problem().denial.expect("the reason");
        assert_eq!((denial.menu, denial.operation), (Menu::Projects, Operation::View));
    }
    // A token sees what its scopes leave.
    let token =
        admin.api_token(&app, &[(Menu::Projects, Operations::VIEW), (Menu::ProjectHome, Operations::VIEW)]);
    let head: ProjectHead = token.get(&path).expect(200).json();
    assert_eq!(head.access.tabs.keys().copied().collect::<Vec<_>>(), [Menu::Projects, Menu::ProjectHome]);
    admin.api_token(&app, &[(Menu::ProjectHome, Operations::ALL)]).get(&path).expect(403);
}
