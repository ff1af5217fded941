//! What the stream says to the database itself, as the role `portico_stream`.

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::segments::{Lsn, SegmentSize};
use crate::db::replication::Replication;

/// What the stream is called: its slot, its connections, and among those that a commit may wait for.
pub const NAME: &str = "portico_stream";
/// A machine that went silent is noticed: it may have gone without a word.
const PARAMETERS: &str = "connect_timeout=10&keepalives_idle=10&keepalives_interval=5&keepalives_count=3";

/// Which cluster it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// PostgreSQL's own identifier, which a restored cluster keeps.
    pub system: String,
    /// Of a file of the log, in bytes.
    pub segment_bytes: u64,
}

impl Identity {
    /// How long its files of the log are.
    pub fn size(&self) -> Result<SegmentSize> {
        SegmentSize::new(self.segment_bytes)
    }
}

/// The slot that keeps the log on the server until it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// It keeps everything from here on, on this timeline.
    Keeps(u32, Lsn),
    /// The same, and it was made just now: nothing kept what was before.
    Made(u32, Lsn),
    /// The server went over it: some of the log is lost.
    Lost,
}

/// A connection.
pub struct Database(Replication);

impl Database {
    /// Connects.
    pub fn open(url: &str) -> Result<Self> {
        Ok(Self(Replication::open(&with_parameters(url))?))
    }

    /// Which cluster it is.
    pub fn identity(&mut self) -> Result<Identity> {
        let (system, segment_bytes) = self.0.identity()?;
        SegmentSize::new(segment_bytes)?;
        Ok(Identity { system, segment_bytes })
    }

    /// The slot, made where there is none.
    pub fn slot(&mut self) -> Result<Slot> {
        let is_new = self.0.slot(NAME)?.is_none();
        if is_new {
            self.0.make_slot(NAME)?;
        }
        let row = self.0.slot(NAME)?.context("the replication slot of the stream is gone again")?;
        Ok(match row.keeps_from {
            Some(lsn) if is_new => Slot::Made(row.timeline.try_into()?, lsn.parse()?),
            Some(lsn) => Slot::Keeps(row.timeline.try_into()?, lsn.parse()?),
            None => Slot::Lost,
        })
    }

    /// Makes it anew, from here on.
    pub fn remake_slot(&mut self) -> Result<()> {
        self.0.drop_slot(NAME)?;
        self.0.make_slot(NAME)
    }

    /// Lets the server forget what is before this place.
    pub fn advance(&mut self, to: Lsn) -> Result<()> {
        self.0.advance(NAME, &to.to_string())
    }

    /// Commits something, so that every instant has a commit behind it, at which a recovery knows that it has passed.
    pub fn beat(&mut self) -> Result<()> {
        self.0.beat(NAME)
    }

    /// The time by the database's own clock, which stamps its commits.
    pub fn its_time(&mut self) -> Result<DateTime<Utc>> {
        self.0.its_time()
    }

    /// The major version, where a base backup can be made of it.
    pub fn check_for_base(&mut self) -> Result<u32> {
        let whole = self.0.whole()?;
        if whole.tablespaces > 0 {
            bail!(
                "the database has {} tablespaces of its own: the stream makes base backups of clusters that lie in one folder",
                whole.tablespaces
            );
        }
        Ok(u32::try_from(whole.version)? / 10_000)
    }
}

fn with_parameters(url: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}application_name={NAME}&{PARAMETERS}")
}

/// The address as PostgreSQL's programs are told it, and the password by itself: what stands in arguments, others can see.
pub fn for_programs(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at_checked(end)?;
        let (who, place) = authority.rsplit_once('@')?;
        let (user, password) = who.split_once(':')?;
        Some((format!("{scheme}://{user}@{place}{behind}"), password))
    };
    match split() {
        Some((without, password)) => {
            let decoded = form_urlencoded::parse(format!("p={}", password.replace('+', "%2B")).as_bytes())
                .next()
                .map(|(_, value)| value.into_owned());
            (with_parameters(&without), decoded)
        }
        None => (with_parameters(url), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument() {
        for (url, start, password) in [
            ("postgres://a@/b?host=/run", "postgres://a@/b?host=/run&application_name=", None),
            ("postgres://a:p%40s+s@h:1/b", "postgres://a@h:1/b?application_name=", Some("p@s+s")),
            ("postgres://a:secret@/b?host=/run", "postgres://a@/b?host=/run&", Some("secret")),
            ("postgres://h/b?x=a:b@c", "postgres://h/b?x=a:b@c&", None),
        ] {
            let (said, found) = for_programs(url);
            assert!(said.starts_with(start), "{said}");
            assert_eq!(found.as_deref(), password, "{url}");
        }
    }
}
