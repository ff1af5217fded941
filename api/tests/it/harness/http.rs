//! A small client: one host of one server, maybe with an access token, cookies kept as a browser would.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    sync::Mutex,
};

use serde::{Serialize, de::DeserializeOwned};
use shared::Problem;
use ureq::{Agent, http::Method};

use super::stream::EventStream;

/// A client.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    address: SocketAddr,
    host: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Client {
    /// A client without a token.
    pub fn new(address: SocketAddr, host: &str) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(std::time::Duration::from_mins(1)))
            .build()
            .new_agent();
        Self {
            agent,
            address,
            host: host.to_owned(),
            token: None,
            headers: Vec::new(),
            cookies: Mutex::default(),
        }
    }

    /// The same client with an access token.
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The same client with a header on every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The cookies that the browser holds.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("nobody panicked").clone()
    }

    /// Lets the browser hold this cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("nobody panicked").insert(name.to_owned(), value.to_owned());
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None)
    }

    pub fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(Method::POST, path, None, Some(json(body)))
    }

    pub fn put(&self, path: &str, body: &impl Serialize) -> Answer {
        self.send(Method::PUT, path, None, Some(json(body)))
    }

    pub fn patch(&self, path: &str, version: i32, body: &impl Serialize) -> Answer {
        self.send(Method::PATCH, path, Some(version), Some(json(body)))
    }

    pub fn delete(&self, path: &str, version: i32) -> Answer {
        self.send(Method::DELETE, path, Some(version), None)
    }

    /// Sends a file as it is.
    pub fn upload(&self, path: &str, version: i32, file: &[u8]) -> Answer {
        self.upload_as("application/octet-stream", path, version, file)
    }

    /// Sends a file as this kind.
    pub fn upload_as(&self, kind: &str, path: &str, version: i32, file: &[u8]) -> Answer {
        self.try_send_as(Method::PUT, path, Some(version), Some((kind, file.to_vec())))
            .expect("the server answers")
    }

    /// A POST to a server that may be gone; absent when it does not answer.
    pub fn try_post(&self, path: &str, body: &impl Serialize) -> Option<Answer> {
        self.try_send(Method::POST, path, None, Some(json(body))).ok()
    }

    /// Whether the server answers 200 here.
    pub fn answers(&self, path: &str) -> bool {
        self.try_send(Method::GET, path, None, None).is_ok_and(|answer| answer.status == 200)
    }

    /// Any request. `path` is below `/api/v1`, unless it begins with `//`, which stands for the root.
    pub fn send(&self, method: Method, path: &str, version: Option<i32>, body: Option<Vec<u8>>) -> Answer {
        self.try_send(method, path, version, body).expect("the server answers")
    }

    fn try_send(
        &self,
        method: Method,
        path: &str,
        version: Option<i32>,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, ureq::Error> {
        self.try_send_as(method, path, version, body.map(|body| ("application/json", body)))
    }

    /// Any request, with a body of this kind.
    pub fn try_send_as(
        &self,
        method: Method,
        path: &str,
        version: Option<i32>,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Answer, ureq::Error> {
        let path = path
            .strip_prefix('/')
            .filter(|rest| rest.starts_with('/'))
            .map_or_else(|| format!("/api/v1{path}"), str::to_owned);
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("host", &self.host);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let cookies = self.cookies();
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        if let Some((kind, _)) = &body {
            request = request.header("content-type", *kind);
        }
        let bytes = body.map(|(_, bytes)| bytes).unwrap_or_default();
        let request = request.body(bytes).expect("a request");
        let mut response = self.agent.run(request)?;
        self.keep_cookies(&response);
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let bytes = if has_no_end(&headers) {
            // What has no end is read as far as its first line.
            let mut line = Vec::new();
            BufReader::new(response.into_body().into_reader()).read_until(b'\n', &mut line)?;
            line
        } else {
            response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_vec()?
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer { status, headers, text, bytes })
    }

    /// Reads a live stream.
    pub fn follow(&self, path: &str) -> EventStream {
        let request = ureq::http::Request::builder()
            .uri(format!("http://{}/api/v1{path}", self.address))
            .header("host", &self.host)
            .header("authorization", format!("Bearer {}", self.token.as_deref().expect("signed in")))
            .body(())
            .expect("a request");
        let response = self.agent.run(request).expect("the server answers");
        assert_eq!(response.status(), 200);
        EventStream::read(response.into_body().into_reader())
    }

    /// Begins to read a long answer, as a reader that takes no more than it is asked for.
    pub fn read_slowly(&self, path: &str) -> impl Read {
        let request = ureq::http::Request::builder()
            .uri(format!("http://{}/api/v1{path}", self.address))
            .header("host", &self.host)
            .header("authorization", format!("Bearer {}", self.token.as_deref().expect("signed in")))
            .body(())
            .expect("a request");
        let response = self.agent.run(request).expect("the server answers");
        assert_eq!(response.status(), 200);
        response.into_body().into_reader()
    }

    fn keep_cookies<T>(&self, response: &ureq::http::Response<T>) {
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("a cookie is text").split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            let mut held = self.cookies.lock().expect("nobody panicked");
            if value.is_empty() {
                held.remove(name);
            } else {
                held.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Lines that go on for as long as somebody listens; those of a file come to an end.
fn has_no_end(headers: &[(String, String)]) -> bool {
    let has = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    has("content-type") == Some("application/x-ndjson") && has("content-disposition").is_none()
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("a body")
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub text: String,
    /// The body as it came, for files.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The answer, where it has this status; otherwise the test fails and shows it.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The body as a type.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The body as a problem.
    #[track_caller]
    pub fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        self.json()
    }
}
