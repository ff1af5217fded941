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
    harness::{Actor, Answer, Client, TestApp},
    users::act,
};

fn ask(who: &Client, user: Option<UserId>, menu: Menu, operation: Operation) -> Answer {
    let user = user.map(|user| format!("&user={user}")).unwrap_or_default();
    who.get(&format!("/access/explain?menu={}&operation={}{user}", menu.key(), operation.key()))
}

fn ask_on(
    who: &Client,
    user: Option<UserId>,
    menu: Menu,
    operation: Operation,
    project: ProjectId,
) -> Answer {
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

/// Where a token asks, its scopes are one link more; the answer says whether it is they that refuse, as the request is
/// told.
#[test]
fn a_token_is_told_when_it_is_its_scopes_that_refuse() {
    const V: Operations = Operations::VIEW;
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let apollo = project(&admin, "Apollo");
    let lead = app.acme.person().role("Project Manager").create(&app);
    join(&admin, &apollo, lead.id, Position::Manager);
    let token = lead.api_token(&app, &[(Menu::Projects, V), (Menu::Users, Operations::ALL)]);
    let asked =
        |who: &Client, menu, operation| -> Explanation { ask(who, None, menu, operation).expect(200).json() };

    // The person may, the scopes have it not.
    let refused = token.post("/projects", &json!({"name": "Mine"})).expect(403).problem();
    let chain = asked(&token, Menu::Projects, Operation::Insert);
    assert!(!chain.allowed && chain.roles[0].allows, "{chain:?}");
    assert_eq!(chain.denial, refused.denial);
    assert_eq!(chain.denial.as_ref().map(|denial| denial.reason), Some(DenialReason::TokenScope));
    let link = chain.token.expect("a token asks");
    assert_eq!((link.allows, link.name), (false, format!("Token {}", token.id)));
    // Without the token nothing refuses.
    let own = asked(&lead, Menu::Projects, Operation::Insert);
    assert!(own.allowed && own.token.is_none() && own.denial.is_none());
    // Both have it.
    let chain = asked(&token, Menu::Projects, Operation::View);
    assert!(chain.allowed && chain.token.is_some_and(|link| link.allows));
    token.get("/projects").expect(200);
    // The scopes have it, the person may not: it is not the scopes that refuse.
    let refused = token.get("/users").expect(403).problem();
    let chain = asked(&token, Menu::Users, Operation::View);
    assert_eq!((chain.allowed, &chain.denial), (false, &refused.denial));
    assert_eq!(chain.denial.map(|denial| denial.reason), Some(DenialReason::NotGranted));
    assert!(chain.token.is_some_and(|link| link.allows));

    // On a project: what the position opens, the scopes close; on the tab, and on the list that leads there.
    let path = format!("/projects/{}", apollo.id);
    let (tab, update) = (Menu::ProjectGeneral, Operation::Update);
    let member = app
        .acme
        .person()
        .licence("project_manager")
        .function(Function::ProjectManager)
        .grant(Menu::MyProjects, Operations::ALL)
        .create(&app);
    join(&admin, &apollo, member.id, Position::Manager);
    for (scopes, missing) in [
        ([(Menu::MyProjects, Operations::ALL), (tab, V)], tab),
        ([(Menu::MyProjects, V), (tab, Operations::ALL)], Menu::MyProjects),
    ] {
        let token = member.api_token(&app, &scopes);
        let refused = token.patch(&path, apollo.version, &json!({"name": "Mine"})).expect(403).problem();
        let chain: Explanation = ask_on(&token, None, tab, update, apollo.id).expect(200).json();
        assert!(!chain.allowed && chain.position.is_some_and(|position| position.allows), "{chain:?}");
        assert_eq!(chain.denial, refused.denial);
        let denial = chain.denial.expect("the reason");
        assert_eq!(
            (denial.menu, denial.operation, denial.reason),
            (missing, update, DenialReason::TokenScope)
        );
        assert!(chain.token.is_some_and(|link| !link.allows));
        let seen: Explanation = ask_on(&token, None, tab, Operation::View, apollo.id).expect(200).json();
        assert!(seen.allowed && seen.token.is_some_and(|link| link.allows));
        token.get(&path).expect(200);
    }
    // Without a list that leads there, the project is not there, as for the request.
    let token = member.api_token(&app, &[(tab, Operations::ALL)]);
    ask_on(&token, None, tab, update, apollo.id).expect(404);
    // About others it needs the scope of seeing people, and says nothing of its scopes.
    let narrow = admin.api_token(&app, &[(Menu::Projects, Operations::ALL)]);
    let denial = ask(&narrow, Some(lead.id), Menu::Projects, update).expect(403).problem().denial;
    assert_eq!(denial.expect("the reason").reason, DenialReason::TokenScope);
    let seeing = admin.api_token(&app, &[(Menu::Users, V)]);
    let chain: Explanation = ask(&seeing, Some(lead.id), Menu::Projects, update).expect(200).json();
    assert!(chain.allowed && chain.token.is_none());
}
