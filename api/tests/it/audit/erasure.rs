//! The erasure of one person: no readable trace in any column of any table, and a chain that holds.

use chrono::TimeDelta;
use diesel::PgConnection;
use serde_json::{Value, json};
use shared::{
    ProblemCode,
    api_token::CreatedApiToken,
    session::SignInOutcome,
    user::{ErasurePreview, User},
};
use ureq::http::Method;

use super::{report, seal};
use crate::{
    harness::{Actor, Client, PASSWORD, TestApp, until},
    promises::catalogue::{line, lines},
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

/// All that tells from where somebody came, beside their session.
fn come_from_an_address(app: &TestApp, own: &Client, credentials: &Value) {
    // A token for their network alone, used from there.
    let new = json!({"name": "Reports", "expires_on": "2026-12-31", "scopes": {"projects": {"view": true}},
        "address_ranges": ["203.0.113.0/24"]});
    own.post("/session/confirm", &json!({"password": PASSWORD})).expect(204);
    let token: CreatedApiToken = own.post("/profile/api-tokens", &new).expect(201).json();
    let browser = || app.client(&app.acme).with_header("x-forwarded-for", "203.0.113.217");
    browser().with_token(&token.secret.expect("it is shown")).get("/token").expect(200);
    let renamed = json!({"address_ranges": ["203.0.113.0/24", "203.0.113.128/25"]});
    own.patch(&format!("/profile/api-tokens/{}", token.token.id), token.token.version, &renamed).expect(200);
    // Mails to them of browsers that they were not known to use: one waits, one is being sent, one was given up.
    let (other, third, fourth) = (browser(), browser(), browser());
    for client in [&other, &third, &fourth] {
        client.post("/session", credentials).expect(200);
    }
    let sql = &mut app.database.superuser();
    for change in ["'dead', finished_at = created_at", "'running'"] {
        let changed = format!(
            "WITH changed AS (UPDATE jobs SET state = {change} WHERE id = (SELECT id FROM jobs
                WHERE state = 'waiting' AND payload::text LIKE '%203.0.113.217%' ORDER BY id LIMIT 1) RETURNING id)
             SELECT id::text AS line FROM changed"
        );
        assert_eq!(lines(sql, &changed).len(), 1);
    }
    let mails = "SELECT state AS line FROM jobs WHERE payload::text LIKE '%203.0.113.217%' ORDER BY 1";
    assert_eq!(lines(sql, mails), ["dead", "running", "waiting"]);
    // A cookie of theirs was copied, and shown from there.
    let (name, copied) =
        other.cookies().into_iter().find(|(name, _)| name.contains("refresh")).expect("a cookie");
    other.post("/session/refresh", &json!({})).expect(200);
    app.clock.advance(TimeDelta::seconds(21));
    other.set_cookie(&name, &copied);
    other.post("/session/refresh", &json!({})).expect(401);
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
    come_from_an_address(&app, &own, &credentials);
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

    let words = ["quirina", "ybarrondo", "zuloaga", "trasgo", "203.0.113"];
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

    // What they were refused is counted in the background.
    let refused =
        "SELECT coalesce(sum(requests), 0)::text AS line FROM denied_access WHERE network LIKE '203.0.113.%'";
    until("refusals are counted", || line(&mut app.database.superuser(), refused) == "2");
    let erased: User = post(&admin, &person, "erase").expect(200).json();
    assert!(erased.erased && !erased.active);
    assert_eq!(format!("{} {}", erased.first_name, erased.last_name), preview.pseudonym);
    let left = found(sql, &words);
    // What is called otherwise is somebody else's; and a network from which somebody unknown was refused names nobody.
    let of_nobody =
        |line: &str| line.starts_with("denied_access: 203.0.113 in ") && line.contains(",203.0.113.0/24,,");
    let others: Vec<&String> =
        left.iter().filter(|line| !line.contains("Quirinal Ybarrondos") && !of_nobody(line)).collect();
    assert!(others.is_empty(), "{others:#?}");
    let project: Value =
        admin.get(&format!("/projects/{}", project["id"].as_str().expect("an id"))).expect(200).json();
    let text = project["description"].as_str().expect("a text");
    assert_eq!(
        text,
        format!("Led by {0} ({1}), once {0}. Not by Quirinal Ybarrondos.", preview.pseudonym, erased.email)
    );
    assert_eq!(project["name"], json!(format!("Plan of {}", preview.pseudonym)));

    // Of mails to them the one is left that a worker holds.
    let to_them =
        format!("SELECT state AS line FROM jobs WHERE payload -> 'recipient' ->> 'id' = '{}'", person.id);
    assert_eq!(lines(sql, &to_them), ["running"]);

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

/// Whoever is erased chose their names themself: none of them may take along what is somebody else's.
#[test]
fn names_that_are_not_theirs_alone_are_left() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"email": "zoe@quill.example", "first_name": "Annual", "last_name": "Quill"});
    let mut person: User = admin.post("/users", &new).expect(201).json();
    let path = format!("/users/{}", person.id);
    let names = [
        // What a role, a licence, a screen, a project and a parameter are called; in another order, too.
        ("Full", "Access"),
        ("member", "TEAM"),
        ("Role", "Definition"),
        ("Apollo", "Launch"),
        ("Former", "Helpers"),
        // Two letters each, which stand in many a text.
        ("Al", "Wu"),
        ("Zoe", "Report"),
    ];
    for (first, last) in names {
        let renamed = json!({"first_name": first, "last_name": last});
        person = admin.patch(&path, person.version, &renamed).expect(200).json();
    }
    // A name of a role until now.
    let role: Value = admin
        .post("/roles", &json!({"name": "Former Helpers", "licence_type": "team_member"}))
        .expect(201)
        .json();
    let (id, version) = (role["id"].as_str().expect("an id"), role["version"].as_i64().expect("a version"));
    let version = i32::try_from(version).expect("small");
    admin.patch(&format!("/roles/{id}"), version, &json!({"name": "Helpers"})).expect(200);
    // The first name of one moment and the last name of another were never theirs together.
    let text = "Annual Report. Full Access for Team Member, Team, at Role Definition. Al Wu. By Former Helpers, \
                Annual Quill and Report, Zoe; not Zoe Quill.";
    let project: Value =
        admin.post("/projects", &json!({"name": "Apollo Launch", "description": text})).expect(201).json();
    seal(&app);
    let sql = &mut app.database.superuser();
    // All that the house says of roles and projects, in the log and outside of it.
    let said = "SELECT 'role ' || name AS line FROM roles UNION ALL SELECT 'project ' || name FROM projects
        UNION ALL SELECT 'log ' || p.content FROM audit_parts p JOIN audit_log a ON (a.org_id, a.id) = (p.org_id, p.audit_id)
        WHERE a.entity IN ('role', 'licence', 'project_parameter') AND p.content IS NOT NULL
        UNION ALL SELECT 'history ' || label || fields::text FROM changes WHERE entity = 'role' ORDER BY 1";
    let before = lines(sql, said);
    assert!(
        before.iter().any(|line| line.starts_with("log ") && line.contains("Full Access")),
        "{before:#?}"
    );

    let person: User = post(&admin, &person, "deactivate").expect(200).json();
    let preview: ErasurePreview = admin.get(&format!("{path}/erasure")).expect(200).json();
    assert!(preview.traces.iter().all(|one| one.place != "roles"), "{preview:?}");
    post(&admin, &person, "erase").expect(200);
    assert_eq!(lines(sql, said), before);
    let project: Value =
        admin.get(&format!("/projects/{}", project["id"].as_str().expect("an id"))).expect(200).json();
    let expected =
        text.replace("Annual Quill", &preview.pseudonym).replace("Report, Zoe", &preview.pseudonym);
    assert_eq!(project["description"], json!(expected));
    // Of the person themself nothing is left, whatever they were called.
    let own = format!(
        "SELECT label || fields::text AS line FROM changes WHERE entity = 'user' AND entity_id = '{}'",
        person.id
    );
    for line in lines(sql, &own) {
        assert!(["Annual", "Quill", "Access", "Wu"].iter().all(|word| !line.contains(word)), "{line}");
    }
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
            // Of operators, who belong to no organization; the row goes with the session.
            "operator_sessions.address",
            "sessions.address",
            // The browser and its system, which many have; the mark is a hash.
            "sessions.device",
            "sessions.device_hash",
        ]
    );
}
