//! The figures of a server: those of its requests, and how its parts stand.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use prometheus::{IntCounterVec, IntGauge, IntGaugeVec, Opts};
use shared::ProblemCode;

use actix_web::web::Data;
use futures_util::future::LocalBoxFuture;

use super::{admin::Administered, app_files, routes, server::Site};
use crate::{
    ApiError,
    bounded::Standing,
    db::Db,
    telemetry::metrics::{Figures, Requests, gauge, gauges},
};

/// Paths outside of the API that are told apart.
pub const BESIDE: [&str; 5] = ["/livez", "/readyz", "/api/docs", "/api/docs/style.css", "/api/openapi.json"];

/// All of them.
#[derive(Debug)]
pub struct SiteFigures {
    figures: Figures,
    /// Those of requests.
    pub requests: Requests,
    denied: IntCounterVec,
    limited: IntCounterVec,
    listens: Arc<AtomicBool>,
    asked: Mutex<Asked>,
}

/// What is asked for when the figures are read.
#[derive(Debug)]
struct Asked {
    connections: IntGaugeVec,
    pools: IntGaugeVec,
    refused: IntCounterVec,
    cache: IntCounterVec,
    streams: IntGauge,
    listener: IntGauge,
    stopping: IntGauge,
}

impl SiteFigures {
    /// Makes them ready.
    pub fn new(db: &Db, listens: Arc<AtomicBool>) -> Result<Self, ApiError> {
        let figures = Figures::new("serve")?;
        figures.add(db.waited().clone())?;
        let requests = Requests::new(&figures, routes::PREFIX, &routes::all(), &BESIDE)?;
        let denied = counters(&figures, "portico_denied_total", "Requests that were refused.", &["code"])?;
        let limited =
            counters(&figures, "portico_rate_limited_total", "Requests that were too many.", &["limit"])?;
        let asked = Mutex::new(Asked::new(&figures)?);
        Ok(Self { figures, requests, denied, limited, listens, asked })
    }

    /// A request was refused.
    pub fn deny(&self, code: ProblemCode) {
        self.denied.with_label_values(&[code.key()]).inc();
    }

    /// A request was too many under this limit.
    pub fn limit(&self, name: &'static str) {
        self.limited.with_label_values(&[name]).inc();
    }
}

impl Asked {
    fn new(figures: &Figures) -> Result<Self, ApiError> {
        let asked = Self {
            connections: gauges("portico_database_connections", "Connections to the database.", &["state"])?,
            pools: gauges("portico_pool", "Work on threads for blocking work.", &["pool", "state"])?,
            refused: counters(
                figures,
                "portico_pool_refused_total",
                "Work that was refused because too much waited.",
                &["pool"],
            )?,
            cache: counters(
                figures,
                "portico_cache_looks_total",
                "How often what was asked for was kept.",
                &["cache", "result"],
            )?,
            streams: gauge("portico_live_streams", "Live streams that are open.")?,
            listener: gauge("portico_listener_connected", "Whether changed rights are heard of.")?,
            stopping: gauge("portico_stopping", "Whether the server is about to stop.")?,
        };
        figures.add(asked.connections.clone())?;
        figures.add(asked.pools.clone())?;
        for one in [&asked.streams, &asked.listener, &asked.stopping] {
            figures.add(one.clone())?;
        }
        Ok(asked)
    }

    fn pool(&self, name: &str, standing: Standing) {
        for (state, number) in
            [("limit", standing.limit), ("running", standing.running), ("waiting", standing.waiting)]
        {
            self.pools.with_label_values(&[name, state]).set(i64::try_from(number).unwrap_or(i64::MAX));
        }
        raise(&self.refused, &[name], standing.refused);
    }
}

impl Site {
    /// What Prometheus reads.
    pub fn figures_text(&self) -> Result<String, ApiError> {
        let SiteFigures { figures, asked, listens, .. } = &self.figures;
        // One reader at a time: two could count the same difference twice.
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        let connections = self.db.connections();
        let in_use = connections.open.saturating_sub(connections.idle);
        for (state, number) in [("idle", connections.idle), ("in_use", in_use)] {
            asked.connections.with_label_values(&[state]).set(i64::from(number));
        }
        asked.pool("database", connections.work);
        asked.pool("passwords", self.passwords.standing());
        asked.pool("sheets", self.sheets.standing());
        let looks = self.db.access().looks();
        let kept = [
            ("organizations", &looks.organizations),
            ("people", &looks.people),
            ("tokens", &looks.tokens),
            ("choices", &looks.choices),
        ];
        for (name, look) in kept {
            let (hits, misses) = look.counted();
            raise(&asked.cache, &[name, "hit"], hits);
            raise(&asked.cache, &[name, "miss"], misses);
        }
        asked.streams.set(i64::try_from(self.db.access().watch().len()).unwrap_or(i64::MAX));
        asked.listener.set(i64::from(listens.load(Ordering::Relaxed)));
        asked.stopping.set(i64::from(self.is_stopping()));
        figures.text()
    }
}

impl Administered for Data<Site> {
    fn figures(&self) -> LocalBoxFuture<'_, Result<String, ApiError>> {
        Box::pin(async { self.figures_text() })
    }

    fn ready(&self) -> LocalBoxFuture<'_, Result<(), ApiError>> {
        Box::pin(app_files::ready(self))
    }
}

fn counters(figures: &Figures, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, ApiError> {
    let counters = IntCounterVec::new(Opts::new(name, help), labels).map_err(ApiError::internal)?;
    figures.add(counters.clone())?;
    Ok(counters)
}

/// Brings a counter up to what somebody else has counted.
fn raise(counters: &IntCounterVec, labels: &[&str], to: u64) {
    let counter = counters.with_label_values(labels);
    counter.inc_by(to.saturating_sub(counter.get()));
}
