//! Who reaches which project, and what a position opens there.

use serde_json::json;
use shared::{
    Menu, Operation, Operations, Page, Position,
    access::DenialReason,
    ids::ProjectId,
    licence::Function,
    project::{LoweredBecause, Project, ProjectRow, TeamMember},
};
use ureq::http::Method;

use super::{at, create, join};
use crate::harness::{Actor, Answer, TestApp};

/// Every endpoint of a project, as somebody tries it.
fn knock_everywhere(who: &Actor, project: ProjectId, user: shared::ids::UserId) -> Vec<(String, Answer)> {
    let version = Some(1);
    let body = |value: serde_json::Value| Some(value.to_string().into_bytes());
    [
        (Method::GET, "", None, None),
        (Method::PATCH, "", version, body(json!({"name": "Mine"}))),
        (Method::DELETE, "", version, None),
        (Method::GET, "/head", None, None),
        (Method::GET, "/deletion", None, None),
        (Method::GET, "/home", None, None),
        (Method::GET, "/changes", None, None),
        (Method::GET, "/team", None, None),
        (Method::GET, "/team/candidates", None, None),
        (Method::POST, "/team", None, body(json!({"user_id": user, "position": "guest"}))),
        (Method::PATCH, "/team/USER", version, body(json!({"position": "guest"}))),
        (Method::DELETE, "/team/USER", version, None),
    ]
    .into_iter()
    .map(|(method, path, version, body)| {
        let path = format!("/projects/{project}{}", path.replace("USER", &user.to_string()));
        (format!("{method} {path}"), who.send(method, &path, version, body))
    })
    .collect()
}

fn ids(who: &Actor, path: &str) -> Vec<ProjectId> {
    let page: Page<ProjectRow> = who.get(path).expect(200).json();
    page.items.into_iter().map(|row| row.id).collect()
}

#[test]
fn project_managers_with_reach_own_cannot_open_each_others_projects() {
    let app = TestApp::start();
    let ana = app.acme.person().role("Project Manager").create(&app);
    let ben = app.acme.person().role("Project Manager").create(&app);
    let (hers, his) = (create(&ana, "Hers"), create(&ben, "His"));
    for (who, own, other) in [(&ana, &hers, &his), (&ben, &his, &hers)] {
        who.get(&at(own)).expect(200);
        for path in ["/projects", "/my-projects"] {
            assert_eq!(ids(who, path), [own.id], "{path}");
        }
        for (attempt, answer) in knock_everywhere(who, other.id, who.id) {
            assert_eq!(answer.status, 404, "{attempt}: {}", answer.text);
        }
    }
    // Word for word as one that does not exist.
    let nothing = ProjectId(app.clock.new_id());
    let without_request = |answer: Answer| {
        let mut problem = answer.problem();
        problem.request_id = None;
        problem
    };
    let pairs =
        knock_everywhere(&ana, his.id, ana.id).into_iter().zip(knock_everywhere(&ana, nothing, ana.id));
    for ((attempt, unseen), (_, absent)) in pairs {
        assert_eq!(without_request(unseen), without_request(absent), "{attempt}");
    }
}

#[test]
fn the_project_code_finds_a_project_for_those_alone_who_may_view_it() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let body = json!({"name": "Orbiter", "project_code": "Z-77"});
    let project: Project = admin.post("/projects", &body).expect(201).json();
    let sees_the_list = app.acme.person().grant(Menu::Projects, Operations::VIEW).create(&app);
    let sees_general = app
        .acme
        .person()
        .grant(Menu::Projects, Operations::VIEW)
        .grant(Menu::ProjectGeneral, Operations::VIEW)
        .create(&app);
    for (who, query, found) in [
        (&sees_the_list, "q=orbit", true),
        (&sees_the_list, "q=z-77", false),
        (&sees_general, "q=z-77", true),
        (&admin, "q=z-77", true),
    ] {
        assert_eq!(!ids(who, &format!("/projects?{query}")).is_empty(), found, "{query}");
    }
    // A position that opens General opens its code.
    join(&admin, &project, sees_the_list.id, Position::Guest);
    let guest = app.acme.person().role("Project Guest").create(&app);
    assert!(ids(&guest, "/my-projects?q=z-77").is_empty());
    join(&admin, &project, guest.id, Position::Guest);
    assert_eq!(ids(&guest, "/my-projects?q=z-77"), [project.id]);
    assert!(
        ids(&sees_the_list, "/projects?q=z-77").is_empty(),
        "without My Projects the position opens nothing"
    );
}

#[test]
fn a_position_opens_a_project_to_a_manager_with_reach_own() {
    let app = TestApp::start();
    let ana = app.acme.person().role("Project Manager").create(&app);
    let ben = app.acme.person().role("Project Manager").create(&app);
    let project = create(&ana, "Hers");
    let member = join(&ana, &project, ben.id, Position::Guest);
    ben.get(&at(&project)).expect(200);
    let answer =
        ana.send(Method::DELETE, &format!("{}/team/{}", at(&project), ben.id), Some(member.version), None);
    answer.expect(204);
    // At once, on the next request: positions are never cached.
    ben.get(&at(&project)).expect(404);
    assert!(ids(&ben, "/my-projects").is_empty());
}

#[test]
fn a_guest_sees_general_and_nothing_else_even_as_team_member() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    for position in [Position::Guest, Position::TeamMember] {
        let guest = app.acme.person().role("Project Guest").create(&app);
        let member = join(&manager, &project, guest.id, position);
        assert_eq!(member.effective_position, Position::Guest);
        let lowered = (position > Position::Guest).then_some(LoweredBecause::Licence);
        assert_eq!(member.lowered_because, lowered);
        let seen: Project = guest.get(&at(&project)).expect(200).json();
        assert_eq!(seen.access.assigned_position, Some(position));
        assert_eq!(seen.access.effective_position, Some(Position::Guest));
        assert_eq!(
            seen.access.tabs.into_iter().collect::<Vec<_>>(),
            [(Menu::ProjectGeneral, Operations::VIEW)]
        );
        assert_eq!(ids(&guest, "/my-projects"), [project.id]);
        guest.get("/projects").expect(403);
        for (attempt, answer) in knock_everywhere(&guest, project.id, manager.id) {
            let opens = ["", "/head"].iter().any(|rest| attempt == format!("GET {}{rest}", at(&project)));
            assert_eq!(answer.status, if opens { 200 } else { 403 }, "{attempt}: {}", answer.text);
        }
    }
}

#[test]
fn a_team_member_reads_and_writes_nothing() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    let member = app.acme.person().role("Team Member").create(&app);
    member.get(&at(&project)).expect(404);
    join(&manager, &project, member.id, Position::TeamMember);
    for (attempt, answer) in knock_everywhere(&member, project.id, manager.id) {
        let reads = attempt.starts_with("GET")
            && !attempt.ends_with("/deletion")
            && !attempt.ends_with("/candidates");
        assert_eq!(answer.status, if reads { 200 } else { 403 }, "{attempt}: {}", answer.text);
    }
}

#[test]
fn a_position_that_does_not_allow_it_is_the_reason() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    // Could be Manager of some project, and is not of this one.
    let person = app.acme.person().licence("project_manager").function(Function::ProjectManager);
    let person = person.grant(Menu::MyProjects, Operations::ALL).create(&app);
    join(&manager, &project, person.id, Position::TeamMember);
    let denial = person.patch(&at(&project), 1, &json!({"name": "Mine"})).expect(403).problem().denial;
    let denial = denial.expect("a reason");
    assert_eq!((denial.reason, denial.position), (DenialReason::Position, Some(Position::TeamMember)));
}

#[test]
fn portfolio_access_reads_every_project_and_has_none_of_its_own() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    let reader = app.acme.person().role("Corporate Portfolio Access").create(&app);
    assert_eq!(ids(&reader, "/projects"), [project.id]);
    assert!(ids(&reader, "/my-projects").is_empty());
    let seen: Project = reader.get(&at(&project)).expect(200).json();
    assert_eq!(seen.access.assigned_position, None);
    assert!(seen.access.tabs.values().all(|operations| *operations == Operations::VIEW));
    reader.patch(&at(&project), 1, &json!({"name": "Mine"})).expect(403);
    reader.post("/projects", &json!({"name": "Mine"})).expect(403);
}

#[test]
fn another_organizations_project_does_not_exist() {
    let app = TestApp::start();
    let theirs = create(&app.norte.admin(&app), "Puente");
    let admin = app.acme.admin(&app);
    for (attempt, answer) in knock_everywhere(&admin, theirs.id, admin.id) {
        assert_eq!(answer.status, 404, "{attempt}: {}", answer.text);
    }
    assert!(ids(&admin, "/projects").is_empty());
}

#[test]
fn a_person_of_one_team_is_not_found_on_a_sibling() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let member = app.acme.person().role("Team Member").create(&app);
    let (one, two) = (create(&manager, "One"), create(&manager, "Two"));
    join(&manager, &one, member.id, Position::TeamMember);
    let sibling = format!("{}/team/{}", at(&two), member.id);
    manager.patch(&sibling, 1, &json!({"position": "guest"})).expect(404);
    manager.delete(&sibling, 1).expect(404);
}

#[test]
fn a_creator_whose_roles_lack_the_function_is_manager_by_name_and_counts_as_team_member() {
    let app = TestApp::start();
    let all = Operations::ALL;
    let person = || {
        let person = app.acme.person().licence("project_manager").grant(Menu::MyProjects, all);
        person.grant(Menu::Projects, Operations::of(&[Operation::Insert]))
    };
    let without = person().create(&app);
    let created: Project = without.post("/projects", &json!({"name": "Apollo"})).expect(201).json();
    assert_eq!(created.access.assigned_position, Some(Position::Manager));
    assert_eq!(created.access.effective_position, Some(Position::TeamMember));
    assert_eq!(created.access.lowered_because, Some(LoweredBecause::Function));
    without.patch(&at(&created), 1, &json!({"name": "Artemis"})).expect(403);
    let with = person().function(Function::ProjectManager).create(&app);
    let created: Project = with.post("/projects", &json!({"name": "Gemini"})).expect(201).json();
    assert_eq!(created.access.effective_position, Some(Position::Manager));
    assert_eq!(created.access.lowered_because, None);
    with.patch(&at(&created), 1, &json!({"name": "Mercury"})).expect(200);
}

#[test]
fn a_manager_whose_licence_has_ended_is_a_team_member_and_says_why() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    let team = || -> Vec<TeamMember> { admin.get(&format!("{}/team", at(&project))).expect(200).json() };
    assert_eq!(team()[0].effective_position, Position::Manager);
    let end = "UPDATE licences SET valid_until = '2026-03-01' WHERE licence_type = 'project_manager'";
    app.database.superuser().batch_execute(end).expect("the licence ends");
    let lowered = &team()[0];
    assert_eq!(lowered.position, Position::Manager);
    assert_eq!(lowered.effective_position, Position::TeamMember);
    assert_eq!(lowered.lowered_because, Some(LoweredBecause::NoValidLicence));
}

#[test]
fn every_list_shows_the_same_projects_to_the_same_person() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let person = |licence, menus: &[Menu]| {
        let person = app.acme.person().licence(licence);
        menus.iter().fold(person, |person, menu| person.grant(*menu, Operations::VIEW)).create(&app)
    };
    let mut people: Vec<Actor> =
        ["Full Access", "Corporate Portfolio Access", "Project Manager", "Team Member", "Project Guest"]
            .into_iter()
            .map(|role| app.acme.person().role(role).create(&app))
            .collect();
    // The one way without the other, tabs without a list that leads to them, and nothing at all.
    people.extend([
        person("full_access", &[Menu::Projects]),
        person("full_access", &[Menu::MyProjects]),
        person("project_manager", &[Menu::Projects]),
        person("project_manager", &[Menu::MyProjects]),
        person("project_manager", &[Menu::ProjectGeneral, Menu::ProjectHome]),
        person("full_access", &[]),
        app.acme.person().company_admin().create(&app),
    ]);
    let projects: Vec<Project> = (1..=6).map(|number| create(&admin, &format!("Project {number}"))).collect();
    let assigned = |index: usize| {
        let mut ids = vec![projects[index % 5].id, projects[5].id];
        ids.sort_unstable();
        ids
    };
    for (index, person) in people.iter().enumerate() {
        let position = if index % 2 == 0 { Position::Guest } else { Position::TeamMember };
        join(&admin, &projects[index % 5], person.id, position);
        join(&admin, &projects[5], person.id, Position::Guest);
    }
    for (index, person) in people.iter().enumerate() {
        // A project that somebody does not see is not found, by whatever address.
        let seen = |tab: &str| -> Vec<ProjectId> {
            let ids = projects.iter().map(|project| project.id);
            ids.filter(|id| person.get(&format!("/projects/{id}{tab}")).status == 200).collect()
        };
        let found = |tab: &str| -> Vec<ProjectId> {
            let ids = projects.iter().map(|project| project.id);
            ids.filter(|id| person.get(&format!("/projects/{id}{tab}")).status != 404).collect()
        };
        let listed = |path: &str| -> Option<Vec<ProjectId>> {
            let answer = person.get(path);
            if answer.status == 403 {
                return None;
            }
            let page: Page<ProjectRow> = answer.expect(200).json();
            assert_eq!(page.total, i64::try_from(page.items.len()).ok());
            let mut ids: Vec<ProjectId> = page.items.into_iter().map(|row| row.id).collect();
            ids.sort_unstable();
            Some(ids)
        };
        let (all, own) = (listed("/projects?total=true"), listed("/my-projects?total=true"));
        let mut opened = seen("");
        opened.sort_unstable();
        // What is listed somewhere is what can be opened; only who may open no tab at all sees a name and no more.
        let wherever = all.clone().or_else(|| own.clone()).unwrap_or_default();
        if !opened.is_empty() {
            assert_eq!(wherever, opened, "person {index}");
        }
        if let Some(own) = own {
            let both: Vec<ProjectId> =
                wherever.iter().copied().filter(|id| assigned(index).contains(id)).collect();
            assert_eq!(own, both, "person {index}");
        }
        // The head is for whoever sees the project, and for nobody else.
        let mut headed = seen("/head");
        headed.sort_unstable();
        assert_eq!(headed, wherever, "person {index}");
        for tab in ["", "/head", "/home", "/changes", "/team"] {
            // Where the answer is the same for every id, no project is told from another.
            let mut ids = found(tab);
            ids.sort_unstable();
            assert!(ids == wherever || ids.len() == projects.len(), "person {index} at {tab:?}: {ids:?}");
        }
    }
}
