//! Another environment has taken over: production learns it, and takes no changes any more.

use std::fs;

use api::{
    access::cache::AccessCache,
    clock::Clock,
    config::{MailWay, WorkConfig},
    db::epoch::{self as standing, Standing},
    ops::{
        attendance::AttendanceKey,
        epoch::{self, Epoch},
        stores::Store,
    },
    work::Worker,
};
use chrono::TimeDelta;
use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query};
use serde_json::json;
use shared::ProblemCode;

use super::{Scene, plan};
use crate::{
    harness::{Database, MailServer, TestServer, until},
    promises::catalogue::{line, lines},
};

const OPERATIONS: &str = "operations@portico.test";

fn worker(scene: &Scene) -> Worker {
    let database = &scene.app.database;
    let config = WorkConfig {
        backups: Some(scene.vaults.backup_config(database.url("portico_backup"), database.files())),
        operators_mail: vec![OPERATIONS.to_owned()],
        ..database.work_config(MailWay::Smtp(MailServer::shared().url()))
    };
    Worker::open(&config, scene.app.clock.clone()).expect("the worker comes in")
}

fn say(scene: &Scene, place: &str, key: &AttendanceKey, number: i64) {
    let store = Store::open(place, &scene.vaults.at(place)).expect("a store");
    let epoch = Epoch {
        epoch: number,
        began_at: scene.app.clock.now(),
        by: "olga@standby".to_owned(),
        because: "the machine room is under water".to_owned(),
    };
    epoch::say(&store, key, &epoch).expect("it is said");
}

fn stands(database: &Database) -> Standing {
    standing::standing(&mut database.superuser()).expect("it stands somehow")
}

#[test]
fn the_old_primary_refuses_every_change_once_a_later_epoch_is_said_and_for_no_other_reason() {
    let scene = Scene::start();
    let before = scene.rows();
    let (app, admin) = (&scene.app, scene.app.acme.admin(&scene.app));
    let key = AttendanceKey::of(&scene.vaults.identity);
    let mut worker = worker(&scene);
    let mut look = |scene: &Scene| {
        scene.app.clock.advance(TimeDelta::minutes(1));
        worker.work_off().expect("the work is done");
        stands(&scene.app.database).fenced_by
    };
    let create = |name: &str| admin.post("/projects", &json!({"name": name}));

    // Nobody has said anything; somebody else says something; both stores are out of reach; its own epoch is said.
    assert_eq!(look(&scene), None);
    say(&scene, "off-site", &AttendanceKey::of(&age::x25519::Identity::generate()), 7);
    assert_eq!(look(&scene), None);
    for place in ["local", "off-site"] {
        fs::rename(scene.vaults.at(place), scene.vaults.at(&format!("{place} aside"))).expect("it goes");
    }
    assert_eq!(look(&scene), None);
    create("While the stores are away").expect(201);
    for place in ["local", "off-site"] {
        fs::rename(scene.vaults.at(&format!("{place} aside")), scene.vaults.at(place))
            .expect("it comes back");
    }
    say(&scene, "local", &key, 1);
    assert_eq!(look(&scene), None);
    create("The last one").expect(201);

    say(&scene, "off-site", &key, 2);
    assert_eq!(look(&scene), Some(2));
    let refused = create("Too late");
    assert_eq!((refused.status, refused.problem().code), (503, ProblemCode::Fenced));
    assert!(admin.get("/projects").expect(200).text.contains("The last one"), "it can be read");
    // A server that starts now refuses it too.
    let server = TestServer::start(&app.database, &app.clock, AccessCache::default());
    let refused = admin.at(&server).post("/projects", &json!({"name": "Too late"}));
    assert_eq!(refused.problem().code, ProblemCode::Fenced);

    // Every table, also for whoever may write it: but for what operators write.
    let sql = &mut app.database.superuser();
    let tables = lines(
        sql,
        "SELECT relname::text AS line FROM pg_class
         WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE \"C\"",
    );
    let written: Vec<&String> = tables
        .iter()
        .filter(|table| {
            let tried = sql_query(format!("DELETE FROM {table} WHERE false")).execute(sql);
            !tried.is_err_and(|error| error.to_string().starts_with("fenced: "))
        })
        .collect();
    assert_eq!(
        written,
        [
            "alarms",
            "installation_epoch",
            "operations_book",
            "operations_book_brought",
            "operations_book_heads",
            "operator_letters",
            "operator_sessions",
            "operators",
            "sign_in_failures",
        ]
    );

    // It is told, and no set is made any more; nothing is stranger for a second look.
    scene.app.clock.advance(TimeDelta::hours(3));
    assert_eq!(look(&scene), Some(2));
    let mails = app.mails_to(OPERATIONS);
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("takes no changes")).collect();
    assert_eq!(told.len(), 1);
    for said in ["under water", "epoch 2"] {
        assert!(told[0].text.contains(said), "{said} in {}", told[0].text);
    }
    let book = "SELECT count(*)::text AS line FROM operations_book WHERE action = 'fence' AND details LIKE '%olga@standby%' AND details LIKE '%under water%'";
    assert_eq!(line(sql, book), "1");
    let newest = "SELECT max(started_at)::text AS line FROM backup_runs";
    let runs = line(sql, newest);
    assert_eq!(look(&scene), Some(2));
    assert_eq!(line(sql, newest), runs);
    let refused = api::db::migrate::up(&app.database.url("portico_owner")).expect_err("it is refused");
    assert!(refused.to_string().contains("schema is changed no more"), "{refused:#}");

    // What is restored from before is a life of its own, which takes changes.
    let into = Database::empty();
    let mut plan = plan(&before, &into);
    plan.settle_at = Some(Clock::system().now());
    scene.vaults.environment().restore(&plan).expect("it is restored");
    assert_eq!(stands(&into), Standing { epoch: 2, fenced_by: None, fenced_at: None, fenced_because: None });
    into.superuser().batch_execute("UPDATE projects SET version = version").expect("it takes changes");
}

#[test]
fn who_writes_when_it_is_fenced_is_waited_for_and_nothing_comes_after() {
    let scene = Scene::start();
    let database = &scene.app.database;
    let mut writer = database.superuser();
    writer.batch_execute("BEGIN; UPDATE projects SET version = version").expect("it writes");
    let url = database.url("portico_operator");
    let clock = scene.app.clock.clone();
    let fencing = std::thread::spawn(move || {
        let mut db = api::db::operator::OperatorDb::open(&url, clock).expect("the operator comes in");
        assert!(standing::note_later(&mut db, 2, "a fire").expect("it is noted"));
        assert!(!standing::note_later(&mut db, 3, "another one").expect("it is noted already"));
        standing::fence_tables(&mut db)
    });
    let waits =
        "SELECT count(*)::text AS line FROM pg_locks WHERE NOT granted AND relation = 'projects'::regclass";
    until("it waits for the writer", || line(&mut database.superuser(), waits) == "1");
    writer.batch_execute("COMMIT").expect("what was begun is kept");
    assert_eq!(fencing.join().expect("it ends").expect("it is fenced"), []);
    let error = writer.batch_execute("UPDATE projects SET version = version").expect_err("it is refused");
    assert!(error.to_string().starts_with("fenced: "), "{error}");
    // Whoever writes for too long keeps one table open, until the next look, and no other.
    standing::begin(&database.url("portico_owner"), 2).expect("it begins");
    writer.batch_execute("BEGIN; UPDATE projects SET version = version").expect("it writes");
    let mut db =
        api::db::operator::OperatorDb::open(&database.url("portico_operator"), scene.app.clock.clone())
            .expect("the operator comes in");
    assert!(standing::note_later(&mut db, 3, "a flood").expect("it is noted"));
    let left = standing::fence_tables(&mut db).expect("the others are fenced");
    assert!(left.len() == 1 && left[0].0 == "projects" && left[0].1.contains("lock timeout"), "{left:?}");
    assert!(database.superuser().batch_execute("DELETE FROM users WHERE false").is_err());
    writer.batch_execute("COMMIT").expect("what was begun is kept");
    assert_eq!(standing::fence_tables(&mut db).expect("the last one is fenced"), []);
    assert!(writer.batch_execute("UPDATE projects SET version = version").is_err());
    // An epoch that begins here lifts it: what was brought back is used.
    standing::begin(&database.url("portico_owner"), 4).expect("it begins");
    writer.batch_execute("UPDATE projects SET version = version").expect("it takes changes");
    assert_eq!(stands(database).epoch, 4);
}

/// Production may read what is said to it off-site, and nothing else there; and the local store may be lost.
#[test]
fn an_epoch_is_heard_through_a_bucket_into_which_production_only_puts() {
    let scene = Scene::start_with(super::off_site::s3);
    let key = AttendanceKey::of(&scene.vaults.identity);
    let environment = scene.vaults.environment();
    let off_site = environment.store(api::ops::retention::Place::OffSite);
    let of = |epoch| Epoch {
        epoch,
        began_at: scene.app.clock.now(),
        by: "olga@standby".to_owned(),
        because: "a fire".to_owned(),
    };
    let mut worker = worker(&scene);
    worker.work_off().expect("the work is done");
    assert_eq!(stands(&scene.app.database).fenced_by, None);
    // Two have taken over, of which the first is known to nobody here.
    epoch::say(off_site, &key, &of(3)).expect("it is said");
    assert!(epoch::say(off_site, &key, &of(3)).is_err(), "nothing is written over");
    scene.app.clock.advance(TimeDelta::minutes(1));
    worker.work_off().expect("the work is done");
    assert_eq!(stands(&scene.app.database).fenced_by, Some(3));
}
