//! What may come into the house: licences, sources, and the direction of dependencies.
//!
//! `deny.toml` holds the lists. `cargo deny` reads it too and says more (banned crates, advisories), so it
//! is run where it is installed; building it takes longer than all the other checks of a warm run
//! together, so where it is not, the lists are checked here, from what Cargo says of the dependencies.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::exec;

/// How Cargo names crates.io; crates of the workspace have no source.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What a crate of the workspace must not reach, on whatever path: `web -> shared <- api`, and `xtask`
/// must build before PostgreSQL's client library is there.
const OUT_OF_REACH: [(&str, &[&str]); 4] = [
    ("shared", &["actix-web", "diesel", "leptos"]),
    ("web", &["actix-web", "diesel", "api"]),
    ("api", &["leptos", "web"]),
    ("xtask", &["diesel", "pq-sys", "api", "web"]),
];

/// What npm installs for the journeys and for the tools around OpenAPI.
const LOCKS: [&str; 2] = ["e2e/package-lock.json", "openapi/package-lock.json"];

/// The generated client, which is no member of the workspace.
const CLIENT: &str = "openapi/clients/rust/Cargo.toml";

/// The whole part.
pub fn check(root: &Path) -> Result<()> {
    let allowed = allowed_licences(&fs::read_to_string(root.join("deny.toml"))?)?;
    let (workspace, client) = (metadata(root, "Cargo.toml")?, metadata(root, CLIENT)?);
    let (packages, of_client) = (packages(&workspace)?, packages(&client)?);
    let mut complaints: Vec<String> =
        packages.iter().chain(of_client).filter_map(|package| complaint_about(package, &allowed)).collect();
    complaints.extend(wrong_directions(&workspace, packages)?);
    for lock in LOCKS {
        complaints.extend(hosts_in_lock(root, lock)?);
    }
    if !complaints.is_empty() {
        complaints.sort();
        bail!("{}", complaints.join("\n"));
    }
    println!(
        "{} packages, and {} of the generated client: licences, sources and directions are in order",
        packages.len(),
        of_client.len()
    );
    cargo_deny(root)
}

/// What Cargo says of a workspace and all that it needs.
fn metadata(root: &Path, manifest: &str) -> Result<Value> {
    let mut cargo = exec::cargo(root);
    cargo.args(["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest]);
    Ok(serde_json::from_str(&exec::output(&mut cargo)?)?)
}

fn packages(metadata: &Value) -> Result<&Vec<Value>> {
    metadata.get("packages").and_then(Value::as_array).context("Cargo lists no packages")
}

fn cargo_deny(root: &Path) -> Result<()> {
    if exec::find("cargo-deny").is_none() {
        println!("cargo-deny is not installed: bans and advisories were not looked at");
        return Ok(());
    }
    exec::run(exec::cargo(root).args(["deny", "check", "bans", "licenses", "sources"]))?;
    // The list of advisories comes from a Git host, which not every network reaches.
    if exec::run(exec::cargo(root).args(["deny", "fetch", "db"])).is_err() {
        println!("the list of advisories cannot be fetched here: it was not looked at");
        return Ok(());
    }
    exec::run(exec::cargo(root).args(["deny", "check", "--disable-fetch", "advisories"]))
}

fn allowed_licences(deny: &str) -> Result<HashSet<String>> {
    let deny: toml::Table = deny.parse().context("deny.toml cannot be read")?;
    let list =
        deny.get("licenses").and_then(|licences| licences.get("allow")).and_then(toml::Value::as_array);
    let list = list.context("deny.toml has no list licenses.allow")?;
    Ok(list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

fn complaint_about(package: &Value, allowed: &HashSet<String>) -> Option<String> {
    let name = text(package, "name");
    if package.get("source").is_some_and(|source| !source.is_null() && *source != CRATES_IO) {
        return Some(format!("{name} comes from {}, which is not crates.io", text(package, "source")));
    }
    let licence = text(package, "license");
    match is_allowed(licence, allowed) {
        Ok(true) => None,
        Ok(false) => Some(format!("{name} is under `{licence}`, which deny.toml does not allow")),
        Err(error) => Some(format!("{name} states its licence as `{licence}`: {error}")),
    }
}

fn is_allowed(licence: &str, allowed: &HashSet<String>) -> Result<bool> {
    // Lax, because older crates write `MIT/Apache-2.0`.
    let expression = spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX);
    Ok(expression?.evaluate(|requirement| allowed.contains(&requirement.to_string())))
}

fn wrong_directions(metadata: &Value, packages: &[Value]) -> Result<Vec<String>> {
    let names: HashMap<&str, &str> =
        packages.iter().map(|package| (text(package, "id"), text(package, "name"))).collect();
    let nodes =
        metadata.pointer("/resolve/nodes").and_then(Value::as_array).context("Cargo resolved nothing")?;
    let edges: HashMap<&str, Vec<&str>> = nodes
        .iter()
        .map(|node| {
            let targets = node.get("dependencies").and_then(Value::as_array);
            (text(node, "id"), targets.into_iter().flatten().filter_map(Value::as_str).collect())
        })
        .collect();
    let mut complaints = vec![];
    for (from, forbidden) in OUT_OF_REACH {
        let start = names.iter().find(|(_, name)| **name == from).map(|(id, _)| *id);
        let start = start.with_context(|| format!("the workspace has no crate {from}"))?;
        let reached: HashSet<&str> =
            reachable(start, &edges).iter().filter_map(|id| names.get(id)).copied().collect();
        let wrong = forbidden.iter().filter(|name| reached.contains(**name));
        complaints.extend(wrong.map(|name| format!("{from} must not depend on {name}")));
    }
    Ok(complaints)
}

fn reachable<'a>(start: &'a str, edges: &HashMap<&str, Vec<&'a str>>) -> HashSet<&'a str> {
    let (mut seen, mut open) = (HashSet::new(), vec![start]);
    while let Some(next) = open.pop() {
        for target in edges.get(next).into_iter().flatten() {
            if seen.insert(*target) {
                open.push(*target);
            }
        }
    }
    seen
}

/// A lock file that names hosts would send everyone to the registry of the person who wrote it.
fn hosts_in_lock(root: &Path, lock: &str) -> Result<Vec<String>> {
    let unreadable = || format!("{lock} cannot be read");
    let content = fs::read_to_string(root.join(lock)).with_context(unreadable)?;
    let content: Value = serde_json::from_str(&content).with_context(unreadable)?;
    let packages = content.get("packages").and_then(Value::as_object).into_iter().flatten();
    Ok(packages
        .filter(|(_, package)| package.get("resolved").is_some())
        .map(|(name, _)| format!("{lock} names a host for {name}"))
        .collect())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed() -> HashSet<String> {
        allowed_licences("[licenses]\nallow = [\"MIT\", \"Apache-2.0\", \"Apache-2.0 WITH LLVM-exception\"]")
            .unwrap()
    }

    #[test]
    fn one_allowed_alternative_is_enough_and_every_part_of_a_conjunction_counts() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "Apache-2.0 WITH LLVM-exception",
            "MIT AND Apache-2.0",
        ] {
            assert!(is_allowed(good, &allowed()).unwrap(), "{good}");
        }
        for bad in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MPL-2.0"] {
            assert!(!is_allowed(bad, &allowed()).unwrap(), "{bad}");
        }
        assert!(is_allowed("", &allowed()).is_err());
    }

    #[test]
    fn another_source_than_crates_io_is_refused() {
        let package = |source: Value| serde_json::json!({ "name": "x", "license": "MIT", "source": source });
        assert_eq!(complaint_about(&package(Value::Null), &allowed()), None);
        assert_eq!(complaint_about(&package(CRATES_IO.into()), &allowed()), None);
        assert!(complaint_about(&package("git+https://example.org/x".into()), &allowed()).is_some());
    }

    #[test]
    fn reach_goes_over_many_steps_and_survives_circles() {
        let edges = HashMap::from([("a", vec!["b"]), ("b", vec!["c", "a"]), ("d", vec!["a"])]);
        assert_eq!(reachable("a", &edges), HashSet::from(["a", "b", "c"]));
    }
}
