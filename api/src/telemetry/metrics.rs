//! Figures, as Prometheus reads them.
//!
//! What a request counts stands ready before the first one comes: [`Requests`] has the counters of each route, and a
//! request finds them by its route. Everything that somebody else keeps anyway, such as how many connections are in
//! use, is asked for when the figures are read.

mod requests;

use prometheus::{
    Encoder as _, Gauge, Histogram, HistogramOpts, IntCounter, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder, core::Collector,
};

pub use requests::{Requests, Template, UNKNOWN};

use crate::ApiError;

/// Seconds, for what is over in a moment or goes wrong: fine around the bars that lists and items must hold.
pub const MOMENTS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The media type of what [`Figures::text`] gives.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All figures of a process.
#[derive(Debug, Clone)]
pub struct Figures(Registry);

impl Figures {
    /// Those that every process has: what it is and what it uses.
    pub fn new(process: &str) -> Result<Self, ApiError> {
        let figures = Self(Registry::new());
        figures.add(prometheus::process_collector::ProcessCollector::for_self())?;
        let build = gauges("portico_build_info", "What runs here: always 1.", &["version", "process"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION"), process]).set(1);
        figures.add(build)?;
        Ok(figures)
    }

    /// One more.
    pub fn add(&self, figure: impl Collector + 'static) -> Result<(), ApiError> {
        self.0.register(Box::new(figure)).map_err(ApiError::internal)
    }

    /// What Prometheus reads.
    pub fn text(&self) -> Result<String, ApiError> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.0.gather(), &mut text).map_err(ApiError::internal)?;
        String::from_utf8(text).map_err(ApiError::internal)
    }
}

/// A counter.
pub fn counter(name: &str, help: &str) -> Result<IntCounter, ApiError> {
    IntCounter::new(name, help).map_err(ApiError::internal)
}

/// A counter that is one of several of its name.
pub fn labelled_counter(name: &str, help: &str, labels: &[(&str, &str)]) -> Result<IntCounter, ApiError> {
    let options =
        labels.iter().fold(Opts::new(name, help), |opts, (label, value)| opts.const_label(*label, *value));
    IntCounter::with_opts(options).map_err(ApiError::internal)
}

/// A figure that goes up and down.
pub fn gauge(name: &str, help: &str) -> Result<IntGauge, ApiError> {
    IntGauge::new(name, help).map_err(ApiError::internal)
}

/// The same with parts of a whole number.
pub fn fine_gauge(name: &str, help: &str) -> Result<Gauge, ApiError> {
    Gauge::new(name, help).map_err(ApiError::internal)
}

/// Figures that go up and down, told apart by labels.
pub fn gauges(name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, ApiError> {
    IntGaugeVec::new(Opts::new(name, help), labels).map_err(ApiError::internal)
}

/// How long something takes.
pub fn moments(name: &str, help: &str) -> Result<Histogram, ApiError> {
    Histogram::with_opts(HistogramOpts::new(name, help).buckets(MOMENTS.to_vec())).map_err(ApiError::internal)
}
