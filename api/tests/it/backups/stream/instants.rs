//! Any instant comes back: exactly what was committed until then.

use std::sync::Mutex;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Timestamptz},
};

use super::{Scene, count, under_writes};
use crate::harness::until;

const INSTANTS: usize = 20;

#[derive(Debug, QueryableByName)]
struct Commit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// Numbers below a bound, which look as if they were random.
fn some_number(seed: usize, below: usize) -> usize {
    let hash = blake3::hash(&seed.to_le_bytes());
    let bytes: [u8; 8] = hash.as_bytes()[..8].try_into().expect("eight");
    usize::try_from(u64::from_le_bytes(bytes) % u64::try_from(below).expect("a number")).expect("below it")
}

#[test]
fn twenty_instants_are_hit_exactly() {
    let scene = Scene::start("instants");
    scene.wait_for_base();
    let url = scene.cluster.database_url("postgres");
    // One writer's commits have an order; what others write meanwhile lies between them in the log.
    let (acknowledged, ()) = under_writes(&url, 3, |acknowledged| {
        until("much is written", || count(acknowledged) > 1_500);
    });
    scene.wait_for_all();
    let commits: Vec<Commit> = sql_query(
        "SELECT id, pg_xact_commit_timestamp(xmin) AS at FROM written WHERE id >= 0 AND writer = 0 ORDER BY id",
    )
    .load(&mut scene.cluster.superuser())
    .expect("commits");
    assert!(commits.len() > 100 && commits.is_sorted_by_key(|commit| commit.at), "{}", commits.len());
    let wanted: Vec<(DateTime<Utc>, usize)> = (0..INSTANTS)
        .map(|seed| {
            let last = some_number(seed, commits.len() - 1);
            let (at, next) = (commits[last].at, commits[last + 1].at);
            // Just the commit, just before the next one, or in the middle.
            let instant = match seed % 3 {
                0 => at,
                1 => next - TimeDelta::microseconds(1),
                _ => at + (next - at) / 2,
            };
            (instant, last + 1)
        })
        .collect();
    let waiting = Mutex::new(wanted);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some((instant, rows)) = {
                    let mut waiting = waiting.lock().expect("nobody panicked");
                    waiting.pop()
                } {
                    let to = instant.to_rfc3339_opts(SecondsFormat::Micros, true);
                    let recovered = scene.recovered(&to);
                    let found: Vec<i64> = recovered.ids().into_iter().filter(|id| id % 3 == 0).collect();
                    let expected: Vec<i64> = commits[..rows].iter().map(|commit| commit.id).collect();
                    assert!(found == expected, "{to}: {} instead of {rows}", found.len());
                    assert!(!recovered.said.contains("the log ends before"), "{}", recovered.said);
                }
            });
        }
    });
    // Whatever was written, up to the end of what there is.
    let now = api::clock::Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let recovered = scene.recovered(&now);
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    assert!(recovered.ids().iter().eq(acknowledged.keys()), "everything");
    assert!(recovered.said.contains("organizations, each of them read"), "{}", recovered.said);
}
