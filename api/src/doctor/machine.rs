//! This machine: room on its disks, the app's files, the addresses to listen on.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::Duration,
};

use super::Finding;
use crate::config::{self, FilesConfig, ServeConfig};

/// Less than this of a disk, in bytes, is little, or next to nothing.
const LITTLE: u64 = 2 * 1024 * 1024 * 1024;
const NEXT_TO_NOTHING: u64 = 200 * 1024 * 1024;
/// How long whoever has our port may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn examine() -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut folders = vec![std::env::temp_dir()];
    folders.extend(config::keys_directory().ok());
    if let Ok(FilesConfig::Folder(folder)) = FilesConfig::from_environment() {
        folders.push(folder);
    }
    if let Ok(config) = ServeConfig::from_environment() {
        folders.extend(config.app_directory.clone());
        findings.extend(config.app_directory.as_deref().map(app));
        findings.push(listener("listen.tenants", config.listen));
    }
    findings.push(disks(&folders));
    findings
}

fn app(folder: &Path) -> Finding {
    let index = folder.join("index.html");
    let broken = |what: String| {
        Finding::error(
            "app.files",
            what,
            "People see an empty page.",
            "Set PORTICO_APP_DIR to what `cargo xtask app --release` has made, whole.",
        )
    };
    let Ok(text) = std::fs::read_to_string(&index) else {
        return broken(format!("{} cannot be read", index.display()));
    };
    // What the page loads: between quotes, and below `/assets/`.
    let named = text.split('"').filter(|part| part.starts_with("/assets/"));
    let missing: Vec<&str> =
        named.filter(|path| !folder.join(path.trim_start_matches('/')).is_file()).collect();
    if missing.is_empty() {
        Finding::ok("app.files", format!("the app in {} is whole", folder.display()))
    } else {
        broken(format!("{} names {}, which is not there", index.display(), missing.join(", ")))
    }
}

fn listener(name: &'static str, address: SocketAddr) -> Finding {
    if TcpListener::bind(address).is_ok() {
        return Finding::ok(name, format!("{address} is free: no server runs there"));
    }
    if is_portico(address) {
        return Finding::ok(name, format!("a server answers at {address}"));
    }
    Finding::error(
        name,
        format!("{address} cannot be listened on, and who has it is no Portico"),
        "The server does not start.",
        "Stop whoever has the port, or set PORTICO_LISTEN to an address of this machine that is free.",
    )
}

fn is_portico(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.write_all(b"GET /livez HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.") && answer.ends_with("alive\n"))
}

fn disks(folders: &[PathBuf]) -> Finding {
    let free = folders.iter().filter_map(|folder| {
        let found = rustix::fs::statvfs(folder).ok()?;
        Some((found.f_bavail.saturating_mul(found.f_frsize), folder))
    });
    let Some((least, folder)) = free.min() else {
        return Finding::ok("disk.space", "no folder to look at");
    };
    let what = format!("{} MB are free where {} is", least / 1024 / 1024, folder.display());
    let (why, mend) = (
        "A full disk stops whatever writes: keys, temporary files, and a database beside them.",
        "Make room. The database's own disk is to be watched where it stands.",
    );
    match least {
        least if least < NEXT_TO_NOTHING => Finding::error("disk.space", what, why, mend),
        least if least < LITTLE => Finding::warning("disk.space", what, why, mend),
        _ => Finding::ok("disk.space", what),
    }
}
