//! What is measured: a release build of the server on a durable database with fifty organizations.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::load::{Account, Connection, expect};
use super::process::now;
use super::statements::{self, Statement};
use crate::cluster::{Cluster, SUPERUSER};
use crate::exec;
use crate::site::{Server, Site};

const ORGANIZATIONS: u32 = 50;
/// The organization that is much larger than the others, and one of those.
pub const LARGE: &str = "bench-1";
pub const SMALL: &str = "bench-2";
/// Projects and people of the large one, and of each other.
const MANY: (u32, u32) = (100_000, 2000);
const FEW: (u32, u32) = (1000, 40);
const PASSWORD: &str = "fifty doors, one bench";
/// The name of the database.
pub const DATABASE: &str = "portico";

/// The database, filled, and how servers on it are started.
#[derive(Debug)]
pub struct Ground {
    pub cluster: Cluster,
    pub site: Site,
    log: PathBuf,
    scratch: tempfile::TempDir,
}

impl Ground {
    /// Prepares and fills it.
    pub fn prepare(program: PathBuf, app: PathBuf) -> Result<Self> {
        let ground = Self::empty(program, Some(app))?;
        ground.fill()?;
        Ok(ground)
    }

    /// Prepares it, without anybody in it. Where no app is named, the server has an empty folder for one.
    pub fn empty(program: PathBuf, app: Option<PathBuf>) -> Result<Self> {
        let scratch = tempfile::tempdir()?;
        let own = scratch.path().join("app");
        std::fs::create_dir(&own)?;
        let app = app.unwrap_or(own);
        let (cluster, log) = Cluster::measured()?;
        let site = Site { app, ..Site::throwaway(program, &cluster, scratch.path())? };
        site.prepare()?;
        Ok(Self { cluster, site, log, scratch })
    }

    /// What the server's words go to.
    pub fn log(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// A server without limits: what it can, and not what it lets one do.
    pub fn unlimited(&self) -> Result<Server> {
        let site = Site { requests_a_minute: Some(100_000_000), ..self.site.clone() };
        site.serve(&self.log("server.log"))
    }

    fn fill(&self) -> Result<()> {
        for number in 1..=ORGANIZATIONS {
            let slug = format!("bench-{number}");
            let (projects, people) = if slug == LARGE { MANY } else { FEW };
            self.add(&slug, projects, people)?;
        }
        self.settle()
    }

    /// Makes an organization with so many projects and people. Gives its id.
    pub fn add(&self, slug: &str, projects: u32, people: u32) -> Result<String> {
        let mut create = self.site.command(&["org", "create", "--slug", slug, "--name"]);
        create.args([slug, "--time-zone", "Europe/Madrid", "--language", "en"]);
        create.args([
            "--admin-email",
            &email(slug),
            "--admin-first-name",
            "Ada",
            "--admin-last-name",
            "Admin",
        ]);
        create.args(["--licence", "full_access=unlimited"]).env("PORTICO_INITIAL_PASSWORD", PASSWORD);
        exec::output(&mut create)?;
        let id = self.ask(&format!("SELECT id FROM organizations WHERE slug = '{slug}'"))?.trim().to_owned();
        let settings = [
            ("portico.org_id", id.clone()),
            ("bench.people", people.to_string()),
            ("bench.projects", projects.to_string()),
        ];
        self.tell(&settings, &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bench/fill.sql"))?;
        Ok(id)
    }

    /// Tells the database what stands in the file, as its superuser and under these settings.
    pub fn tell(&self, settings: &[(&str, String)], file: &Path) -> Result<()> {
        let mut psql = self.psql();
        for (name, value) in settings {
            psql.args(["--command", &format!("SET {name} = '{value}'")]);
        }
        exec::output(psql.arg("--file").arg(file)).map(drop)
    }

    /// Sees to it that the database has nothing left to do of what it was told.
    pub fn settle(&self) -> Result<()> {
        self.ask("VACUUM ANALYZE")?;
        self.ask("CHECKPOINT")?;
        Ok(())
    }

    /// How many rows there are, in words.
    pub fn size(&self) -> Result<String> {
        let mut parts = Vec::new();
        for table in ["organizations", "users", "projects", "project_positions", "changes"] {
            let count = self.ask(&format!("SELECT count(*) FROM {table}"))?;
            parts.push(format!("{} {}", count.trim(), table.replace('_', " ")));
        }
        Ok(parts.join(", "))
    }

    /// Asks the database as its superuser.
    pub fn ask(&self, sql: &str) -> Result<String> {
        exec::output(self.psql().args(["--command", sql]))
    }

    /// Where a role finds the database.
    pub fn url_of(&self, role: &str) -> String {
        self.cluster.url(role, DATABASE)
    }

    /// Where the server's role finds it.
    pub fn url(&self) -> String {
        self.url_of("portico_app")
    }

    fn psql(&self) -> std::process::Command {
        let mut psql = self.cluster.command("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        psql.args(["--dbname", &self.url_of(SUPERUSER)]);
        psql
    }

    /// Signs the company admin of an organization in.
    pub fn sign_in(&self, slug: &str) -> Result<Account> {
        sign_in(self.site.port, slug)
    }

    /// What the server says to the database for one request, and from when on that was.
    pub fn listen(&self, request: &[u8]) -> Result<(Vec<Statement>, SystemTime)> {
        self.ask("ALTER SYSTEM SET log_statement = 'all'")?;
        self.ask("SELECT pg_reload_conf()")?;
        let mut connection = Connection::open(self.site.port)?;
        // All connections of the server's pool have to have heard of it, and know their statements.
        let patience = Instant::now() + Duration::from_secs(10);
        let mut quiet_read = self.read_log()?.len();
        loop {
            connection.ask(&of_health("/readyz"))?;
            let log = self.read_log()?;
            let heard = log.get(quiet_read..).unwrap_or_default().contains("SELECT 1");
            quiet_read = log.len();
            if heard {
                break;
            }
            if Instant::now() > patience {
                bail!("PostgreSQL does not log what it is told");
            }
        }
        let (before, began) = (self.read_log()?.len(), now());
        expect(connection.ask(request)?, &[200])?;
        let log = self.read_log()?;
        self.ask("ALTER SYSTEM RESET log_statement")?;
        self.ask("SELECT pg_reload_conf()")?;
        let statements = statements::read(log.get(before..).unwrap_or_default())?;
        Ok((statements, began))
    }

    fn read_log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }
}

fn of_health(target: &str) -> Vec<u8> {
    let nobody = Account { host: "localhost".to_owned(), token: String::new() };
    nobody.request("GET", target, "", "")
}

/// A request that takes no work: whether the server lives.
pub fn sign_of_life() -> Vec<u8> {
    of_health("/livez")
}

/// Signs the company admin of an organization in, at the server of this port.
pub fn sign_in(port: u16, slug: &str) -> Result<Account> {
    let stranger = Account { host: format!("{slug}.localhost"), token: String::new() };
    let mut connection = Connection::open(port)?;
    let answer = connection.ask(&sign_in_request(&stranger, slug))?;
    expect(answer, &[200])?;
    let outcome: Value = serde_json::from_slice(&answer.body)?;
    let token = outcome.get("access_token").and_then(Value::as_str).context("no access token")?;
    Ok(Account { token: token.to_owned(), ..stranger })
}

/// A sign-in of the company admin.
pub fn sign_in_request(stranger: &Account, slug: &str) -> Vec<u8> {
    let body = json!({"email": email(slug), "password": PASSWORD}).to_string();
    stranger.request("POST", "/api/v1/session", "", &body)
}

/// What confirms that it is still the company admin.
pub fn password() -> String {
    json!({"password": PASSWORD}).to_string()
}

fn email(slug: &str) -> String {
    format!("admin@{slug}.example")
}
