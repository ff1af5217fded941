//! How long people wait for a page while sets are made, by how long they wait otherwise.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

use super::ground::{FIRST, Set, Vault, sync};
use super::piped;
use crate::bench::load::{self, Pace, Same, Tail};
use crate::bench::process::{Parties, Watch};
use crate::bench::report::{Bar, Measure};

/// The turns with and without.
const TURNS: usize = 2;
const CONNECTIONS: usize = 8;
/// Pages a second: what the server does beside many other things.
const RATE: f64 = 100.0;
const LIST: &str = "/api/v1/projects?limit=50";
/// A turn is no shorter, so that one in a hundred is more than a few, and no longer.
const TURN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(2));
/// Other people's dump gives way to nobody: it is over sooner.
const DUMPED: Duration = Duration::from_secs(15);

/// The 99th percentile beside sets that are made one after the other, by that without any.
pub fn measure(vault: &Vault) -> Result<Measure> {
    let (server, database) = (vault.ground.unlimited()?, vault.ground.cluster.process());
    let account = vault.ground.sign_in(FIRST)?;
    let request = account.request("GET", LIST, "", "");
    let ask = |time| {
        let scripts = Same::on(CONNECTIONS, &request, &[200]);
        load::run(vault.ground.site.port, scripts, Pace::steady(time, RATE))
    };
    let set = || Set::make(&vault.fresh_stores()?, false);
    // A turn is as long as a set takes beside it, so that all that is done for one falls into it.
    let time = turn(while_asked(set, || ask(Duration::from_secs(2)).map(drop))?.1);
    let (mut alone, mut beside, mut piped, mut made, mut shares) =
        (Vec::new(), Vec::new(), Vec::new(), 0, None);
    for _ in 0..TURNS {
        sync();
        alone.push(ask(time)?);
        let watch = Watch::start(Parties { server: server.process(), database })?;
        let (asked, sets) = while_repeating(|| set().map(drop), || Ok((ask(time)?, watch.stop()?)))?;
        beside.push(asked.0);
        shares = Some(asked.1);
        made += sets;
        // What somebody would feel of a backup in any case.
        let site = vault.fresh_stores()?;
        sync();
        piped.push(while_repeating(|| piped::pipe(vault, &site).map(drop), || ask(DUMPED))?.0);
    }
    let (alone, beside, piped) = (Tail::of(&alone), Tail::of(&beside), Tail::of(&piped));
    let note = format!(
        "{} alone; {} beside sets; {} beside pg_dump | zstd -3 | age",
        alone.spoken(),
        beside.spoken(),
        piped.spoken()
    );
    let how = format!("{RATE} pages a second in turns of {:.0} s, {made} sets", time.as_secs_f64());
    let shares = shares.context("no turn was taken")?.parts();
    let name = "GET p99 while a backup is made / without";
    let measure = Measure::new(name, beside.slowest / alone.slowest, Bar::at_most(1.25)).note(note);
    Ok(measure.note(how).note(format!("{shares}; the backup is among other programs")))
}

/// Does something, and something else again and again meanwhile. Gives what came of it, and how often the other was begun.
fn while_repeating<T>(
    again: impl Fn() -> Result<()> + Sync,
    work: impl FnOnce() -> Result<T>,
) -> Result<(T, u32)> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let repeating = scope.spawn(|| {
            let mut begun = 0;
            while !is_over.load(Ordering::Relaxed) {
                begun += 1;
                again()?;
            }
            anyhow::Ok(begun)
        });
        let worked = work();
        is_over.store(true, Ordering::Relaxed);
        let begun = repeating.join().map_err(|_| anyhow!("what is repeated panicked"))??;
        Ok((worked?, begun))
    })
}

/// Does something once, and something else again and again until it is done.
fn while_asked<T: Send>(once: impl FnOnce() -> Result<T> + Send, asks: impl Fn() -> Result<()>) -> Result<T> {
    thread::scope(|scope| {
        let doing = scope.spawn(once);
        while !doing.is_finished() {
            asks()?;
        }
        doing.join().map_err(|_| anyhow!("what is done once panicked"))?
    })
}

/// How long a turn is where a set takes so long beside others.
fn turn(beside: Duration) -> Duration {
    let (shortest, longest) = TURN;
    beside.clamp(shortest, longest)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use anyhow::bail;

    use super::*;

    #[test]
    fn it_is_repeated_until_the_work_is_done_and_each_failure_is_told() {
        let (began, fails) = (AtomicU32::new(0), AtomicBool::new(false));
        let again = || {
            began.fetch_add(1, Ordering::Relaxed);
            if fails.load(Ordering::Relaxed) {
                bail!("it fails");
            }
            Ok(())
        };
        let until_begun = |times| {
            while began.load(Ordering::Relaxed) < times {
                thread::yield_now();
            }
        };
        let worked = while_repeating(again, || {
            until_begun(3);
            Ok("done")
        });
        assert_eq!(worked.unwrap(), ("done", began.load(Ordering::Relaxed)));
        assert!(while_repeating(again, || -> Result<()> { bail!("the work fails") }).is_err());
        fails.store(true, Ordering::Relaxed);
        let before = began.load(Ordering::Relaxed);
        let worked = while_repeating(again, || {
            until_begun(before + 1);
            Ok(())
        });
        assert!(worked.is_err());
    }

    #[test]
    fn it_is_asked_until_the_work_is_done() {
        let asked = AtomicU32::new(0);
        let until_asked = |times| {
            while asked.load(Ordering::Relaxed) < times {
                thread::yield_now();
            }
            Ok("done")
        };
        let ask = || {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        assert_eq!(while_asked(|| until_asked(3), ask).unwrap(), "done");
        assert!(while_asked(|| -> Result<()> { bail!("the work fails") }, ask).is_err());
        let once_more = asked.load(Ordering::Relaxed) + 1;
        let refused = while_asked(|| until_asked(once_more), || ask().and_then(|()| bail!("nobody answers")));
        assert!(refused.is_err());
    }

    #[test]
    fn a_turn_is_as_long_as_a_set_takes_within_bounds() {
        for (beside, expected) in [(1, 10), (20, 20), (90, 90), (600, 120)] {
            assert_eq!(turn(Duration::from_secs(beside)), Duration::from_secs(expected), "{beside}");
        }
    }
}
