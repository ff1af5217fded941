//! Projects of an organization are erased, which lives on: from the first request to the certificate.

use api::{
    db::{migrate, operator::OperatorDb},
    ops::{
        manifest,
        owner::Owner,
        requests::{Requests, steps::Work},
        retention::{Place, SetKind},
        signing::SetKeys,
        vault::{self, Vault},
    },
};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use shared::{
    Page,
    console::{ClientRequest, ClientRequestState, DeliveryLink, RequestStepKind},
    project::ProjectRow,
};

use super::{CANARY, Erasing, config, destroy_keys, everything, exported, in_files, readable, rewrite};
use crate::{
    audit::{report, seal},
    backups::{files_below, holds, plan},
    harness::{Client, Database, at},
    promises::catalogue::{line, lines},
};

/// The project that stays.
const STAYS: &str = "Aguja-colipinta-4712";

fn find(admin: &Client, name: &str) -> ProjectRow {
    let page: Page<ProjectRow> = admin.get("/projects").expect(200).json();
    page.items.into_iter().find(|project| project.name == name).expect("it is there")
}

fn ask(erasing: &Erasing, projects: &[&str]) -> ClientRequest {
    let body = json!({
        "kind": "project_erasure", "slug": "acme", "requester": "Ada at Acme", "evidence": "A letter",
        "recipient": erasing.key.to_public().to_string(), "projects": projects,
    });
    erasing.service.post(&at("/client-requests"), &body).expect(201).json()
}

/// Asked for, counted, decided on by two and handed to the worker by a third.
fn told(erasing: &mut Erasing, projects: &[&str]) -> ClientRequest {
    let request = ask(erasing, projects);
    erasing.after(TimeDelta::seconds(5));
    Erasing::step(&erasing.service, &request, "verify").expect(200);
    Erasing::step(&erasing.other, &request, "authorize").expect(200);
    Erasing::step(&erasing.operations, &request, "execute").expect(200).json()
}

/// The public halves of an organization's keys whose secret ones stand in the vault.
fn keys(erasing: &Erasing) -> usize {
    let folder = erasing.scene.vaults.at("vault").join(erasing.scene.app.acme.id.to_string());
    let files = crate::backups::files_below(&folder);
    files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "age")).count()
}

#[test]
fn projects_go_and_the_organization_lives_on() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    admin.post("/projects", &json!({"name": STAYS})).expect(201);
    let project = find(&admin, CANARY);
    // Before operators' sessions end.
    erasing.scene.app.clock.advance(TimeDelta::seconds(5));
    let before = erasing.scene.production.database_set().expect("a set is made");

    // What is not there is said, and nothing can be decided on it.
    let unknown = ask(&erasing, &[&project.code, "no-such-code"]);
    erasing.after(TimeDelta::seconds(5));
    let waiting = erasing.get(&unknown);
    assert!(waiting.preview.is_none());
    assert!(waiting.execution.failure.expect("it says why").ends_with("no such projects: no-such-code"));
    Erasing::step(&erasing.service, &unknown, "refuse").expect(200);

    let request = told(&mut erasing, &[&project.code.to_lowercase()]);
    let preview = request.preview.clone().expect("it was counted");
    assert!(preview.tables.iter().any(|table| table.table == "projects" && table.rows == 1), "{preview:?}");
    assert!(preview.tables.iter().any(|table| table.table == "changes" && table.rows >= 1), "{preview:?}");
    let norte = exported(&erasing.scene.app.database, &erasing.scene.app.norte.id.to_string());
    assert_eq!(keys(&erasing), 1);
    erasing.after(TimeDelta::seconds(5));
    let request = erasing.get(&request);
    assert_eq!(request.state, ClientRequestState::Executed, "{request:?}");
    assert!(request.execution.key_renewed_at.is_some() && request.execution.secured_at.is_some());

    // Nobody was kept out; nothing is left of the project, and nothing else is missing.
    let names = |client: &Client| -> Vec<String> {
        let page: Page<ProjectRow> = client.get("/projects").expect(200).json();
        page.items.into_iter().map(|project| project.name).collect()
    };
    assert_eq!(names(&admin), [STAYS]);
    let all = everything(&erasing.scene.app.database);
    assert!(!all.contains(CANARY) && all.contains(STAYS));
    assert!(exported(&erasing.scene.app.database, &erasing.scene.app.norte.id.to_string()) == norte);
    // The audit log explains what it cannot say any more.
    seal(&erasing.scene.app);
    let audited = report(&erasing.scene.app, &erasing.scene.app.acme);
    assert!(audited.bad.is_none(), "{audited:?}");
    assert_eq!(audited.erased, 0, "no person");

    // The client has all of it.
    let link: DeliveryLink = Erasing::step(&erasing.operations, &request, "deliver").expect(200).json();
    let path = link.path.strip_prefix("/api/v1").expect("a path of the API");
    let taken = erasing.scene.app.client(&erasing.scene.app.acme).get(path).expect(200);
    assert!(everything(&erasing.take_in(&taken.bytes)).contains(CANARY));

    brought_back_before_the_keys_go(&erasing, &before);
    end_of_its_keys(erasing, &request, &before);
}

/// As long as the keys of before are there, a set of before comes back, without the project.
fn brought_back_before_the_keys_go(erasing: &Erasing, before: &api::ops::backup::Made) {
    assert!(holds(&readable(&erasing.scene.vaults).0, CANARY), "older sets hold it");
    let environment = erasing.scene.vaults.environment();
    let target = Database::empty();
    let restored = environment.restore(&plan(before, &target)).expect("it comes back");
    assert_eq!((restored.organizations, restored.erased_projects), (2, 1));
    assert!(restored.erased.is_empty() && restored.ended.is_empty());
    let all = everything(&target);
    assert!(!all.contains(CANARY) && all.contains(STAYS));
    let alone = Database::empty();
    let url = alone.url("portico_owner");
    migrate::up(&url).expect("the schema is made");
    let id = erasing.scene.app.acme.id;
    let set = &before.manifest.set;
    environment.restore_one(Place::OffSite, set, id, &url, None, None).expect("it comes back");
    let all = everything(&alone);
    assert!(!all.contains(CANARY) && all.contains(STAYS));
}

/// Sets of before end there, and the newest ones bring everything else back.
fn end_of_its_keys(mut erasing: Erasing, request: &ClientRequest, before: &api::ops::backup::Made) {
    let environment = erasing.scene.vaults.environment();
    let now = erasing.scene.app.clock.now();
    let refused = environment.destroy_keys(request.id, "ada", now).expect_err("not written anew");
    assert!(refused.to_string().contains("were not written anew yet"), "{refused}");
    assert!(in_files(&erasing.scene.app.database));
    rewrite(&erasing, request);
    assert!(!in_files(&erasing.scene.app.database), "dead rows are left");
    erasing.after(TimeDelta::seconds(5));

    // A store that lacks what is left keeps every key where it is.
    let newest = manifest::sets(environment.store(Place::OffSite), SetKind::Database).expect("a list");
    let path =
        erasing.scene.vaults.at("off-site").join(format!("sets/{}.manifest", newest.last().unwrap().0));
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).expect("it goes");
    let refused = environment.destroy_keys(request.id, "ada", now).expect_err("not there").to_string();
    assert!(
        refused.contains("nothing is destroyed before what is left of it can be brought back"),
        "{refused}"
    );
    std::fs::rename(&aside, &path).expect("it comes back");
    assert_eq!(keys(&erasing), 2);

    let said = destroy_keys(&erasing, request);
    assert_eq!((said.projects.len(), said.keys.len(), keys(&erasing)), (1, 1, 1), "{said:?}");
    assert!(said.sets.iter().any(|set| set.starts_with(&before.manifest.set)), "{said:?}");
    assert!(!said.sets.iter().any(|set| set.starts_with(&newest.last().unwrap().0)), "{said:?}");
    let (bytes, unreadable) = readable(&erasing.scene.vaults);
    assert!(!holds(&bytes, CANARY), "a set holds something of it");
    assert!(unreadable >= 4 && holds(&bytes, STAYS) && holds(&bytes, "norte"), "{unreadable}");
    // Nobody misses what is destroyed: those of the platform, of the other organization and of the rest of this one are left.
    assert_eq!(environment.check_keys().expect("they open"), 3);
    let again = environment.destroy_keys(request.id, "ada", now).expect_err("once");
    assert!(again.to_string().contains("are destroyed already"), "{again}");
    erasing.after(TimeDelta::seconds(5));
    let request = erasing.get(request);
    assert_eq!(request.state, ClientRequestState::Certified);
    assert!(request.steps.iter().any(|step| step.step == RequestStepKind::Certify));

    // The barrier: what was before verifies as far as anybody can read it, and comes back without the organization.
    environment.verify(Place::OffSite, &before.manifest.set).expect("it holds");
    let (acme, target) = (erasing.scene.app.acme.id, Database::empty());
    let restored = environment.restore(&plan(before, &target)).expect("it comes back");
    let ended: Vec<_> = restored.ended.iter().map(|(id, _)| *id).collect();
    assert_eq!((restored.organizations, ended), (1, vec![acme]));
    assert!(!everything(&target).contains(STAYS));
    let url = target.url("portico_owner");
    let refused = environment.restore_one(Place::OffSite, &before.manifest.set, acme, &url, None, None);
    assert!(refused.expect_err("ended").to_string().contains("can be read no more"));
    // It comes in beside, out of one of after.
    let after = &newest.last().unwrap().0;
    environment.restore_one(Place::OffSite, after, acme, &url, None, None).expect("it comes back");
    let all = everything(&target);
    assert!(all.contains(STAYS) && !all.contains(CANARY));
    // Sets go on under the key that is left.
    let next = erasing.scene.rows();
    environment.verify(Place::Local, &next.manifest.set).expect("it holds");
    // A key that is missing for another reason is no part of what was meant.
    for vault in ["vault", "second-vault"] {
        for file in files_below(&erasing.scene.vaults.at(vault).join(acme.to_string())) {
            if file.extension().is_some_and(|extension| extension == "age") {
                std::fs::remove_file(file).expect("it is lost");
            }
        }
    }
    environment.verify(Place::Local, &next.manifest.set).expect_err("a key is lost");
    let restored = environment.restore(&plan(&next, &Database::empty())).expect_err("a key is lost");
    assert!(format!("{restored:#}").contains("does not open"), "{restored:#}");
    let sql = &mut erasing.scene.app.database.superuser();
    let book = lines(sql, "SELECT action AS line FROM operations_book ORDER BY sequence");
    for action in ["erase_projects", "destroy_keys"] {
        assert_eq!(book.iter().filter(|one| *one == action).count(), 1, "{action} in {book:?}");
    }
}

/// What is written down once a thing is done, as if nobody had come to that.
fn not_written_down(work: Work) -> Option<(&'static str, &'static str)> {
    Some(match work {
        Work::Package => ("client_requests", "packaged_at = NULL, stored_at = NULL"),
        Work::Store => ("client_requests", "stored_at = NULL"),
        Work::Enter => ("client_requests", "entered_at = NULL"),
        Work::RemoveFiles => ("client_requests", "files_removed_at = NULL"),
        Work::RenewKey => ("project_erasures", "key_renewed_at = NULL"),
        Work::Secure => ("project_erasures", "secured_at = NULL"),
        // One transaction; or none of it.
        Work::Erase | Work::Finish | Work::Suspend => return None,
    })
}

#[test]
fn killed_after_any_step_it_is_done_again_and_what_changes_meanwhile_is_copied_first() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    admin.post("/projects", &json!({"name": STAYS})).expect(201);
    let project = find(&admin, CANARY);
    let request = told(&mut erasing, &[&project.id.to_string()]);
    let app = &erasing.scene.app;
    let requests = Requests::of(&config(app, &erasing.scene.vaults)).expect("it is set up");
    let url = app.database.url("portico_operator");
    let mut db = OperatorDb::open(&url, app.clock.clone()).expect("it comes in");
    let mut one = |work| requests.do_one(&mut db, request.id, work);
    let is_there = || {
        let rows = format!("SELECT count(*)::text AS line FROM projects WHERE id = '{}'", project.id);
        line(&mut app.database.superuser(), &rows) == "1"
    };
    for work in [Work::Package, Work::Store, Work::Enter] {
        one(work).expect("it is done");
    }
    // Somebody goes on working at it.
    let changed = json!({"description": "Written after the copy"});
    admin.patch(&format!("/projects/{}", project.id), 1, &changed).expect(200);
    let refused = format!("{:#}", one(Work::Erase).expect_err("it differs"));
    assert!(refused.contains("a project has changed since the client's copy was made"), "{refused}");
    assert!(is_there());
    let works = [
        Work::Package,
        Work::Store,
        Work::Enter,
        Work::Erase,
        Work::RemoveFiles,
        Work::RenewKey,
        Work::Secure,
        Work::Finish,
    ];
    for work in works {
        app.clock.advance(TimeDelta::seconds(2));
        one(work).unwrap_or_else(|error| panic!("{work:?}: {error:#}"));
        if let Some((table, not_written_down)) = not_written_down(work) {
            let key = if table == "client_requests" { "id" } else { "request_id" };
            let sql = format!("UPDATE {table} SET {not_written_down} WHERE {key} = '{}'", request.id);
            app.database.superuser().batch_execute(&sql).expect("it is as if it had died");
            app.clock.advance(TimeDelta::seconds(2));
            one(work).unwrap_or_else(|error| panic!("{work:?}: {error:#}"));
        }
        assert_eq!(is_there(), matches!(work, Work::Package | Work::Store | Work::Enter), "{work:?}");
    }
    assert_eq!(erasing.get(&request).state, ClientRequestState::Executed);
    assert_eq!(erasing.deliveries().len(), 1, "one copy");
    assert!(!everything(&app.database).contains(CANARY) && everything(&app.database).contains(STAYS));
    let again = one(Work::Erase);
    assert!(format!("{:#}", again.expect_err("done")).contains("is not one whose projects"));
    // What was sealed last is under the last key, which alone stays when the others go.
    assert_eq!(keys(&erasing), 3, "one more than needed, which harms nobody");
    rewrite(&erasing, &request);
    erasing.after(TimeDelta::seconds(5));
    assert_eq!(destroy_keys(&erasing, &request).keys.len(), 2);
    assert_eq!(keys(&erasing), 1);
    assert!(!holds(&readable(&erasing.scene.vaults).0, CANARY));
}

#[test]
fn two_requests_of_one_organization_are_both_done_again_and_no_key_of_before_stays() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    admin.post("/projects", &json!({"name": STAYS})).expect(201);
    let codes = [find(&admin, CANARY).code, find(&admin, STAYS).code];
    erasing.scene.app.clock.advance(TimeDelta::seconds(5));
    let before = erasing.scene.production.database_set().expect("a set is made");
    let requests = codes.map(|code| {
        let request = told(&mut erasing, &[&code]);
        erasing.after(TimeDelta::seconds(5));
        assert_eq!(erasing.get(&request).state, ClientRequestState::Executed);
        request
    });
    let environment = erasing.scene.vaults.environment();
    let target = Database::empty();
    let restored = environment.restore(&plan(&before, &target)).expect("it comes back");
    assert_eq!((restored.organizations, restored.erased_projects), (2, 2));
    let all = everything(&target);
    assert!(!all.contains(CANARY) && !all.contains(STAYS));
    let noted = "SELECT count(*)::text AS line FROM client_requests WHERE erased_at IS NOT NULL AND state = 'executing'";
    assert_eq!(line(&mut target.superuser(), noted), "2", "each is gone on with");

    // A worker of before knows of no other key than the first, and seals what is newest with it: that one may not stay.
    rewrite(&erasing, &requests[0]);
    erasing.after(TimeDelta::seconds(5));
    let acme = erasing.scene.app.acme.id.to_string();
    let names = |vault: &str| {
        ["current-000002", "current-000003"].map(|name| {
            let path = erasing.scene.vaults.at(vault).join(&acme).join(name);
            (path.with_extension("aside"), path)
        })
    };
    let hidden = ["vault", "second-vault"].map(names);
    for (aside, path) in hidden.iter().flatten() {
        std::fs::rename(path, aside).expect("it goes");
    }
    erasing.scene.rows();
    erasing.scene.files();
    for (aside, path) in hidden.iter().flatten() {
        std::fs::rename(aside, path).expect("it comes back");
    }
    let now = erasing.scene.app.clock.now();
    let refused = environment.destroy_keys(requests[0].id, "ada", now).expect_err("of before").to_string();
    assert!(
        refused.contains("nothing is destroyed before what is left of it can be brought back"),
        "{refused}"
    );
    assert_eq!(keys(&erasing), 3);
    erasing.scene.rows();
    erasing.scene.files();
    // Another one is made, and no set is under it yet: it is what everything is sealed with from now on.
    let [recipient, owner] = [erasing.scene.vaults.identity.to_public().to_string(), acme];
    let recipients = vault::parse_recipients(&recipient).expect("a recipient");
    let signing = SetKeys::read(&erasing.scene.vaults.at("keys")).expect("a key");
    let owner = Owner::Organization(owner.parse().expect("an id"));
    let folders = ["vault", "second-vault"].map(|vault| erasing.scene.vaults.at(vault));
    let last = Vault::open(&folders).expect("a vault").renew(owner, &recipients, &signing).expect("a key");
    let now = erasing.scene.app.clock.now();
    let refused = environment.destroy_keys(requests[0].id, "ada", now).expect_err("not yet").to_string();
    assert!(refused.contains("under its last key"), "{refused}");
    assert_eq!(keys(&erasing), 4);
    erasing.scene.rows();
    erasing.scene.files();
    let now = erasing.scene.app.clock.now();
    let said = environment.destroy_keys(requests[0].id, "ada", now).expect("they are destroyed");
    assert_eq!((said.keys.len(), keys(&erasing)), (3, 1));
    assert!(!said.keys.contains(&last.to_string()));
    erasing.scene.rows();
    assert!(!holds(&readable(&erasing.scene.vaults).0, CANARY));
}

#[test]
fn where_the_organization_is_erased_later_both_are_certified() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    let code = find(&admin, CANARY).code;
    let partial = told(&mut erasing, &[&code]);
    erasing.after(TimeDelta::seconds(5));
    assert_eq!(erasing.get(&partial).state, ClientRequestState::Executed);
    rewrite(&erasing, &partial);
    erasing.after(TimeDelta::seconds(5));
    let whole = erasing.told_to_erase();
    for seconds in [0, 30, 30] {
        erasing.after(TimeDelta::seconds(seconds));
    }
    assert_eq!(erasing.get(&whole).state, ClientRequestState::Executed);
    rewrite(&erasing, &whole);
    erasing.after(TimeDelta::seconds(5));
    erasing.scene.rows();
    erasing.scene.files();

    let environment = erasing.scene.vaults.environment();
    let now = erasing.scene.app.clock.now();
    let refused = environment.destroy_keys(partial.id, "ada", now).expect_err("not yet").to_string();
    assert!(refused.contains("destroy its keys for that request first"), "{refused}");
    assert_eq!(keys(&erasing), 2);
    destroy_keys(&erasing, &whole);
    let said = environment.destroy_keys(partial.id, "ada", now).expect("nothing is left of it");
    assert_eq!((said.projects.len(), keys(&erasing)), (1, 0));
    erasing.after(TimeDelta::seconds(5));
    // Operators' sessions are over by now.
    let certified = "SELECT count(*)::text AS line FROM client_requests WHERE state = 'certified'";
    assert_eq!(line(&mut erasing.scene.app.database.superuser(), certified), "2");
}

#[test]
fn who_holds_the_database_alone_erases_no_project() {
    let mut erasing = Erasing::start();
    let admin = erasing.scene.app.acme.admin(&erasing.scene.app);
    let project = find(&admin, CANARY);
    let request = ask(&erasing, &[&project.code]);
    erasing.after(TimeDelta::seconds(5));
    let within = format!("SELECT set_config('portico.org_id', '{}', false)", erasing.scene.app.acme.id);
    let erase = format!("SELECT portico.erase_projects('{}', now())", request.id);
    let rows = format!("SELECT portico.erase_rows_of_projects(ARRAY['{}'::uuid])", project.id);
    for role in ["portico_operator", "portico_app", "portico_console", "portico_backup"] {
        let url = erasing.scene.app.database.url(role);
        let mut connection =
            <diesel::PgConnection as diesel::Connection>::establish(&url).expect("it comes in");
        connection.batch_execute(&within).expect("it says where it is");
        let refused = connection.batch_execute(&erase).expect_err("nobody has authorized it").to_string();
        let expected =
            if role == "portico_operator" { "is not one whose projects" } else { "permission denied" };
        assert!(refused.contains(expected), "{role}: {refused}");
        let refused = connection.batch_execute(&rows).expect_err("the owner's alone").to_string();
        assert!(refused.contains("permission denied"), "{role}: {refused}");
    }
    // Every table whose rows are a project's is known: one that hangs on such a table would be left out of copy and comparison.
    let sql = &mut erasing.scene.app.database.superuser();
    let known = lines(sql, "SELECT of_table::text AS line FROM portico.tables_of_projects()");
    assert_eq!(known, ["changes", "project_positions", "projects"]);
    let hanging = lines(
        sql,
        "SELECT k.conrelid::regclass::text AS line FROM pg_constraint k
         JOIN pg_class c ON c.oid = k.confrelid
         WHERE k.contype = 'f' AND c.relname IN (SELECT of_table FROM portico.tables_of_projects())
           AND k.conrelid::regclass::text NOT IN (SELECT of_table::text FROM portico.tables_of_projects())",
    );
    assert_eq!(hanging, Vec::<String>::new());
}
