//! What a thread writes becomes the body of an answer, which is read at another pace.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    sync::mpsc::{Receiver, Sender, channel},
    time::timeout,
};

use crate::ApiError;

/// So many bytes go at once.
const PIECE: usize = 64 << 10;
/// So many pieces wait to be taken.
const WAITING: usize = 4;
/// All of it has to be taken within this time: the rows are one state, which the database keeps for it.
const ALTOGETHER: Duration = Duration::from_mins(20);
/// Whoever takes nothing for so long is not waited for any longer.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the thread writes.
#[derive(Debug)]
pub(super) struct Outgoing {
    sender: Sender<Result<Bytes, ApiError>>,
    handle: Handle,
    is_over: Arc<AtomicBool>,
    piece: Vec<u8>,
    until: Instant,
}

/// Tells the thread that nobody may take any more of it.
#[derive(Debug, Clone)]
pub(super) struct Brake(Arc<AtomicBool>);

impl Brake {
    /// From now on, writing fails.
    pub fn pull(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Where is written, where that is read, and what ends it.
pub(super) fn outgoing() -> (Outgoing, Receiver<Result<Bytes, ApiError>>, Brake) {
    let (sender, receiver) = channel(WAITING);
    let is_over = Arc::new(AtomicBool::new(false));
    let brake = Brake(Arc::clone(&is_over));
    let outgoing = Outgoing {
        sender,
        handle: Handle::current(),
        is_over,
        piece: Vec::with_capacity(PIECE),
        until: Instant::now() + ALTOGETHER,
    };
    (outgoing, receiver, brake)
}

impl Outgoing {
    /// What ends the body with an error.
    pub fn sender(&self) -> Sender<Result<Bytes, ApiError>> {
        self.sender.clone()
    }

    /// Sends what is left.
    pub fn end(mut self) -> io::Result<()> {
        self.send()
    }

    fn send(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        if self.is_over.load(Ordering::Relaxed) {
            return Err(io::Error::other("whoever asked for it may not have it any more"));
        }
        if Instant::now() > self.until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "whoever asked for it takes too long"));
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sent = self.handle.block_on(timeout(PATIENCE, self.sender.send(Ok(piece.into()))));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "whoever asked for it is gone")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "whoever asked for it takes nothing")),
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (now, _) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
        self.piece.extend_from_slice(now);
        if self.piece.len() == PIECE {
            self.send()?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
