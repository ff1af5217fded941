//! Lines on the standard output: as JSON, one object a line, or as text for people at a terminal.
//!
//! All lines of a request stand in its span and so carry its id, those from threads for blocking work too.

use anyhow::{Context as _, Result};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::filter_fn, fmt::layer, layer::SubscriberExt as _,
    registry::LookupSpan, util::SubscriberInitExt as _,
};

use super::traces;
use crate::config::{LogConfig, LogFormat};

/// Begins to log, and to trace where that is asked for.
pub fn start(config: &LogConfig, tracer: Option<&SdkTracerProvider>) -> Result<()> {
    let filter =
        EnvFilter::try_new(&config.filter).with_context(|| format!("PORTICO_LOG is {:?}", config.filter))?;
    // A span for traces alone would stand between a line and the span of its request.
    let filter = filter.add_directive(format!("{}=off", traces::TARGET).parse()?);
    match tracer {
        // Without traces the filter stands before everything: what is not logged costs nothing.
        None => Registry::default().with(filter).with(lines(config.format)).try_init(),
        Some(tracer) => {
            // Spans alone: what lines say stays in the log.
            let is_traced =
                filter_fn(|of| of.is_span() && (of.target() == traces::TARGET || of.name() == "request"));
            let spans = is_traced.with_max_level_hint(LevelFilter::DEBUG);
            Registry::default()
                .with(lines(config.format).with_filter(filter))
                .with(traces::layer(tracer).with_filter(spans))
                .try_init()
        }
    }
    .context("logging had begun already")
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    match format {
        LogFormat::Json => layer().json().flatten_event(true).with_span_list(false).boxed(),
        LogFormat::Text => layer().boxed(),
    }
}
