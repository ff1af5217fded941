//! Any instant comes back: exactly what was committed until then.
//!
//! Usually after a few seconds of writes. With `PORTICO_TEST_INSTANTS_MINUTES=10` it is written for so many minutes, with a second
//! base backup in the middle, and the instants are any of that time. Nothing runs it so by itself, as it takes a quarter of an
//! hour: `PORTICO_TEST_INSTANTS_MINUTES=10 cargo xtask test it -- twenty_instants --nocapture`.

use std::{
    collections::BTreeSet,
    sync::{Mutex, RwLock},
    time::{Duration, Instant},
};

use api::ops::{
    stores::Store,
    stream::state::{self, State},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Timestamptz},
};

use super::{Acknowledged, Scene, count, under_paced_writes};
use crate::{
    backups::files_below,
    harness::{Dice, a_moment, until},
};

const INSTANTS: u64 = 20;
/// The first of them writes one after the other; what the others write lies between.
const WRITERS: i64 = 3;
/// How often they rest in the usual run, and how many rows are written before each time and after the last.
const RESTS: u64 = 3;
const ROWS: usize = 500;

#[derive(Debug, QueryableByName)]
struct Commit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// An instant that is asked for.
struct Wanted {
    at: DateTime<Utc>,
    /// Nobody wrote around it: what all writers wrote has to be just what it was. Otherwise that holds for the first one, as commits
    /// of others stand in the log in another order than their instants where they came at one moment.
    is_quiet: bool,
}

#[expect(clippy::disallowed_methods, reason = "a setting of this test alone")]
fn minutes() -> Option<u64> {
    let minutes = std::env::var("PORTICO_TEST_INSTANTS_MINUTES").ok()?;
    Some(minutes.parse().expect("a number of minutes"))
}

fn pass(time: Duration) {
    let began = Instant::now();
    until("the time has passed", || began.elapsed() >= time);
}

/// Lets them write and rest in turn, and write once more. Gives how often they rested.
fn write_and_rest(scene: &Scene, acknowledged: &Acknowledged, quiet: &RwLock<()>) -> u64 {
    let (began, whole) = (Instant::now(), minutes().map(Duration::from_mins));
    let (mut rests, mut bases) = (0, 1);
    loop {
        let dice = &mut Dice(rests);
        let mut some_seconds =
            || Duration::from_millis(u64::try_from(1_000 + dice.below(11_000)).expect("few"));
        let before = count(acknowledged);
        match whole {
            Some(_) => pass(some_seconds()),
            None => until("some is written", || count(acknowledged) > before + ROWS),
        }
        let is_over = whole.map_or(rests == RESTS, |whole| began.elapsed() >= whole);
        if is_over {
            return rests;
        }
        let resting = quiet.write().expect("nobody panicked");
        pass(whole.map_or(Duration::from_millis(300), |_| some_seconds()));
        drop(resting);
        rests += 1;
        if bases == 1 && whole.is_some_and(|whole| began.elapsed() >= whole / 2) {
            make_another_base(scene);
            bases += 1;
        }
    }
}

/// Has another base backup made while it is written: one is made at once where the stream has said that there was a gap.
fn make_another_base(scene: &Scene) {
    scene.end_stream();
    let store = Store::open("the local store", &scene.vaults.at("local")).expect("a store");
    let said = state::read(&store).expect("it is read").expect("it was said");
    state::write(&store, &State { has_gap: true, ..said }).expect("it is said");
    scene.begin();
    let is_manifest = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "manifest");
    scene.until("another base backup is in both stores", || {
        let bases =
            |store| files_below(&scene.vaults.at(store).join("stream")).into_iter().filter(is_manifest);
        ["local", "off-site"].into_iter().all(|store| bases(store).count() == 2)
    });
}

/// Some of the first writer's commits, the microsecond before the next one, and any instant, in turn; and in the longest pauses, so
/// many of them as they rested.
fn wanted(all: &[Commit], ordered: &[&Commit], rests: u64) -> Vec<Wanted> {
    let mut pauses: Vec<_> = all.windows(2).map(|two| (two[1].at - two[0].at, two[0].at)).collect();
    pauses.sort_by_key(|(length, _)| -*length);
    pauses.truncate(usize::try_from(rests).expect("few"));
    assert!(pauses.iter().all(|(length, _)| *length > TimeDelta::milliseconds(200)), "{pauses:?}");
    let microseconds =
        |length: TimeDelta| usize::try_from(length.num_microseconds().expect("hours")).expect("some");
    let within = |dice: &mut Dice, from: DateTime<Utc>, length: TimeDelta| {
        let after = dice.below(microseconds(length));
        from + TimeDelta::microseconds(i64::try_from(after).expect("hours"))
    };
    let choose = |seed: u64| {
        let dice = &mut Dice(seed);
        let last = dice.below(ordered.len() - 1);
        let (at, is_quiet) = match seed % 4 {
            0 => (ordered[last].at, false),
            1 => (ordered[last + 1].at - TimeDelta::microseconds(1), false),
            2 => (within(dice, all[0].at, all[all.len() - 1].at - all[0].at), false),
            _ => {
                let (length, from) = pauses[dice.below(pauses.len())];
                (within(dice, from, length), true)
            }
        };
        Wanted { at, is_quiet }
    };
    (0..INSTANTS).map(choose).collect()
}

#[test]
fn twenty_instants_are_hit_exactly() {
    let scene = Scene::start("instants");
    scene.wait_for_base();
    let (url, quiet) = (scene.cluster.database_url("postgres"), RwLock::new(()));
    let is_long = minutes().is_some();
    let pace = |id: i64| {
        drop(quiet.read());
        // As many commits as the machine takes would be more than minutes of log can hold.
        let moments = Dice(u64::try_from(id).expect("a number")).below(20);
        (0..if is_long { moments } else { 0 }).for_each(|_| a_moment());
    };
    let (acknowledged, rests) =
        under_paced_writes(&url, WRITERS, pace, |acknowledged| write_and_rest(&scene, acknowledged, &quiet));
    scene.wait_for_all();
    let commits =
        "SELECT id, pg_xact_commit_timestamp(xmin) AS at FROM written WHERE id >= 0 ORDER BY at, id";
    let all: Vec<Commit> = sql_query(commits).load(&mut scene.cluster.superuser()).expect("commits");
    let ordered: Vec<&Commit> = all.iter().filter(|commit| commit.id % WRITERS == 0).collect();
    assert!(ordered.len() > 100 && ordered.is_sorted_by_key(|commit| commit.id), "{}", ordered.len());
    let (waiting, bases) = (Mutex::new(wanted(&all, &ordered, rests)), Mutex::new(BTreeSet::new()));
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while let Some(Wanted { at, is_quiet }) = {
                    let mut waiting = waiting.lock().expect("nobody panicked");
                    waiting.pop()
                } {
                    let to = at.to_rfc3339_opts(SecondsFormat::Micros, true);
                    let recovered = scene.recovered(&to);
                    let counts = |id: &i64| is_quiet || id % WRITERS == 0;
                    let found: Vec<i64> = recovered.ids().into_iter().filter(counts).collect();
                    let until_then = all.iter().filter(|commit| commit.at <= at).map(|commit| commit.id);
                    let mut expected: Vec<i64> = until_then.filter(counts).collect();
                    expected.sort_unstable();
                    assert!(found == expected, "{to}: {} instead of {}", found.len(), expected.len());
                    assert!(!recovered.said.contains("the log ends before"), "{}", recovered.said);
                    let said = recovered.said.split_once("the base backup ");
                    let (base, _) =
                        said.and_then(|(_, rest)| rest.split_once(' ')).expect("it says from which");
                    bases.lock().expect("nobody panicked").insert(base.to_owned());
                }
            });
        }
    });
    let bases = bases.into_inner().expect("nobody panicked");
    println!("{} commits, {rests} rests, from {} base backups", all.len(), bases.len());
    assert_eq!(bases.len(), if is_long { 2 } else { 1 }, "{bases:?}");
    // Whatever was written, up to the end of what there is.
    let now = api::clock::Clock::system().now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let recovered = scene.recovered(&now);
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    assert!(recovered.ids().iter().eq(acknowledged.keys()), "everything");
    assert!(recovered.said.contains("organizations, each of them read"), "{}", recovered.said);
}
