//! The erasure of one person: no readable trace in any column of any table, and a chain that holds.

use diesel::PgConnection;
use serde_json::{Value, json};
use shared::{
    ProblemCode,
    session::SignInOutcome,
    user::{ErasurePreview, User},
};
use ureq::http::Method;

use super::{report, seal};
use crate::{
    harness::{Actor, PASSWORD, TestApp},
    promises::catalogue::lines,
};

/// Where any of these words stands in any column of any table, whatever its type.
fn found(sql: &mut PgConnection, words: &[&str]) -> Vec<String> {
    let tables = lines(
        sql,
        "SELECT c.oid::regclass::text AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1",
    );
    assert!(tables.len() > 25);
    let mut found = Vec::new();
    for table in tables {
        for word in words {
            // A row as text has its bytes in hexadecimal.
            let query = format!(
                "SELECT '{table}: {word} in ' || t::text AS line FROM {table} t
                 WHERE strpos(lower(t::text), lower('{word}')) > 0
                    OR strpos(t::text, encode(convert_to('{word}', 'UTF8'), 'hex')) > 0"
            );
            found.extend(lines(sql, &query));
        }
    }
    found
}

fn post(actor: &Actor, user: &User, verb: &str) -> crate::harness::Answer {
    actor.send(Method::POST, &format!("/users/{}/{verb}", user.id), Some(user.version), None)
}

#[test]
fn an_erased_person_leaves_the_chain_whole_and_no_readable_trace() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"email": "Quirina.Zuloaga@Trasgo.example", "first_name": "Quirina", "last_name": "Zuloaga",
        "password": PASSWORD});
    let person: User = admin.post("/users", &new).expect(201).json();
    let path = format!("/users/{}", person.id);
    // They were called otherwise once, and came from an address of their own.
    let renamed = json!({"last_name": "Ybarrondo", "email": "quirina@ybarrondo.example"});
    let person: User = admin.patch(&path, person.version, &renamed).expect(200).json();
    let door = app.client(&app.acme).with_header("x-forwarded-for", "203.0.113.217");
    let credentials = json!({"email": person.email, "password": PASSWORD});
    let SignInOutcome::SignedIn(token) = door.post("/session", &credentials).expect(200).json() else {
        panic!("there is one account")
    };
    let own = door.with_token(&token.access_token);
    let session: Value = own.get("/session").expect(200).json();
    let version = i32::try_from(session["version"].as_i64().expect("a version")).expect("small");
    own.patch("/profile", version, &json!({"language": "es"})).expect(200);
    own.get("/users").expect(403);
    // Others wrote of them.
    let about = "Led by Quirina Ybarrondo (quirina@YBARRONDO.example), once Zuloaga, Quirina. Not by Quirinal Ybarrondos.";
    let keyed = admin.keyed(&app, "of-them");
    let project: Value = keyed
        .post("/projects", &json!({"name": "Plan of quirina ybarrondo", "description": about}))
        .expect(201)
        .json();
    let team = format!("/projects/{}/team", project["id"].as_str().expect("an id"));
    admin.post(&team, &json!({"user_id": person.id, "position": "team_member"})).expect(201);
    let settings: Value = admin.get("/general-data").expect(200).json();
    let version = i32::try_from(settings["version"].as_i64().expect("a version")).expect("small");
    admin.patch("/general-data", version, &json!({"email": "quirina@ybarrondo.example"})).expect(200);
    let role = json!({"name": "Deputy of Quirina Zuloaga", "licence_type": "team_member"});
    admin.post("/roles", &role).expect(201);
    seal(&app);

    let words = ["quirina", "ybarrondo", "zuloaga", "trasgo", "203.0.113.217"];
    let sql = &mut app.database.superuser();
    assert!(found(sql, &words).len() > 15, "there is something to find");
    // Whoever is active is not erased.
    let person: User = admin.get(&path).expect(200).json();
    assert_eq!(post(&admin, &person, "erase").expect(409).problem().code, ProblemCode::Conflict);
    let person: User = post(&admin, &person, "deactivate").expect(200).json();
    seal(&app);

    let preview: ErasurePreview = admin.get(&format!("{path}/erasure")).expect(200).json();
    assert!(preview.possible);
    let rows = |place: &str| preview.traces.iter().find(|one| one.place == place).map(|one| one.rows);
    assert_eq!((rows("projects"), rows("general_data"), rows("roles")), (Some(1), Some(1), Some(1)));
    assert!(rows("changes") >= Some(5) && rows("audit_log") >= Some(8), "{preview:?}");

    let erased: User = post(&admin, &person, "erase").expect(200).json();
    assert!(erased.erased && !erased.active);
    assert_eq!(format!("{} {}", erased.first_name, erased.last_name), preview.pseudonym);
    let left = found(sql, &words);
    // What is called otherwise is somebody else's.
    let others: Vec<&String> = left.iter().filter(|line| !line.contains("Quirinal Ybarrondos")).collect();
    assert!(others.is_empty(), "{others:#?}");
    let project: Value =
        admin.get(&format!("/projects/{}", project["id"].as_str().expect("an id"))).expect(200).json();
    let text = project["description"].as_str().expect("a text");
    assert_eq!(
        text,
        format!("Led by {0} ({1}), once {0}. Not by Quirinal Ybarrondos.", preview.pseudonym, erased.email)
    );
    assert_eq!(project["name"], json!(format!("Plan of {}", preview.pseudonym)));

    // What they did is still there, and the chain holds.
    seal(&app);
    let report = report(&app, &app.acme);
    assert_eq!((report.bad, report.erased, report.unsealed), (None, 1, 0));
    let history: Value = admin
        .get(&format!("/projects/{}/changes", project["id"].as_str().expect("an id")))
        .expect(200)
        .json();
    assert!(history.to_string().contains(&preview.pseudonym), "{history}");
    let ledger = lines(sql, "SELECT user_id::text AS line FROM erasures");
    assert_eq!(ledger, [person.id.to_string()]);

    // There is no way back, and no second time.
    let erased: User = admin.get(&path).expect(200).json();
    assert!(!admin.get(&format!("{path}/erasure")).expect(200).json::<ErasurePreview>().possible);
    for verb in ["erase", "reactivate"] {
        assert_eq!(post(&admin, &erased, verb).expect(409).problem().code, ProblemCode::Conflict);
    }
    admin.patch(&path, erased.version, &json!({"first_name": "Ana"})).expect(409);
    let again = json!({"email": "quirina@ybarrondo.example", "password": PASSWORD});
    app.client(&app.acme).post("/session", &again).expect(401);
}

#[test]
fn a_name_that_somebody_else_has_too_is_left() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = |email: &str| json!({"email": email, "first_name": "Ana", "last_name": "Ruiz"});
    let one: User = admin.post("/users", &new("ana@one.example")).expect(201).json();
    let other: User = admin.post("/users", &new("ana@other.example")).expect(201).json();
    let about = json!({"name": "Apollo", "description": "Ana Ruiz, ana@one.example and ana@other.example"});
    let project: Value = admin.post("/projects", &about).expect(201).json();
    let one: User = post(&admin, &one, "deactivate").expect(200).json();
    let erased: User = post(&admin, &one, "erase").expect(200).json();
    let project: Value =
        admin.get(&format!("/projects/{}", project["id"].as_str().expect("an id"))).expect(200).json();
    assert_eq!(project["description"], json!(format!("Ana Ruiz, {} and ana@other.example", erased.email)));
    let labels = lines(
        &mut app.database.superuser(),
        &format!(
            "SELECT DISTINCT label AS line FROM changes WHERE entity = 'user' AND entity_id = '{}'",
            other.id
        ),
    );
    assert_eq!(labels, ["Ana Ruiz"]);
}

#[test]
fn nobody_but_a_company_admin_erases_one() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let former = app.acme.person().company_admin().create(&app);
    let user: User = admin.get(&format!("/users/{}", former.id)).expect(200).json();
    let user: User = post(&admin, &user, "deactivate").expect(200).json();
    let clerk = app.acme.person().grant(shared::Menu::Users, shared::Operations::ALL).create(&app);
    post(&clerk, &user, "erase").expect(403);
    post(&admin, &user, "erase").expect(200);
}

/// From where somebody came stands in columns that no sweep for names finds. A new one has to be emptied too.
#[test]
fn every_column_with_an_address_is_known_to_the_erasure() {
    let app = TestApp::start();
    let columns = lines(
        &mut app.database.superuser(),
        "SELECT c.relname || '.' || a.attname AS line FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
           AND (a.attname ~ 'address|network|phone|device|agent' OR a.atttypid IN ('inet'::regtype, 'cidr'::regtype))
         ORDER BY 1",
    );
    assert_eq!(
        columns,
        [
            // Emptied, or taken away with the person's rows.
            "api_token_networks.network",
            "api_tokens.address_ranges",
            "api_tokens.last_refused_address",
            "api_tokens.last_used_address",
            // Brought over into sealed parts, and empty.
            "audit_log.address",
            "denied_access.network",
            // Of nobody.
            "denied_access_elsewhere.network",
            // The organization's, swept like any text.
            "general_data.phone",
            // Beside the hash of an e-mail, until a worker has looked whose it is.
            "guesses.address",
            "guesses.device",
            "sessions.address",
            // The browser and its system, which many have; the mark is a hash.
            "sessions.device",
            "sessions.device_hash",
        ]
    );
}
