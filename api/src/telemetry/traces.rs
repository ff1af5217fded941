//! Traces by OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` says whom to tell: a span for each request with its route's
//! template and its status, and below it one for each piece of work in the database.
//!
//! They are sent as protobuf over HTTP by a thread of their own, in batches; a collector that is away costs nothing but
//! the spans. The endpoint is a collector on this host or in its network, by plain HTTP: TLS to whatever stands behind
//! it is the collector's work. The other `OTEL_…` variables (sampling, headers, limits) are those of OpenTelemetry.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator as _},
    trace::TracerProvider as _,
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracerProvider, Tracer},
};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;
use ureq::Agent;

/// The target of spans that are for traces alone, and of no line.
pub const TARGET: &str = "portico::trace";
/// How long a batch may take to be handed over.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether this process sends traces: what is said for them alone costs nothing where it does not.
static ON: AtomicBool = AtomicBool::new(false);

/// Whether this process sends traces.
pub fn are_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Whoever sends traces, until it is dropped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Makes ready to send them.
    pub fn start(endpoint: &str, process: &'static str) -> Result<Self> {
        let name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        ensure!(
            endpoint.starts_with("http://"),
            "{name} has to be a collector's address by plain HTTP, such as http://127.0.0.1:4318; where traces go from \
             there is for the collector to know"
        );
        let agent = Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = agent.timeout_global(Some(PATIENCE)).build().new_agent();
        let exporter = SpanExporter::builder().with_http().with_http_client(Sender(agent)).build();
        let resource = Resource::builder()
            .with_service_name(process)
            .with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter.with_context(|| format!("{name} is {endpoint:?}"))?)
            .with_resource(resource)
            .build();
        ON.store(true, Ordering::Relaxed);
        Ok(Self(provider))
    }

    /// What makes spans.
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.0
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// What turns spans of ours into those of OpenTelemetry.
pub(super) fn layer<S>(provider: &SdkTracerProvider) -> OpenTelemetryLayer<S, Tracer>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("portico"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
}

/// What a request is a part of, as its headers say.
pub fn parent(headers: &actix_web::http::header::HeaderMap) -> Context {
    TraceContextPropagator::new().extract(&Headers(headers))
}

struct Headers<'a>(&'a actix_web::http::header::HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(actix_web::http::header::HeaderName::as_str).collect()
    }
}

/// Sends what is to be sent, on the thread of the batches, which waits for it.
#[derive(Debug)]
struct Sender(Agent);

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, body.to_vec()))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, Bytes::from(body.read_to_vec()?)))
    }
}
