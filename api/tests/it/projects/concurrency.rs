//! Several people at one moment: one wins, the others are told, nothing breaks and nobody waits for each other.

use std::collections::HashSet;

use serde_json::json;
use shared::{
    Page,
    project::{Project, ProjectRow},
    project_parameter::ProjectParameter,
};

use super::{at, create};
use crate::harness::{Answer, TestApp};

/// Does the same so often at one moment.
fn at_once(times: usize, work: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let work = &work;
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..times).map(|number| scope.spawn(move || work(number))).collect();
        running.into_iter().map(|one| one.join().expect("it ran")).collect()
    })
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

#[test]
fn of_changes_with_one_version_one_is_kept() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let answers =
        at_once(8, |number| admin.patch(&at(&project), 1, &json!({"name": format!("Name {number}")})));
    assert_eq!(statuses(&answers), [200, 412, 412, 412, 412, 412, 412, 412]);
    assert_eq!(admin.get(&at(&project)).expect(200).json::<Project>().version, 2);
}

#[test]
fn of_deletions_one_works_and_the_others_find_nothing() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let answers = at_once(8, |number| match number {
        0..4 => admin.delete(&at(&project), 1),
        _ => admin.get(&format!("{}/deletion", at(&project))),
    });
    let deleted: Vec<u16> = answers[..4].iter().map(|answer| answer.status).collect();
    assert_eq!(deleted.iter().filter(|status| **status == 204).count(), 1, "{deleted:?}");
    assert_eq!(deleted.iter().filter(|status| **status == 404).count(), 3, "{deleted:?}");
    assert!(answers[4..].iter().all(|answer| matches!(answer.status, 200 | 404)));
}

#[test]
fn codes_are_never_given_twice() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let answers =
        at_once(12, |number| admin.post("/projects", &json!({"name": format!("Project {number}")})));
    let codes: HashSet<String> =
        answers.into_iter().map(|answer| answer.expect(201).json::<Project>().code).collect();
    assert_eq!(codes.len(), 12);
    let page: Page<ProjectRow> = admin.get("/projects").expect(200).json();
    assert_eq!(page.items.len(), 12);
}

#[test]
fn the_same_person_joins_once() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let member = app.acme.person().role("Team Member").create(&app);
    let body = json!({"user_id": member.id, "position": "team_member"});
    let answers = at_once(6, |_| admin.post(&format!("{}/team", at(&project)), &body));
    assert_eq!(statuses(&answers), [201, 422, 422, 422, 422, 422]);
}

#[test]
fn two_managers_cannot_leave_at_one_moment() {
    let app = TestApp::start();
    let one = app.acme.person().role("Project Manager").create(&app);
    let two = app.acme.person().role("Project Manager").create(&app);
    let project = create(&one, "Apollo");
    super::join(&one, &project, two.id, shared::Position::Manager);
    let people = [&one, &two];
    let answers = at_once(2, |number| {
        let who = people[number];
        who.delete(&format!("{}/team/{}", at(&project), who.id), 1)
    });
    assert_eq!(statuses(&answers), [204, 409]);
}

#[test]
fn places_and_the_default_stay_single_in_a_list() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let answers = at_once(8, |number| {
        let name = format!("Type {number}");
        admin.post(
            "/project-parameters",
            &json!({"kind": "type", "name_en": name, "name_es": name, "colour": "#112233",
                "default_for_new_projects": number % 2 == 0}),
        )
    });
    assert_eq!(statuses(&answers), [201; 8]);
    let all: Vec<ProjectParameter> = admin.get("/project-parameters").expect(200).json();
    let types: Vec<_> = all.iter().filter(|one| one.name_en.starts_with("Type ")).collect();
    assert_eq!(types.iter().map(|one| one.order).collect::<HashSet<_>>().len(), 8);
    let answers = at_once(8, |number| {
        admin.patch(
            &format!("/project-parameters/{}", types[number].id),
            types[number].version,
            &json!({"order": 1}),
        )
    });
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 412)), "{:?}", statuses(&answers));
    let all: Vec<ProjectParameter> = admin.get("/project-parameters").expect(200).json();
    for kind in shared::project_parameter::ProjectParameterKind::ALL {
        let list: Vec<_> = all.iter().filter(|one| one.kind == kind).collect();
        assert!(list.iter().map(|one| one.order).eq(1..=i32::try_from(list.len()).expect("few")));
        assert_eq!(list.iter().filter(|one| one.default_for_new_projects).count(), 1);
    }
}
