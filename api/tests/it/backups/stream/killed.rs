//! `kill -9` of the database: how much is lost, where only the store off-site is left.

use std::{collections::BTreeSet, fs};

use api::{
    clock::Clock,
    ops::{
        stores::Store,
        stream::{segments::Lsn, state},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;

use super::{Acknowledged, Scene, count, under_writes};
use crate::harness::until;

/// Kills the database under writes, and recovers. Gives what was acknowledged, what came back, and when it was killed.
fn kill_under_writes(scene: &mut Scene) -> (Acknowledged, BTreeSet<i64>, DateTime<Utc>) {
    let url = scene.cluster.database_url("postgres");
    let cluster = &mut scene.cluster;
    let (acknowledged, killed_at) = under_writes(&url, 4, |acknowledged| {
        until("much is written", || count(acknowledged) > 400);
        let killed_at = Clock::system().now();
        cluster.kill();
        killed_at
    });
    scene.until("what was received is put", || {
        scene.state().is_some_and(|state| {
            state.deaf.is_some_and(|deaf| deaf.since > killed_at)
                && state.off_site.waiting_since.is_none()
                && state.off_site.reaches == state.local.reaches
        })
    });
    fs::remove_dir_all(scene.vaults.at("local")).expect("the local store is lost too");
    let recovered = scene.recovered("end");
    let found = recovered.ids().into_iter().collect();
    (acknowledged, found, killed_at)
}

#[test]
fn at_most_a_second_of_commits_is_lost_with_the_database() {
    let mut scene = Scene::start("killed");
    scene.wait_for_base();
    let (acknowledged, found, killed_at) = kill_under_writes(&mut scene);
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    let lost: Vec<DateTime<Utc>> =
        acknowledged.iter().filter(|(id, _)| !found.contains(id)).map(|(_, at)| *at).collect();
    let oldest = lost.iter().min().map_or(TimeDelta::zero(), |at| killed_at - *at);
    println!("lost {} of {} commits, the oldest {oldest} before", lost.len(), acknowledged.len());
    assert!(oldest <= TimeDelta::seconds(1), "{oldest} of commits are lost");
    // Each writer writes one thing after the other: what is lost is the end.
    for writer in 0..4 {
        let of_writer = |id: &&i64| **id % 4 == writer;
        let newest = found.iter().filter(of_writer).max().expect("something");
        let before = (0..*newest).filter(|id| id % 4 == writer);
        assert_eq!(before.filter(|id| !found.contains(id)).count(), 0, "nothing is missing in between");
    }
}

#[test]
fn of_a_machine_that_is_lost_a_second_is_lost_too() {
    let mut scene = Scene::start("machine");
    scene.wait_for_base();
    let url = scene.cluster.database_url("postgres");
    let (stream, begins_at) = (&scene.stream, scene.lsn());
    let local = Store::open("the local store", &scene.vaults.at("local")).expect("a store");
    let is_off_site = || {
        let state = state::read(&local).expect("it is read");
        state.is_some_and(|state| {
            state.off_site.reaches.parse::<Lsn>().is_ok_and(|reaches| reaches > begins_at)
        })
    };
    let cluster = &mut scene.cluster;
    let (acknowledged, killed_at) = under_writes(&url, 4, |acknowledged| {
        until("much is written", || count(acknowledged) > 400 && is_off_site());
        let killed_at = Clock::system().now();
        let mut stream = stream.lock().expect("nobody panicked").take().expect("it runs");
        stream.kill().and_then(|()| stream.wait()).expect("it is killed");
        cluster.kill();
        killed_at
    });
    fs::remove_dir_all(scene.vaults.at("local")).expect("the local store is lost too");
    let recovered = scene.recovered("end");
    let found: BTreeSet<i64> = recovered.ids().into_iter().collect();
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    let lost: Vec<DateTime<Utc>> =
        acknowledged.iter().filter(|(id, _)| !found.contains(id)).map(|(_, at)| *at).collect();
    let oldest = lost.iter().min().map_or(TimeDelta::zero(), |at| killed_at - *at);
    println!("lost {} of {} commits, the oldest {oldest} before", lost.len(), acknowledged.len());
    // A second, and what it takes to put it while everything else is busy.
    assert!(oldest <= TimeDelta::seconds(3), "{oldest} of commits are lost");
}

#[test]
fn nothing_is_lost_where_commits_wait_for_the_stream() {
    let mut scene = Scene::with("synchronous", "synchronous_commit = on", &["--synchronous"]);
    scene.wait_for_base();
    let wait = "ALTER SYSTEM SET synchronous_standby_names = 'portico_stream'";
    let sql = &mut scene.cluster.superuser();
    sql.batch_execute(wait).and_then(|()| sql.batch_execute("SELECT pg_reload_conf()")).expect("it is set");
    let is_synchronous = || {
        let query = "SELECT count(*)::text AS line FROM pg_stat_replication WHERE sync_state = 'sync'";
        crate::promises::catalogue::line(&mut scene.cluster.superuser(), query) == "1"
    };
    scene.until("commits wait for the stream", is_synchronous);
    let (acknowledged, found, _) = kill_under_writes(&mut scene);
    let acknowledged = acknowledged.into_inner().expect("nobody panicked");
    let lost: Vec<&i64> = acknowledged.keys().filter(|id| !found.contains(id)).collect();
    assert_eq!(lost, Vec::<&i64>::new());
    assert!(found.len() >= acknowledged.len());
}
