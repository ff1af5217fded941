//! What production is made of: `docker-compose.yml`, the Caddyfiles, the units of systemd.
//!
//! That each service is hardened is read from the file itself, always. The programs that these files are for look at them
//! where they are installed; where one is not, that is said.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use yaml_rust2::{Yaml, YamlLoader};

use crate::exec;

/// Words in the name of a variable that holds a secret, unless it names a file.
const SECRET: [&str; 4] = ["PASSWORD", "SECRET", "TOKEN", "SMTP_URL"];
/// Run to their end, so there is no health to check.
const SHORT_LIVED: [&str; 2] = ["prepare", "operator"];
/// The one right that any service may be given back.
const RIGHT: &str = "NET_BIND_SERVICE";

/// The whole of it.
pub fn check(root: &Path) -> Result<()> {
    let text = fs::read_to_string(root.join("docker-compose.yml"))?;
    let complaints = complaints(&text)?;
    if !complaints.is_empty() {
        bail!("docker-compose.yml: {}", complaints.join("\ndocker-compose.yml: "));
    }
    println!("docker-compose.yml: each service is hardened");
    by_compose(root)?;
    by_caddy(root)?;
    by_systemd(root)
}

/// What is not as it should be, service by service.
fn complaints(text: &str) -> Result<Vec<String>> {
    let documents = YamlLoader::load_from_str(text).context("docker-compose.yml cannot be read")?;
    let document = documents.first().context("docker-compose.yml is empty")?;
    let services = document["services"].as_hash().context("docker-compose.yml has no services")?;
    let mut complaints = Vec::new();
    for (name, service) in services {
        let name = name.as_str().unwrap_or_default();
        complaints.extend(of_service(name, service).into_iter().map(|what| format!("{name} {what}")));
    }
    Ok(complaints)
}

fn of_service(name: &str, service: &Yaml) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            complaints.push(what.to_owned());
        }
    };
    let has = |key: &str, word: &str| {
        let list = get(service, key).and_then(Yaml::as_vec);
        list.is_some_and(|list| list.iter().any(|one| one.as_str() == Some(word)))
    };
    let user = get(service, "user").and_then(Yaml::as_str).unwrap_or_default();
    expect(!user.is_empty() && !user.starts_with('0') && !user.starts_with("root"), "runs as root");
    expect(get(service, "read_only").and_then(Yaml::as_bool) == Some(true), "may write to its own files");
    expect(has("cap_drop", "ALL"), "keeps rights of root");
    let added = get(service, "cap_add").and_then(Yaml::as_vec);
    let is_little = added.is_none_or(|added| added.iter().all(|one| one.as_str() == Some(RIGHT)));
    expect(is_little, "is given rights back");
    expect(has("security_opt", "no-new-privileges:true"), "may gain rights");
    expect(get(service, "privileged").is_none(), "is privileged");
    expect(get(service, "networks").is_some(), "is in the network of everybody");
    let memory = get(service, "deploy").map(|deploy| &deploy["resources"]["limits"]["memory"]);
    expect(memory.and_then(Yaml::as_str).is_some(), "may take all memory");
    let check = get(service, "healthcheck");
    let has_check = check.is_some_and(|check| check["test"].as_vec().is_some());
    let is_off = check.is_some_and(|check| check["disable"].as_bool() == Some(true));
    expect(has_check || (is_off && SHORT_LIVED.contains(&name)), "has no health check");
    let ports = get(service, "ports").and_then(Yaml::as_vec);
    let is_of_this_host = |port: &Yaml| port.as_str().is_some_and(|port| port.starts_with("127.0.0.1:"));
    let is_inside = ports.is_none_or(|ports| name == "console" && ports.iter().all(is_of_this_host));
    expect(name == "web" || is_inside, "is reached from outside");
    for (variable, value) in get(service, "environment").and_then(Yaml::as_hash).into_iter().flatten() {
        let (variable, value) = (variable.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
        let is_secret = SECRET.iter().any(|word| variable.contains(word)) && !variable.ends_with("_FILE");
        let has_password = value
            .split_once("://")
            .is_some_and(|(_, rest)| rest.split_once('@').is_some_and(|(user, _)| user.contains(':')));
        expect(!is_secret && !has_password, &format!("has a secret in its environment: {variable}"));
        if let Some(secret) = value.strip_prefix("/run/secrets/") {
            expect(has("secrets", secret), &format!("is not given the secret {secret}"));
        }
    }
    complaints
}

/// What a service says, or what it has taken over by `<<`.
fn get<'a>(service: &'a Yaml, key: &str) -> Option<&'a Yaml> {
    let own = &service[key];
    if !own.is_badvalue() {
        return Some(own);
    }
    let from = &service["<<"];
    if from.is_badvalue() { None } else { get(from, key) }
}

fn by_compose(root: &Path) -> Result<()> {
    let has_plugin = exec::succeeds(Command::new("docker").args(["compose", "version"]));
    let mut command = if has_plugin {
        let mut docker = Command::new("docker");
        docker.arg("compose");
        docker
    } else if exec::find("docker-compose").is_some() {
        Command::new("docker-compose")
    } else {
        println!("neither `docker compose` nor `docker-compose` is installed: it was not read by them");
        return Ok(());
    };
    exec::run(command.args(["--file", "docker-compose.yml", "config", "--quiet"]).current_dir(root))
}

fn by_caddy(root: &Path) -> Result<()> {
    if exec::find("caddy").is_none() {
        println!("caddy is not installed: the Caddyfiles were not read by it");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    for file in ["deploy/Caddyfile", "deploy/systemd/Caddyfile"] {
        let mut command = Command::new("caddy");
        command.args(["adapt", "--validate", "--adapter", "caddyfile", "--config", file]).current_dir(root);
        command.env("PORTICO_DOMAIN", "portico.example.org").env("XDG_DATA_HOME", folder.path());
        exec::output(&mut command).with_context(|| format!("caddy refuses {file}"))?;
    }
    println!("caddy takes the Caddyfiles");
    Ok(())
}

fn by_systemd(root: &Path) -> Result<()> {
    if exec::find("systemd-analyze").is_none() {
        println!("systemd-analyze is not installed: the units were not read by it");
        return Ok(());
    }
    // A program has to be where the unit says, so another one that is surely there stands for it.
    let folder = tempfile::tempdir()?;
    let mut units = Vec::new();
    for entry in fs::read_dir(root.join("deploy/systemd"))? {
        let path = entry?.path();
        let is_unit = path.extension().is_some_and(|ending| ending == "service" || ending == "target");
        if let (true, Some(name)) = (is_unit, path.file_name()) {
            // One of several is named by what stands behind the `@`.
            let name = name.to_string_lossy().replace("@.", "@8081.");
            let unit = folder.path().join(name);
            fs::write(&unit, fs::read_to_string(&path)?.replace("/usr/local/bin/portico", "/usr/bin/env"))?;
            units.push(unit);
        }
    }
    let mut command = Command::new("systemd-analyze");
    let said = command.args(["verify", "--man=no", "--recursive-errors=no"]).args(&units).output()?;
    let complaints = String::from_utf8_lossy(&said.stderr).into_owned();
    let ours: Vec<&str> = complaints.lines().filter(|line| line.contains("portico")).collect();
    if !said.status.success() || !ours.is_empty() {
        bail!("systemd-analyze verify: {complaints}");
    }
    println!("systemd takes the {} units", units.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "x-base: &base { read_only: true, cap_drop: [ALL], security_opt: ['no-new-privileges:true'] }
services:
  one:
    <<: *base
    user: '10:10'
    networks: [back]
    healthcheck: { test: [CMD, 'true'] }
    secrets: [word]
    environment: { URL: 'postgres://portico@database/portico', PASSWORD_FILE: /run/secrets/word }
    deploy: { resources: { limits: { memory: 1g } } }
";

    #[test]
    fn a_service_that_is_less_than_hardened_is_named() {
        assert_eq!(complaints(GOOD).unwrap(), Vec::<String>::new());
        for (from, to, expected) in [
            ("user: '10:10'", "user: '0'", "one runs as root"),
            ("    user: '10:10'\n", "", "one runs as root"),
            ("read_only: true", "read_only: false", "one may write to its own files"),
            ("cap_drop: [ALL]", "cap_drop: [CHOWN]", "one keeps rights of root"),
            ("networks: [back]", "networks: [back]\n    cap_add: [SYS_ADMIN]", "one is given rights back"),
            ("networks: [back]", "networks: [back]\n    ports: ['80:80']", "one is reached from outside"),
            ("    networks: [back]\n", "", "one is in the network of everybody"),
            ("memory: 1g", "cpus: '1'", "one may take all memory"),
            ("test: [CMD, 'true']", "disable: true", "one has no health check"),
            ("portico@database", "portico:word@database", "one has a secret in its environment: URL"),
            ("PASSWORD_FILE", "PASSWORD", "one has a secret in its environment: PASSWORD"),
            ("secrets: [word]", "secrets: [other]", "one is not given the secret word"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            assert_eq!(complaints(&GOOD.replace(from, to)).unwrap(), [expected]);
        }
    }
}
