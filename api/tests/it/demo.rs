//! The demo data, made on an empty database and looked at through the API.

use std::collections::BTreeSet;

use api::{access::cache::AccessCache, clock::Clock, db::migrate, demo};
use serde_json::json;
use shared::{
    Page,
    change::Change,
    project::ProjectRow,
    session::{CurrentSession, SignInOutcome},
    user::User,
};

use crate::harness::{Client, Database, TestServer, starting_time};

fn signed_in(server: &TestServer, slug: &str, email: &str) -> Client {
    let client = server.client(&format!("{slug}.portico.test"));
    let body = json!({"email": email, "password": demo::PASSWORD});
    match client.post("/session", &body).expect(200).json() {
        SignInOutcome::SignedIn(token) => client.with_token(&token.access_token),
        SignInOutcome::ChooseOrganization { .. } => panic!("the host says which"),
    }
}

#[test]
fn two_organizations_come_to_life_and_asking_again_changes_nothing() {
    let database = Database::empty();
    migrate::up(&database.url("portico_owner")).expect("the schema is made");
    let operator = database.url("portico_operator");
    demo::create(&operator, starting_time()).expect("the demo is made");
    demo::create(&operator, starting_time()).expect("the demo is there");

    let server = TestServer::start(&database, &Clock::fixed(starting_time()), AccessCache::default());
    for (slug, people, projects) in [("atlas", 14, 30), ("viento-sur", 6, 8)] {
        let accounts: Vec<demo::Account> =
            demo::accounts().into_iter().filter(|one| one.slug == slug).collect();
        let admin = signed_in(&server, slug, &accounts[0].email);
        let users: Page<User> = admin.get("/users?total=true").expect(200).json();
        assert_eq!(users.total, Some(people), "{slug}");
        let listed: Page<ProjectRow> = admin.get("/projects?total=true").expect(200).json();
        assert_eq!(listed.total, Some(projects), "{slug}");
        let statuses: BTreeSet<&str> =
            listed.items.iter().map(|project| project.status.name_en.as_str()).collect();
        assert_eq!(statuses.len(), 5, "{slug}: {statuses:?}");
        for project in &listed.items {
            assert!(!project.managers.is_empty(), "{slug}: nobody leads {}", project.name);
            let path = format!("/projects/{}/changes", project.id);
            let changes: Page<Change> = admin.get(&path).expect(200).json();
            assert!(changes.items.iter().all(|change| change.at <= starting_time()), "{}", project.name);
            assert!(changes.items.iter().all(|change| change.by.is_some()), "{}", project.name);
        }
        for account in &accounts {
            let session: CurrentSession =
                signed_in(&server, slug, &account.email).get("/session").expect(200).json();
            assert_eq!(session.email, account.email);
        }
    }
    let lapsed = signed_in(&server, "viento-sur", "carmen.echeverria@viento-sur.example");
    let session: CurrentSession = lapsed.get("/session").expect(200).json();
    assert_eq!(session.roles_without_licence, ["Corporate Portfolio Access"]);
}
