//! An operator who was made at the console chooses the password themself, once.

use chrono::TimeDelta;
use serde_json::json;
use shared::{
    ProblemCode, ViolationCode,
    console::{CreatedOperator, EnrolmentPreview, Operator, Team},
};

use crate::harness::{Answer, OPERATOR_PASSWORD, TestConsole, TestOperator, at};

fn made(console: &TestConsole) -> CreatedOperator {
    let security = console.enter("security@ops.example", &[Team::Security]);
    let body = json!({"email": "Eva@Ops.example", "name": " Eva ", "teams": ["support", "operations"]});
    let created: CreatedOperator = security.post(&at("/operators"), &body).expect(201).json();
    let Operator { email, name, teams, active, enrolled, .. } = &created.operator;
    assert_eq!((email.as_str(), name.as_str(), active, enrolled), ("eva@ops.example", "Eva", &true, &false));
    assert_eq!(teams, &[Team::Operations, Team::Support]);
    created
}

fn authenticator(console: &TestConsole, created: &CreatedOperator) -> TestOperator {
    let body = json!({"enrolment": created.enrolment});
    let preview: EnrolmentPreview =
        console.client().post(&at("/enrolments/preview"), &body).expect(200).json();
    assert_eq!(preview.email, "eva@ops.example");
    TestOperator::new(&preview.email, &preview.otpauth_url)
}

fn enrol(console: &TestConsole, created: &CreatedOperator, password: &str, code: &str) -> Answer {
    let body = json!({"enrolment": created.enrolment, "password": password, "code": code});
    console.client().post(&at("/enrolments"), &body)
}

#[test]
fn who_was_made_enrols_once_and_signs_in() {
    let console = TestConsole::start();
    let created = made(&console);
    let eva = authenticator(&console, &created);
    let code = eva.code(&console.clock, 0);
    assert_eq!(console.try_sign_in(&console.client(), &eva, OPERATOR_PASSWORD, 0).status, 401, "not yet");
    let problem = enrol(&console, &created, OPERATOR_PASSWORD, &eva.code(&console.clock, 3600)).problem();
    assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, "/code"));
    for (password, expected) in [
        ("short", ViolationCode::TooShort),
        ("eva@ops.example", ViolationCode::PasswordIsIdentity),
        ("aaaaaaaaaaaaaaaaaaaa", ViolationCode::CommonPassword),
    ] {
        let problem = enrol(&console, &created, password, &code).expect(422).problem();
        assert_eq!((problem.errors[0].pointer.as_str(), problem.errors[0].code), ("/password", expected));
    }
    enrol(&console, &created, OPERATOR_PASSWORD, &code).expect(204);
    // The code that was shown to enrol signs nobody in, and what was handed over works no more.
    assert_eq!(console.try_sign_in(&console.client(), &eva, OPERATOR_PASSWORD, 0).status, 401);
    console.try_sign_in(&console.client(), &eva, OPERATOR_PASSWORD, 30).expect(200);
    let code = eva.code(&console.clock, 60);
    assert_eq!(
        enrol(&console, &created, OPERATOR_PASSWORD, &code).expect(404).problem().code,
        ProblemCode::NotFound
    );
}

#[test]
fn enrolling_ends_after_a_day_and_with_the_operator() {
    let console = TestConsole::start();
    let created = made(&console);
    let eva = authenticator(&console, &created);
    console.clock.advance(TimeDelta::hours(24));
    let code = eva.code(&console.clock, 0);
    assert_eq!(enrol(&console, &created, OPERATOR_PASSWORD, &code).status, 404);

    let security = TestOperator::new(
        "other@ops.example",
        &crate::harness::registry(&console.database, &console.clock)
            .create("other@ops.example", "Other", &[Team::Security], OPERATOR_PASSWORD)
            .expect("made"),
    );
    let security = console.signed_in(&security);
    let path = at(&format!("/operators/{}", created.operator.id));
    let anew: CreatedOperator = security.post(&format!("{path}/reset"), &json!({})).expect(200).json();
    assert_ne!(anew.enrolment, created.enrolment);
    let eva = authenticator(&console, &anew);
    security.patch(&path, anew.operator.version, &json!({"active": false})).expect(200);
    let code = eva.code(&console.clock, 0);
    assert_eq!(enrol(&console, &anew, OPERATOR_PASSWORD, &code).status, 404);
}
