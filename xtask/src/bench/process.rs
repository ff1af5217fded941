//! What processes use of the machine, as Linux counts it.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result};

/// Hundredths of a second: what Linux counts processor time in for everybody who asks.
const TICK: Duration = Duration::from_millis(10);

/// The machine's time.
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured happens now, and nothing here has a clock to move"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// The processes that share the machine while something is measured.
#[derive(Debug, Clone, Copy)]
pub struct Parties {
    pub server: u32,
    /// PostgreSQL's first process; the others are its children.
    pub database: u32,
}

/// How much of the machine each had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    pub server: f64,
    pub database: f64,
    pub generator: f64,
    /// Programs that have nothing to do with the bench.
    pub others: f64,
}

/// A moment from which shares are counted.
#[derive(Debug)]
pub struct Watch {
    parties: Parties,
    began: Instant,
    used: Used,
}

impl Watch {
    pub fn start(parties: Parties) -> Result<Self> {
        Ok(Self { parties, began: Instant::now(), used: used(parties)? })
    }

    /// The shares of all cores since then.
    pub fn stop(&self) -> Result<Shares> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let capacity = self.began.elapsed().as_secs_f64() * f64::from(u32::try_from(cores)?);
        let (now, before) = (used(self.parties)?, self.used);
        let share =
            |pick: fn(&Used) -> Duration| pick(&now).saturating_sub(pick(&before)).as_secs_f64() / capacity;
        let (server, database, generator) =
            (share(|used| used.server), share(|used| used.database), share(|used| used.generator));
        let others = (share(|used| used.all) - server - database - generator).max(0.0);
        Ok(Shares { server, database, generator, others })
    }
}

impl Shares {
    /// What held the run back, in words.
    pub fn limit(&self) -> String {
        let Self { server, database, others, .. } = *self;
        let most = if others > server.max(database) {
            "other programs: measure again on a quiet machine"
        } else if self.idle() > 0.3 {
            "waiting for the disk"
        } else {
            self.busiest()
        };
        format!("{most} ({})", self.parts())
    }

    /// What held a single piece of work back, which has one core at a time.
    pub fn limit_of_one(&self) -> String {
        format!("{}, on one core at a time ({})", self.busiest(), self.parts())
    }

    fn busiest(&self) -> &'static str {
        if self.server >= self.database {
            "the server's processor time"
        } else {
            "the database's processor time"
        }
    }

    fn idle(&self) -> f64 {
        (1.0 - self.server - self.database - self.generator - self.others).max(0.0)
    }

    /// How much each had, in words.
    pub fn parts(&self) -> String {
        let Self { server, database, generator, others } = *self;
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        format!(
            "server {}, database {}, generator {}, other programs {}, idle {}",
            percent(server),
            percent(database),
            percent(generator),
            percent(others),
            percent(self.idle())
        )
    }
}

/// Processor time so far.
#[derive(Debug, Clone, Copy)]
struct Used {
    server: Duration,
    database: Duration,
    generator: Duration,
    /// Of the whole machine.
    all: Duration,
}

/// Processor time of server, database, this program and all.
fn used(parties: Parties) -> Result<Used> {
    let mut database = Duration::ZERO;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may be gone by now.
        let Some(stat) =
            fs::read_to_string(entry.path().join("stat")).ok().and_then(|text| Stat::read(&text))
        else {
            continue;
        };
        if id == parties.database {
            // With those of its children that have ended.
            database += stat.used + stat.of_ended;
        } else if stat.parent == parties.database {
            database += stat.used;
        }
    }
    let machine = fs::read_to_string("/proc/stat")?;
    let all = busy(&machine).context("/proc/stat speaks in another way")?;
    Ok(Used { server: of(parties.server)?, database, generator: of(std::process::id())?, all })
}

/// What all processors were not idle for, out of the first line of `/proc/stat`.
fn busy(stat: &str) -> Option<Duration> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let ticks: Vec<u32> = fields.map(str::parse).collect::<Result<_, _>>().ok()?;
    // User, nice, system, then idle and waiting for disks, then interrupts of two kinds.
    let [user, nice, system, _idle, _waiting, hard, soft, ..] = ticks.as_slice() else { return None };
    Some(TICK * (user + nice + system + hard + soft))
}

fn of(process: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    Ok(Stat::read(&text).context("/proc speaks in another way")?.used)
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    used: Duration,
    /// What children used that have ended.
    of_ended: Duration,
}

impl Stat {
    fn read(text: &str) -> Option<Self> {
        // The name in parentheses may hold blanks and parentheses.
        let (_, after_name) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
        let parent = fields.get(1)?.parse().ok()?;
        Some(Self {
            parent,
            used: TICK * (ticks(11)? + ticks(12)?),
            of_ended: TICK * (ticks(13)? + ticks(14)?),
        })
    }
}

/// Processor time of a process so far.
pub fn processor_time(process: u32) -> Result<Duration> {
    of(process)
}

/// What memory a process has held, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// The most at any time.
    pub most: u64,
    /// What files it has at this moment of it, mostly its own program.
    pub of_files: u64,
}

impl Memory {
    /// The most since the process began.
    pub fn peak(process: u32) -> Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        Self::read(&status).context("no peak is told")
    }

    fn read(status: &str) -> Option<Self> {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            line.trim().trim_end_matches(" kB").parse().ok().map(|kilobytes: u64| kilobytes * 1024)
        };
        Some(Self { most: bytes("VmHWM")?, of_files: bytes("RssFile")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_hides_nothing() {
        let text = "77 (tokio) (x) S 42 77 77 0 -1 4194560 100 0 0 0 150 25 7 3 20 0 9 0 1 2 3";
        assert_eq!(
            Stat::read(text),
            Some(Stat {
                parent: 42,
                used: Duration::from_millis(1750),
                of_ended: Duration::from_millis(100)
            })
        );
    }

    #[test]
    fn waiting_is_not_work() {
        assert_eq!(busy("cpu  10 1 5 900 80 2 3 7 0 0\ncpu0 1 1 1\n"), Some(Duration::from_millis(210)));
    }

    #[test]
    fn memory_is_told_in_kilobytes() {
        let status =
            "Name:\tportico\nVmPeak:\t  900 kB\nVmHWM:\t  300 kB\nRssAnon:\t  100 kB\nRssFile:\t   20 kB\n";
        assert_eq!(Memory::read(status), Some(Memory { most: 300 * 1024, of_files: 20 * 1024 }));
    }

    #[test]
    fn the_limit_is_named_after_whoever_had_most_of_the_machine() {
        let limit = |server, database, others| Shares { server, database, generator: 0.1, others }.limit();
        assert!(limit(0.5, 0.35, 0.0).starts_with("the server's processor time (server 50 %"));
        assert!(limit(0.3, 0.55, 0.0).starts_with("the database's"));
        assert!(limit(0.2, 0.2, 0.1).starts_with("waiting for the disk"));
        assert!(limit(0.2, 0.2, 0.5).starts_with("other programs"));
    }
}
