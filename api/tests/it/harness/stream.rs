//! A live stream as a browser reads it: line by line, on a thread of its own.

use std::{
    io::{BufRead, BufReader, Read},
    sync::mpsc,
    time::Duration,
};

use shared::event::LiveEvent;

/// What a stream says. When it is over, nothing more comes.
#[derive(Debug)]
pub struct EventStream(mpsc::Receiver<LiveEvent>);

/// What came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Event(LiveEvent),
    /// The stream is over.
    Over,
    /// Nothing within a second.
    Nothing,
}

impl EventStream {
    pub(super) fn read(body: impl Read + Send + 'static) -> Self {
        let (say, hear) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(body).lines() {
                // Where the connection breaks off, the stream is over as well.
                let Ok(line) = line else { return };
                let event = serde_json::from_str(&line).expect("each line is an event");
                if say.send(event).is_err() {
                    return;
                }
            }
        });
        Self(hear)
    }

    /// What comes next, within a second.
    pub fn next(&self) -> Next {
        match self.0.recv_timeout(Duration::from_secs(1)) {
            Ok(event) => Next::Event(event),
            Err(mpsc::RecvTimeoutError::Disconnected) => Next::Over,
            Err(mpsc::RecvTimeoutError::Timeout) => Next::Nothing,
        }
    }
}
