//! The standby environment: a user of its own, with Caddy in front and a way to start what it has brought back.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use api::{
    clock::Clock,
    config::{application::ApplicationConfig, backups::BackupConfig},
    ops::{backup::Production, retention::SetKind},
};
use serde_json::Value;
use shared::console::TakeOverReport;

use crate::{
    backups::{
        files_below,
        stream::{Scene, program},
        whole,
    },
    harness::{ACME, Client, as_owner, free_address, give_to_owner, postgres_program, signal, until},
};

/// Where the standby environment, a user of its own, keeps what it makes.
pub fn folder_of_owner(scene: &Scene, name: &str) -> PathBuf {
    let folder = scene.vaults.at(name);
    fs::create_dir_all(&folder).expect("a folder");
    give_to_owner(&folder);
    folder
}

/// Everything in these folders belongs to the user who takes over.
pub fn hand_over(folders: &[PathBuf]) {
    for folder in folders {
        give_to_owner(folder);
        for entry in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { hand_over(&[entry]) } else { give_to_owner(&entry) }
        }
    }
}

/// A set of files, with the application in it.
pub fn set_of_files(scene: &Scene, files: &Path, app: &Path) {
    let config = scene.vaults.backup_config(scene.cluster.database_url("portico_backup"), files.to_owned());
    let application = ApplicationConfig {
        program: program(&scene.vaults),
        app: Some(app.to_owned()),
        console_app: None,
        settings: [("PORTICO_DOMAIN".to_owned(), "portico.test".to_owned())].into(),
    };
    let config = BackupConfig { application: Some(application), ..config };
    whole(
        Production::open(&config, Clock::system()).expect("it is set up").set(SetKind::Files).expect("a set"),
    );
}

pub fn app_folder(scene: &Scene) -> PathBuf {
    let app = scene.vaults.at("app");
    fs::create_dir_all(app.join("pieces")).expect("a folder");
    fs::write(app.join("index.html"), "<!DOCTYPE html><title>Portico</title>").expect("a page");
    fs::write(app.join("pieces/one.js"), "export {}").expect("a piece");
    app
}

/// `portico ops …` as the standby environment runs it.
pub fn standby(scene: &Scene, program: &Path, arguments: &[&str], more: &[(&str, &Path)]) -> Output {
    let config = scene.vaults.restore_config();
    let mut command = as_owner(program);
    command.arg("ops").args(arguments).env_clear().envs(scene.vaults.variables(&config.stores));
    command.env("PATH", "/usr/bin:/bin").env("PORTICO_RESTORE_IDENTITY", config.identity);
    command.env("PORTICO_BACKUP_SIGNERS", config.signers).env("XDG_DATA_HOME", scene.vaults.at("home"));
    command.envs(more.iter().copied()).output().expect("it runs")
}

/// What waits for the operations book, which is not there.
pub fn waiting(folder: &Path) -> Vec<Value> {
    let read =
        |path: &PathBuf| serde_json::from_slice(&fs::read(path).expect("it is read")).expect("an entry");
    files_below(folder)
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(read)
        .collect()
}

pub fn report(entry: &Value) -> TakeOverReport {
    let details: Value = serde_json::from_str(entry["details"].as_str().expect("text")).expect("an object");
    serde_json::from_value(details["report"].clone()).expect("a report")
}

pub fn all_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Caddy, as the shipped program rewrites it.
pub struct Proxy {
    child: Child,
    address: SocketAddr,
    /// What tells it.
    pub command: PathBuf,
}

impl Proxy {
    pub fn start(scene: &Scene, upstream: &str) -> Self {
        let folder = folder_of_owner(scene, "proxy");
        let deploy = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");
        let (address, admin) = (free_address(), free_address());
        let at = |name: &str| folder.join(name).display().to_string();
        let (snippet, config) = (at("upstream.caddy"), at("Caddyfile"));
        let text = format!(
            "{{\n\tadmin {admin}\n\tauto_https off\n}}\nimport {snippet}\n\
             http://:{} {{\n\tbind 127.0.0.1\n\timport portico\n}}\n",
            address.port()
        );
        fs::write(&config, text).expect("it is written");
        // The shipped program and its template, where the user who takes over can read them.
        for name in ["standby/proxy", "upstream.caddy"] {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::copy(format!("{deploy}/{name}"), &path).expect("it is copied");
        }
        let template = fs::read_to_string(at("upstream.caddy")).expect("it is read");
        fs::write(&snippet, template.replace("{$PORTICO_UPSTREAMS:127.0.0.1:8081 127.0.0.1:8082}", upstream))
            .expect("it is written");
        fs::copy(format!("{deploy}/upstream.caddy"), at("template.caddy")).expect("it is copied");
        let command = folder.join("tell");
        let script = format!(
            "#!/bin/sh\nexport PORTICO_PROXY_SNIPPET='{snippet}' PORTICO_PROXY_CONFIG='{config}' \
             PORTICO_PROXY_ADMIN={admin} PORTICO_PROXY_TEMPLATE='{}'\nexec '{}' \"$@\"\n",
            at("template.caddy"),
            at("standby/proxy"),
        );
        executable(&command, &script);
        hand_over(std::slice::from_ref(&folder));
        let log = fs::File::create(at("log")).expect("a file for the log");
        let mut caddy = Command::new("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config", &config]).env("XDG_DATA_HOME", &folder);
        caddy.env("XDG_CONFIG_HOME", &folder).stdout(Stdio::null()).stderr(log);
        let child = caddy.spawn().expect("caddy is there: `cargo xtask test it` installs it");
        let client = Client::new(address, ACME);
        until("the proxy answers", || client.answers("//readyz"));
        Self { child, address, command }
    }

    /// Whoever comes by it.
    pub fn client(&self) -> Client {
        Client::new(self.address, ACME)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.child.kill().expect("it runs until now");
        self.child.wait().expect("it ends");
    }
}

pub fn executable(path: &Path, script: &str) {
    fs::write(path, script).expect("it is written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is made one");
}

/// What starts PostgreSQL and a server at the standby environment, as an installation says itself how.
pub fn start_command(scene: &Scene, upstream: &str) -> PathBuf {
    let (folder, port) = (folder_of_owner(scene, "start"), free_address().port());
    fs::create_dir_all(folder.join("keys")).expect("a folder");
    fs::write(folder.join("hba"), "host all all 127.0.0.1/32 trust\n").expect("it is written");
    fs::write(folder.join("conf"), "").expect("it is written");
    let at = folder.display();
    let postgres = postgres_program("pg_ctl");
    let script = format!(
        "#!/bin/sh\nset -eu\nexec >>'{at}/log' 2>&1\n\
         '{}' -D \"$PORTICO_STANDBY_CLUSTER\" -l '{at}/postgres.log' -w start -o \"-c config_file='{at}/conf' \
         -c hba_file='{at}/hba' -c ident_file='{at}/conf' -c listen_addresses=127.0.0.1 -c port={port} \
         -c unix_socket_directories='{at}'\"\n\
         head -1 \"$PORTICO_STANDBY_CLUSTER/postmaster.pid\" > '{at}/postgres.pid'\n\
         export PORTICO_KEYS_DIR='{at}/keys' DATABASE_URL=postgres://portico_app@127.0.0.1:{port}/portico\n\
         export PORTICO_LISTEN={upstream} PORTICO_DOMAIN=portico.test PORTICO_DRAIN_SECONDS=0\n\
         test -z \"$PORTICO_APP_DIR\" && unset PORTICO_APP_DIR\n\
         \"$PORTICO_STANDBY_PROGRAM\" keys create\n\
         setsid \"$PORTICO_STANDBY_PROGRAM\" serve &\n\
         echo $! > '{at}/server.pid'\n",
        postgres.display()
    );
    executable(&folder.join("command"), &script);
    hand_over(std::slice::from_ref(&folder));
    folder.join("command")
}

/// What it started is ended.
pub struct Started(pub PathBuf);

impl Drop for Started {
    fn drop(&mut self) {
        for (name, how) in [("server.pid", "-TERM"), ("postgres.pid", "-QUIT")] {
            if let Ok(pid) = fs::read_to_string(self.0.join(name)) {
                signal(how, pid.trim().parse().expect("a number"));
            }
        }
    }
}

/// `portico ops fence` at production.
pub fn fence(scene: &Scene) -> Output {
    let url = scene.cluster.database_url("portico_backup");
    let mut command = scene.vaults.production_program(&["ops", "fence"], &url, &scene.vaults.at("files"));
    command.env("PORTICO_OPERATOR_DATABASE_URL", scene.cluster.database_url("portico_operator"));
    let key = scene.vaults.backup_config(url, scene.vaults.at("files")).attendance_keys.expect("a key");
    command.env("PORTICO_ATTENDANCE_KEYS", key).output().expect("it runs")
}
