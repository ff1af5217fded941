//! Everything of production is gone but what stands off-site, its vault and its keys: how long until somebody works again.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::ground::{FIRST, Set, Vault, megabytes, sync};
use crate::bench::ground::{DATABASE, sign_in};
use crate::bench::load::{Connection, expect};
use crate::bench::report::{Bar, Measure};
use crate::cluster::Cluster;
use crate::exec;
use crate::site::Site;

const PROJECTS: &str = "/api/v1/projects";

/// Minutes from an empty machine to a server that works.
pub fn measure(vault: &Vault) -> Result<Measure> {
    let site = vault.fresh_stores()?;
    let (set, _) = Set::make(&site, false)?;
    let (files, _) = Set::make(&site, true)?;
    let backups = site.backups.as_ref().context("nothing is backed up")?;
    backups.lose_local()?;
    sync();

    let began = Instant::now();
    // Declared before the server, so that it is stopped after it.
    let (cluster, _log) = Cluster::measured()?;
    let scratch = tempfile::tempdir()?;
    let target =
        Site { app: site.app.clone(), ..Site::throwaway(site.program.clone(), &cluster, scratch.path())? };
    // They stand in no set: whoever runs Portico copies them by themselves.
    copy_keys(&site.keys, &target.keys)?;
    exec::output(&mut target.command(&["bootstrap"]))?;
    let ready = began.elapsed();

    let owner = cluster.url("portico_owner", DATABASE);
    let environment = |words: &[&str]| {
        let mut command = Command::new(&site.program);
        command.args(words);
        backups.tell_environment(&mut command, &owner);
        command
    };
    // The local store is opened too, and has to be one.
    exec::output(&mut environment(&["ops", "init"]))?;
    let mut restore =
        environment(&["ops", "restore", "--from", "off-site", "--to", &set.name, "--into", &owner]);
    let said = exec::output(restore.arg("--files-into").arg(target.files()))?;
    let restored = began.elapsed();

    let server = target.serve(&scratch.path().join("server.log"))?;
    work(target.port)?;
    let green = began.elapsed();
    drop(server);

    let parts = format!(
        "{:.1} s for a cluster, {:.1} s for the restore, {:.1} s for a server in which somebody signs in and works",
        ready.as_secs_f64(),
        restored.saturating_sub(ready).as_secs_f64(),
        green.saturating_sub(restored).as_secs_f64()
    );
    let sizes = format!("{}; {}", vault.holds()?, restored_words(&said));
    let sealed = format!(
        "{:.0} MB of rows and {:.0} MB of files and program off-site, which is a folder on this disk",
        megabytes(set.bytes),
        megabytes(files.bytes)
    );
    let name = "off-site alone until somebody works again, minutes";
    Ok(Measure::new(name, green.as_secs_f64() / 60.0, Bar::at_most(10.0))
        .note(parts)
        .note(sizes)
        .note(sealed))
}

/// What came in, in one line.
fn restored_words(said: &str) -> String {
    let lines = said.lines().filter(|line| line.starts_with("rows") || line.starts_with("files"));
    // What follows is where to.
    let words =
        lines.filter_map(|line| line.split([',', '/']).next()).map(|line| line.trim_end_matches(" into "));
    let words: Vec<String> =
        words.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    words.join(", ")
}

/// The folder with all that is below it.
fn copy_keys(from: &Path, to: &Path) -> Result<()> {
    exec::output(Command::new("cp").arg("--archive").arg("--no-target-directory").args([from, to])).map(drop)
}

/// Signs in, and makes, reads, changes, finds and removes a project, as `portico ops drill` has somebody do.
fn work(port: u16) -> Result<()> {
    let account = sign_in(port, FIRST)?;
    let mut connection = Connection::open(port)?;
    let body = json!({"name": "Back again"}).to_string();
    let answer = connection.ask(&account.request("POST", PROJECTS, "", &body))?;
    expect(answer, &[201])?;
    let made: Value = serde_json::from_slice(&answer.body)?;
    let path = format!("{PROJECTS}/{}", made.get("id").and_then(Value::as_str).context("it has no id")?);

    let answer = connection.ask(&account.request("GET", &path, "", ""))?;
    expect(answer, &[200])?;
    let version = answer.etag.clone().context("a project has no ETag")?;
    let change = json!({"name": "Changed again"}).to_string();
    let headers = format!("If-Match: {version}\r\n");
    let answer = connection.ask(&account.request("PATCH", &path, &headers, &change))?;
    expect(answer, &[200])?;
    let version = answer.etag.clone().context("a changed project has no ETag")?;

    let answer = connection.ask(&account.request("GET", &format!("{PROJECTS}?limit=50"), "", ""))?;
    expect(answer, &[200])?;
    let page: Value = serde_json::from_slice(&answer.body)?;
    if page.get("items").and_then(Value::as_array).is_none_or(|items| items.len() < 50) {
        bail!("there are fewer projects than were backed up");
    }
    let headers = format!("If-Match: {version}\r\n");
    expect(connection.ask(&account.request("DELETE", &path, &headers, ""))?, &[204])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_in_is_told_in_one_line() {
        let said = "restored   database-1 into the database\nrows       7 of 2 organizations, compared\n\
                    files      3 into /there, 0 are in no file set\nin         0.3 s\n";
        for (said, expected) in [(said, "rows 7 of 2 organizations, files 3"), ("", "")] {
            assert_eq!(restored_words(said), expected);
        }
    }
}
