//! Unpacks a base backup, by the program `tar`, while it is read.

use std::{
    io::{self, Read, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};

use super::{Watcher, left};
use crate::ops::{
    sealed::Opening,
    stream::{
        archive::{Looking, Said},
        assemble::Reader,
        base::Base,
    },
};

/// How often it is said how far it is, in bytes.
const EACH: u64 = 64 << 20;

/// Reads a base backup, and lets it through: into a directory or nowhere. Each byte is checked in the end.
pub fn through(
    reader: &Reader<'_>,
    base: &Base,
    out: &mut dyn io::Write,
    watcher: &mut dyn Watcher,
) -> Result<()> {
    let about = || format!("the base backup {} in {}", base.name, reader.store.name());
    let mut download = reader.store.read(&base.object)?;
    let copied = copy(reader, base, &mut download, out, watcher);
    // Bytes that are not those that were put explain whatever else was found in them.
    download.check()?;
    let (said, bytes) = copied.with_context(about)?;
    let expected = Said { timeline: base.timeline, start: base.start()?, stop: base.stop()? };
    ensure!(said == expected && bytes == base.bytes, "{} is another one than its manifest says", about());
    Ok(())
}

fn copy(
    reader: &Reader<'_>,
    base: &Base,
    download: &mut dyn Read,
    out: &mut dyn io::Write,
    watcher: &mut dyn Watcher,
) -> Result<(Said, u64)> {
    let mut opened = Opening::begin(reader.identity, download)?;
    let (began, mut looking, mut bytes) = (Instant::now(), Looking::new(out), 0);
    loop {
        watcher.goes_on()?;
        // Before all of it is read nobody knows whose it is: no more of it is taken than is said to be there.
        let most = EACH.min(base.bytes.saturating_sub(bytes) + 1);
        let copied = io::copy(&mut opened.by_ref().take(most), &mut looking)?;
        if copied == 0 {
            break;
        }
        bytes += copied;
        ensure!(bytes <= base.bytes, "there is more in it than its manifest says");
        watcher.has_passed(bytes, Some(base.bytes), left(began, bytes >> 20, base.bytes >> 20));
    }
    let (said, _) = looking.finish()?;
    Ok((said, bytes))
}

/// Unpacks it into a directory.
pub fn unpack(reader: &Reader<'_>, base: &Base, directory: &Path, watcher: &mut dyn Watcher) -> Result<()> {
    let mut command = Command::new("tar");
    command.args(["--extract", "--same-permissions", "--file=-", "--directory"]).arg(directory);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut tar = command.spawn().context("the program tar cannot be started")?;
    let mut into = tar.stdin.take().context("it has an input")?;
    let passed = through(reader, base, &mut into, watcher).and_then(|()| Ok(into.flush()?));
    drop(into);
    let ended = tar.wait_with_output()?;
    passed?;
    if !ended.status.success() {
        bail!("tar ended with {}: {}", ended.status, String::from_utf8_lossy(&ended.stderr).trim());
    }
    Ok(())
}
