//! `portico ops stream`: the process that streams the write-ahead log.

use std::pin::pin;

use anyhow::{Result, anyhow};
use api::{clock::Clock, config::stream::StreamConfig, ops::stream};
use futures_util::future::{Either, select};

pub fn run(synchronous: bool) -> Result<()> {
    let _traces = super::observe("portico-stream")?;
    let config = StreamConfig::from_environment(synchronous)?;
    let stop = stream::Stop::default();
    let (ended, mut end) = tokio::sync::oneshot::channel();
    let told = stop.clone();
    let streams = std::thread::Builder::new().name("stream".to_owned()).spawn(move || {
        let outcome = stream::run(&config, &Clock::system(), &told);
        if ended.send(()).is_err() {
            tracing::debug!("nobody waits for the stream any more: the process was told to stop");
        }
        outcome
    })?;
    actix_web::rt::System::new().block_on(async {
        if let Either::Left(_) = select(pin!(super::told_to_stop()), &mut end).await {
            tracing::info!("stopping");
        }
    });
    stop.set();
    streams.join().map_err(|_| anyhow!("the thread that streams panicked"))?
}
