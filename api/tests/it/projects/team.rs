//! The team: the function check, the last Manager, candidates.

use diesel::connection::SimpleConnection;
use serde_json::json;
use shared::{
    Position, ProblemCode, ViolationCode,
    ids::UserId,
    project::{LoweredBecause, TeamMember},
    user::UserName,
};
use ureq::http::Method;

use super::{at, create, join};
use crate::harness::TestApp;

#[test]
fn a_manager_needs_a_role_with_the_function_and_the_answer_names_those() {
    let app = TestApp::start();
    let manager = app.acme.person().role("Project Manager").create(&app);
    let member = app.acme.person().role("Team Member").create(&app);
    let project = create(&manager, "Apollo");
    let team = format!("{}/team", at(&project));
    let refused =
        manager.post(&team, &json!({"user_id": member.id, "position": "manager"})).expect(422).problem();
    let error = &refused.errors[0];
    assert_eq!((error.pointer.as_str(), error.code), ("/position", ViolationCode::FunctionMissing));
    assert!(error.message.ends_with("These would: Full Access, Project Manager."), "{}", error.message);
    join(&manager, &project, member.id, Position::TeamMember);
    let refused = manager
        .patch(&format!("{team}/{}", member.id), 1, &json!({"position": "manager"}))
        .expect(422)
        .problem();
    assert_eq!(refused.errors[0].code, ViolationCode::FunctionMissing);
    // A company admin may be Manager without any role.
    let admin = app.acme.admin(&app);
    assert_eq!(join(&manager, &project, admin.id, Position::Manager).effective_position, Position::Manager);
}

#[test]
fn an_expired_licence_lowers_a_manager_but_does_not_stop_the_appointment() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let manager = app.acme.person().role("Project Manager").create(&app);
    let end = "UPDATE licences SET valid_until = '2026-03-01' WHERE licence_type = 'project_manager'";
    app.database.superuser().batch_execute(end).expect("the licence ends");
    let project = create(&admin, "Apollo");
    let joined = join(&admin, &project, manager.id, Position::Manager);
    assert_eq!(joined.position, Position::Manager);
    assert_eq!(joined.effective_position, Position::TeamMember);
    assert_eq!(joined.lowered_because, Some(LoweredBecause::NoValidLicence));
}

#[test]
fn only_active_people_of_the_organization_join_and_once() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let team = format!("{}/team", at(&project));
    let stranger = app.norte.person().role("Team Member").create(&app);
    let left = app.acme.person().role("Team Member").create(&app);
    let leave = format!("UPDATE users SET active = false WHERE id = '{}'", left.id);
    app.database.superuser().batch_execute(&leave).expect("deactivated");
    for (user, code) in [
        (stranger.id, ViolationCode::NotFound),
        (left.id, ViolationCode::NotFound),
        (UserId(app.clock.new_id()), ViolationCode::NotFound),
        (admin.id, ViolationCode::NotUnique),
    ] {
        let refused = admin.post(&team, &json!({"user_id": user, "position": "guest"})).expect(422).problem();
        assert_eq!((refused.errors[0].pointer.as_str(), refused.errors[0].code), ("/user_id", code));
    }
}

#[test]
fn the_team_has_managers_first_then_by_name() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let lead = app.acme.person().role("Project Manager").create(&app);
    let guests: Vec<_> = (0..3).map(|_| app.acme.person().role("Project Guest").create(&app)).collect();
    for guest in &guests {
        join(&admin, &project, guest.id, Position::Guest);
    }
    join(&admin, &project, lead.id, Position::Manager);
    let team: Vec<TeamMember> = lead.get(&format!("{}/team", at(&project))).expect(200).json();
    let positions: Vec<Position> = team.iter().map(|one| one.position).collect();
    assert_eq!(positions[..2], [Position::Manager, Position::Manager]);
    assert_eq!(positions[2..], [Position::Guest; 3]);
    let names: Vec<&str> = team.iter().map(|one| one.user.name.as_str()).collect();
    assert!(names[..2].is_sorted() && names[2..].is_sorted(), "{names:?}");
}

#[test]
fn a_position_changes_with_its_version() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let project = create(&admin, "Apollo");
    let member = app.acme.person().role("Team Member").create(&app);
    join(&admin, &project, member.id, Position::TeamMember);
    let path = format!("{}/team/{}", at(&project), member.id);
    let body = json!({"position": "guest"});
    let without = admin.send(Method::PATCH, &path, None, Some(body.to_string().into_bytes()));
    without.expect(428);
    let changed = admin.patch(&path, 1, &body).expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.json::<TeamMember>().position, Position::Guest);
    let stale = admin.patch(&path, 1, &json!({"position": "team_member"})).expect(412).problem();
    assert_eq!(stale.current.expect("the present state")["position"], json!("guest"));
    assert_eq!(admin.patch(&path, 2, &body).expect(200).json::<TeamMember>().version, 2);
    admin.delete(&path, 1).expect(412);
    admin.delete(&path, 2).expect(204);
    admin.delete(&path, 2).expect(404);
}

#[test]
fn the_last_manager_goes_only_by_who_sees_all_projects() {
    let app = TestApp::start();
    let lead = app.acme.person().role("Project Manager").create(&app);
    let other = app.acme.person().role("Project Manager").create(&app);
    let project = create(&lead, "Apollo");
    let path = |user: UserId| format!("{}/team/{user}", at(&project));
    let problem = lead.delete(&path(lead.id), 1).expect(409).problem();
    assert_eq!(problem.code, ProblemCode::Conflict);
    lead.patch(&path(lead.id), 1, &json!({"position": "guest"})).expect(409);
    join(&lead, &project, other.id, Position::Manager);
    lead.delete(&path(lead.id), 1).expect(204);
    other.delete(&path(other.id), 1).expect(409);
    app.acme.admin(&app).delete(&path(other.id), 1).expect(204);
    other.get(&at(&project)).expect(404);
}

#[test]
fn candidates_are_active_people_who_are_not_on_the_team() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let project = create(&lead, "Apollo");
    let people: Vec<_> = (0..25).map(|_| app.acme.person().role("Team Member").create(&app)).collect();
    let leave = format!("UPDATE users SET active = false WHERE id = '{}'", people[0].id);
    app.database.superuser().batch_execute(&leave).expect("deactivated");
    let candidates = |words: &str| -> Vec<UserName> {
        lead.get(&format!("{}/team/candidates?q={words}", at(&project))).expect(200).json()
    };
    assert_eq!(candidates("").len(), 20);
    assert_eq!(candidates("").len(), candidates("%20").len());
    assert_eq!(candidates("ada%20adm").iter().map(|one| one.id).collect::<Vec<_>>(), [admin.id]);
    assert_eq!(candidates("ADMIN@acme").iter().map(|one| one.id).collect::<Vec<_>>(), [admin.id]);
    assert!(candidates("%25").is_empty());
    assert!(candidates(&people[0].email).is_empty());
    assert_eq!(candidates(&people[1].email).len(), 1);
    join(&lead, &project, people[1].id, Position::TeamMember);
    assert!(candidates(&people[1].email).is_empty());
    assert!(candidates("norte").is_empty());
}
