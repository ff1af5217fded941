//! The audit log over the API: filters, pages, differences, the chain and the export.

use std::io::Read;

use chrono::TimeDelta;
use diesel::{RunQueryDsl, sql_query, sql_types};
use serde_json::{Value, json};
use shared::{
    Menu, Operations, Page, ProblemCode,
    audit::{ActorKind, AuditChain, AuditEntry},
    change::ChangeKind,
    session::SignedLink,
    user::User,
};
use ureq::http::Method;

use super::{seal, verified};
use crate::harness::{Actor, TestApp};

fn list(actor: &Actor, query: &str) -> Page<AuditEntry> {
    actor.get(&format!("/audit-log{query}")).expect(200).json()
}

#[test]
fn rows_are_found_by_person_thing_kind_and_day() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let new = json!({"email": "ana@acme.example", "first_name": "Ana", "last_name": "Ruiz"});
    let ana: User = admin.post("/users", &new).expect(201).json();
    app.clock.advance(chrono::TimeDelta::days(1));
    let admin = app.acme.admin(&app);
    let patch = json!({"first_name": "Eva"});
    let ana: User = admin.patch(&format!("/users/{}", ana.id), ana.version, &patch).expect(200).json();
    let newest = &list(&admin, "?limit=1").items[0];
    assert_eq!(
        (newest.entity.as_str(), newest.action, newest.actor),
        ("user", ChangeKind::Updated, ActorKind::User)
    );
    assert_eq!(newest.label.as_deref(), Some("Eva Ruiz"));
    assert_eq!(newest.address.as_deref(), Some("127.0.0.1"));
    assert_eq!(newest.user, Some(admin.id));
    assert_eq!(newest.people.get(&admin.id).map(String::as_str), Some("Ada Admin"));
    let field = &newest.fields[0];
    assert_eq!(
        (field.field.as_str(), &field.before, &field.after),
        ("first_name", &json!("Ana"), &json!("Eva"))
    );
    assert_eq!(newest.place, None, "not sealed yet");
    seal(&app);
    let one: AuditEntry = admin.get(&format!("/audit-log/{}", newest.id)).expect(200).json();
    assert!(one.place.is_some_and(|place| place > 30));

    let count = |query: &str| list(&admin, query).items.len();
    assert_eq!(count(&format!("?about={}", ana.id)), 2);
    assert_eq!(count(&format!("?about={}&action=created", ana.id)), 1);
    assert_eq!(count(&format!("?user={}&entity=user", admin.id)), 2);
    assert_eq!((count("?from=2026-03-03"), count("?entity=user&until=2026-03-02")), (1, 2));
    assert_eq!(count("?entity=nothing"), 0);
    admin.get("/audit-log?from=-9999-01-01").expect(422);

    // Page by page everything comes once.
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = list(&admin, &format!("?limit=7{after}"));
        all.extend(page.items.into_iter().map(|entry| entry.id));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    let whole: Vec<_> = list(&admin, "?limit=500").items.into_iter().map(|entry| entry.id).collect();
    assert_eq!(all, whole);

    let chain: AuditChain = admin.get("/audit-log/chain").expect(200).json();
    assert_eq!((chain.sealed, chain.unsealed), (i64::try_from(whole.len()).expect("few"), 0));
    assert_eq!(chain.head.map(|head| head.place), Some(chain.sealed));
}

#[test]
fn the_export_proves_itself() {
    let app = TestApp::start();
    seal(&app);
    let reader = app.acme.person().grant(Menu::AuditLog, Operations::VIEW).create(&app);
    let answer = reader.get("/audit-log/export").expect(200);
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"audit-log-acme.jsonl\""));
    let report = verified(answer.text.as_bytes(), api::audit::verify::Known::default());
    assert_eq!((report.bad, report.organization), (None, Some(app.acme.id)));
    assert!(report.sealed > 20);
    let first: Value = serde_json::from_str(answer.text.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["audit_log"]["slug"], "acme");
}

/// A browser opens it by a link, which it can write to the disk as it comes.
#[test]
fn the_export_opens_by_a_link_of_who_has_confirmed() {
    let app = TestApp::start();
    seal(&app);
    let reader = app.acme.person().grant(Menu::AuditLog, Operations::VIEW).create(&app);
    let link: SignedLink = reader.get("/audit-log/export/link").expect(200).json();
    let href = link.href.strip_prefix("/api/v1").expect("a path of the API");
    let anyone = app.client(&app.acme);
    let answer = anyone.get(href).expect(200);
    let disposition = answer.header("content-disposition");
    assert_eq!(disposition, Some("attachment; filename=\"audit-log-acme.jsonl\""));
    let report = verified(answer.text.as_bytes(), api::audit::verify::Known::default());
    assert_eq!((report.bad, report.organization), (None, Some(app.acme.id)));
    anyone.get("/audit-log/export").expect(401);
    // The link is no confirmation, and what it opens asks for one at that moment.
    app.clock.advance(TimeDelta::minutes(3) + TimeDelta::seconds(30));
    let link: SignedLink = reader.get("/audit-log/export/link").expect(200).json();
    let href = link.href.strip_prefix("/api/v1").expect("a path of the API");
    anyone.get(href).expect(200);
    app.clock.advance(TimeDelta::seconds(30));
    assert_eq!(anyone.get(href).expect(403).problem().code, ProblemCode::ConfirmationRequired);
    let refused = reader.get("/audit-log/export/link").expect(403).problem();
    assert_eq!(refused.code, ProblemCode::ConfirmationRequired);
}

/// Whoever takes the log along needs their session, and their right, to its end.
#[test]
fn an_export_ends_with_the_session_that_takes_it() {
    let app = TestApp::start();
    // More than what finds room between server and reader.
    let rows = "WITH one AS (SELECT * FROM audit_log WHERE org_id = $1 LIMIT 1), rows AS (
            INSERT INTO audit_log (org_id, id, at, actor_kind, entity, entity_id, action)
            SELECT org_id, md5(n::text)::uuid, at, actor_kind, entity, entity_id, action
            FROM one, generate_series(1, 20000) n RETURNING org_id, id)
        INSERT INTO audit_parts (org_id, audit_id, number, commitment, salt, content)
        SELECT org_id, id, 0, sha256('x'), substr(sha256('x'), 1, 16), '{\"label\":\"' || repeat('x', 3000) || '\"}' FROM rows";
    let inserted = sql_query(rows)
        .bind::<sql_types::Uuid, _>(app.acme.id.0)
        .execute(&mut app.database.superuser())
        .expect("there are rows");
    assert_eq!(inserted, 20_000);
    let reader = app.acme.person().grant(Menu::AuditLog, Operations::VIEW).create(&app);
    let mut lines = reader.read_slowly("/audit-log/export");
    let mut first = [0; 10];
    lines.read_exact(&mut first).expect("it begins");
    reader.send(Method::DELETE, "/session", None, None).expect(204);
    let mut rest = Vec::new();
    // That it breaks off is how it ends.
    let end = lines.read_to_end(&mut rest);
    assert!(end.is_err(), "{end:?}");
    assert!(!String::from_utf8_lossy(&rest).contains("{\"end\""), "{} bytes", rest.len());
}
