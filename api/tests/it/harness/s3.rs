//! A real server of the S3 protocol that looks at who may do what, which all tests of this process share. Each test has a
//! prefix of its own in the one bucket.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use api::config::backups::{S3Place, StorePlace};
use serde::Deserialize;

/// The server. It ends with the test's process.
#[derive(Debug)]
pub struct S3Server {
    said: Said,
    // It ends once its input is closed.
    talk: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _child: Child,
}

/// Whose key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It may put, and nothing else.
    Production,
    /// It may read, list and remove.
    Environment,
    /// It may put, read, list and remove: whoever keeps files there.
    Files,
    /// It may do everything.
    Tests,
}

#[derive(Debug, Deserialize)]
struct Said {
    port: u16,
    production: Key,
    environment: Key,
    files: Key,
    tests: Key,
}

#[derive(Debug, Deserialize)]
struct Key {
    id: String,
    secret: String,
}

#[derive(Debug, Deserialize)]
struct State {
    names: Vec<String>,
    uploads: BTreeMap<String, String>,
}

impl S3Server {
    /// The one that tests share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<S3Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new(root.join("../.portico/s3-server/bin/python"))
            .arg(root.join("tests/s3_server.py"))
            .env_remove("PYTHONPATH")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the S3 server is there: `cargo xtask test it` installs it");
        let input = child.stdin.take().expect("it has an input");
        let mut output = BufReader::new(child.stdout.take().expect("it has an output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says its port");
        let said = serde_json::from_str(&line).expect("it says its port and its keys");
        Self { said, talk: Mutex::new((input, output)), _child: child }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.said.port))
    }

    /// What is below a prefix, with somebody's key, asked at this address.
    pub fn place_at(&self, address: SocketAddr, whose: Whose, prefix: &str) -> StorePlace {
        StorePlace::S3(self.bucket_at(address, whose, prefix))
    }

    /// Where files are kept below a prefix, with the rights that this takes.
    pub fn files(&self, prefix: &str) -> S3Place {
        self.bucket_at(self.address(), Whose::Files, prefix)
    }

    fn bucket_at(&self, address: SocketAddr, whose: Whose, prefix: &str) -> S3Place {
        let key = match whose {
            Whose::Production => &self.said.production,
            Whose::Environment => &self.said.environment,
            Whose::Files => &self.said.files,
            Whose::Tests => &self.said.tests,
        };
        S3Place {
            bucket: "backups".to_owned(),
            prefix: prefix.to_owned(),
            endpoint: Some(format!("http://{address}")),
            region: "us-east-1".to_owned(),
            access_key_id: key.id.clone(),
            secret_access_key: key.secret.clone(),
        }
    }

    /// The same at its own address.
    pub fn place(&self, whose: Whose, prefix: &str) -> StorePlace {
        self.place_at(self.address(), whose, prefix)
    }

    fn state(&self) -> State {
        let (input, output) = &mut *self.talk.lock().expect("nobody has panicked");
        writeln!(input, "state").expect("it listens");
        let mut line = String::new();
        output.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("it answers")
    }

    /// The names of all objects below a prefix, without it.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let below = format!("{prefix}/");
        self.state().names.iter().filter_map(|name| name.strip_prefix(&below)).map(str::to_owned).collect()
    }

    /// How many uploads in parts below a prefix are neither complete nor given up.
    pub fn uploads(&self, prefix: &str) -> usize {
        let below = format!("{prefix}/");
        self.state().uploads.values().filter(|name| name.starts_with(&below)).count()
    }
}
