//! How far something is that takes long: sets that are made and read, restores, exports. Every byte that goes into a store or comes
//! out of one passes here, so nothing that is long can forget to say so, nor to end when it is not wanted any more.
//!
//! Whoever watches does so for one thread, which does one thing after the other: see [`watched`].

use std::{
    cell::RefCell,
    io::{self, Read, Write},
    time::{Duration, Instant},
};

use shared::console::ActionPhase;

use super::stream::recover::Watcher;

struct Watched {
    watcher: Box<dyn Watcher>,
    passed: u64,
    of: Option<u64>,
    began: Instant,
}

thread_local! {
    static WATCHED: RefCell<Option<Watched>> = const { RefCell::new(None) };
}

/// Lets somebody watch what this thread does meanwhile. What it does fails soon after they say that it does not go on.
pub fn watched<T>(watcher: Box<dyn Watcher>, work: impl FnOnce() -> T) -> T {
    /// Nobody watches what comes behind, also where the work panics.
    struct Until;

    impl Drop for Until {
        fn drop(&mut self) {
            WATCHED.set(None);
        }
    }

    WATCHED.set(Some(Watched { watcher, passed: 0, of: None, began: Instant::now() }));
    let _until = Until;
    work()
}

/// A phase begins, of which so many bytes are to come where that is known. `about` says more, such as the set, or is empty.
pub fn begins(phase: ActionPhase, about: &str, of: Option<u64>) {
    WATCHED.with_borrow_mut(|watched| {
        if let Some(watched) = watched {
            watched.watcher.begins(phase, about);
            (watched.passed, watched.of, watched.began) = (0, of, Instant::now());
            watched.watcher.expects(of);
        }
    });
}

/// Fails where nobody wants the rest: asked before something that cannot be taken back.
pub(super) fn goes_on() -> anyhow::Result<()> {
    WATCHED.with_borrow(|watched| watched.as_ref().map_or(Ok(()), |watched| watched.watcher.goes_on()))
}

/// A phase in a few words, for a shell.
pub fn spoken(phase: ActionPhase, about: &str) -> String {
    let words = match phase {
        ActionPhase::Begin => "beginning",
        ActionPhase::MakeSet => "making",
        ActionPhase::BringOffSite => "bringing it off-site",
        ActionPhase::ReadSet | ActionPhase::ReadExport => "reading",
        ActionPhase::RestoreRows => "bringing the rows back",
        ActionPhase::RestoreFiles => "bringing the files back",
        ActionPhase::UnpackBase => "unpacking the base backup",
        ActionPhase::ReadLog => "reading the log",
        ActionPhase::ReplayLog => "replaying the log",
        ActionPhase::ReadRows => "reading every row",
        ActionPhase::WriteExport => "writing",
        ActionPhase::Suspend => "suspending the organization",
        ActionPhase::Package => "making the client's copy",
        ActionPhase::Store => "putting the client's copy into both stores",
        ActionPhase::Enter => "entering the erasure into the ledger",
        ActionPhase::Erase => "erasing the rows",
        ActionPhase::RemoveFiles => "removing the files",
        ActionPhase::RenewKey => "making another key",
        ActionPhase::Secure => "making sets under the new key",
        ActionPhase::Finish => "writing down that it is done",
        ActionPhase::TakeBack => "taking back what was begun",
    };
    if about.is_empty() { words.to_owned() } else { format!("{words} {about}") }
}

/// So many bytes more have passed. Fails where nobody wants the rest.
pub(super) fn passed(bytes: usize) -> io::Result<()> {
    WATCHED.with_borrow_mut(|watched| {
        let Some(watched) = watched else { return Ok(()) };
        watched.passed += u64::try_from(bytes).unwrap_or_default();
        // What was expected may be too little: it was a guess.
        let of = watched.of.filter(|of| *of >= watched.passed);
        let left = of.and_then(|of| left(watched.began.elapsed(), watched.passed, of));
        watched.watcher.has_passed(watched.passed, of, left);
        watched.watcher.goes_on().map_err(io::Error::other)
    })
}

/// How long the rest takes, when it goes on as it went.
fn left(elapsed: Duration, passed: u64, of: u64) -> Option<Duration> {
    let rest = u128::from(of.checked_sub(passed)?);
    let nanoseconds = elapsed.as_nanos().checked_mul(rest)?.checked_div(u128::from(passed))?;
    Some(Duration::from_nanos(u64::try_from(nanoseconds).ok()?))
}

/// Counts what passes through something that is no store.
#[derive(Debug)]
pub struct Counting<T>(pub T);

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes)?;
        passed(written)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        passed(read)?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use anyhow::{Result, ensure};

    use super::*;

    #[derive(Default, Clone)]
    struct Until {
        most: u64,
        seen: Rc<Cell<(u64, Option<u64>)>>,
    }

    impl Watcher for Until {
        fn begins(&mut self, _: ActionPhase, _: &str) {}

        fn is_at(&mut self, _: u64, _: u64, _: Option<Duration>) {}

        fn has_passed(&mut self, bytes: u64, of: Option<u64>, _: Option<Duration>) {
            self.seen.set((bytes, of));
        }

        fn goes_on(&self) -> Result<()> {
            ensure!(self.seen.get().0 <= self.most, "it is enough");
            Ok(())
        }
    }

    #[test]
    fn what_passes_is_counted_until_it_is_enough_and_only_while_somebody_watches() {
        let until = Until { most: 10, ..Until::default() };
        let ended = watched(Box::new(until.clone()), || {
            begins(ActionPhase::ReadSet, "it", Some(12));
            let mut out = Counting(Vec::new());
            out.write_all(&[1; 8])?;
            assert_eq!(until.seen.get(), (8, Some(12)));
            out.write_all(&[1; 8])
        });
        assert_eq!(ended.expect_err("it is enough").to_string(), "it is enough");
        assert_eq!(until.seen.get(), (16, None), "more than was expected");
        passed(1_000_000).expect("nobody watches");
        assert_eq!(until.seen.get().0, 16);
    }

    #[test]
    fn the_rest_takes_as_long_as_what_was() {
        let seconds = Duration::from_secs;
        for (elapsed, passed, of, expected) in [
            (10, 1, 2, Some(seconds(10))),
            (10, 4, 5, Some(Duration::from_millis(2500))),
            (10, 5, 5, Some(seconds(0))),
            (10, 0, 5, None),
            (10, 6, 5, None),
        ] {
            assert_eq!(left(seconds(elapsed), passed, of), expected, "{passed} of {of}");
        }
    }
}
