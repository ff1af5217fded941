//! One project: created, changed, deleted, and its history.

use serde_json::{Value, json};
use shared::{
    Page, Position, ProblemCode, ViolationCode,
    change::{Change, ChangeKind},
    ids::ProjectParameterId,
    project::{Project, ProjectDeletion, ProjectHome, ProjectOptions},
};
use ureq::http::Method;

use super::{at, create, join};
use crate::harness::TestApp;

#[test]
fn a_new_project_has_the_defaults_and_its_creator_as_manager() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let answer = manager.post("/projects", &json!({"name": "  Apollo "})).expect(201);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let project: Project = answer.json();
    assert_eq!(project.name, "Apollo");
    assert_eq!(project.status.name_en, "Draft");
    assert_eq!(project.approval_status.name_en, "Not requested");
    assert_eq!(project.project_type.name_en, "Internal");
    assert_eq!(project.priority.name_es, "Media");
    assert_eq!(project.access.effective_position, Some(Position::Manager));
    // Codes count up within the organization, whose number they carry.
    let second = create(&manager, "Gemini");
    let (first, second) = (project.code.split('-').collect::<Vec<_>>(), second.code);
    assert_eq!((first[0], first[2]), ("PR", "26030001"));
    assert_eq!(second, format!("PR-{}-26030002", first[1]));
    let theirs = create(&app.norte.admin(&app), "Puente");
    assert!(theirs.code.ends_with("-26030001") && theirs.code != project.code, "{}", theirs.code);
    let read = manager.get(&at(&project)).expect(200);
    assert_eq!(read.header("etag"), Some("\"1\""));
    assert_eq!(read.json::<Project>(), project);
}

#[test]
fn the_month_in_a_code_is_that_of_the_organization() {
    let app = TestApp::start();
    // 03:00 UTC on the first of April is the evening before in Mexico City.
    app.clock.advance(chrono::TimeDelta::days(29) + chrono::TimeDelta::hours(18));
    assert!(create(&app.acme.admin(&app), "Apollo").code.ends_with("-26040001"));
    assert!(create(&app.norte.admin(&app), "Puente").code.ends_with("-26030001"));
}

#[test]
fn choices_must_stand_in_their_own_list_of_the_organization() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ours: ProjectOptions = admin.get("/projects/options").expect(200).json();
    let theirs: ProjectOptions = app.norte.admin(&app).get("/projects/options").expect(200).json();
    let nothing = ProjectParameterId(app.clock.new_id());
    let body = json!({"name": "Apollo", "status_id": ours.priorities[0].id, "type_id": theirs.types[0].id,
        "priority_id": nothing, "approval_status_id": ours.approval_statuses[1].id});
    let problem = admin.post("/projects", &body).expect(422).problem();
    let errors: Vec<_> = problem.errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    let not_found = ViolationCode::NotFound;
    assert_eq!(errors, [("/status_id", not_found), ("/type_id", not_found), ("/priority_id", not_found)]);
    let project = create(&admin, "Apollo");
    let patch = json!({"status_id": theirs.statuses[0].id});
    let problem = admin.patch(&at(&project), 1, &patch).expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/status_id");
}

#[test]
fn a_change_needs_the_present_version_and_tells_it_otherwise() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let body = json!({"name": "Artemis", "cost_centre": "C 1"});
    let without = admin.send(Method::PATCH, &at(&project), None, Some(body.to_string().into_bytes()));
    assert_eq!(without.expect(428).problem().code, ProblemCode::VersionRequired);
    let changed = admin.patch(&at(&project), 1, &body).expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let stale = admin.patch(&at(&project), 1, &json!({"name": "Mercury"})).expect(412).problem();
    assert_eq!(stale.code, ProblemCode::StaleVersion);
    let current: Project =
        serde_json::from_value(stale.current.expect("the present state")).expect("a project");
    assert_eq!((current.version, current.name.as_str()), (2, "Artemis"));
    let stale = admin.delete(&at(&project), 1).expect(412).problem();
    assert_eq!(
        stale.current.and_then(|current| current["name"].as_str().map(str::to_owned)).as_deref(),
        Some("Artemis")
    );
    assert_eq!(admin.send(Method::DELETE, &at(&project), None, None).status, 428);
    // What is the same already is no change.
    let same = admin.patch(&at(&project), 2, &json!({"name": " Artemis "})).expect(200);
    assert_eq!(same.json::<Project>().version, 2);
}

#[test]
fn dates_are_judged_against_each_other_after_the_change() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"name": "Apollo", "start_date": "2026-03-10", "end_date": "2026-03-20"});
    let project: Project = admin.post("/projects", &new).expect(201).json();
    for body in [
        json!({"end_date": "2026-03-09"}),
        json!({"start_date": "2026-03-21"}),
        json!({"start_date": "2026-03-21", "end_date": "2026-03-20"}),
    ] {
        let problem = admin.patch(&at(&project), 1, &body).expect(422).problem();
        let error = &problem.errors[0];
        assert_eq!(
            (error.pointer.as_str(), error.code),
            ("/end_date", ViolationCode::EndBeforeStart),
            "{body}"
        );
    }
    let one_day: Project =
        admin.patch(&at(&project), 1, &json!({"end_date": "2026-03-10"})).expect(200).json();
    assert_eq!(one_day.end_date, one_day.start_date);
    let open: Project = admin
        .patch(&at(&project), 2, &json!({"end_date": null, "start_date": "2027-01-01"}))
        .expect(200)
        .json();
    assert_eq!(open.end_date, None);
}

#[test]
fn the_history_tells_field_by_field_who_did_what() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let options: ProjectOptions = admin.get("/projects/options").expect(200).json();
    let project = create(&admin, "Apollo");
    let member = app.acme.person().role("Team Member").create(&app);
    join(&admin, &project, member.id, Position::TeamMember);
    app.clock.advance(chrono::TimeDelta::seconds(1));
    let patch = json!({"name": "Artemis", "status_id": options.statuses[2].id, "start_date": "2026-03-10"});
    admin.patch(&at(&project), 1, &patch).expect(200);
    let history = format!("{}/changes", at(&project));
    let page: Page<Change> = admin.get(&history).expect(200).json();
    let kinds: Vec<(&str, ChangeKind)> =
        page.items.iter().map(|change| (change.entity.as_str(), change.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("project", ChangeKind::Updated),
            ("team_member", ChangeKind::Created),
            ("team_member", ChangeKind::Created),
            ("project", ChangeKind::Created),
        ]
    );
    let newest = &page.items[0];
    assert_eq!(newest.by.as_deref(), Some("Ada Admin"));
    let fields: Vec<(&str, &Value, &Value)> =
        newest.fields.iter().map(|field| (field.field.as_str(), &field.before, &field.after)).collect();
    assert_eq!(
        fields,
        [
            ("name", &json!("Apollo"), &json!("Artemis")),
            ("start_date", &Value::Null, &json!("2026-03-10")),
            ("status", &json!("Draft"), &json!("In progress")),
        ]
    );
    // Page by page the same.
    let mut paged = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<Change> = admin.get(&format!("{history}?limit=3&after={after}")).expect(200).json();
        paged.extend(page.items);
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(paged, page.items);
    let home: ProjectHome = admin.get(&format!("{}/home", at(&project))).expect(200).json();
    assert_eq!(home.recent_changes, page.items);
}

#[test]
fn home_says_how_the_project_stands() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"name": "Apollo", "start_date": "2026-02-28", "end_date": "2026-03-09"});
    let project: Project = admin.post("/projects", &new).expect(201).json();
    let guest = app.acme.person().role("Project Guest").create(&app);
    join(&admin, &project, guest.id, Position::Guest);
    let home: ProjectHome = admin.get(&format!("{}/home", at(&project))).expect(200).json();
    assert_eq!((home.days_total, home.days_elapsed), (Some(10), Some(2)));
    assert_eq!(home.managers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Ada Admin"]);
    assert_eq!(home.team.into_iter().collect::<Vec<_>>(), [(Position::Guest, 1), (Position::Manager, 1)]);
    assert_eq!(home.status.name_en, "Draft");
}

#[test]
fn a_deletion_says_what_goes_and_takes_it_all() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let project = create(&manager, "Apollo");
    let guest = app.acme.person().role("Project Guest").create(&app);
    join(&manager, &project, guest.id, Position::Guest);
    let path = format!("{}/deletion", at(&project));
    let counts: ProjectDeletion = manager.get(&path).expect(200).json();
    assert_eq!(counts, ProjectDeletion { positions: 2, changes: 3 });
    guest.get(&path).expect(403);
    guest.delete(&at(&project), 1).expect(403);
    manager.delete(&at(&project), 1).expect(204);
    manager.get(&at(&project)).expect(404);
    manager.delete(&at(&project), 1).expect(404);
    assert!(guest.get("/my-projects").expect(200).json::<Page<Value>>().items.is_empty());
}
