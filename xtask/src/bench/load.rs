//! Asks a server as fast as it answers, or so many times a second, and remembers how long each answer took.
//!
//! One blocking thread a connection: the generator shares the machine with what it measures, so it does as little as
//! a client can. Where a rate is given, the time of an answer counts from when the request was due and not from when it
//! was sent: a server that stalls makes all of them late.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::report::median;

/// How long an answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is sent on one connection, one request after the other.
pub trait Script: Send {
    /// The whole request, headers and body.
    fn next(&mut self) -> Vec<u8>;

    /// What the server said to it.
    fn hear(&mut self, answer: &Answer) -> Result<()>;
}

/// An answer of the server.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// How much is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub time: Duration,
    /// Requests a second over all connections; as many as are answered where absent.
    pub rate: Option<f64>,
}

impl Pace {
    /// As fast as answers come.
    pub fn full(time: Duration) -> Self {
        Self { time, rate: None }
    }

    /// So many a second.
    pub fn steady(time: Duration, rate: f64) -> Self {
        Self { time, rate: Some(rate) }
    }
}

/// How long the answers took.
#[derive(Debug, Clone)]
pub struct Times {
    /// In order.
    sorted: Vec<Duration>,
    took: Duration,
}

impl Times {
    /// Those of so many answers that came within this time; there has to be one.
    pub fn of(mut sorted: Vec<Duration>, took: Duration) -> Result<Self> {
        sorted.sort_unstable();
        if sorted.is_empty() {
            bail!("nothing was answered in time");
        }
        Ok(Self { sorted, took })
    }

    /// How much longer the slowest in a hundred took than most.
    pub fn tail(&self) -> f64 {
        self.within(0.99).as_secs_f64() / self.within(0.5).as_secs_f64()
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        count(self.sorted.len()) / self.took.as_secs_f64()
    }

    /// The time within which this share of the answers came.
    pub fn within(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index below the length"
        )]
        let index = (count(self.sorted.len()) * share) as usize;
        let last = self.sorted.len().saturating_sub(1);
        self.sorted.get(index.min(last)).copied().unwrap_or_default()
    }
}

/// How long answers took in most cases, and the slowest in a hundred, in milliseconds: medians of the turns.
#[derive(Debug, Clone, Copy)]
pub struct Tail {
    pub middle: f64,
    pub slowest: f64,
}

impl Tail {
    /// Of these turns.
    pub fn of(turns: &[Times]) -> Self {
        let within = |share| {
            let mut each: Vec<f64> =
                turns.iter().map(|turn| turn.within(share).as_secs_f64() * 1000.0).collect();
            median(&mut each)
        };
        Self { middle: within(0.5), slowest: within(0.99) }
    }

    /// What the slowest waited for beside their own work.
    pub fn wait(&self) -> f64 {
        self.slowest - self.middle
    }

    /// In words.
    pub fn spoken(&self) -> String {
        format!("p50 {:.2} ms, p99 {:.2} ms", self.middle, self.slowest)
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

/// Walks all scripts at once, each on a connection of its own.
pub fn run(port: u16, scripts: Vec<Box<dyn Script>>, pace: Pace) -> Result<Times> {
    let share = pace.rate.map(|rate| count(scripts.len()) / rate);
    let started = Instant::now();
    let threads: Vec<_> = scripts
        .into_iter()
        .enumerate()
        .map(|(number, script)| {
            // The connections' turns lie evenly between each other.
            let offset = share.map_or(0.0, |share| share / 8.0 * count(number % 8));
            let (first, every) =
                (started + Duration::from_secs_f64(offset), share.map(Duration::from_secs_f64));
            thread::spawn(move || walk(port, script, first, every, started + pace.time))
        })
        .collect();
    let mut times = Vec::new();
    for thread in threads {
        let walked = thread.join().map_err(|_| anyhow::anyhow!("a connection of the generator panicked"))?;
        times.extend(walked?);
    }
    Times::of(times, started.elapsed())
}

fn walk(
    port: u16,
    mut script: Box<dyn Script>,
    first: Instant,
    every: Option<Duration>,
    until: Instant,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(port)?;
    let (mut times, mut due) = (Vec::new(), first);
    loop {
        let now = Instant::now();
        if now.max(due) >= until {
            return Ok(times);
        }
        if every.is_some() {
            thread::sleep(due.saturating_duration_since(now));
        } else {
            due = now;
        }
        let answer = connection.ask(&script.next())?;
        times.push(due.elapsed());
        script.hear(answer)?;
        due += every.unwrap_or_default();
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
    answer: Answer,
    line: String,
}

impl Connection {
    /// Opens it.
    pub fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let stream = BufReader::with_capacity(64 * 1024, stream);
        Ok(Self { stream, answer: Answer::default(), line: String::new() })
    }

    /// Sends a request and reads the answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<&Answer> {
        self.stream.get_mut().write_all(request)?;
        self.read_line()?;
        self.answer.status =
            self.line.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP answer")?;
        self.answer.etag = None;
        let mut length = 0;
        loop {
            self.read_line()?;
            let Some((name, value)) = self.line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            } else if name.eq_ignore_ascii_case("etag") {
                self.answer.etag = Some(value.trim().to_owned());
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                bail!("the answer has no length");
            }
        }
        self.answer.body.resize(length, 0);
        self.stream.read_exact(&mut self.answer.body)?;
        Ok(&self.answer)
    }

    fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        if self.stream.read_line(&mut self.line)? == 0 {
            bail!("the server has closed the connection");
        }
        Ok(())
    }
}

/// Whose requests they are.
#[derive(Debug, Clone)]
pub struct Account {
    pub host: String,
    pub token: String,
}

impl Account {
    /// A request of theirs. The body, where there is one, is JSON.
    pub fn request(&self, method: &str, target: &str, headers: &str, body: &str) -> Vec<u8> {
        let Self { host, token } = self;
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"),
        };
        let authorization =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{authorization}{headers}{length}\r\n{body}")
            .into_bytes()
    }
}

/// The same again and again.
#[derive(Debug)]
pub struct Same {
    request: Vec<u8>,
    expected: &'static [u16],
}

impl Same {
    /// On so many connections.
    pub fn on(connections: usize, request: &[u8], expected: &'static [u16]) -> Vec<Box<dyn Script>> {
        let one = || Box::new(Self { request: request.to_vec(), expected }) as Box<dyn Script>;
        std::iter::repeat_with(one).take(connections).collect()
    }
}

impl Script for Same {
    fn next(&mut self) -> Vec<u8> {
        self.request.clone()
    }

    fn hear(&mut self, answer: &Answer) -> Result<()> {
        expect(answer, self.expected)
    }
}

/// An error where the status is another one.
pub fn expect(answer: &Answer, expected: &[u16]) -> Result<()> {
    if !expected.contains(&answer.status) {
        bail!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok(())
}

/// Changes its own projects, one after the other.
#[derive(Debug)]
pub struct Changes {
    account: Account,
    /// Ids and the versions last read.
    projects: Vec<(String, String)>,
    turn: usize,
    written: u64,
}

impl Changes {
    /// With these projects, in the version that each is in.
    pub fn new(account: &Account, projects: Vec<(String, String)>) -> Self {
        Self { account: account.clone(), projects, turn: 0, written: 0 }
    }
}

impl Script for Changes {
    fn next(&mut self) -> Vec<u8> {
        self.turn = (self.turn + 1) % self.projects.len();
        self.written += 1;
        let Some((id, etag)) = self.projects.get(self.turn) else { return Vec::new() };
        let body = format!(r#"{{"description":"Written {} times"}}"#, self.written);
        let headers = format!("If-Match: {etag}\r\n");
        self.account.request("PATCH", &format!("/api/v1/projects/{id}"), &headers, &body)
    }

    fn hear(&mut self, answer: &Answer) -> Result<()> {
        expect(answer, &[200])?;
        let etag = answer.etag.clone().context("a changed project has no ETag")?;
        if let Some(project) = self.projects.get_mut(self.turn) {
            project.1 = etag;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_answers_are_counted_from_the_quickest() {
        let sorted = (1..=100).map(Duration::from_millis).collect();
        let times = Times { sorted, took: Duration::from_secs(2) };
        assert_eq!(times.within(0.0), Duration::from_millis(1));
        assert_eq!(times.within(0.5), Duration::from_millis(51));
        assert_eq!(times.within(0.99), Duration::from_millis(100));
        assert_eq!(times.within(1.0), Duration::from_millis(100));
        assert!((times.rate() - 50.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_request_without_a_token_or_a_body_does_not_speak_of_them() {
        let stranger = Account { host: "acme.localhost".to_owned(), token: String::new() };
        let request = String::from_utf8(stranger.request("GET", "/livez", "", "")).unwrap();
        assert_eq!(request, "GET /livez HTTP/1.1\r\nHost: acme.localhost\r\n\r\n");
    }
}
