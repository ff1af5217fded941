//! Databases: one template for all tests of this build, a clone of it for each test, dropped at its end.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use api::{
    clock::Clock,
    db::{migrate, operator::OperatorDb},
    organizations,
};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    r2d2::{Error, ManageConnection, Pool, PooledConnection},
    sql_query,
};

use super::server::{starting_organizations, starting_time};

static TEMPLATE: OnceLock<String> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database of a test.
#[derive(Debug)]
pub struct Database {
    name: String,
    superusers: Pool<Superusers>,
    /// Whether it is dropped with this.
    is_own: bool,
}

/// A connection of a superuser, lent.
pub type Superuser = PooledConnection<Superusers>;

/// Opens connections of a superuser to one database. They are many, each for a statement or two, and PostgreSQL needs
/// longer to open one than for the statements: so they are kept, and given back as if they were new.
#[derive(Debug)]
pub struct Superusers(String);

impl ManageConnection for Superusers {
    type Connection = PgConnection;
    type Error = Error;

    fn connect(&self) -> Result<PgConnection, Error> {
        PgConnection::establish(&self.0).map_err(Error::ConnectionError)
    }

    /// Tests end connections of others.
    fn is_valid(&self, connection: &mut PgConnection) -> Result<(), Error> {
        connection.batch_execute("SELECT 1").map_err(Error::QueryError)
    }

    fn has_broken(&self, connection: &mut PgConnection) -> bool {
        let as_new = "ROLLBACK; RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; DISCARD TEMP; \
                      SELECT pg_advisory_unlock_all()";
        std::thread::panicking() || connection.batch_execute(as_new).is_err()
    }
}

impl Database {
    /// A clone of the template.
    pub fn create() -> Self {
        let template = TEMPLATE.get_or_init(template);
        let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        admin()
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE {template} OWNER portico_owner STRATEGY file_copy"
            ))
            .expect("a database is cloned");
        Self::of(name)
    }

    /// A database with roles and nothing else, for tests of migrations.
    pub fn empty() -> Self {
        let name = format!("empty_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        migrate::bootstrap(&admin_url(), &name).expect("a database is made");
        Self::of(name)
    }

    fn of(name: String) -> Self {
        let superusers = Superusers(with_database(&admin_url(), &name));
        let superusers = Pool::builder().max_size(20).min_idle(Some(0)).build_unchecked(superusers);
        Self { name, superusers, is_own: true }
    }

    /// The same database for somebody who does not drop it.
    pub fn lent(&self) -> Self {
        let mut lent = Self::of(self.name.clone());
        lent.is_own = false;
        lent
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address for a role.
    pub fn url(&self, role: &str) -> String {
        url(role, &self.name)
    }

    /// The address for a superuser.
    pub fn superuser_url(&self) -> String {
        with_database(&admin_url(), &self.name)
    }

    /// The folder of the files that people upload.
    pub fn files(&self) -> PathBuf {
        std::env::temp_dir().join(format!("portico-test-files-{}", self.name))
    }

    /// A connection that row-level security does not hold, for looking at everything.
    #[expect(
        clippy::disallowed_methods,
        reason = "waits on the test's own thread, and nobody queues for this pool"
    )]
    pub fn superuser(&self) -> Superuser {
        self.superusers.get().expect("the test's database answers")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.is_own {
            return;
        }
        let dropped = admin().batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            eprintln!("the database {} was not dropped: {error}", self.name);
        }
        let files = self.files();
        if files.exists()
            && let Err(error) = std::fs::remove_dir_all(&files)
        {
            eprintln!("{} was not removed: {error}", files.display());
        }
    }
}

/// The template of this build: made once, by whichever process comes first.
fn template() -> String {
    let executable = std::env::current_exe().expect("the test has a file");
    let metadata = std::fs::metadata(executable).expect("the test has a file");
    let built = metadata
        .modified()
        .expect("files have times")
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    let name = format!("template_{}_{}", built.as_millis(), metadata.len());
    let mut admin = admin();
    // Processes and threads make it one after the other; the lock ends with the connection.
    admin.batch_execute("SELECT pg_advisory_lock(7411)").expect("the lock is given");
    let there: usize = sql_query(format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))
        .execute(&mut admin)
        .expect("databases are listed");
    if there == 0 {
        let making = format!("{name}_making");
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"))
            .expect("leftovers are dropped");
        migrate::bootstrap(&admin_url(), &making).expect("roles and database are made");
        migrate::up(&url("portico_owner", &making)).expect("the schema is made");
        // A day before the tests, so that ids that count up do not meet.
        let clock = Clock::fixed(starting_time() - chrono::TimeDelta::days(1));
        let mut operator =
            OperatorDb::open(&url("portico_operator", &making), clock).expect("the operator comes in");
        for new in starting_organizations() {
            organizations::create(&mut operator, &new).expect("an organization is made");
        }
        drop(operator);
        admin
            .batch_execute(&format!("ALTER DATABASE {making} RENAME TO {name}"))
            .expect("the template is named");
    }
    name
}

fn admin() -> PgConnection {
    PgConnection::establish(&admin_url()).expect("the test cluster answers")
}

#[expect(clippy::disallowed_methods, reason = "the one setting of the tests")]
fn admin_url() -> String {
    std::env::var("PORTICO_TEST_ADMIN_URL")
        .expect("PORTICO_TEST_ADMIN_URL is set; `cargo xtask db` prints it")
}

fn url(role: &str, database: &str) -> String {
    let admin = admin_url();
    let (scheme, rest) = admin.split_once("://").expect("an address has a scheme");
    let (authority, rest) = rest.split_once('/').expect("an address names a database");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    with_database(&format!("{scheme}://{role}@{host}/{rest}"), database)
}

fn with_database(url: &str, database: &str) -> String {
    let (before, parameters) =
        url.split_once('?').map_or((url, None), |(before, after)| (before, Some(after)));
    let (base, _) = before.rsplit_once('/').expect("an address names a database");
    match parameters {
        Some(parameters) => format!("{base}/{database}?{parameters}"),
        None => format!("{base}/{database}"),
    }
}
