//! A disk of a test's own that is soon full.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Mounts and grows it as it is told, and takes it away when nobody tells it anything any more: also where the test was killed.
const KEEPER: &str = "trap '' INT TERM; mount -t tmpfs -o size=$2k,mode=0777 tmpfs \"$1\" || exit 1; echo there; \
                      while read -r size; do mount -o remount,size=\"$size\"k \"$1\" && echo there; done; umount -l \"$1\"";
/// What lies on it and is nobody's.
const FILLING: &str = "filling";

/// The disk. It goes with this value.
#[derive(Debug)]
pub struct SmallDisk {
    keeper: Child,
    tell: Option<ChildStdin>,
    hear: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl SmallDisk {
    /// One of so many KiB in the place of a folder. None where this machine lets nobody mount one, which is said where nobody
    /// overhears it: a test that looks at nothing passes.
    pub fn over(folder: &Path, kib: u32) -> Option<Self> {
        fs::create_dir_all(folder).expect("a folder");
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(folder).arg(kib.to_string());
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let (tell, hear) = (keeper.stdin.take(), keeper.stdout.take().expect("it has an output"));
        let mut disk = Self { keeper, tell, hear: BufReader::new(hear), folder: folder.to_owned() };
        if disk.hears() {
            return Some(disk);
        }
        // Not by a macro of printing: what those say of a test that passes is thrown away.
        writeln!(
            std::io::stderr(),
            "NOT LOOKED AT: this machine lets nobody mount a small disk, so no disk is full in this test"
        )
        .expect("it is said");
        None
    }

    fn hears(&mut self) -> bool {
        let mut line = String::new();
        self.hear.read_line(&mut line).expect("it is heard");
        line == "there\n"
    }

    /// Fills it up to so many KiB.
    pub fn fill_but(&self, kib: u64) {
        let mut filling = fs::File::create(self.folder.join(FILLING)).expect("it begins");
        loop {
            match filling.write(&[7; 4096]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        let size = filling.metadata().expect("its size").len();
        filling.set_len(size.checked_sub(kib << 10).expect("it is larger")).expect("some is free");
    }

    /// There is room again.
    pub fn make_room(&self) {
        fs::remove_file(self.folder.join(FILLING)).expect("it was filled");
    }

    /// It has so many KiB from now on.
    pub fn grow(&mut self, kib: u32) {
        writeln!(self.tell.as_mut().expect("it listens"), "{kib}").expect("it listens");
        assert!(self.hears(), "it grows");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.tell.take());
        self.keeper.wait().expect("it ends");
    }
}
