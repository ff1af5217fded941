//! Two workers of one installation at the same moment: what a client has asked for is done once.

use std::{collections::BTreeMap, fs};

use api::work::Worker;
use chrono::TimeDelta;
use shared::console::{
    ActionPhase, ClientRequest, ClientRequestKind, ClientRequestState, LongAction, RequestStepKind,
};

use super::{
    super::under_way::{Held, at_phase, seen},
    CANARY, Erasing, config, everything,
};
use crate::{backups::files_below, harness::until, promises::catalogue::lines};

/// A second worker.
fn another(it: &Erasing) -> Worker {
    let config = config(&it.scene.app, &it.scene.vaults);
    Worker::open(&config, it.scene.app.clock.clone()).expect("the worker comes in")
}

/// Lets both work at the same moment. Where a client's copy is made, the second one comes while the first one is at it.
fn both(it: &mut Erasing, second: &mut Worker, action: LongAction) {
    let held = Held::table(&it.scene.app.database, "projects");
    std::thread::scope(|scope| {
        let first = &mut it.worker;
        let first = scope.spawn(move || first.work_off().expect("the work is done"));
        at_phase(&it.operations, action, ActionPhase::Package);
        let second = scope.spawn(move || second.work_off().expect("the work is done"));
        // It neither waits for the first one nor does the same.
        until("the second one has nothing to do", || second.is_finished());
        assert_eq!(seen(&it.operations).len(), 1, "the first one is at it");
        held.let_go();
        for worker in [first, second] {
            worker.join().expect("it ends");
        }
    });
}

/// Both again and again, side by side, as long as the request is not carried out.
fn until_executed(it: &mut Erasing, second: &mut Worker, request: &ClientRequest) -> ClientRequest {
    for _ in 0..20 {
        if it.get(request).state == ClientRequestState::Executed {
            break;
        }
        it.scene.app.clock.advance(TimeDelta::seconds(5));
        std::thread::scope(|scope| {
            for worker in [&mut it.worker, &mut *second] {
                scope.spawn(move || worker.work_off().expect("the work is done"));
            }
        });
    }
    let request = it.get(request);
    assert_eq!(request.state, ClientRequestState::Executed, "{request:?}");
    request
}

/// Each of these steps stands in it once, and no other.
fn each_once(request: &ClientRequest, steps: &[RequestStepKind]) {
    let made: Vec<_> = request.steps.iter().map(|step| step.step).collect();
    assert_eq!(made, steps);
}

/// What the book says that was done for requests, each with how often.
fn book(it: &Erasing) -> BTreeMap<String, usize> {
    let sql = "SELECT action || ' ' || outcome AS line FROM operations_book
               WHERE action LIKE '%client_request' OR action IN ('copy_organization', 'erase_organization')";
    let mut counted = BTreeMap::new();
    for entry in lines(&mut it.scene.app.database.superuser(), sql) {
        *counted.entry(entry).or_default() += 1;
    }
    counted
}

fn counted(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter().map(|(entry, times)| (format!("{entry} succeeded"), *times)).collect()
}

#[test]
fn a_copy_and_an_erasure_are_carried_out_once_by_two_workers() {
    use RequestStepKind::{Authorize, Execute, Finish, Request, Verify};

    let mut it = Erasing::start();
    let mut second = another(&it);
    let copy = it.told(ClientRequestKind::Copy);
    both(&mut it, &mut second, LongAction::CopyOrganization);
    let copy = until_executed(&mut it, &mut second, &copy);
    each_once(&copy, &[Request, Verify, Authorize, Execute, Finish]);
    assert_eq!(it.deliveries().len(), 1, "one package");
    let package = copy.package.expect("a copy");
    let bytes = fs::read(&it.deliveries()[0]).expect("it is read");
    assert_eq!(blake3::hash(&bytes).to_hex().to_string(), package.hash, "and it is the one that is named");
    let steps = ["ask_client_request", "verify_client_request", "authorize_client_request"];
    let [ask, verify, authorize] = steps;
    let execute = "execute_client_request";
    let of_copy = [(ask, 1), (verify, 1), (authorize, 1), (execute, 1), ("copy_organization", 1)];
    assert_eq!(book(&it), counted(&of_copy));

    let erasure = it.told_to_erase();
    // Suspended at once; nothing is copied before the last request is through.
    it.after(TimeDelta::zero());
    it.scene.app.clock.advance(TimeDelta::seconds(31));
    both(&mut it, &mut second, LongAction::EraseOrganization);
    let erasure = until_executed(&mut it, &mut second, &erasure);
    each_once(&erasure, &[Request, Verify, Authorize, Execute, Finish]);
    assert_eq!(it.deliveries().len(), 2, "one package more");
    for place in ["local", "off-site"] {
        let below = |folder: &str| files_below(&it.scene.vaults.at(place).join(folder));
        let mut ledger = below("erasures");
        ledger.retain(|path| path.to_string_lossy().contains(&erasure.id.to_string()));
        assert_eq!(ledger.len(), 1, "{place}: one entry in the ledger");
        assert_eq!(below("erasures").len(), 1, "{place}: and no other");
        assert_eq!(below("packages").len(), 1, "{place}: one copy is kept");
    }
    let of_both = [
        (ask, 2),
        (verify, 2),
        (authorize, 2),
        (execute, 2),
        ("copy_organization", 1),
        ("erase_organization", 1),
    ];
    assert_eq!(book(&it), counted(&of_both));
    assert!(!everything(&it.scene.app.database).contains(CANARY));
    let alarms = "SELECT message AS line FROM alarms WHERE name = 'requests of clients'";
    assert_eq!(lines(&mut it.scene.app.database.superuser(), alarms), Vec::<String>::new());
    assert_eq!(seen(&it.operations), []);
}
