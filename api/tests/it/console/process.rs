//! `portico console` as a process of its own, by the machine's clock.

use api::clock::Clock;
use serde_json::json;
use shared::console::{OperatorSession, OperatorToken, Team};

use crate::harness::{Database, OPERATOR_PASSWORD, Program, TestOperator, at, registry};

#[test]
fn it_starts_lets_operators_in_tells_its_figures_and_stops() {
    let database = Database::create();
    let mut program = Program::console(&database);
    let clock = Clock::system();
    let url = registry(&database, &clock)
        .create("ada@ops.example", "Ada", &[Team::Operations], OPERATOR_PASSWORD)
        .expect("she is made");
    let ada = TestOperator::new("ada@ops.example", &url);
    let client = crate::harness::Client::new(program.address, "localhost");
    let body = json!({"email": ada.email, "password": OPERATOR_PASSWORD, "code": ada.code(&clock, 0)});
    let token: OperatorToken = client.post(&at("/session"), &body).expect(200).json();
    let session: OperatorSession = client.with_token(&token.token).get(&at("/session")).expect(200).json();
    assert_eq!(session.email, "ada@ops.example");
    let figures = program.operator().get("//metrics").expect(200).text;
    for words in [
        "process=\"console\"",
        "portico_http_requests_total{method=\"POST\",status=\"2xx\",template=\"/console/v1/session\"} 1",
    ] {
        assert!(figures.contains(words), "{words}\n{figures}");
    }
    assert_eq!(program.operator().get("//livez").expect(200).text, "alive\n");
    program.tell_to_stop();
    let (status, _) = program.wait();
    assert!(status.success(), "{}", program.log());
    assert_eq!(program.log(), "");
}
