//! The stream: a base backup each day, and the write-ahead log as it is written, so that any second of the last eight days
//! comes back ([ADR 0128](../../../docs/adr/0128-the-stream.md)).
//!
//! In production, [`run`] is a process of its own with a thread for each thing: PostgreSQL's `pg_receivewal` receives into
//! memory ([`receiver`]); each second what is new is sealed ([`sealing`]) and put into both stores ([`outlet`]); the replication
//! slot goes forward over what stands in the local one ([`keeper`]); a [`base`] backup is made each day ([`making`]). [`state`] says how it
//! goes. In the backup environment, [`assemble`] reads the log, and [`recover`] brings a cluster back.
//!
//! Invariants: nothing plain is on a disk of production's, only in memory; a file of the log leaves memory, and the server, only
//! once it stands whole in the local store; what is put off-site comes from memory or from the local store, and nothing is left
//! out; production can open none of it.

pub mod archive;
pub mod assemble;
pub mod attend;
pub mod base;
mod database;
mod files;
mod keeper;
mod making;
pub mod outlet;
pub mod parts;
pub mod programs;
mod receiver;
pub mod recover;
mod sealing;
pub mod segments;
pub mod state;
mod stop;
pub mod watch;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};

pub use self::stop::Stop;
use self::{
    database::Identity,
    files::Folder,
    keeper::Keeper,
    making::Bases,
    outlet::Outlet,
    parts::{Run, Sealer},
    receiver::Receiver,
    sealing::Sealing,
    state::Progress,
};
use super::{signing::SetKeys, stores::Store, vault};
use crate::{clock::Clock, config::stream::StreamConfig};

/// How long after being told to stop what waits may still be put.
const DRAIN: Duration = Duration::from_secs(10);

/// Streams until it is told to stop, or cannot go on.
pub fn run(config: &StreamConfig, clock: &Clock, stop: &Stop) -> Result<()> {
    let folder = Folder::open(&config.directory)?;
    let local = Store::at("the local store", &config.stores.local)?;
    let sealer = Sealer {
        recipients: vault::parse_recipients(&config.vault_recipients)?,
        keys: SetKeys::read(&config.keys_directory)?,
    };
    let Some(identity) = identity(config, &folder, stop)? else { return Ok(()) };
    let names = local.list(&parts::wal_folder(&identity.system))?;
    let run = Run::after(&names, clock.new_id());
    let progress = Progress::new(&identity, clock.clone());
    // A gap stays one until a base backup was made behind it, whoever runs meanwhile.
    let before = state::read(&local)?.filter(|before| before.system == identity.system);
    if before.is_some_and(|before| before.has_gap) {
        progress.change(|state| state.has_gap = true);
    }
    let (to_local, to_off_site) = (Arc::new(Outlet::new("local")), Arc::new(Outlet::new("off-site")));
    outlet::take_up(&to_off_site, &local, &config.stores.off_site, &identity, clock.now())?;
    let receiving = Receiver::new(config, &folder, &identity, &names)?;
    let bases = Bases::new(config, &identity, &sealer, clock.clone(), &progress)?;
    let keeper = Keeper::new(config, &folder, &identity, &progress);
    let mut sealing = Sealing::new(&folder, &identity, &sealer, run.clone(), clock.clone(), &names)?;
    tracing::info!(system = identity.system, run = run.number, folder = %folder.path().display(), "streaming");
    // What was left in memory is taken up before anybody receives into it.
    sealing.look(&to_local, &to_off_site, &progress);
    std::thread::scope(|threads| {
        let spawn = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let receives = spawn("receive").spawn_scoped(threads, || {
            let ended = receiving.run(stop, &progress);
            // What cannot go on ends all of it.
            stop.set();
            ended
        })?;
        let puts = [
            spawn("put local").spawn_scoped(threads, || {
                outlet::put_local(&to_local, &config.stores.local, &progress, stop);
            })?,
            spawn("put off-site").spawn_scoped(threads, || {
                outlet::put_off_site(&to_off_site, &config.stores, &identity, &progress, stop);
            })?,
        ];
        let others = [
            spawn("slot").spawn_scoped(threads, || keeper.run(stop))?,
            spawn("base backups").spawn_scoped(threads, || bases.run(stop))?,
        ];
        let mut rest = sealing::EVERY;
        while !stop.wait(rest) {
            let began = Instant::now();
            sealing.look(&to_local, &to_off_site, &progress);
            rest = sealing::EVERY.saturating_sub(began.elapsed());
        }
        bases.interrupt();
        let ended = receives.join().map_err(|_| anyhow!("the thread that receives panicked"))?;
        // What came last.
        sealing.look(&to_local, &to_off_site, &progress);
        for outlet in [&to_local, &to_off_site] {
            outlet.end_within(DRAIN);
        }
        for thread in puts.into_iter().chain(others) {
            thread.join().map_err(|_| anyhow!("a thread of the stream panicked"))?;
        }
        ended
    })
}

/// Whose log it is: as the folder in memory says, so that what is left in it is put even where the database is away for good;
/// otherwise as the database does, once it answers. None where it is told to stop before.
fn identity(config: &StreamConfig, folder: &Folder, stop: &Stop) -> Result<Option<Identity>> {
    if let Some(identity) = folder.identity()? {
        return Ok(Some(identity));
    }
    loop {
        match database::Database::open(&config.database_url).and_then(|mut database| database.identity()) {
            Ok(identity) => {
                folder.keep_identity(&identity).context("the folder of the stream cannot be written")?;
                return Ok(Some(identity));
            }
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the database does not answer yet"),
        }
        if stop.wait(Duration::from_secs(1)) {
            return Ok(None);
        }
    }
}
