//! A real server on a port of its own, and the two organizations that are always there.

use std::{
    net::{SocketAddr, TcpListener},
    num::NonZeroU32,
    path::PathBuf,
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use actix_web::{dev::ServerHandle, web::Data};
use api::{
    access::cache::AccessCache,
    audit,
    clock::Clock,
    config::{FilesConfig, RateLimits, ServeConfig},
    console::sealing,
    http::{
        server::{Portico, Site},
        tokens,
    },
    ops::{book, signing},
    organizations::{NewOrganization, licences::NewLicence},
};
use chrono::{DateTime, Utc};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use shared::{Language, ids::OrganizationId};

use super::{
    actor::{Actor, Person},
    cluster::Database,
    http::Client,
};

/// The password of the two company admins.
pub const PASSWORD: &str = "tres gatos en la niebla";

/// A Monday morning, on which all tests begin.
pub fn starting_time() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().expect("an instant")
}

/// Acme in English and UTC, Norte in Spanish and Mexico City; both hold plenty of every licence.
pub fn starting_organizations() -> [NewOrganization; 2] {
    let licences: Vec<NewLicence> =
        ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"]
            .iter()
            .map(|key| format!("{key}=1000@2020-01-01..").parse().expect("a licence"))
            .collect();
    let organization = |slug: &str, name: &str, language, time_zone: &str| NewOrganization {
        slug: slug.to_owned(),
        name: name.to_owned(),
        language,
        currency: "EUR".to_owned(),
        time_zone: time_zone.to_owned(),
        admin_email: format!("admin@{slug}.example"),
        admin_first_name: "Ada".to_owned(),
        admin_last_name: "Admin".to_owned(),
        admin_password: PASSWORD.to_owned(),
        licences: licences.clone(),
    };
    [
        organization("acme", "Acme Works", Language::En, "UTC"),
        organization("norte", "Norte Obras", Language::Es, "America/Mexico_City"),
    ]
}

/// A running server.
pub struct TestServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its requests see.
    pub site: Data<Site>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    /// Starts a server on a database.
    pub fn start(database: &Database, clock: &Clock, cache: AccessCache) -> Self {
        Self::with_connections(database, clock, cache, 6)
    }

    /// Starts a server with so many connections to its database.
    pub fn with_connections(
        database: &Database,
        clock: &Clock,
        cache: AccessCache,
        database_connections: u32,
    ) -> Self {
        let files = FilesConfig::Folder(database.files());
        Self::with(database, clock, cache, database_connections, plenty(), Duration::ZERO, files)
    }

    /// Starts a server that lets so many requests through.
    pub fn with_limits(
        database: &Database,
        clock: &Clock,
        cache: AccessCache,
        rate_limits: RateLimits,
    ) -> Self {
        Self::with(database, clock, cache, 6, rate_limits, Duration::ZERO, FilesConfig::Nowhere)
    }

    /// The same, where each refusal takes so long.
    pub fn with_slow_refusals(
        database: &Database,
        clock: &Clock,
        rate_limits: RateLimits,
        refusal_delay: Duration,
    ) -> Self {
        Self::with(
            database,
            clock,
            AccessCache::default(),
            6,
            rate_limits,
            refusal_delay,
            FilesConfig::Nowhere,
        )
    }

    /// Starts a server that has no file store.
    pub fn without_files(database: &Database, clock: &Clock) -> Self {
        Self::with_files(database, clock, FilesConfig::Nowhere)
    }

    /// Starts a server that keeps files there.
    pub fn with_files(database: &Database, clock: &Clock, files: FilesConfig) -> Self {
        Self::with(database, clock, AccessCache::default(), 6, plenty(), Duration::ZERO, files)
    }

    fn with(
        database: &Database,
        clock: &Clock,
        cache: AccessCache,
        database_connections: u32,
        rate_limits: RateLimits,
        refusal_delay: Duration,
        files: FilesConfig,
    ) -> Self {
        let keys_directory = keys_directory();
        let config = ServeConfig {
            database_url: database.url("portico_app"),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            domain: "portico.test".to_owned(),
            shared_host: "app.portico.test".to_owned(),
            keys_directory,
            app_directory: None,
            trusted_proxies: 1,
            database_connections,
            rate_limits,
            refusal_delay,
            drain: Duration::ZERO,
            admin_listen: None,
            files,
        };
        let portico = Portico::open(&config, clock.clone(), cache).expect("the server opens");
        let site = portico.site.clone();
        let socket = TcpListener::bind(config.listen).expect("a port is free");
        let address = socket.local_addr().expect("a port was given");
        let (say, hear) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, _listener) = portico.serve(socket, 1).expect("the server starts");
                say.send(server.handle()).expect("the test waits");
                server.await.expect("the server stops well");
            });
        });
        let handle = hear.recv().expect("the server starts");
        Self { address, site, handle, thread: Some(thread) }
    }

    /// A client for a host of this server.
    pub fn client(&self, host: &str) -> Client {
        Client::new(self.address, host)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server's thread ends well");
        }
    }
}

/// Limits that no test reaches: under a clock that stands still no quota ever comes back.
pub fn plenty() -> RateLimits {
    let plenty = NonZeroU32::MAX;
    RateLimits { network: plenty, person: plenty, token: plenty, organization: plenty }
}

/// The keys of this test run, made by whichever test comes first.
pub fn keys_directory() -> PathBuf {
    static DIRECTORY: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    DIRECTORY
        .get_or_init(|| {
            let directory = std::env::temp_dir().join(format!("portico-test-keys-{}", std::process::id()));
            tokens::create_key(&directory, &Clock::system()).expect("a key is made");
            audit::keys::create(&directory, &Clock::system()).expect("a key is made");
            signing::create_key(&directory, &Clock::system()).expect("a key is made");
            book::keys::create(&directory, &Clock::system()).expect("a key is made");
            sealing::create_key(&directory, &Clock::system()).expect("a key is made");
            directory
        })
        .clone()
}

/// An organization of the harness.
#[derive(Debug, Clone)]
pub struct TestOrganization {
    /// The id.
    pub id: OrganizationId,
    /// The word in addresses.
    pub slug: &'static str,
}

impl TestOrganization {
    /// The organization's host.
    pub fn host(&self) -> String {
        format!("{}.portico.test", self.slug)
    }

    /// Somebody to be made: without any role until grants or a role are given.
    pub fn person(&self) -> Person {
        Person::new(self.clone())
    }

    /// The company admin, signed in.
    pub fn admin(&self, app: &TestApp) -> Actor {
        app.admin(self)
    }
}

/// A server with its database and two organizations.
pub struct TestApp {
    // Dropped in this order: the server first, then its database.
    /// The server.
    pub server: TestServer,
    /// The clock of everything.
    pub clock: Clock,
    /// Acme Works: English, UTC.
    pub acme: TestOrganization,
    /// Norte Obras: Spanish, Mexico City.
    pub norte: TestOrganization,
    /// The database.
    pub database: Database,
}

impl TestApp {
    /// Starts on a fresh clone of the template.
    pub fn start() -> Self {
        let database = Database::create();
        let clock = Clock::fixed(starting_time());
        let server = TestServer::start(&database, &clock, AccessCache::default());
        let organization = |slug| TestOrganization { id: organization_id(&database, slug), slug };
        Self { acme: organization("acme"), norte: organization("norte"), server, clock, database }
    }

    /// Another server on the same database, with a cache of its own.
    pub fn second_server(&self) -> TestServer {
        TestServer::start(&self.database, &self.clock, AccessCache::default())
    }

    /// A client of an organization's host that is not signed in.
    pub fn client(&self, organization: &TestOrganization) -> Client {
        self.server.client(&organization.host())
    }

    /// A client of the shared host that is not signed in.
    pub fn shared_client(&self) -> Client {
        self.server.client("app.portico.test")
    }
}

fn organization_id(database: &Database, slug: &str) -> OrganizationId {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::Uuid)]
        id: uuid::Uuid,
    }
    let row: Row = sql_query("SELECT id FROM organizations WHERE slug = $1")
        .bind::<sql_types::Text, _>(slug)
        .get_result(&mut database.superuser())
        .expect("the organization is there");
    OrganizationId(row.id)
}
