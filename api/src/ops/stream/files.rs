//! The folder in memory into which the log is received.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use super::{
    database::Identity,
    segments::{Segment, SegmentSize},
};

/// What `statfs` calls folders in memory: tmpfs, and ramfs.
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
/// Says whose log is in it.
const IDENTITY: &str = "identity";
const LOCK: &str = "lock";
/// What PostgreSQL's program calls a file that is not finished.
const PARTIAL: &str = ".partial";

/// The folder, held by this process alone.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// What is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Files of the log that are finished.
    pub finished: BTreeSet<Segment>,
    /// Those that are not.
    pub partial: BTreeSet<Segment>,
    /// Names of histories.
    pub histories: BTreeSet<String>,
    /// Bytes in memory.
    pub bytes: u64,
}

impl Folder {
    /// Opens it, making it where it is missing. It has to be in memory, and nobody else's.
    pub fn open(path: &Path) -> Result<Self> {
        let cannot = || format!("the folder of the stream, {}, cannot be used", path.display());
        match fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(cannot),
        }
        let found = fs::symlink_metadata(path).with_context(cannot)?;
        if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
            bail!("{}: it is no folder of the user who runs the stream", cannot());
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).with_context(cannot)?;
        let kind = rustix::fs::statfs(path).with_context(cannot)?.f_type;
        if !u64::try_from(kind).is_ok_and(|kind| IN_MEMORY.contains(&kind)) {
            bail!(
                "{}: it is on a disk, and the log would be written there in plain. Let PORTICO_STREAM_DIR be in memory \
                 (tmpfs), as below /dev/shm or /run",
                cannot()
            );
        }
        let lock = File::create(path.join(LOCK)).with_context(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("{}: another `portico ops stream` is at work in it", cannot())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose log is in it.
    pub fn identity(&self) -> Result<Option<Identity>> {
        let path = self.path.join(IDENTITY);
        if !path.exists() {
            return Ok(None);
        }
        let cannot = || format!("{} cannot be read", path.display());
        Ok(Some(serde_json::from_slice(&fs::read(&path).with_context(cannot)?).with_context(cannot)?))
    }

    /// Notes whose log is in it.
    pub fn keep_identity(&self, identity: &Identity) -> Result<()> {
        let new = self.path.join("identity.new");
        fs::write(&new, serde_json::to_vec(identity)?)?;
        Ok(fs::rename(new, self.path.join(IDENTITY))?)
    }

    /// Looks what is there. What only marks a place is not.
    pub fn look(&self, size: SegmentSize) -> Result<Found> {
        let mut found = Found::default();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // It may have got another name since.
            let Ok(metadata) = entry.metadata() else { continue };
            found.bytes += metadata.blocks() * 512;
            if name.ends_with(".history") {
                found.histories.insert(name);
            } else if let Some(segment) = name.strip_suffix(PARTIAL).and_then(|name| size.parse(name)) {
                found.partial.insert(segment);
            } else if let Some(segment) = size.parse(&name)
                && metadata.blocks() > 0
            {
                found.finished.insert(segment);
            }
        }
        Ok(found)
    }

    /// Where a finished file is.
    pub fn finished(&self, size: SegmentSize, segment: Segment) -> PathBuf {
        self.path.join(size.name(segment))
    }

    /// Where one is that is not finished.
    pub fn partial(&self, size: SegmentSize, segment: Segment) -> PathBuf {
        self.path.join(format!("{}{PARTIAL}", size.name(segment)))
    }

    /// Whether one of these unfinished files is written into. It is made in full length first, for which there may be no room.
    pub fn is_received_into(&self, size: SegmentSize, partial: &BTreeSet<Segment>) -> bool {
        let is_made = |one: &Segment| fs::metadata(self.partial(size, *one)).map(|found| found.len());
        partial.iter().any(|one| is_made(one).is_ok_and(|length| length == size.bytes()))
    }

    /// Makes the folder ready for a receiver that is to begin at this file: where what is there does not lead on from it
    /// without a gap, it is removed, and an empty file marks the place before, from which PostgreSQL's program goes on.
    pub fn begin_at(&self, size: SegmentSize, first: Segment) -> Result<()> {
        for segment in self.look(size)?.partial {
            let path = self.partial(size, segment);
            // Whoever was killed while making one of full length left one that nobody takes up; there is nothing in it yet.
            if fs::metadata(&path)?.len() != size.bytes() {
                fs::remove_file(path)?;
            }
        }
        let found = self.look(size)?;
        let all: BTreeSet<Segment> = found.finished.union(&found.partial).copied().collect();
        let wanted: Vec<Segment> = all.iter().filter(|one| one.number >= first.number).copied().collect();
        // What another timeline left is no beginning of this one.
        let is_same = |one: &Segment, number| *one == Segment { timeline: first.timeline, number };
        let follows = wanted.iter().zip(first.number..).all(|(one, number)| is_same(one, number));
        if !wanted.is_empty() && follows {
            return self.clear_marks(size);
        }
        for segment in all {
            for path in [self.finished(size, segment), self.partial(size, segment)] {
                remove(&path)?;
            }
        }
        self.clear_marks(size)?;
        if let Some(before) = first.previous() {
            let mark = File::create(self.finished(size, before))?;
            mark.set_len(size.bytes())?;
        }
        Ok(())
    }

    /// Removes finished files that are not needed any longer.
    pub fn remove_before(&self, size: SegmentSize, first: Segment) -> Result<()> {
        let found = self.look(size)?;
        for segment in found.finished.into_iter().filter(|one| one.number < first.number) {
            remove(&self.finished(size, segment))?;
        }
        Ok(())
    }

    fn clear_marks(&self, size: SegmentSize) -> Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let is_of_log = entry.file_name().to_str().is_some_and(|name| size.parse(name).is_some());
            if is_of_log && entry.metadata()?.blocks() == 0 {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be removed", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 1 << 20;

    fn folder(name: &str) -> Folder {
        let path = PathBuf::from(format!("/dev/shm/portico-test-files-{name}-{}", std::process::id()));
        Folder::open(&path).expect("it is opened")
    }

    fn segment(number: u64) -> Segment {
        Segment { timeline: 1, number }
    }

    fn write(path: &Path, length: u64) {
        fs::write(path, vec![7; usize::try_from(length).expect("a length")]).expect("it is written");
    }

    #[test]
    fn a_folder_on_a_disk_is_refused_and_so_is_one_of_somebody_else() {
        let on_disk = Path::new("/proc");
        assert!(Folder::open(on_disk).is_err());
        let folder = folder("refused");
        let again = format!("{:#}", Folder::open(folder.path()).expect_err("it is held"));
        assert!(again.contains("another `portico ops stream`"), "{again}");
        assert_eq!(fs::metadata(folder.path()).expect("it is there").permissions().mode() & 0o777, 0o700);
        fs::remove_dir_all(folder.path()).expect("it is removed");
    }

    #[test]
    fn what_is_left_is_taken_up_where_it_leads_on_and_received_again_otherwise() {
        let (folder, size) = (folder("left"), SegmentSize::new(SIZE).expect("a size"));
        // Nothing is left: the place is marked, and the mark is none of what is there.
        folder.begin_at(size, segment(5)).expect("it is ready");
        assert!(folder.finished(size, segment(4)).exists());
        assert_eq!(folder.look(size).expect("it is read").finished, BTreeSet::new());
        // A finished and an unfinished one lead on; one that was still being made does not count.
        write(&folder.finished(size, segment(5)), SIZE);
        write(&folder.partial(size, segment(6)), SIZE);
        write(&folder.partial(size, segment(7)), SIZE / 2);
        folder.begin_at(size, segment(5)).expect("it is ready");
        let found = folder.look(size).expect("it is read");
        assert_eq!((found.finished, found.partial), ([segment(5)].into(), [segment(6)].into()));
        assert!(!folder.finished(size, segment(4)).exists());
        // What stands in the store already may be there too.
        folder.begin_at(size, segment(6)).expect("it is ready");
        assert!(folder.finished(size, segment(5)).exists());
        // On another timeline: what is there is of no use.
        folder.begin_at(size, Segment { timeline: 2, number: 6 }).expect("it is ready");
        assert!(folder.look(size).expect("it is read").partial.is_empty());
        write(&folder.partial(size, segment(6)), SIZE);
        // From before what is there: everything comes again.
        folder.begin_at(size, segment(4)).expect("it is ready");
        let found = folder.look(size).expect("it is read");
        assert_eq!((found.finished, found.partial), (BTreeSet::new(), BTreeSet::new()));
        assert!(folder.finished(size, segment(3)).exists());
        fs::remove_dir_all(folder.path()).expect("it is removed");
    }
}
