//! Why somebody may do something, asked over the API, beside what the API then does.

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use serde_json::json;
use shared::{
    Language, Menu, Operation, Operations, Position, ProblemCode,
    access::{DenialReason, explain::Explanation},
    ids::{ProjectId, UserId},
    licence::{Function, Reach},
    project::{LoweredBecause, Project},
    user::User,
};

use crate::{
    harness::{Actor, Answer, TestApp},
    users::act,
};

fn ask(who: &Actor, user: Option<UserId>, menu: Menu, operation: Operation) -> Answer {
    let user = user.map(|user| format!("&user={user}")).unwrap_or_default();
    who.get(&format!("/access/explain?menu={}&operation={}{user}", menu.key(), operation.key()))
}

fn ask_on(who: &Actor, user: Option<UserId>, menu: Menu, operation: Operation, project: ProjectId) -> Answer {
    let user = user.map(|user| format!("&user={user}")).unwrap_or_default();
    let (menu, operation) = (menu.key(), operation.key());
    who.get(&format!("/access/explain?menu={menu}&operation={operation}&project={project}{user}"))
}

fn project(who: &Actor, name: &str) -> Project {
    who.post("/projects", &json!({"name": name})).expect(201).json()
}

fn join(admin: &Actor, project: &Project, user: UserId, position: Position) {
    let member = json!({"user_id": user, "position": position});
    admin.post(&format!("/projects/{}/team", project.id), &member).expect(201);
}

#[test]
fn the_text_of_ones_own_refusal_is_the_chains() {
    let app = TestApp::start();
    let lead = app.acme.person().role("Project Manager").create(&app);
    let refused = lead.get("/users").expect(403).problem();
    let chain: Explanation = ask(&lead, None, Menu::Users, Operation::View).expect(200).json();
    assert!(!chain.allowed);
    assert_eq!(chain.denial, refused.denial);
    assert_eq!(refused.detail, chain.denial.as_ref().map(|denial| denial.text(Language::En)));
    assert_eq!((chain.user.id, chain.user.email.as_str()), (lead.id, lead.email.as_str()));
    let day: NaiveDate = "2026-03-02".parse().expect("a day");
    assert_eq!((chain.day, chain.menu, chain.operation), (day, Menu::Users, Operation::View));
    let [role] = &chain.roles[..] else { panic!("one role: {:?}", chain.roles) };
    assert_eq!((role.name.as_str(), role.licence_type.as_str()), ("Project Manager", "project_manager"));
    assert!(role.licence_valid && !role.within_ceiling && !role.granted && !role.allows);
    assert_eq!(role.licences[0].from, "2020-01-01".parse::<NaiveDate>().expect("a day"));
    assert!(chain.position.is_none() && chain.project.is_none() && chain.token.is_none());

    let allowed: Explanation = ask(&lead, None, Menu::Projects, Operation::Insert).expect(200).json();
    assert!(allowed.allowed && allowed.denial.is_none() && allowed.roles[0].allows);
    lead.post("/projects", &json!({"name": "Apollo"})).expect(201);
}

#[test]
fn others_are_explained_to_those_who_see_people() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let clerk = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    let chain: Explanation = ask(&clerk, Some(lead.id), Menu::Projects, Operation::View).expect(200).json();
    assert!(chain.allowed && chain.user.id == lead.id);
    let denial = ask(&lead, Some(clerk.id), Menu::Users, Operation::View).expect(403).problem().denial;
    let denial = denial.expect("the reason");
    assert_eq!((denial.menu, denial.operation), (Menu::Users, Operation::View));
    // About oneself everybody may ask, also by name.
    ask(&lead, Some(lead.id), Menu::Users, Operation::View).expect(200);
    // Nobody, and somebody of another organization, are the same nothing.
    let stranger = app.norte.admin(&app);
    let mut nothing =
        ask(&admin, Some(UserId(app.clock.new_id())), Menu::Home, Operation::View).expect(404).problem();
    let mut foreign = ask(&admin, Some(stranger.id), Menu::Home, Operation::View).expect(404).problem();
    (nothing.request_id, foreign.request_id) = (None, None);
    assert_eq!(nothing, foreign);
}

#[test]
fn a_project_that_one_may_not_see_is_not_there() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (ana, ben) = (
        app.acme.person().role("Project Manager").create(&app),
        app.acme.person().role("Project Manager").create(&app),
    );
    let hers = project(&ana, "Hers");
    let (tab, operation) = (Menu::ProjectTeam, Operation::View);
    ask_on(&ana, None, tab, operation, hers.id).expect(200);
    ask_on(&ben, None, tab, operation, hers.id).expect(404);
    // Whoever sees it is told that the other does not.
    let chain: Explanation = ask_on(&admin, Some(ben.id), tab, operation, hers.id).expect(200).json();
    let seen = chain.project.as_ref().map(|project| (project.name.as_str(), project.seen));
    assert_eq!(seen, Some(("Hers", false)));
    assert!(!chain.allowed && chain.denial.is_none());
    assert_eq!((chain.roles[0].reach, chain.roles[0].leads_to_project), (Reach::Own, Some(false)));
    ben.get(&format!("/projects/{}/team", hers.id)).expect(404);
    // Somebody who sees people, and not this project.
    let clerk = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    ask_on(&clerk, Some(ana.id), tab, operation, hers.id).expect(404);
    let foreign = project(&app.norte.admin(&app), "Elsewhere");
    ask_on(&admin, None, tab, operation, foreign.id).expect(404);
}

#[test]
fn a_lowered_position_says_why_and_the_route_does_the_same() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let apollo = project(&admin, "Apollo");
    let manager = app
        .acme
        .person()
        .licence("project_manager")
        .function(Function::ProjectManager)
        .grant(Menu::MyProjects, Operations::ALL)
        .create(&app);
    join(&admin, &apollo, manager.id, Position::Manager);
    let chain = |who: &Actor, operation| -> Explanation {
        ask_on(who, None, Menu::ProjectGeneral, operation, apollo.id).expect(200).json()
    };
    let position = chain(&manager, Operation::Update).position.expect("a project was asked about");
    assert_eq!((position.assigned, position.effective), (Some(Position::Manager), Some(Position::Manager)));
    assert!(position.allows && chain(&manager, Operation::Update).allowed);

    app.database
        .superuser()
        .batch_execute("UPDATE roles SET functions = '{}'")
        .expect("nobody leads any more");
    app.server.site.db.access().forget_all();
    let lowered = chain(&manager, Operation::Update);
    let position = lowered.position.expect("a project was asked about");
    assert_eq!(
        (position.assigned, position.effective),
        (Some(Position::Manager), Some(Position::TeamMember))
    );
    assert_eq!(position.lowered_because, Some(LoweredBecause::Function));
    assert!(position.my_projects && !position.opens && !lowered.allowed);
    assert_eq!(lowered.denial.as_ref().map(|denial| denial.reason), Some(DenialReason::Position));
    let refused =
        manager.patch(&format!("/projects/{}", apollo.id), apollo.version, &json!({"name": "Mine"}));
    let problem = refused.expect(403).problem();
    assert_eq!(problem.code, ProblemCode::Forbidden);
    assert!(chain(&manager, Operation::View).allowed);
}

#[test]
fn an_account_that_is_closed_may_do_nothing() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let person = json!({"email": "eva@acme.example", "first_name": "Eva", "last_name": "Ruiz"});
    let eva: User = admin.post("/users", &person).expect(201).json();
    let chain =
        || -> Explanation { ask(&admin, Some(eva.id), Menu::MyProjects, Operation::View).expect(200).json() };
    assert!(chain().allowed);
    act(&admin, &eva, "deactivate").expect(200);
    let closed = chain();
    assert!(!closed.allowed && !closed.account.active && closed.denial.is_none());
    assert!(closed.roles.iter().any(|role| role.allows), "the role is not what is missing");
    let own: Explanation = ask(&admin, None, Menu::ManageAccount, Operation::Update).expect(200).json();
    assert!(own.allowed && own.account.company_admin && own.roles.is_empty());
}

#[test]
fn what_cannot_be_asked_is_named() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let apollo = project(&admin, "Apollo");
    for (query, pointer) in [
        ("operation=view".to_owned(), "?menu"),
        ("menu=users".to_owned(), "?operation"),
        ("menu=nothing&operation=view".to_owned(), "?menu"),
        ("menu=management&operation=view".to_owned(), "?menu"),
        ("menu=users&operation=fly".to_owned(), "?operation"),
        ("menu=users&operation=view&user=me".to_owned(), "?user"),
        (format!("menu=users&operation=view&project={}", apollo.id), "?project"),
        ("menu=users&operation=view&colour=red".to_owned(), "?colour"),
    ] {
        let problem = admin.get(&format!("/access/explain?{query}")).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, pointer, "{query}");
    }
}
