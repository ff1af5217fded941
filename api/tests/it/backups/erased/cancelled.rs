//! A client's copy that is cancelled while it is made.

use chrono::TimeDelta;
use shared::console::{
    ActionPhase, Cancelling, ClientRequestKind, ClientRequestState, LongAction, RequestStepKind,
};

use super::{
    super::under_way::{Held, at_phase, cancel, seen},
    Erasing,
};
use crate::promises::catalogue::lines;

#[test]
fn a_copy_is_authorized_as_before_and_can_be_carried_out_anew() {
    let mut it = Erasing::start();
    let request = it.told(ClientRequestKind::Copy);
    let held = Held::table(&it.scene.app.database, "projects");
    std::thread::scope(|scope| {
        let worker = &mut it.worker;
        let working = scope.spawn(move || worker.work_off().expect("the work is done"));
        let action = at_phase(&it.operations, LongAction::CopyOrganization, ActionPhase::Package);
        assert_eq!((action.subject.as_str(), action.cancelling), ("acme", Cancelling::Possible));
        assert_eq!(cancel(&it.service, &action), 403, "customer service cannot");
        assert_eq!(cancel(&it.operations, &action), 200);
        at_phase(&it.operations, LongAction::CopyOrganization, ActionPhase::TakeBack);
        held.let_go();
        working.join().expect("it goes on");
    });
    assert_eq!(seen(&it.operations), []);
    let now = it.get(&request);
    assert_eq!((now.state, now.execution.failure), (ClientRequestState::Authorized, None));
    let last = now.steps.last().expect("a step");
    assert_eq!((last.step, last.by.as_str()), (RequestStepKind::Cancel, "operations@ops.example"));
    assert!(it.deliveries().is_empty(), "nothing of it is left");
    let alarms = "SELECT name AS line FROM alarms WHERE ended_at IS NULL";
    let sql = &mut it.scene.app.database.superuser();
    assert_eq!(lines(sql, alarms), Vec::<String>::new());
    // The worker leaves it alone, until somebody tells it again.
    it.after(TimeDelta::minutes(1));
    assert_eq!(it.get(&request).state, ClientRequestState::Authorized);
    Erasing::step(&it.operations, &request, "execute").expect(200);
    it.after(TimeDelta::seconds(5));
    assert_eq!(it.get(&request).state, ClientRequestState::Executed);
    assert_eq!(it.deliveries().len(), 1);
}

#[test]
fn an_erasure_is_seen_and_cannot_be_cancelled() {
    let mut it = Erasing::start();
    it.told_to_erase();
    it.after(TimeDelta::zero());
    it.scene.app.clock.advance(TimeDelta::seconds(31));
    let held = Held::table(&it.scene.app.database, "projects");
    std::thread::scope(|scope| {
        let worker = &mut it.worker;
        let working = scope.spawn(move || worker.work_off().expect("the work is done"));
        let action = at_phase(&it.operations, LongAction::EraseOrganization, ActionPhase::Package);
        assert_eq!(action.cancelling, Cancelling::Never);
        assert_eq!(cancel(&it.operations, &action), 409);
        held.let_go();
        working.join().expect("it goes on");
    });
    assert_eq!(seen(&it.operations), []);
}
