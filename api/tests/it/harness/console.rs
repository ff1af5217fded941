//! A console of a test's own, and its operators.

use std::{
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread::JoinHandle,
};

use actix_web::dev::ServerHandle;
use api::{
    clock::Clock,
    config::{backups::StoresConfig, book::BookConfig, console::ConsoleConfig},
    console::{PREFIX, operators::shell::Registry, sealing::SealingKeys, server::Console},
    db::console::ConsoleShell,
    ops::book::{Book, shell},
};
use serde_json::json;
use shared::console::{OperatorToken, Team};
use totp_rs::Totp;

use super::{Answer, Client, Database, TestApp, keys_directory, starting_time};

/// The password of all operators.
pub const OPERATOR_PASSWORD: &str = "cuatro faros en la costa";

/// A running console with its database.
pub struct TestConsole {
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    address: SocketAddr,
    /// The clock of everything.
    pub clock: Clock,
    /// The database.
    pub database: Database,
}

/// An operator who knows their password and has an authenticator.
pub struct TestOperator {
    /// The e-mail.
    pub email: String,
    authenticator: Totp,
}

impl TestOperator {
    /// Somebody with this second factor.
    pub fn new(email: &str, otpauth_url: &str) -> Self {
        Self { email: email.to_owned(), authenticator: Totp::from_url(otpauth_url).expect("it is read") }
    }

    /// What the authenticator shows so many seconds from now.
    pub fn code(&self, clock: &Clock, seconds: i64) -> String {
        let at = u64::try_from(clock.now().timestamp() + seconds).expect("after 1970");
        self.authenticator.generate(at).to_string()
    }
}

/// What the operations book of a database needs, with stores of backups where there are any.
pub fn book_config(database: &Database, stores: Option<StoresConfig>) -> BookConfig {
    BookConfig {
        database_url: Some(database.url("portico_console")),
        operator_database_url: None,
        keys_directory: Some(keys_directory()),
        waiting: None,
        stores,
    }
}

/// What works at operators from a shell.
pub fn registry(database: &Database, clock: &Clock) -> Registry {
    let config = book_config(database, None);
    Registry {
        db: ConsoleShell::open(&database.url("portico_console"), clock.clone()).expect("it comes in"),
        sealing: SealingKeys::read(&keys_directory()).expect("a key"),
        book: Book::new(shell::keys(&config).expect("keys are read")),
    }
}

impl TestConsole {
    /// Starts on a fresh clone of the template, for this machine alone.
    pub fn start() -> Self {
        Self::with(&["127.0.0.0/8"], 0)
    }

    /// Starts one that lets these networks in, behind so many proxies.
    pub fn with(networks: &[&str], trusted_proxies: usize) -> Self {
        Self::on(Database::create(), Clock::fixed(starting_time()), networks, trusted_proxies)
    }

    /// Starts one on the database of an installation that runs.
    pub fn of(app: &TestApp) -> Self {
        Self::on(app.database.lent(), app.clock.clone(), &["127.0.0.0/8"], 0)
    }

    /// Starts one on the database of an installation of which nothing else runs.
    pub fn over(database: &Database, clock: &Clock) -> Self {
        Self::on(database.lent(), clock.clone(), &["127.0.0.0/8"], 0)
    }

    fn on(database: Database, clock: Clock, networks: &[&str], trusted_proxies: usize) -> Self {
        let config = ConsoleConfig {
            database_url: database.url("portico_console"),
            database_connections: 3,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            networks: networks.iter().map(|one| one.parse().expect("a network")).collect(),
            trusted_proxies,
            keys_directory: keys_directory(),
            app_directory: None,
            admin_listen: None,
            book: book_config(&database, None),
        };
        let console = Console::open(&config, clock.clone()).expect("the console opens");
        let socket = TcpListener::bind(config.listen).expect("a port is free");
        let address = socket.local_addr().expect("a port was given");
        let (say, hear) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = console.serve(socket, 1).expect("the console starts");
                say.send(server.handle()).expect("the test waits");
                server.await.expect("the console stops well");
            });
        });
        let handle = hear.recv().expect("the console starts");
        Self { handle, thread: Some(thread), address, clock, database }
    }

    /// A client that is not signed in.
    pub fn client(&self) -> Client {
        Client::new(self.address, "console.portico.test")
    }

    /// An operator of these teams, made at the shell.
    pub fn operator(&self, email: &str, teams: &[Team]) -> TestOperator {
        let mut registry = registry(&self.database, &self.clock);
        let url = registry.create(email, "Ada", teams, OPERATOR_PASSWORD).expect("an operator is made");
        TestOperator::new(email, &url)
    }

    /// Tries to sign in with the code of so many seconds from now.
    pub fn try_sign_in(&self, client: &Client, who: &TestOperator, password: &str, seconds: i64) -> Answer {
        let code = who.code(&self.clock, seconds);
        client.post(&at("/session"), &json!({"email": who.email, "password": password, "code": code}))
    }

    /// The operator, signed in. Time goes on by a step, so that the same one can sign in again.
    pub fn signed_in(&self, who: &TestOperator) -> Client {
        let answer = self.try_sign_in(&self.client(), who, OPERATOR_PASSWORD, 0).expect(200);
        self.clock.advance(chrono::TimeDelta::seconds(30));
        self.client().with_token(&answer.json::<OperatorToken>().token)
    }

    /// A new operator of these teams, signed in.
    pub fn enter(&self, email: &str, teams: &[Team]) -> Client {
        self.signed_in(&self.operator(email, teams))
    }
}

impl Drop for TestConsole {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the console's thread ends well");
        }
    }
}

/// A path of the console, for a client.
pub fn at(path: &str) -> String {
    format!("/{PREFIX}{path}")
}
