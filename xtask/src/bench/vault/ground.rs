//! What is backed up: organizations until the database is as large as it is wanted, and files of the first.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::backups::Backups;
use crate::bench::ground::Ground;
use crate::exec;
use crate::site::Site;

/// The organization that has the files, and is exported.
pub const FIRST: &str = "vault-1";
/// People of each organization.
const PEOPLE: u32 = 2000;
/// The key under which the organization's files are hashed. It keeps nothing from anybody here.
const FILE_KEY: [u8; 32] = [7; 32];
/// When files were uploaded.
const UPLOADED: &str = "2026-01-01 00:00:00+00";

/// How much there is to be.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Of the database with its indexes, in megabytes.
    pub database: u32,
    /// Of what people have uploaded, in megabytes.
    pub files: u32,
    /// Of each of these files, in megabytes.
    pub each: u32,
}

impl Size {
    /// How many projects each organization has: as many as are promised to be exported, and fewer where that would be more
    /// than all of the database is to be.
    fn projects(self) -> u32 {
        self.database.saturating_mul(400).clamp(1000, 100_000)
    }
}

/// An installation with something to lose.
#[derive(Debug)]
pub struct Vault {
    pub ground: Ground,
    pub size: Size,
}

impl Vault {
    /// Prepares and fills it.
    pub fn prepare(program: PathBuf, size: Size) -> Result<Self> {
        // An app would be copied with the files, and is not what is measured.
        let vault = Self { ground: Ground::empty(program, None)?, size };
        vault.fill()?;
        Ok(vault)
    }

    fn fill(&self) -> Result<()> {
        let projects = self.size.projects();
        let first = self.ground.add(FIRST, projects, PEOPLE)?;
        self.fill_files(&first)?;
        let mut number = 1;
        while self.database_bytes()? < u64::from(self.size.database) * 1_000_000 {
            number += 1;
            self.ground.add(&format!("vault-{number}"), projects, PEOPLE)?;
        }
        self.ground.settle()
    }

    /// Puts files into the store as a server would, and their rows into the database.
    fn fill_files(&self, organization: &str) -> Result<()> {
        let folder = self.ground.site.files().join(organization);
        fs::create_dir_all(&folder)?;
        let mut rows = String::new();
        writeln!(
            rows,
            "INSERT INTO file_keys (id, key, created_at) VALUES ('{}', '\\x{}', '{UPLOADED}');",
            id(0),
            blake3::Hash::from_bytes(FILE_KEY).to_hex()
        )?;
        let length = usize::try_from(self.size.each)? * 1_000_000;
        let mut content = vec![0; length];
        for number in 1..=u64::from(self.size.files / self.size.each) {
            // What is compressed already, as photos are.
            blake3::Hasher::new().update(&number.to_le_bytes()).finalize_xof().fill(&mut content);
            let (id, hash) = (id(number), blake3::keyed_hash(&FILE_KEY, &content).to_hex());
            fs::write(folder.join(format!("{hash}.{id}")), &content)?;
            writeln!(
                rows,
                "INSERT INTO files (id, hash, size, media_type, created_at, used_at) \
                 VALUES ('{id}', '\\x{hash}', {length}, 'image/webp', '{UPLOADED}', '{UPLOADED}');"
            )?;
        }
        let file = self.ground.log("files.sql");
        fs::write(&file, rows)?;
        self.ground.tell(&[("portico.org_id", organization.to_owned())], &file)
    }

    fn database_bytes(&self) -> Result<u64> {
        let said = self.ground.ask("SELECT pg_database_size(current_database())")?;
        said.trim().parse().context("the database does not say how large it is")
    }

    /// What there is, in words.
    pub fn holds(&self) -> Result<String> {
        let database = megabytes(self.database_bytes()?);
        Ok(format!(
            "a database of {database:.0} MB ({}), {} MB of files of {} MB each",
            self.ground.size()?,
            self.size.files,
            self.size.each
        ))
    }

    /// The installation, with stores and a vault that hold nothing yet: the next set is a first one.
    pub fn fresh_stores(&self) -> Result<Site> {
        let folder = self.ground.log("backups");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let backups = Backups::new(folder, self.ground.url_of("portico_backup"), None);
        backups.prepare(|words| self.ground.site.command(words))?;
        Ok(Site { backups: Some(backups), ..self.ground.site.clone() })
    }
}

fn id(number: u64) -> String {
    format!("00000000-0000-7000-8000-{number:012x}")
}

/// Waits until the disk has what was written: else it would be written while something else is measured.
pub fn sync() {
    rustix::fs::sync();
}

/// A set that was made.
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    pub name: String,
    /// What stands in each store.
    pub bytes: u64,
}

impl Set {
    /// Lets production make one, of all rows or of all files. Gives how long that took, until it stood in both stores.
    pub fn make(site: &Site, of_files: bool) -> Result<(Self, Duration)> {
        let words: &[&str] = if of_files { &["ops", "backup", "--files"] } else { &["ops", "backup"] };
        let started = Instant::now();
        let said = exec::output(&mut site.command(words))?;
        let took = started.elapsed();
        match Self::read(&said) {
            Some(set) => Ok((set, took)),
            None => bail!("`portico ops backup` speaks in another way:\n{said}"),
        }
    }

    fn read(said: &str) -> Option<Self> {
        let word = |begin| said.lines().find_map(|line| line.strip_prefix(begin)?.split_whitespace().next());
        Some(Self { name: word("set ")?.to_owned(), bytes: word("put ")?.parse().ok()? })
    }
}

/// Megabytes, as disks count them.
pub fn megabytes(bytes: u64) -> f64 {
    u32::try_from(bytes / 1000).map_or(f64::INFINITY, |kilobytes| f64::from(kilobytes) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_database_has_small_organizations() {
        for (database, projects) in [(0, 1000), (2, 1000), (20, 8000), (250, 100_000), (u32::MAX, 100_000)] {
            assert_eq!(Size { database, files: 0, each: 1 }.projects(), projects, "{database}");
        }
    }

    #[test]
    fn a_set_is_known_by_what_is_said_of_it() {
        let said = "set        database-20261129T100000Z\nrows       7 of 2 organizations\n\
                    objects    3, of which 0 had not changed\nput        1234 bytes in 0.1 s\n";
        let set = Set { name: "database-20261129T100000Z".to_owned(), bytes: 1234 };
        assert_eq!(Set::read(said), Some(set));
        for other in
            ["", "set        \nput        7 bytes\n", "set        a\n", "set        a\nput        none\n"]
        {
            assert_eq!(Set::read(other), None, "{other}");
        }
    }

    #[test]
    fn megabytes_are_of_a_thousand_thousands() {
        for (bytes, expected) in [(0, 0.0), (999, 0.0), (1_500_000, 1.5), (1_000_000_000, 1000.0)] {
            assert!((megabytes(bytes) - expected).abs() < 1e-9, "{bytes}");
        }
    }
}
