//! Mails: received by a real SMTP server, which all tests of this process share; and the worker that sends them, in this
//! process and by the test's clock.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use api::{
    config::{FilesConfig, MailConfig, MailWay, WorkConfig, book::BookConfig},
    work::Worker,
};
use serde::Deserialize;

use super::{
    cluster::Database,
    server::{TestApp, keys_directory},
};

/// An SMTP server of its own process. It ends with this value, or with the test's process.
#[derive(Debug)]
pub struct MailServer {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl MailServer {
    /// Starts one, with further arguments: see `tests/mail_server.py`.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("portico-test-mail-{}-{name}", std::process::id()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(&folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("it has an output");
        BufReader::new(output).read_line(&mut line).expect("it says its port");
        let port = line.trim().parse().expect("python3-aiosmtpd is there: `cargo xtask test it` installs it");
        Self { child, port, folder }
    }

    /// The one that tests share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MailServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("shared", &[]))
    }

    /// Its address for `PORTICO_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All mails of this sender, in the order in which they came.
    pub fn from(&self, sender: &str) -> Vec<Received> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| std::fs::read(file).expect("a mail"))
            .map(|bytes| serde_json::from_slice::<Received>(&bytes).expect("a mail"))
            .filter(|mail| mail.envelope_from == sender)
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // Already gone where the test has stopped it.
        let _killed = self.child.kill();
        self.child.wait().expect("it ends");
    }
}

/// A mail as Python's `email` has read it.
#[derive(Debug, Clone, Deserialize)]
pub struct Received {
    pub envelope_from: String,
    pub envelope_to: Vec<String>,
    pub encrypted: bool,
    pub headers: Vec<(String, String)>,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub defects: Vec<String>,
}

impl Received {
    /// The headers of this name, in lower case.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(one, _)| one == name).map(|(_, value)| value.as_str()).collect()
    }

    /// The first address in the text, as a person would follow it: path, query and fragment behind the host.
    pub fn link(&self) -> String {
        let start = self.text.find("https://").expect("there is a link");
        let address = self.text[start..].split_whitespace().next().expect("there is a link");
        let path = address["https://".len()..].find('/').expect("it has a path");
        address["https://".len() + path..].to_owned()
    }
}

impl Database {
    /// Who sends the mails of this database: so that those of tests that run side by side are told apart.
    pub fn mail_sender(&self) -> String {
        format!("portico@{}.example", self.name().replace('_', "-"))
    }

    /// What a worker on this database is told, with the way that mails take.
    pub fn work_config(&self, way: MailWay) -> WorkConfig {
        WorkConfig {
            operator_database_url: self.url("portico_operator"),
            keys_directory: keys_directory(),
            workers: 1,
            mail: MailConfig {
                way,
                sender: format!("Portico <{}>", self.mail_sender()),
                public_origin: "https://portico.test".to_owned(),
            },
            admin_listen: None,
            files: FilesConfig::Folder(self.files()),
            backups: None,
            expects_stream: false,
            operators_mail: Vec::new(),
            book: BookConfig::default(),
        }
    }
}

impl TestApp {
    /// A worker of this test, whose mails go to the shared SMTP server.
    pub fn worker(&self) -> Worker {
        let config = self.database.work_config(MailWay::Smtp(MailServer::shared().url()));
        Worker::open(&config, self.clock.clone()).expect("the worker comes in")
    }

    /// Does everything that is due at this instant: jobs, schedules, loops. Gives how many jobs were tried.
    pub fn work_off(&self) -> usize {
        self.worker().work_off().expect("the work is done")
    }

    /// All mails that this test's workers have sent, in the order in which they came.
    pub fn mails(&self) -> Vec<Received> {
        MailServer::shared().from(&self.database.mail_sender())
    }

    /// Those to one address.
    pub fn mails_to(&self, email: &str) -> Vec<Received> {
        self.mails().into_iter().filter(|mail| mail.envelope_to == [email]).collect()
    }

    /// How many mails each address has got.
    pub fn mails_by_address(&self) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for mail in self.mails() {
            *counted.entry(mail.envelope_to.join(",")).or_default() += 1;
        }
        counted
    }
}
