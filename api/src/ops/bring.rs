//! Brings sets from the local store off-site, by a credential that can do nothing but put.
//!
//! What was brought is known from records in the local store ([`Records`]), never from the store off-site. A set goes in
//! three steps: it is announced there, by its own manifest; its objects are put that are not there; its manifest is put where
//! sets are. Invariants:
//!
//! - An object counts as being there only once a set that is announced, or that stands there, names it, so that pruning cannot
//!   take it away in between: it was put since this set was announced, or the newest set that was brought names it too.
//! - Nothing is written over. An object whose name is taken was put before, and confirmed then: nobody else makes that name. A
//!   manifest whose name is taken is ours only if it was announced in an earlier run; otherwise somebody else makes sets of
//!   the same name, which is said until it is settled.
//! - A store that does not take something ends the run, unless something was put since it last did so: it may be out of reach,
//!   and is asked for nothing more until the next set. So a run ends, and what it brought stays.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Error, Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    backup::open_off_site,
    manifest::{self, Manifest, announcement_path, manifest_path},
    progress,
    retention::SetKind,
    signing::SetKeys,
    stores::{NotCopied, Object, Put, Store, is_unconfirmed},
};
use crate::config::backups::StoreConfig;

/// No object is begun after so much time: the next set is due soon, and begins where this one ends.
const TIME: Duration = Duration::from_mins(90);
/// What was begun so long ago is being put by nobody any more.
const ABANDONED: TimeDelta = TimeDelta::hours(24);
/// The folder of records.
pub(super) const BROUGHT: &str = "brought";

/// What brings sets.
pub(super) struct Bringing<'a> {
    pub local: &'a Store,
    pub to: &'a StoreConfig,
    pub keys: &'a SetKeys,
    pub now: DateTime<Utc>,
}

/// Why a set was not brought.
enum NotBrought {
    /// It is the set's own fault. Others may be brought.
    Set(Error),
    /// The store is at fault.
    Store(Error),
}

impl From<NotCopied> for NotBrought {
    fn from(failed: NotCopied) -> Self {
        match failed {
            NotCopied::From(error) => Self::Set(error),
            NotCopied::To(error) => Self::Store(error),
        }
    }
}

/// The sets of a run.
struct Run<'a> {
    bringing: &'a Bringing<'a>,
    records: Records<'a>,
    off_site: Store,
    began: Instant,
    /// How many objects were put, and how many had been when the store last failed.
    put: usize,
    put_before_failure: usize,
}

impl Bringing<'_> {
    /// Brings all that is not there yet, oldest first. Gives how many sets that were.
    pub(super) fn all(&self) -> Result<usize> {
        let off_site = open_off_site(self.to)?;
        let records = Records { local: self.local, folder: records_of(self.to) };
        off_site.note_in(self.local, &format!("{}/unfinished", records.folder), self.now);
        let mut run =
            Run { bringing: self, records, off_site, began: Instant::now(), put: 0, put_before_failure: 0 };
        let (mut brought, mut failed) = (0, None);
        for kind in SetKind::ALL {
            if let Err(ended) = run.sets(kind, &mut brought, &mut failed) {
                failed.get_or_insert(ended);
                break;
            }
        }
        // Last, as it matters least; and only where the store is known to answer.
        if failed.is_none()
            && let Err(error) = run.off_site.give_up(self.now - ABANDONED)
        {
            tracing::warn!(error = format!("{error:#}"), "parts of objects are left behind off-site");
        }
        failed.map_or(Ok(brought), Err)
    }
}

/// The names of the sets that were brought, as production knows it.
pub fn brought(local: &Store, to: &StoreConfig) -> Result<Vec<String>> {
    let paths = local.list(&format!("{}/sets", records_of(to)))?;
    let names =
        paths.iter().filter_map(|path| recorded(path)?.strip_prefix("sets/")?.strip_suffix(".manifest"));
    Ok(names.map(str::to_owned).collect())
}

impl Run<'_> {
    /// Brings the sets of a kind. What a set is at fault for is noted; what the store is at fault for ends it.
    fn sets(&mut self, kind: SetKind, brought: &mut usize, failed: &mut Option<Error>) -> Result<()> {
        let sets = manifest::sets(self.bringing.local, kind)?;
        let mut there = Vec::new();
        for (set, _) in &sets {
            there.push(self.records.has(&manifest_path(set))?);
        }
        for (at, (set, _)) in sets.iter().enumerate() {
            if there.get(at).copied().unwrap_or_default() {
                continue;
            }
            // What only a set names that is older than the newest one there may have been pruned.
            let before = if there.iter().skip(at).any(|is_there| *is_there) {
                None
            } else {
                there.iter().take(at).rposition(|is_there| *is_there).and_then(|before| sets.get(before))
            };
            loop {
                match self.set(set, before.map(|(set, _)| set.as_str())) {
                    Ok(()) => {
                        *brought += 1;
                        if let Some(is_there) = there.get_mut(at) {
                            *is_there = true;
                        }
                        break;
                    }
                    Err(NotBrought::Set(error)) => {
                        failed.get_or_insert(error.context(format!("{set} is not off-site")));
                        break;
                    }
                    Err(NotBrought::Store(error)) => {
                        if self.put == self.put_before_failure || self.is_late() {
                            let put = self.put;
                            return Err(error.context(format!(
                                "{set} is not off-site: {put} objects were brought, and the rest follows with the next set"
                            )));
                        }
                        self.put_before_failure = self.put;
                        tracing::warn!(
                            error = format!("{error:#}"),
                            set,
                            "the off-site store is tried once more"
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, set: &str, before: Option<&str>) -> Result<(), NotBrought> {
        // What it was cancelled in is at no fault, nor is the store; either way it ends.
        progress::goes_on().map_err(NotBrought::Store)?;
        let local = self.bringing.local;
        let manifest = self.manifest(set).map_err(NotBrought::Set)?;
        let path = manifest_path(set);
        let bytes =
            local.find(&path).and_then(|found| found.with_context(|| format!("{set} has gone meanwhile")));
        let bytes = bytes.map_err(NotBrought::Set)?;
        let announcement = announcement_path(set, &bytes);
        let announced =
            self.put(&announcement, |to| to.try_put_new(&announcement, &bytes).map_err(NotCopied::To))?;
        let known = before.and_then(|before| self.manifest(before).ok());
        let known: HashSet<&str> =
            known.iter().flat_map(Manifest::objects).map(|object| object.path.as_str()).collect();
        for object in manifest.objects() {
            self.object(object, set, &known)?;
        }
        self.finish(set, &bytes, announced)
    }

    fn object(&mut self, object: &Object, set: &str, known: &HashSet<&str>) -> Result<(), NotBrought> {
        let record = self.records.of(&object.path).map_err(NotBrought::Set)?;
        if record.is_some_and(|of| of == set || known.contains(object.path.as_str())) {
            return Ok(());
        }
        if self.is_late() {
            let minutes = TIME.as_secs() / 60;
            return Err(NotBrought::Store(anyhow!("it takes longer than {minutes} minutes")));
        }
        self.put(&object.path, |to| self.bringing.local.copy_to(to, object))?;
        self.put += 1;
        self.records.note(&object.path, set).map_err(NotBrought::Set)
    }

    /// Puts the manifest where sets are.
    fn finish(&self, set: &str, bytes: &[u8], announced: Put) -> Result<(), NotBrought> {
        let (local, path) = (self.bringing.local, manifest_path(set));
        let refused = self.records.path(&format!("refused/{set}"));
        let was_refused = local.size(&refused).map_err(NotBrought::Set)?.is_some();
        // Of an answer that was lost it is not known what it said; nor of that to an earlier run.
        let mut may_be_ours = announced == Put::Taken;
        let put = self.put(&path, |to| {
            let put = match to.put_new_once(&path, bytes) {
                Err(error) if !is_unconfirmed(&error) => {
                    may_be_ours = true;
                    to.try_put_new(&path, bytes)
                }
                heard => heard,
            };
            put.map_err(NotCopied::To)
        })?;
        match put {
            Put::New => local.delete(&refused),
            Put::Taken if may_be_ours && !was_refused => Ok(()),
            Put::Taken => local.put_over(&refused, b"").and_then(|()| Err(self.somebody_elses(&path))),
        }
        .and_then(|()| self.records.note(&path, set))
        .map_err(NotBrought::Set)
    }

    /// Puts something. What is there already counts, unless the store had not confirmed it when it was put.
    fn put(&self, path: &str, put: impl FnOnce(&Store) -> Result<Put, NotCopied>) -> Result<Put, NotBrought> {
        let (local, doubt) = (self.bringing.local, self.records.path(&format!("unconfirmed/{path}")));
        match put(&self.off_site) {
            Ok(Put::New) => local.delete(&doubt).map(|()| Put::New).map_err(NotBrought::Set),
            Ok(Put::Taken) if local.size(&doubt).map_err(NotBrought::Set)?.is_some() => {
                Err(NotBrought::Set(anyhow!(
                    "{path} is in {}, which did not confirm what it has: remove it there, in the backup environment",
                    self.off_site.name()
                )))
            }
            Ok(Put::Taken) => Ok(Put::Taken),
            Err(NotCopied::To(error)) if is_unconfirmed(&error) => {
                // It may be there all the same.
                local.put_over(&doubt, b"").map_err(NotBrought::Set)?;
                Err(NotBrought::Store(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn manifest(&self, set: &str) -> Result<Manifest> {
        manifest::read(self.bringing.local, set, &self.bringing.keys.signers())
    }

    fn is_late(&self) -> bool {
        self.began.elapsed() > TIME
    }

    fn somebody_elses(&self, path: &str) -> Error {
        anyhow!(
            "{path} is in {} already, and was not put there from here: somebody else makes sets into the same place. Give \
             each a place of its own, and remove that manifest there, in the backup environment",
            self.off_site.name()
        )
    }
}

/// What was brought to one store, as objects of the local one: each with the name of the set for which it was.
struct Records<'a> {
    local: &'a Store,
    folder: String,
}

/// Where the records of a store stand. Another address is another store, to which everything is brought.
fn records_of(config: &StoreConfig) -> String {
    let hash = blake3::hash(config.place.to_string().as_bytes()).to_hex();
    format!("{BROUGHT}/{}", hash.get(..16).unwrap_or_default())
}

impl Records<'_> {
    fn path(&self, brought: &str) -> String {
        format!("{}/{brought}", self.folder)
    }

    fn has(&self, brought: &str) -> Result<bool> {
        Ok(self.local.size(&self.path(brought))?.is_some())
    }

    /// The set for which it was brought, where it was.
    fn of(&self, brought: &str) -> Result<Option<String>> {
        let found = self.local.find(&self.path(brought))?;
        Ok(found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn note(&self, brought: &str, set: &str) -> Result<()> {
        self.local.put_over(&self.path(brought), set.as_bytes())
    }
}

/// What a record is about: the path of an object or manifest. None for what is no record.
pub(super) fn recorded(path: &str) -> Option<&str> {
    let (_, rest) = path.strip_prefix(BROUGHT)?.strip_prefix('/')?.split_once('/')?;
    ["sets/", "objects/"].iter().any(|folder| rest.starts_with(folder)).then_some(rest)
}
