//! A recovered cluster goes on, is streamed, and comes back in turn: the way leads over two timelines.

use chrono::SecondsFormat;
use diesel::connection::SimpleConnection as _;

use api::ops::{
    ledger::{self, Erasure, Subject},
    retention::Place,
    signing::SetKeys,
};

use super::{Scene, ids};
use crate::{backups::files_below, promises::catalogue::line};

#[test]
fn what_was_erased_since_does_not_come_back() {
    let scene = Scene::start("erased");
    scene.wait_for_base();
    scene.write(1);
    let sql = &mut scene.cluster.superuser();
    // Another environment has taken over: what is fenced is erased all the same, and stays fenced.
    sql.batch_execute(
        "SELECT portico.note_later_epoch(2, now(), 'fire'); SELECT portico.fence_table(name) FROM portico.tables_to_fence() name;
         DROP TRIGGER fenced ON written",
    )
    .expect("it is fenced");
    scene.wait_for_all();
    let before = api::clock::Clock::system().now();
    let of = |sql: &mut diesel::PgConnection, query: &str| line(sql, query).parse().expect("an id");
    let acme: uuid::Uuid = of(sql, "SELECT id::text AS line FROM organizations WHERE slug = 'acme'");
    let norte: uuid::Uuid = of(sql, "SELECT id::text AS line FROM organizations WHERE slug = 'norte'");
    let someone = "SELECT u.id::text AS line FROM users u JOIN organizations o ON o.id = u.org_id WHERE o.slug = 'norte' LIMIT 1";
    let user: uuid::Uuid = of(sql, someone);
    let name = line(sql, &format!("SELECT email AS line FROM users WHERE id = '{user}'"));
    let environment = scene.vaults.environment();
    let keys = SetKeys::read(&scene.vaults.at("keys")).expect("keys");
    let request = api::clock::Clock::system().new_id().into();
    for (organization, subject) in
        [(acme, Subject::Organization { request }), (norte, Subject::Person { user: user.into() })]
    {
        let erasure = Erasure { organization: organization.into(), subject, at: before };
        ledger::enter(environment.store(Place::OffSite), &keys, &erasure).expect("it is entered");
    }
    let recovered = scene.recovered(&before.to_rfc3339_opts(SecondsFormat::Micros, true));
    assert_eq!(recovered.ids(), [1]);
    let mut sql = recovered.sql();
    assert_eq!(line(&mut sql, "SELECT string_agg(slug, ' ') AS line FROM organizations"), "norte");
    for table in ["users", "projects", "audit_log"] {
        let left = format!("SELECT count(*)::text AS line FROM {table} WHERE org_id = '{acme}'");
        assert_eq!(line(&mut sql, &left), "0", "{table}");
    }
    let erased = format!(
        "SELECT (email <> '{name}' AND NOT active AND erased_at IS NOT NULL)::text AS line FROM users WHERE id = '{user}'"
    );
    assert_eq!(line(&mut sql, &erased), "true");
    let refused = sql.batch_execute("DELETE FROM projects").expect_err("it stays fenced");
    assert!(refused.to_string().contains("fenced"), "{refused}");
    // Whoever looks at the requests sees what is left to be done.
    let state =
        "SELECT kind || ' ' || state || ' ' || (erased_at IS NOT NULL)::text AS line FROM client_requests";
    assert_eq!(line(&mut sql, state), "erasure executing true");
    let entered = format!("SELECT count(*)::text AS line FROM erasures WHERE user_id = '{user}'");
    assert_eq!(line(&mut sql, &entered), "1");
}

#[test]
fn what_was_recovered_is_streamed_and_recovered_again() {
    let mut scene = Scene::start("again");
    scene.wait_for_base();
    for id in 0..20 {
        scene.write(id);
    }
    scene.wait_for_all();
    let before = api::clock::Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true);
    for id in 20..30 {
        scene.write(id);
    }
    scene.wait_for_all();
    scene.cluster.kill();
    let (directory, output) = scene.recover(&["--to", &before], None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The stream was never told: it finds the cluster where it was, on another timeline, and a base backup is made at once.
    scene.cluster.go_on_with(directory);
    let bases = || files_below(&scene.vaults.at("off-site").join("stream"));
    let is_manifest = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "manifest");
    scene.until("there is another base backup", || {
        bases().iter().filter(|path| is_manifest(path)).count() == 2
    });
    assert_eq!(ids(&mut scene.cluster.superuser()), (0..20).collect::<Vec<i64>>());
    for id in 100..120 {
        scene.write(id);
    }
    scene.wait_for_all();
    let recovered = scene.recovered("end");
    assert_eq!(recovered.ids(), (0..20).chain(100..120).collect::<Vec<i64>>());
    drop(recovered);
    // What the first timeline had is reached on the way to the second one.
    let recovered = scene.recovered(&before);
    assert_eq!(recovered.ids(), (0..20).collect::<Vec<i64>>());
    drop(recovered);
    let environment = scene.vaults.environment();
    let now = api::clock::Clock::system().now();
    let pruned = environment.prune_stream(api::ops::retention::Place::OffSite, now).expect("it is pruned");
    assert_eq!((pruned.kept, pruned.bases.len()), (2, 0), "{pruned:?}");
}
