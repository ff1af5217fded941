//! The lists that projects choose from.

use std::time::Duration;

use api::access::cache::AccessCache;
use diesel::connection::SimpleConnection;
use serde_json::json;
use shared::{
    Menu, Operations, Page, ProblemCode, ViolationCode,
    project::{Project, ProjectOptions, ProjectRow},
    project_parameter::{
        ProjectParameter,
        ProjectParameterKind::{self, Priority, Status, Type},
    },
};

use super::{at, create, statements};
use crate::{
    harness::{Actor, Client, TestApp, TestServer},
    sessions::within_a_second,
};

fn list(who: &Actor, kind: ProjectParameterKind) -> Vec<ProjectParameter> {
    let all: Vec<ProjectParameter> = who.get("/project-parameters").expect(200).json();
    all.into_iter().filter(|one| one.kind == kind).collect()
}

fn names(who: &Actor, kind: ProjectParameterKind) -> Vec<String> {
    let list = list(who, kind);
    assert_eq!(
        list.iter().map(|one| one.order).collect::<Vec<_>>(),
        (1..=i32::try_from(list.len()).expect("few")).collect::<Vec<_>>()
    );
    assert_eq!(list.iter().filter(|one| one.default_for_new_projects).count(), 1);
    list.into_iter().map(|one| one.name_en).collect()
}

fn path(one: &ProjectParameter) -> String {
    format!("/project-parameters/{}", one.id)
}

#[test]
fn a_new_organization_has_its_lists() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    assert_eq!(names(&admin, Status), ["Draft", "Planned", "In progress", "On hold", "Closed"]);
    assert_eq!(names(&admin, Priority), ["Low", "Medium", "High", "Urgent"]);
    let all: Vec<ProjectParameter> = admin.get("/project-parameters").expect(200).json();
    assert!(all.iter().map(|one| (one.kind, one.order)).is_sorted());
    let system: Vec<&str> = all.iter().filter(|one| one.system).map(|one| one.name_en.as_str()).collect();
    assert_eq!(system, ["Draft", "Closed"]);
}

#[test]
fn entries_move_and_the_others_make_room() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let urgent = list(&admin, Priority).remove(3);
    let moved: ProjectParameter = admin.patch(&path(&urgent), 1, &json!({"order": 1})).expect(200).json();
    assert_eq!((moved.order, moved.version), (1, 2));
    assert_eq!(names(&admin, Priority), ["Urgent", "Low", "Medium", "High"]);
    // Those that made room were not changed by anybody.
    assert!(list(&admin, Priority).iter().skip(1).all(|one| one.version == 1));
    admin.patch(&path(&urgent), 2, &json!({"order": 99})).expect(200);
    assert_eq!(names(&admin, Priority), ["Low", "Medium", "High", "Urgent"]);
    let created: ProjectParameter = admin
        .post(
            "/project-parameters",
            &json!({"kind": "priority", "name_en": " Someday ", "name_es": "Algún día", "colour": "#AABBCC"}),
        )
        .expect(201)
        .json();
    assert_eq!((created.order, created.colour.as_str(), created.name_en.as_str()), (5, "#aabbcc", "Someday"));
    let low = list(&admin, Priority).remove(0);
    admin.delete(&path(&low), low.version).expect(204);
    assert_eq!(names(&admin, Priority), ["Medium", "High", "Urgent", "Someday"]);
}

#[test]
fn the_default_moves() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let product = list(&admin, Type).remove(2);
    admin.patch(&path(&product), 1, &json!({"default_for_new_projects": true})).expect(200);
    let types = list(&admin, Type);
    let default: Vec<_> = types.iter().map(|one| (one.default_for_new_projects, one.version)).collect();
    assert_eq!(default[..3], [(false, 2), (false, 1), (true, 2)]);
    assert_eq!(create(&admin, "Apollo").project_type.name_en, "Product");
    let body = json!({"kind": "type", "name_en": "Research", "name_es": "Investigación", "colour": "#112233",
        "default_for_new_projects": true});
    admin.post("/project-parameters", &body).expect(201);
    assert_eq!(create(&admin, "Gemini").project_type.name_en, "Research");
    names(&admin, Type);
    let problem =
        admin.patch(&path(&types[2]), 2, &json!({"default_for_new_projects": false})).expect(422).problem();
    assert_eq!(problem.errors[0].code, ViolationCode::AtLeastOne);
}

#[test]
fn names_are_unique_in_their_list_and_language() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = |english: &str, spanish: &str| json!({"kind": "status", "name_en": english, "name_es": spanish, "colour": "#112233"});
    for (english, spanish, pointer) in [("DRAFT", "Nuevo", "/name_en"), ("New", "borrador", "/name_es")] {
        let problem = admin.post("/project-parameters", &new(english, spanish)).expect(422).problem();
        assert_eq!(
            (problem.errors[0].pointer.as_str(), problem.errors[0].code),
            (pointer, ViolationCode::NotUnique)
        );
    }
    let planned = list(&admin, Status).remove(1);
    let problem = admin.patch(&path(&planned), 1, &json!({"name_en": "closed"})).expect(422).problem();
    assert_eq!(problem.errors[0].pointer, "/name_en");
    admin.patch(&path(&planned), 1, &json!({"name_en": "PLANNED"})).expect(200);
    // In another list, or another organization, the name is free.
    let body = json!({"kind": "type", "name_en": "Draft", "name_es": "Borrador", "colour": "#112233"});
    admin.post("/project-parameters", &body).expect(201);
}

#[test]
fn what_is_needed_stays() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let statuses = list(&admin, Status);
    let low = list(&admin, Priority).remove(0);
    let project = create(&admin, "Apollo");
    admin.patch(&at(&project), 1, &json!({"priority_id": low.id, "status_id": statuses[1].id})).expect(200);
    assert_eq!(list(&admin, Priority)[0].projects, 1);
    for (parameter, code) in [
        (&statuses[0], ProblemCode::Conflict),
        (&statuses[4], ProblemCode::Conflict),
        (&list(&admin, Priority)[1], ProblemCode::Conflict),
        (&low, ProblemCode::InUse),
        (&statuses[1], ProblemCode::InUse),
    ] {
        let problem = admin.delete(&path(parameter), 1).expect(409).problem();
        assert_eq!(problem.code, code, "{}", parameter.name_en);
        assert!(code != ProblemCode::InUse || problem.detail.expect("why").contains("entry: 1."));
    }
    let stale = admin.delete(&path(&statuses[2]), 7).expect(412).problem();
    assert_eq!(stale.current.expect("the present state")["name_en"], json!("In progress"));
    admin.delete(&path(&low), 9).expect(412);
}

#[test]
fn each_operation_needs_its_grant_and_another_organizations_entry_is_not_there() {
    let app = TestApp::start();
    let reader = app.acme.person().grant(Menu::ProjectParameters, Operations::VIEW).create(&app);
    let low = list(&reader, Priority).remove(0);
    reader
        .post(
            "/project-parameters",
            &json!({"kind": "type", "name_en": "A", "name_es": "A", "colour": "#112233"}),
        )
        .expect(403);
    reader.patch(&path(&low), 1, &json!({"order": 2})).expect(403);
    reader.delete(&path(&low), 1).expect(403);
    let theirs = app.norte.admin(&app);
    theirs.patch(&path(&low), 1, &json!({"order": 2})).expect(404);
    theirs.delete(&path(&low), 1).expect(404);
    // Whoever is signed in reads the choices of the form, and nothing more.
    let nobody = app.acme.person().create(&app);
    nobody.get("/projects/options").expect(200);
    nobody.get("/project-parameters").expect(403);
}

/// What every server keeps of the lists is forgotten with the change, whichever server made it.
#[test]
fn a_changed_list_is_seen_on_every_server_within_a_second() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let there = admin.at(&second);
    let project = create(&admin, "Apollo");
    let draft = list(&admin, Status).remove(0);
    // Both keep the lists from now on.
    let shown = |who: &Client| -> [String; 3] {
        let one: Project = who.get(&at(&project)).expect(200).json();
        let page: Page<ProjectRow> = who.get("/projects").expect(200).json();
        let options: ProjectOptions = who.get("/projects/options").expect(200).json();
        [one.status.name_en, page.items[0].status.name_en.clone(), options.statuses[0].name_en.clone()]
    };
    for who in [&*admin, &there] {
        assert_eq!(shown(who), ["Draft"; 3]);
    }
    admin.patch(&path(&draft), draft.version, &json!({"name_en": "Sketch"})).expect(200);
    assert_eq!(shown(&admin), ["Sketch"; 3], "at once where it was changed");
    within_a_second(|| shown(&there) == ["Sketch"; 3]);
    // Another organization has lists of its own.
    let elsewhere = app.norte.admin(&app);
    let options: ProjectOptions = elsewhere.get("/projects/options").expect(200).json();
    assert_eq!(options.statuses[0].name_en, "Draft");
}

/// A server that has heard nothing yet of a new entry reads the lists anew where a project has it.
#[test]
fn an_entry_that_a_server_does_not_know_yet_is_looked_up() {
    let app = TestApp::start();
    // Nobody tells this one anything, and it forgets nothing by itself.
    let cache = AccessCache::with_limit(Duration::from_hours(1));
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let server = TestServer::start(&app.database, &app.clock, cache);
    let there = admin.at(&server);
    there.get(&at(&project)).expect(200);
    let page = |path: &str| there.get(path).expect(200).json::<Page<ProjectRow>>();
    page("/projects");
    // Written straight into the database: nobody is told.
    let parameter = |name: &str| {
        format!(
            "INSERT INTO project_parameters (org_id, id, kind, name_en, name_es, colour, sort_order, created_at, updated_at)
             SELECT org_id, gen_random_uuid(), kind, '{name}', '{name}', colour, max_order + 1, created_at, updated_at
             FROM project_parameters
                 JOIN (SELECT org_id, kind, max(sort_order) AS max_order FROM project_parameters GROUP BY 1, 2) AS last
                     USING (org_id, kind)
             WHERE kind = 'status' AND name_en = 'Draft' AND org_id = '{}';
             UPDATE projects SET status_id = (SELECT id FROM project_parameters WHERE name_en = '{name}');",
            app.acme.id
        )
    };
    let mut sql = app.database.superuser();
    sql.batch_execute(&parameter("Frozen")).expect("an entry that a project has");
    let one: Project = there.get(&at(&project)).expect(200).json();
    assert_eq!(one.status.name_en, "Frozen");
    sql.batch_execute(&parameter("Thawed")).expect("another one");
    assert_eq!(page("/projects?sort=status").items[0].status.name_en, "Thawed");
    sql.batch_execute(&parameter("Melted")).expect("one more");
    assert_eq!(page("/projects").items[0].status.name_en, "Melted");
}

/// What is written is decided on what is there, not on what is kept.
#[test]
fn a_project_that_is_written_has_the_default_of_this_moment() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    admin.get("/projects/options").expect(200);
    app.database
        .superuser()
        .batch_execute(
            "UPDATE project_parameters SET default_for_new_projects = false WHERE kind = 'priority';
             UPDATE project_parameters SET default_for_new_projects = true WHERE kind = 'priority' AND sort_order = 4",
        )
        .expect("another default");
    assert_eq!(create(&admin, "Apollo").priority.name_en, "Urgent");
}

/// Reading a project takes one statement fewer once the lists are kept.
#[test]
fn the_lists_are_not_read_for_every_project() {
    statements::count_from_now_on();
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let read = || statements::during(&app, || admin.get(&at(&project)).expect(200));
    let (first, second, third) = (read(), read(), read());
    assert_eq!((first, third), (second + 1, second));
}
