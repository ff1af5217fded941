//! A whole file: read line by line, its lines examined on all cores and taken in their order.

use super::{Known, Report, Verifier, examine};

/// Verifies a whole text, line by line as it is read; lines are examined on all cores.
pub fn verify(mut from: impl std::io::BufRead, known: Known) -> std::io::Result<Report> {
    const LINES: usize = 16 * 1024;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut verifier = Verifier::new(known);
    let mut text = String::new();
    loop {
        text.clear();
        let mut read = 0;
        while read < LINES && from.read_line(&mut text)? > 0 {
            read += 1;
        }
        if read == 0 {
            return Ok(verifier.finish());
        }
        let lines: Vec<&str> = text.lines().collect();
        let examined = std::thread::scope(|scope| {
            let shares = lines.chunks(lines.len().div_ceil(threads).max(1));
            let running: Vec<_> = shares
                .map(|share| scope.spawn(|| share.iter().map(|line| examine(line)).collect::<Vec<_>>()))
                .collect();
            running.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        for share in examined {
            let share =
                share.map_err(|_| std::io::Error::other("a thread that examined lines has panicked"))?;
            for line in share {
                verifier.take(line);
            }
        }
    }
}
