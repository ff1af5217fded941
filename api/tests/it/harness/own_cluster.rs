//! A PostgreSQL of a test's own, which it may kill: durable as it comes, on a port of this machine.

use std::{
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use api::{
    clock::Clock,
    db::{migrate, operator::OperatorDb},
    organizations,
};
use diesel::{Connection, PgConnection};

use super::{
    program::{free_address, signal, until},
    server::starting_organizations,
};

/// The cluster, with one database of two organizations.
pub struct OwnCluster {
    server: Option<Child>,
    address: SocketAddr,
    folder: PathBuf,
}

impl OwnCluster {
    /// Makes it and starts it.
    pub fn start(name: &str) -> Self {
        let cluster = Self::empty(name);
        migrate::up(&cluster.database_url("portico_owner")).expect("the schema is made");
        let mut operator = OperatorDb::open(&cluster.database_url("portico_operator"), Clock::system())
            .expect("the operator comes in");
        for new in starting_organizations() {
            organizations::create(&mut operator, &new).expect("an organization is made");
        }
        cluster
    }

    /// The same with nothing but roles and an empty database.
    pub fn empty(name: &str) -> Self {
        let address = free_address();
        let folder = std::env::temp_dir().join(format!("portico-test-{name}-{}", address.port()));
        let mut making = as_owner(&postgres_program("initdb"));
        making.arg("--pgdata").arg(&folder).args(["--username=postgres", "--auth=trust", "--encoding=UTF8"]);
        let made = making.args(["--locale=C.UTF-8", "--no-instructions"]).output().expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut cluster = Self { server: None, address, folder };
        cluster.start_again();
        migrate::bootstrap(&cluster.url("postgres", "postgres"), "portico")
            .expect("roles and database are made");
        cluster
    }

    /// Starts it on the files that are there.
    pub fn start_again(&mut self) {
        let mut command = as_owner(&postgres_program("postgres"));
        command.arg("-D").arg(&self.folder).args(["-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories=", "-c", &format!("port={}", self.address.port())]);
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.folder.with_extension("log"));
        let server = command.stdout(Stdio::null()).stderr(log.expect("a file for the log")).spawn();
        self.server = Some(server.expect("PostgreSQL starts"));
        until("PostgreSQL answers", || PgConnection::establish(&self.url("postgres", "postgres")).is_ok());
    }

    /// Goes on with other files, which are removed with it.
    pub fn go_on_with(&mut self, folder: PathBuf) {
        // What cannot be removed lies in the folder for what is temporary.
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
        self.folder = folder;
        self.start_again();
    }

    /// `kill -9` of the postmaster and of every process below it.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("it runs");
        let backends = children(server.id());
        assert!(backends.len() > 3, "processes of its own and of connections: {backends:?}");
        signal("-KILL", server.id());
        for backend in &backends {
            // One that ends because the postmaster has ended is gone all the same.
            Command::new("kill")
                .args(["-KILL", &backend.to_string()])
                .stderr(Stdio::null())
                .status()
                .expect("kill runs");
        }
        server.wait().expect("it ends");
        until("all its processes are gone", || {
            backends.iter().all(|backend| !Path::new(&format!("/proc/{backend}")).exists())
        });
    }

    /// Where a role finds the database.
    pub fn database_url(&self, role: &str) -> String {
        self.url(role, "portico")
    }

    /// A connection that row-level security does not hold.
    pub fn superuser(&self) -> PgConnection {
        PgConnection::establish(&self.database_url("postgres")).expect("it answers")
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@{}/{database}", self.address)
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal("-QUIT", server.id());
            server.wait().expect("it ends");
        }
        // What cannot be removed lies in the folder for what is temporary.
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
        std::fs::remove_file(self.folder.with_extension("log")).unwrap_or_default();
    }
}

fn children(of: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("the system lists processes").flatten();
    let parent = |process: u32| -> Option<u32> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // Behind the name, which stands in brackets: the state, and the parent.
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(|process| parent(*process) == Some(of)).collect()
}

/// One of the server's programs, of the newest version that is there.
pub fn postgres_program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let program = version.path().join("bin").join(name);
            program.exists().then_some((number, program))
        })
        .max();
    newest.map_or_else(|| PathBuf::from(name), |(_, program)| program)
}

/// PostgreSQL does not run as root: there it is the user of its package.
pub fn as_owner(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null());
    if let Some((user, group)) = other_owner() {
        command.uid(user).gid(group);
    }
    command
}

/// Gives a folder to the user who runs clusters.
pub fn give_to_owner(folder: &Path) {
    if let Some((user, group)) = other_owner() {
        std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("it changes hands");
    }
}

/// The user and the group of clusters, where they are not this process's.
fn other_owner() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> u32 {
        let output = Command::new("id").args(arguments).output().expect("id runs");
        String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", "postgres"]), id(&["-g", "postgres"])))
}
