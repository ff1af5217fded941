//! Two servers behind a proxy, each started anew in turn while requests go on: nobody notices.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use shared::project::Project;

use crate::harness::{ACME, Client, Database, Program, free_address, signed_in, until};

/// What `docker-compose.yml` and the page on operating say, with shorter times.
const DRAIN_SECONDS: &str = "2";
/// Requests a second.
const RATE: u32 = 200;
/// Of so many requests one writes.
const WRITES: u32 = 5;
const SENDERS: u32 = 16;

/// Caddy as it stands in `deploy/`, in front of several servers.
struct Proxy {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Proxy {
    fn start(upstreams: &[SocketAddr]) -> Self {
        let (address, folder) =
            (free_address(), std::env::temp_dir().join(format!("portico-test-proxy-{}", std::process::id())));
        std::fs::create_dir_all(&folder).expect("a folder");
        let upstreams = upstreams.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let snippet = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/upstream.caddy");
        let file = folder.join("Caddyfile");
        let text = format!(
            "{{\n\tadmin off\n\tauto_https off\n}}\nimport {snippet}\n\
             http://:{} {{\n\tbind 127.0.0.1\n\timport portico\n}}\n",
            address.port()
        );
        std::fs::write(&file, text).expect("it is written");
        let log = std::fs::File::create(folder.join("log")).expect("a file for the log");
        let child = Command::new("caddy")
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&file)
            .env("PORTICO_UPSTREAMS", upstreams)
            .env("XDG_DATA_HOME", &folder)
            .env("XDG_CONFIG_HOME", &folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("caddy is there: `cargo xtask test it` installs it");
        let proxy = Self { child, address, folder };
        let client = Client::new(address, ACME);
        until("the proxy answers", || client.answers("//readyz"));
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.child.kill().expect("it runs until now");
        self.child.wait().expect("it ends");
        // What cannot be removed lies in the folder for what is temporary.
        std::fs::remove_dir_all(&self.folder).unwrap_or_default();
    }
}

#[test]
#[ignore = "keeps a rate: needs the machine to itself"]
fn each_of_two_servers_is_started_anew_and_no_request_fails() {
    let database = Database::create();
    let url = database.url("portico_app");
    let plenty = "1000000";
    let more = [
        ("PORTICO_DRAIN_SECONDS", DRAIN_SECONDS),
        ("PORTICO_TRUSTED_PROXIES", "1"),
        ("PORTICO_RATE_LIMIT_NETWORK", plenty),
        ("PORTICO_RATE_LIMIT_PERSON", plenty),
        ("PORTICO_RATE_LIMIT_ORGANIZATION", plenty),
    ];
    let addresses = [free_address(), free_address()];
    let mut servers = addresses.map(|address| Program::serve(&url, address, &more));
    let proxy = Proxy::start(&addresses);
    let token = signed_in(Client::new(proxy.address, ACME)).token().expect("signed in").to_owned();

    let (over, sent, failed, written) =
        (AtomicBool::new(false), AtomicU32::new(0), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let client = Client::new(proxy.address, ACME).with_token(&token);
                while !over.load(Ordering::SeqCst) {
                    let number = sent.fetch_add(1, Ordering::SeqCst);
                    // Each has its moment, whatever became of the one before: that is what makes a rate.
                    let due = began + Duration::from_secs(1) * number / RATE;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    if number.is_multiple_of(WRITES) {
                        match client.try_post("/projects", &json!({"name": format!("Rolling {number}")})) {
                            Some(answer) if answer.status == 201 => {
                                let project: Project = answer.json();
                                written.lock().expect("nobody panicked").push(project.id.to_string());
                            }
                            answer => failed.lock().expect("nobody panicked").push(format!("{answer:?}")),
                        }
                    } else if !client.answers("/projects?limit=5") {
                        failed.lock().expect("nobody panicked").push(format!("reading, {number}"));
                    }
                }
            });
        }
        for (server, address) in servers.iter_mut().zip(addresses) {
            let before = sent.load(Ordering::SeqCst);
            until("requests go on", || sent.load(Ordering::SeqCst) > before + RATE);
            server.tell_to_stop();
            let (status, took) = server.wait();
            assert!(status.success() && took < Duration::from_secs(15), "{status} after {took:?}");
            *server = Program::serve(&url, address, &more);
        }
        let before = sent.load(Ordering::SeqCst);
        until("requests go on", || sent.load(Ordering::SeqCst) > before + RATE);
        over.store(true, Ordering::SeqCst);
    });
    let took = began.elapsed();
    let sent = sent.into_inner();
    let failed = failed.into_inner().expect("nobody panicked");
    assert!(failed.is_empty(), "{} of {sent} failed: {:#?}", failed.len(), &failed[..failed.len().min(5)]);
    let rate = f64::from(sent) / took.as_secs_f64();
    assert!(rate > f64::from(RATE) * 0.9, "{rate:.0} requests a second were sent, {RATE} were to be");
    let mut ids = written.into_inner().expect("nobody panicked");
    ids.sort();
    let mut kept = crate::crash::projects(&mut database.superuser());
    kept.sort();
    assert_eq!(ids, kept, "each write is there once");
}
