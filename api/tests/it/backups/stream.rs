//! The stream: clusters of their own, whose log goes into two stores and comes back out of one.

mod damaged;
mod full;
mod instants;
mod interrupted;
mod killed;
mod pruned;
mod recovered;
mod taken_over;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use api::{
    clock::Clock,
    config::backups::RestoreConfig,
    ops::{
        signing::{Purpose, SetKeys},
        stores::{Object, Store},
        stream::{
            assemble,
            base::{self, Base},
            parts,
            segments::Lsn,
            state::{self, State},
        },
    },
};
use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::Vaults;
use crate::{
    harness::{OwnCluster, as_owner, give_to_owner, signal, until},
    promises::catalogue::line,
};

/// What writers write; a table of nobody's, as the schema allows any.
const TABLE: &str =
    "CREATE TABLE written (id bigint PRIMARY KEY, writer int NOT NULL, filling text NOT NULL);
    ALTER TABLE written OWNER TO portico_owner; GRANT SELECT ON written TO portico_backup";

/// A cluster and its stream.
struct Scene {
    cluster: OwnCluster,
    vaults: Vaults,
    memory: PathBuf,
    stream: Mutex<Option<Child>>,
    arguments: Vec<&'static str>,
}

impl Scene {
    fn start(name: &str) -> Self {
        Self::with(name, "track_commit_timestamp = on", &[])
    }

    /// With a setting of the cluster's, and arguments of the stream's.
    fn with(name: &str, setting: &str, arguments: &[&'static str]) -> Self {
        let mut cluster = OwnCluster::start(&format!("stream-{name}"));
        cluster.superuser().batch_execute(&format!("ALTER SYSTEM SET {setting}")).expect("it is set");
        cluster.kill();
        cluster.start_again();
        cluster.superuser().batch_execute(TABLE).expect("a table");
        let unique = format!("stream-{name}-{}", std::process::id());
        let memory = PathBuf::from(format!("/dev/shm/portico-test-{unique}"));
        let vaults = Vaults::new(&unique);
        let stream = Mutex::new(None);
        let scene = Self { cluster, vaults, memory, stream, arguments: arguments.to_vec() };
        scene.begin();
        scene
    }

    /// Begins to stream, once more where it was ended.
    fn begin(&self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.vaults.at("stream.log"));
        let log = log.expect("a file for the log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(["ops", "stream"]).args(&self.arguments).env_clear();
        command.envs(self.vaults.variables(&self.vaults.stores_of_production()));
        command.env("PORTICO_STREAM_DATABASE_URL", self.cluster.database_url("portico_stream"));
        command.env("PORTICO_STREAM_DIR", &self.memory).env("PORTICO_KEYS_DIR", self.vaults.at("keys"));
        command.env("PORTICO_VAULT_RECIPIENTS", self.vaults.identity.to_public().to_string());
        command.env("PORTICO_LOG", "info").env("PORTICO_LOG_FORMAT", "text").stdin(Stdio::null());
        let child = command.stdout(log.try_clone().expect("the same file")).stderr(log).spawn();
        *self.running() = Some(child.expect("it starts"));
    }

    fn running(&self) -> MutexGuard<'_, Option<Child>> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `kill -9` of the stream; PostgreSQL's receiver is left behind.
    fn kill_stream(&self) {
        let mut child = self.running().take().expect("it runs");
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
    }

    /// Tells the stream to stop, as whoever runs it does.
    fn end_stream(&self) {
        if let Some(mut child) = self.running().take() {
            signal("-TERM", child.id());
            child.wait().expect("it ends");
        }
    }

    /// The newest base backup of the local store once more, so much later.
    fn another_base(&self, later: chrono::TimeDelta) {
        let keys = SetKeys::read(&self.vaults.at("keys")).expect("a key");
        let store = Store::open("the local store", &self.vaults.at("local")).expect("a store");
        let mut names = store.list("stream").expect("names");
        names.retain(|path| base::parse_manifest_path(path).is_some());
        let newest = base::read(&store, &names[0], &keys.signers()).expect("it verifies");
        let ended_at = newest.ended_at + later;
        let name = format!("{}-{}", ended_at.format("%Y%m%dT%H%M%SZ"), Clock::system().new_id());
        // Where the log is that there is now.
        let there = assemble::sort(&names_of_log(&store), newest.size().expect("a size"));
        let last = *there.last_key_value().expect("some").0;
        let start = newest.size().expect("a size").start(last);
        let object = Object { path: base::object_path(&newest.system, &name), ..newest.object.clone() };
        let base =
            Base { name, ended_at, start: start.to_string(), stop: start.to_string(), object, ..newest };
        let signed = parts::sign(&base, Purpose::StreamBase, &keys).expect("it is signed");
        store.put_new(&base::manifest_path(&base.system, &base.name), &signed).expect("it is put");
    }

    /// How the stream goes, as it says itself.
    fn state(&self) -> Option<State> {
        let store = Store::open("the local store", &self.vaults.at("local")).expect("a store");
        state::read(&store).expect("it is read")
    }

    /// Waits until a base backup stands in both stores.
    fn wait_for_base(&self) {
        let is_there = |store: &str| {
            let folder = self.vaults.at(store).join("stream");
            let names = if folder.exists() { super::files_below(&folder) } else { Vec::new() };
            names.iter().any(|path| path.extension().is_some_and(|end| end == "manifest"))
        };
        self.until("a base backup is in both stores", || is_there("local") && is_there("off-site"));
    }

    /// Waits until everything that is committed is in both stores.
    fn wait_for_all(&self) {
        let reaches = self.lsn();
        // Behind the last record there may be zeros that nobody puts: something is written behind it.
        self.write(-i64::from(NUMBER.fetch_add(1, Ordering::SeqCst)) - 1);
        self.until("all of the log is in both stores", || {
            let reach = |text: &str| text.parse::<Lsn>().unwrap_or_default();
            self.state().is_some_and(|state| {
                reach(&state.local.reaches) >= reaches && reach(&state.off_site.reaches) >= reaches
            })
        });
    }

    fn lsn(&self) -> Lsn {
        let sql = &mut self.cluster.superuser();
        line(sql, "SELECT pg_current_wal_flush_lsn()::text AS line").parse().expect("a place")
    }

    fn write(&self, id: i64) {
        let sql = &mut self.cluster.superuser();
        insert(sql, id, 0).expect("it is written");
    }

    /// Waits, and says what the stream has said where that is in vain.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| until(what, holds)));
        if waited.is_err() {
            let log = fs::read_to_string(self.vaults.at("stream.log")).unwrap_or_default();
            panic!("in vain: {what}\n{:?}\n{log}", self.state());
        }
    }

    /// `portico ops recover`, by the user who runs clusters, into a directory below one of theirs.
    fn recover(&self, arguments: &[&str], identity: Option<String>) -> (PathBuf, Output) {
        let parent = self.vaults.at("recovered");
        if !parent.exists() {
            fs::create_dir_all(&parent).expect("a folder");
            give_to_owner(&parent);
        }
        let directory = parent.join(NUMBER.fetch_add(1, Ordering::SeqCst).to_string());
        let RestoreConfig { stores, identity: ours, signers, .. } = self.vaults.restore_config();
        let mut command = as_owner(Path::new(&program(&self.vaults)));
        command.args(["ops", "recover", "--into-directory"]).arg(&directory).args(arguments).env_clear();
        command.envs(self.vaults.variables(&stores)).env("PATH", "/usr/bin:/bin");
        command.env("PORTICO_RESTORE_IDENTITY", identity.unwrap_or(ours));
        let output = command.env("PORTICO_BACKUP_SIGNERS", signers).output().expect("it runs");
        (directory, output)
    }

    /// A recovered cluster that runs.
    fn recovered(&self, to: &str) -> Recovered {
        let (directory, output) = self.recover(&["--to", to, "--leave-running"], None);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let running = said.lines().find_map(|line| line.strip_prefix("running    ")).expect("it runs");
        let (url, process) = running.split_once(" (process ").expect("its process");
        let process = process.trim_end_matches(')').parse().expect("a number");
        Recovered { url: url.replace("portico_owner@", "postgres@"), process, directory, said }
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The program, where the user who runs clusters reaches it.
fn program(vaults: &Vaults) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let program = PathBuf::from(env!("CARGO_BIN_EXE_portico"));
    let enters = |folder: &Path| folder.metadata().is_ok_and(|found| found.permissions().mode() & 0o001 != 0);
    if program.ancestors().all(enters) {
        return program;
    }
    let copy = vaults.at("portico");
    if !copy.exists() {
        fs::copy(program, &copy).expect("it is copied");
    }
    copy
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.end_stream();
        for pid in receivers(&self.memory) {
            signal("-KILL", pid);
        }
        // What cannot be removed lies in memory, and goes with it.
        fs::remove_dir_all(&self.memory).unwrap_or_default();
    }
}

/// PostgreSQL's receivers into this folder.
fn receivers(memory: &Path) -> Vec<u32> {
    let argument = format!("--directory={}", memory.display());
    let is_one = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    };
    let entries = fs::read_dir("/proc").expect("the system lists processes").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_one).collect()
}

/// A cluster that was recovered, and runs. It is ended, and its directory removed, when it is dropped.
struct Recovered {
    url: String,
    process: u32,
    directory: PathBuf,
    said: String,
}

impl Recovered {
    fn sql(&self) -> PgConnection {
        PgConnection::establish(&self.url).expect("it answers")
    }

    /// What writers wrote.
    fn ids(&self) -> Vec<i64> {
        ids(&mut self.sql())
    }
}

impl Drop for Recovered {
    fn drop(&mut self) {
        signal("-QUIT", self.process);
        let proc = PathBuf::from(format!("/proc/{}", self.process));
        until("it ends", || {
            // Whoever has started it is gone; where nobody asks for those who ended, they are shown as such.
            let state = fs::read_to_string(proc.join("stat")).unwrap_or_default();
            state.is_empty() || state.contains(") Z ")
        });
        let socket = self.url.split_once("host=").and_then(|(_, rest)| rest.split('&').next());
        // What cannot be removed lies in the folder for what is temporary.
        fs::remove_dir_all(socket.expect("a folder")).unwrap_or_default();
        fs::remove_dir_all(&self.directory).unwrap_or_default();
    }
}

fn names_of_log(store: &Store) -> Vec<String> {
    store.list("stream").expect("names").into_iter().filter(|path| path.contains("/wal/")).collect()
}

fn ids(sql: &mut PgConnection) -> Vec<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }

    let rows: Vec<Row> =
        sql_query("SELECT id FROM written WHERE id >= 0 ORDER BY id").load(sql).expect("rows");
    rows.into_iter().map(|row| row.id).collect()
}

fn insert(sql: &mut PgConnection, id: i64, writer: i32) -> diesel::QueryResult<usize> {
    sql_query("INSERT INTO written VALUES ($1, $2, repeat(md5($3), 8))")
        .bind::<BigInt, _>(id)
        .bind::<diesel::sql_types::Integer, _>(writer)
        .bind::<Text, _>(id.to_string())
        .execute(sql)
}

/// What was acknowledged, and when.
type Acknowledged = Mutex<BTreeMap<i64, DateTime<Utc>>>;

/// Writers that write one row after the other, as long as the database takes them, while something else happens.
fn under_writes<T>(url: &str, writers: i64, meanwhile: impl FnOnce(&Acknowledged) -> T) -> (Acknowledged, T) {
    under_paced_writes(url, writers, |_| {}, meanwhile)
}

/// The same, where something is done before each row, such as to wait.
fn under_paced_writes<T>(
    url: &str,
    writers: i64,
    pace: impl Fn(i64) + Sync,
    meanwhile: impl FnOnce(&Acknowledged) -> T,
) -> (Acknowledged, T) {
    let (acknowledged, over) = (Acknowledged::default(), AtomicBool::new(false));
    let clock = Clock::system();
    let outcome = std::thread::scope(|threads| {
        for writer in 0..writers {
            let (acknowledged, over, clock, pace) = (&acknowledged, &over, &clock, &pace);
            threads.spawn(move || {
                let mut sql = PgConnection::establish(url).expect("it answers");
                for number in (0..).take_while(|_| !over.load(Ordering::SeqCst)) {
                    let id = number * writers + writer;
                    pace(id);
                    if insert(&mut sql, id, i32::try_from(writer).expect("a number")).is_err() {
                        break;
                    }
                    acknowledged.lock().expect("nobody panicked").insert(id, clock.now());
                }
            });
        }
        // Also where something fails meanwhile: otherwise they would write for ever.
        let _over = Over(&over);
        meanwhile(&acknowledged)
    });
    (acknowledged, outcome)
}

/// Ends the writers when it goes.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn count(acknowledged: &Acknowledged) -> usize {
    acknowledged.lock().expect("nobody panicked").len()
}
