//! Says what is being done, how far it is, and how long it took.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Error, Result};

/// A known number of steps, counted as they are taken.
#[derive(Debug)]
pub struct Steps {
    total: usize,
    done: usize,
    started: Instant,
}

impl Steps {
    /// Begins to count.
    pub fn new(total: usize) -> Self {
        Self { total, done: 0, started: Instant::now() }
    }

    /// A step that prints nothing itself: title and duration share a line.
    pub fn quiet<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        print!("{} … ", self.next(title));
        flush();
        let started = Instant::now();
        let result = work();
        println!("{}", ending(&result, started.elapsed()));
        result
    }

    /// A step whose tools talk: title above their lines, duration below.
    pub fn loud<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let title = self.next(title);
        println!("{title} …");
        flush();
        let started = Instant::now();
        let result = work();
        println!("{title}: {}", ending(&result, started.elapsed()));
        result
    }

    /// The time since the first step.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn next(&mut self, title: &str) -> String {
        self.done += 1;
        strong(&format!("[{}/{}] {title}", self.done, self.total))
    }
}

/// A duration as people say it: `0.4 s`, `42 s`, `3 min 05 s`.
pub fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// Emphasised on a terminal, plain in a file.
pub fn strong(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The error with its causes, for the person at the terminal.
#[expect(clippy::print_stderr, reason = "the place for what went wrong")]
pub fn report(error: &Error) {
    if crate::interrupt::requested() {
        eprintln!("\nStopped.");
        return;
    }
    eprintln!("\nerror: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}

fn ending<T>(result: &Result<T>, took: Duration) -> String {
    if result.is_ok() { spoken(took) } else { format!("failed after {}", spoken(took)) }
}

fn flush() {
    // A closed pipe shows at the next line that is printed; nothing is lost here.
    std::io::stdout().flush().unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(spoken(Duration::from_millis(430)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(42_900)), "42 s");
        assert_eq!(spoken(Duration::from_secs(185)), "3 min 05 s");
    }
}
