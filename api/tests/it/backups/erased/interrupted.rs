//! Whoever erases is killed, finds a store away, or finds that something has changed.

use api::ops::requests::{Requests, steps::Work};
use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use shared::console::ClientRequestState;

use super::{CANARY, Erasing, OPERATIONS, config, everything, exported};
use crate::promises::catalogue::line;

/// What is written down once a thing is done, as if nobody had come to that.
fn not_written_down(work: Work) -> Option<&'static str> {
    Some(match work {
        Work::Suspend => "suspended_at = NULL",
        Work::Package => "packaged_at = NULL",
        Work::Store => "stored_at = NULL",
        Work::Enter => "entered_at = NULL",
        Work::RemoveFiles => "files_removed_at = NULL",
        // One transaction.
        Work::Erase | Work::Finish => return None,
        Work::RenewKey | Work::Secure => unreachable!("nothing is left that would need it"),
    })
}

#[test]
fn killed_after_any_step_it_is_done_again_and_nothing_is_lost() {
    let mut erasing = Erasing::start();
    let norte = erasing.scene.app.norte.id.to_string();
    let request = erasing.told_to_erase();
    let of_norte = exported(&erasing.scene.app.database, &norte);
    let app = &erasing.scene.app;
    let requests = Requests::of(&config(app, &erasing.scene.vaults)).expect("it is set up");
    let url = app.database.url("portico_operator");
    let mut db = api::db::operator::OperatorDb::open(&url, app.clock.clone()).expect("it comes in");
    let mut was_there = 0;
    for work in
        [Work::Suspend, Work::Package, Work::Store, Work::Enter, Work::Erase, Work::RemoveFiles, Work::Finish]
    {
        requests.do_one(&mut db, request.id, work).unwrap_or_else(|error| panic!("{work:?}: {error:#}"));
        if let Some(not_written_down) = not_written_down(work) {
            let sql = format!("UPDATE client_requests SET {not_written_down} WHERE id = '{}'", request.id);
            app.database.superuser().batch_execute(&sql).expect("it is as if it had died");
            requests.do_one(&mut db, request.id, work).unwrap_or_else(|error| panic!("{work:?}: {error:#}"));
        }
        let rows = "SELECT count(*)::text AS line FROM projects WHERE name = '{}'".replace("{}", CANARY);
        let is_there = line(&mut app.database.superuser(), &rows) == "1";
        was_there += usize::from(is_there);
        // Until the copy is safe and the ledger knows of it, everything is there.
        assert_eq!(
            is_there,
            matches!(work, Work::Suspend | Work::Package | Work::Store | Work::Enter),
            "{work:?}"
        );
    }
    assert_eq!((was_there, erasing.deliveries().len()), (4, 1), "one copy");
    assert_eq!(erasing.get(&request).state, ClientRequestState::Executed);
    assert!(!everything(&erasing.scene.app.database).contains(CANARY));
    assert!(exported(&erasing.scene.app.database, &norte) == of_norte, "the other one is unchanged");
    // Nobody erases twice.
    let again = requests.do_one(&mut db, request.id, Work::Erase);
    assert!(format!("{:#}", again.expect_err("done")).contains("is not one whose organization"));
}

#[test]
fn a_store_that_is_away_keeps_everything_where_it_is_and_is_said() {
    let mut erasing = Erasing::start();
    let request = erasing.told_to_erase();
    let off_site = erasing.scene.vaults.at("off-site");
    let aside = erasing.scene.vaults.at("aside");
    std::fs::rename(&off_site, &aside).expect("it goes");
    erasing.after(TimeDelta::zero());
    erasing.after(TimeDelta::seconds(30));
    let waiting = erasing.get(&request);
    assert_eq!(waiting.state, ClientRequestState::Executing);
    let failure = waiting.execution.failure.expect("it says why");
    assert!(
        failure.contains("putting the client's copy into both stores") && failure.contains("off-site"),
        "{failure}"
    );
    assert!(everything(&erasing.scene.app.database).contains(CANARY));
    let told = |erasing: &Erasing| {
        let mails = erasing.scene.app.mails_to(OPERATIONS).into_iter().map(|mail| mail.subject);
        mails
            .filter(|subject| {
                subject.contains("request of a client") || subject.contains("requests of clients")
            })
            .count()
    };
    erasing.after(TimeDelta::seconds(5));
    assert_eq!(told(&erasing), 1, "once");
    std::fs::rename(&aside, &off_site).expect("it comes back");
    // Whoever fails again and again rests for longer each time.
    erasing.after(TimeDelta::seconds(5));
    assert_eq!(erasing.get(&request).state, ClientRequestState::Executing);
    erasing.after(TimeDelta::seconds(5));
    let done = erasing.get(&request);
    assert_eq!((done.state, done.execution.failure), (ClientRequestState::Executed, None));
    erasing.after(TimeDelta::seconds(15));
    assert_eq!(told(&erasing), 2, "and that it is over");
}

#[test]
fn what_has_changed_since_the_copy_comes_into_a_new_one_before_it_goes() {
    let mut erasing = Erasing::start();
    let request = erasing.told_to_erase();
    let app = &erasing.scene.app;
    let requests = Requests::of(&config(app, &erasing.scene.vaults)).expect("it is set up");
    let url = app.database.url("portico_operator");
    let mut db = api::db::operator::OperatorDb::open(&url, app.clock.clone()).expect("it comes in");
    for work in [Work::Suspend, Work::Package, Work::Store, Work::Enter] {
        requests.do_one(&mut db, request.id, work).expect("it is done");
    }
    // Somebody who may do everything, at the database.
    let sql = format!(
        "INSERT INTO erasures (org_id, user_id, erased_at) SELECT org_id, id, now() FROM users WHERE org_id = '{}' LIMIT 1",
        app.acme.id
    );
    app.database.superuser().batch_execute(&sql).expect("it is written");
    let refused = format!("{:#}", requests.do_one(&mut db, request.id, Work::Erase).expect_err("it differs"));
    assert!(refused.contains("erasures has changed since the client's copy was made"), "{refused}");
    assert!(everything(&app.database).contains(CANARY));
    erasing.after(TimeDelta::seconds(30));
    let done = erasing.get(&request);
    assert_eq!(done.state, ClientRequestState::Executed, "{done:?}");
    assert_eq!(erasing.deliveries().len(), 1, "the older copy is gone");
}

#[test]
fn who_holds_the_database_alone_erases_nobody() {
    let mut erasing = Erasing::start();
    let request = erasing.ask(shared::console::ClientRequestKind::Erasure);
    erasing.after(TimeDelta::seconds(5));
    let erase = format!("SELECT portico.erase_organization('{}', now())", request.id);
    for role in ["portico_operator", "portico_app", "portico_console", "portico_backup"] {
        let url = erasing.scene.app.database.url(role);
        let mut connection =
            <diesel::PgConnection as diesel::Connection>::establish(&url).expect("it comes in");
        let refused = connection.batch_execute(&erase).expect_err("nobody has authorized it").to_string();
        let expected =
            if role == "portico_operator" { "is not one whose organization" } else { "permission denied" };
        assert!(refused.contains(expected), "{role}: {refused}");
        let rows = format!("SELECT portico.erase_rows('{}')", erasing.scene.app.acme.id);
        let refused = connection.batch_execute(&rows).expect_err("the owner's alone").to_string();
        assert!(refused.contains("permission denied"), "{role}: {refused}");
    }
}
