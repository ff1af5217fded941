//! The figures of requests, by route.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix_web::http::{Method, StatusCode};
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts};

use super::{Figures, MOMENTS, gauge};
use crate::{ApiError, http::route::Route};

/// What stands for the template of every path that is none of ours.
pub const UNKNOWN: &str = "(unknown)";
/// What stands for the template of the app's files and its addresses.
const APP: &str = "(app)";
/// What stands for a method that a template does not have.
const OTHER: &str = "other";
/// The kinds of status.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The statuses that are told apart.
const CODES: [u16; 24] = [
    101, 200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 416, 422, 428, 429,
    500, 503, 504,
];

/// The counters of one method at one template.
#[derive(Debug, Clone)]
struct Series {
    classes: [IntCounter; 5],
    seconds: prometheus::Histogram,
}

/// A template of paths with its counters, found without looking for it: each route has it at hand.
#[derive(Debug)]
pub struct Template {
    /// The template, such as `/api/v1/projects/{project}`.
    pub path: String,
    methods: Vec<(Method, Series)>,
    other: Series,
}

/// All of it.
#[derive(Debug)]
pub struct Requests {
    templates: HashMap<String, Arc<Template>>,
    unknown: Arc<Template>,
    app: Arc<Template>,
    codes: HashMap<u16, IntCounter>,
    other_code: IntCounter,
    under_way: IntGauge,
}

impl Requests {
    /// Makes ready for these routes. `prefix` stands before the paths of `routes`; `beside` are whole paths, for GET.
    pub fn new(figures: &Figures, prefix: &str, routes: &[Route], beside: &[&str]) -> Result<Self, ApiError> {
        let requests = Opts::new("portico_http_requests_total", "Requests that were answered.");
        let count =
            IntCounterVec::new(requests, &["method", "template", "status"]).map_err(ApiError::internal)?;
        let seconds = HistogramOpts::new(
            "portico_http_request_seconds",
            "From a request's head to that of its answer.",
        );
        let seconds = HistogramVec::new(seconds.buckets(MOMENTS.to_vec()), &["method", "template"])
            .map_err(ApiError::internal)?;
        let answers = Opts::new("portico_http_answers_total", "Answers by status.");
        let codes = IntCounterVec::new(answers, &["status"]).map_err(ApiError::internal)?;
        let under_way = gauge("portico_http_requests_under_way", "Requests that are not answered yet.")?;
        figures.add(count.clone())?;
        figures.add(seconds.clone())?;
        figures.add(codes.clone())?;
        figures.add(under_way.clone())?;

        let series = |method: &str, template: &str| Series {
            classes: CLASSES.map(|class| count.with_label_values(&[method, template, class])),
            seconds: seconds.with_label_values(&[method, template]),
        };
        let other = series(OTHER, UNKNOWN);
        let template = |path: &str, methods: &[&str]| {
            let methods = methods
                .iter()
                .filter_map(|name| Some((Method::from_bytes(name.as_bytes()).ok()?, series(name, path))));
            Arc::new(Template { path: path.to_owned(), methods: methods.collect(), other: other.clone() })
        };
        let mut by_path: HashMap<String, Vec<&str>> = HashMap::new();
        for route in routes {
            by_path.entry(format!("{prefix}{}", route.path)).or_default().push(route.method());
        }
        for path in beside {
            by_path.entry((*path).to_owned()).or_default().push("GET");
        }
        Ok(Self {
            templates: by_path
                .iter()
                .map(|(path, methods)| (path.clone(), template(path, methods)))
                .collect(),
            unknown: template(UNKNOWN, &["GET", "POST"]),
            app: template(APP, &["GET", "HEAD"]),
            codes: CODES.iter().map(|code| (*code, codes.with_label_values(&[&code.to_string()]))).collect(),
            other_code: codes.with_label_values(&[OTHER]),
            under_way,
        })
    }

    /// The template of a route's whole path.
    pub fn template(&self, path: &str) -> Arc<Template> {
        Arc::clone(self.templates.get(path).unwrap_or(&self.unknown))
    }

    /// What a path that no route has is counted with.
    pub fn beside_routes(&self, status: StatusCode) -> Arc<Template> {
        Arc::clone(if status.is_client_error() { &self.unknown } else { &self.app })
    }

    /// A request has come. It is under way until what is given back is dropped, also where nobody waits for it any
    /// more.
    pub fn begin(&self) -> UnderWay {
        self.under_way.inc();
        UnderWay(self.under_way.clone())
    }

    /// A request was answered.
    pub fn count(&self, template: &Template, method: &Method, status: StatusCode, took: Duration) {
        let known = template.methods.iter().find(|(one, _)| one == method);
        let series = known.map_or(&template.other, |(_, series)| series);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = series.classes.get(class) {
            counter.inc();
        }
        series.seconds.observe(took.as_secs_f64());
        self.codes.get(&status.as_u16()).unwrap_or(&self.other_code).inc();
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub struct UnderWay(IntGauge);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_stands_under_one_label() {
        let figures = Figures::new("test").expect("figures");
        let requests =
            Requests::new(&figures, "/api/v1", &crate::http::routes::all(), &["/livez"]).expect("figures");
        let lines = || figures.text().expect("a text").lines().count();
        let before = lines();
        let method = |name: &str| Method::from_bytes(name.as_bytes()).expect("a method");
        for number in 0..1000_u16 {
            let template = requests.template(&format!("/api/v1/nobody/{number}"));
            let status = StatusCode::from_u16(100 + number % 500).expect("a status");
            requests.count(&template, &method(&format!("M{number}")), status, Duration::from_millis(3));
        }
        assert_eq!(lines(), before, "no series is made by what somebody sends");
        let known = requests.template("/api/v1/projects/{project}");
        requests.count(&known, &Method::PATCH, StatusCode::OK, Duration::from_millis(3));
        let text = figures.text().expect("a text");
        let line = "portico_http_requests_total{method=\"PATCH\",status=\"2xx\",\
                    template=\"/api/v1/projects/{project}\"} 1";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn under_way_until_it_is_dropped() {
        let figures = Figures::new("test").expect("figures");
        let requests = Requests::new(&figures, "", &[], &[]).expect("figures");
        let held = [requests.begin(), requests.begin()];
        assert_eq!(requests.under_way.get(), 2);
        drop(held);
        assert_eq!(requests.under_way.get(), 0);
    }
}
