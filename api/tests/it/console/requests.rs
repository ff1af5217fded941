//! What clients ask for goes through several hands, each of which has its team.

use serde_json::json;
use shared::{
    Page, ProblemCode, ViolationCode,
    console::{ClientRequest, ClientRequestKind, ClientRequestState, Team},
    data_request::DataRequest,
};

use crate::{
    harness::{Answer, Client, TestApp, TestConsole, at},
    promises::catalogue::{line, lines},
};

const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

fn ask(who: &Client, kind: ClientRequestKind, slug: &str, recipient: &str) -> Answer {
    let body = json!({
        "kind": kind, "slug": slug, "requester": "Ada at Acme", "evidence": "A letter", "recipient": recipient,
    });
    who.post(&at("/client-requests"), &body)
}

fn step(who: &Client, request: &ClientRequest, step: &str, body: &serde_json::Value) -> Answer {
    who.post(&at(&format!("/client-requests/{}/{step}", request.id)), body)
}

#[test]
fn each_team_does_its_part_and_no_other_and_one_person_never_two() {
    let app = TestApp::start();
    let console = TestConsole::of(&app);
    let service = console.enter("service@ops.example", &[Team::CustomerService, Team::Operations]);
    let other = console.enter("other@ops.example", &[Team::CustomerService]);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    let support = console.enter("support@ops.example", &[Team::Support]);
    assert_eq!(ask(&support, ClientRequestKind::Copy, "acme", RECIPIENT).status, 403);
    assert_eq!(ask(&operations, ClientRequestKind::Copy, "acme", RECIPIENT).status, 403);
    for (slug, recipient, pointer, code) in [
        ("nobody", RECIPIENT, "/slug", ViolationCode::NotFound),
        ("acme", "AGE-SECRET-KEY-1QQQ", "/recipient", ViolationCode::InvalidFormat),
        // A letter of it is another one.
        ("acme", &RECIPIENT.replace("ql3z", "ql3y"), "/recipient", ViolationCode::InvalidFormat),
    ] {
        let problem = ask(&service, ClientRequestKind::Copy, slug, recipient).expect(422).problem();
        assert_eq!((problem.errors[0].pointer.as_str(), problem.errors[0].code), (pointer, code));
        assert!(!problem.detail.unwrap_or_default().contains("SECRET"), "a secret is not repeated");
    }
    let request: ClientRequest =
        ask(&service, ClientRequestKind::Erasure, "acme", RECIPIENT).expect(201).json();
    assert_eq!(
        ask(&other, ClientRequestKind::Erasure, "acme", RECIPIENT).expect(409).problem().code,
        ProblemCode::Conflict
    );
    ask(&other, ClientRequestKind::Copy, "acme", RECIPIENT).expect(201);
    let nothing = json!({});
    let slug = json!({"slug": "acme"});
    // Support can look, and nothing else.
    let page: Page<ClientRequest> = support.get(&at("/client-requests?kind=erasure")).expect(200).json();
    assert_eq!(page.items.len(), 1);
    for name in ["verify", "authorize", "deliver"] {
        assert_eq!(step(&support, &request, name, &nothing).status, 403, "{name}");
    }
    assert_eq!(step(&support, &request, "execute", &slug).status, 403);
    // Not before its turn, by nobody.
    assert_eq!(step(&other, &request, "authorize", &nothing).status, 409);
    assert_eq!(step(&operations, &request, "execute", &slug).status, 409);
    assert_eq!(step(&operations, &request, "verify", &nothing).status, 403);
    step(&service, &request, "verify", &nothing).expect(200);
    let refused = step(&service, &request, "authorize", &nothing).expect(409).problem();
    assert!(refused.detail.expect("why").contains("somebody else of customer service"));
    step(&other, &request, "authorize", &nothing).expect(200);
    assert_eq!(step(&other, &request, "execute", &slug).status, 403);
    let wrong = step(&operations, &request, "execute", &json!({"slug": "norte"})).expect(422).problem();
    assert_eq!(wrong.errors[0].pointer, "/slug");
    let refused = step(&operations, &request, "execute", &slug).expect(409).problem();
    assert!(refused.detail.expect("why").contains("has not counted yet"));
    // Called off, with the reason, and then nothing more happens.
    assert_eq!(step(&other, &request, "withdraw", &json!({"because": " "})).status, 422);
    let done: ClientRequest =
        step(&other, &request, "withdraw", &json!({"because": "They have called back"})).expect(200).json();
    assert_eq!(done.state, ClientRequestState::Withdrawn);
    assert_eq!(
        done.steps.last().and_then(|step| step.note.clone()).as_deref(),
        Some("They have called back")
    );
    assert_eq!(step(&service, &request, "refuse", &json!({"because": "No"})).status, 409);
    // Another one may be asked for now.
    ask(&service, ClientRequestKind::Erasure, "acme", RECIPIENT).expect(201);
    let book = lines(
        &mut app.database.superuser(),
        "SELECT action || ' ' || outcome AS line FROM operations_book WHERE action LIKE '%client_request' ORDER BY sequence",
    );
    let expected = ["ask", "ask", "verify", "authorize", "withdraw", "ask"]
        .map(|one| format!("{one}_client_request succeeded"));
    assert_eq!(book, expected);
}

#[test]
fn a_company_admin_asks_and_sees_how_far_it_is_and_nobody_elses() {
    let app = TestApp::start();
    let console = TestConsole::of(&app);
    let service = console.enter("service@ops.example", &[Team::CustomerService]);
    let (acme, norte) = (app.acme.admin(&app), app.norte.admin(&app));
    let new = json!({"kind": "erasure", "recipient": RECIPIENT, "message": "We move elsewhere"});
    let problem = app
        .acme
        .admin(&app)
        .unconfirmed(&app)
        .post("/organization/data-requests", &new)
        .expect(403)
        .problem();
    assert_eq!(problem.code, ProblemCode::ConfirmationRequired);
    let member = app.acme.person().create(&app);
    assert_eq!(member.post("/organization/data-requests", &new).status, 403);
    let asked: DataRequest = acme.post("/organization/data-requests", &new).expect(201).json();
    assert_eq!(acme.post("/organization/data-requests", &new).status, 409);
    let wrong = json!({"kind": "copy", "recipient": "age1", "message": ""});
    assert_eq!(
        acme.post("/organization/data-requests", &wrong).expect(422).problem().errors[0].pointer,
        "/recipient"
    );
    assert_eq!(norte.get("/organization/data-requests").expect(200).json::<Vec<DataRequest>>(), []);
    let page: Page<ClientRequest> = service.get(&at("/client-requests")).expect(200).json();
    let request = &page.items[0];
    assert_eq!(
        (request.id, request.organization, request.slug.as_deref()),
        (asked.id, app.acme.id, Some("acme"))
    );
    assert!(
        request.evidence.contains("has shown the password")
            && request.evidence.ends_with("We move elsewhere")
    );
    step(&service, request, "verify", &json!({})).expect(200);
    let seen: Vec<DataRequest> = acme.get("/organization/data-requests").expect(200).json();
    assert_eq!((seen.len(), seen[0].state), (1, ClientRequestState::Verified));
    let logged =
        "SELECT count(*)::text AS line FROM audit_log WHERE entity = 'data_request' AND action = 'created'";
    assert_eq!(line(&mut app.database.superuser(), logged), "1");
}
