//! The real program in a process of its own: `portico serve`, `portico work` or `portico console`, by the machine's clock.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use api::clock::Clock;
use serde_json::json;
use shared::{api_token::CreatedApiToken, session::SignInOutcome};

use super::{Client, Database, PASSWORD, keys_directory};

/// The host of the first organization.
pub const ACME: &str = "acme.portico.test";
/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running program. It is killed when it is dropped.
#[derive(Debug)]
pub struct Program {
    /// The process.
    pub child: Child,
    /// Where tenants reach it.
    pub address: SocketAddr,
    /// Where operators reach it.
    pub administration: SocketAddr,
    log: PathBuf,
}

/// A port that was free a moment ago.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port")
}

/// Waits until it holds.
#[track_caller]
pub fn until(what: &str, holds: impl Fn() -> bool) {
    until_within(PATIENCE, what, holds);
}

/// The same for what may take longer than most things.
#[track_caller]
pub fn until_within(patience: Duration, what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < patience, "not after {patience:?}: {what}");
        a_moment();
    }
}

/// Lets those work who are waited for: whoever asks without a rest takes the processor from them.
pub fn a_moment() {
    std::thread::park_timeout(Duration::from_millis(2));
}

impl Program {
    /// A server, once it is ready.
    pub fn start(database: &Database) -> Self {
        Self::serve(&database.url("portico_app"), free_address(), &[])
    }

    /// The same at this address, told some more.
    pub fn serve(database_url: &str, address: SocketAddr, more: &[(&str, &str)]) -> Self {
        let program = Self::spawn("serve", address, &[&[("DATABASE_URL", database_url)], more].concat());
        let client = Client::new(address, ACME);
        until("the server is ready", || client.answers("//readyz"));
        program
    }

    /// A worker, once it is at work.
    pub fn work(database: &Database, more: &[(&str, &str)]) -> Self {
        let url = database.url("portico_operator");
        let own: &[(&str, &str)] = &[("PORTICO_OPERATOR_DATABASE_URL", &url)];
        let program = Self::spawn("work", free_address(), &[own, more].concat());
        until("the worker is ready", || program.operator().answers("//readyz"));
        program
    }

    /// A console, once it is ready.
    pub fn console(database: &Database) -> Self {
        let (url, address) = (database.url("portico_console"), free_address());
        let listen = address.to_string();
        let own = [("PORTICO_CONSOLE_DATABASE_URL", &*url), ("PORTICO_CONSOLE_LISTEN", &*listen)];
        let program = Self::spawn("console", address, &own);
        until("the console is ready", || program.operator().answers("//readyz"));
        program
    }

    fn spawn(command: &str, address: SocketAddr, more: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = std::env::temp_dir().join(format!("portico-test-log-{}-{number}", std::process::id()));
        let writer = std::fs::File::create(&log).expect("a file for the log");
        let administration = free_address();
        let child = Command::new(env!("CARGO_BIN_EXE_portico"))
            .arg(command)
            .env("PORTICO_KEYS_DIR", keys_directory())
            .env("PORTICO_LISTEN", address.to_string())
            .env("PORTICO_ADMIN_LISTEN", administration.to_string())
            .env("PORTICO_DOMAIN", "portico.test")
            .env("PORTICO_LOG", "warn")
            .env("PORTICO_DRAIN_SECONDS", "0")
            .envs(more.iter().copied())
            .stderr(writer.try_clone().expect("the same file"))
            .stdout(writer)
            .stdin(Stdio::null())
            .spawn()
            .expect("the program starts");
        Self { child, address, administration, log }
    }

    /// Whoever comes by the administration network.
    pub fn operator(&self) -> Client {
        Client::new(self.administration, "localhost")
    }

    /// The company admin of the first organization, signed in.
    pub fn signed_in(&self) -> Client {
        signed_in(Client::new(self.address, ACME))
    }

    /// All that it has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log is read")
    }

    /// Tells it to stop, as whoever runs it does.
    pub fn tell_to_stop(&self) {
        signal("-TERM", self.child.id());
    }

    /// How it ended, and after what time.
    pub fn wait(&mut self) -> (ExitStatus, Duration) {
        let started = Instant::now();
        (self.child.wait().expect("the program ends"), started.elapsed())
    }
}

/// A new API token of whoever is signed in, which may see projects.
pub fn api_token(client: &Client, name: &str) -> String {
    let expires_on = Clock::system().now().date_naive() + chrono::TimeDelta::days(30);
    let body = json!({"name": name, "expires_on": expires_on, "scopes": {"projects": {"view": true}}});
    client.post("/session/confirm", &json!({"password": PASSWORD})).expect(204);
    let made: CreatedApiToken = client.post("/profile/api-tokens", &body).expect(201).json();
    made.secret.expect("it is shown once")
}

/// Sends a signal to a process of this test.
pub fn signal(which: &str, process: u32) {
    let sent = Command::new("kill").args([which, &process.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "{which} reaches {process}");
}

/// The company admin of the first organization, by a client of its host.
pub fn signed_in(client: Client) -> Client {
    let body = json!({"email": "admin@acme.example", "password": PASSWORD});
    match client.post("/session", &body).expect(200).json() {
        SignInOutcome::SignedIn(token) => client.with_token(&token.access_token),
        SignInOutcome::ChooseOrganization { .. } => panic!("the host says which"),
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already gone where the test has killed it.
        let _killed = self.child.kill();
        self.child.wait().expect("the program ends");
        // What cannot be removed lies in the folder for what is temporary.
        std::fs::remove_file(&self.log).unwrap_or_default();
    }
}
