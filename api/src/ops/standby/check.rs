//! The general check: in a copy of what was brought back, somebody of an organization made for it signs in and works, by the
//! same API that everybody uses. What was brought back itself is not touched.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use ureq::{Agent, http::Method};

use super::program::Program;
use crate::{clock, db::looking, ops::stream::recover::Running};

const SLUG: &str = "general-check";
const DOMAIN: &str = "localhost";
const EMAIL: &str = "check@portico.invalid";
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is checked, and by what.
#[derive(Debug)]
pub struct Check<'a> {
    /// What was brought back.
    pub running: &'a Running,
    /// Its database.
    pub database: &'a str,
    /// The program.
    pub program: &'a Path,
    /// Its app, where there is one.
    pub app: Option<&'a Path>,
    /// Where files were brought to.
    pub files: &'a Path,
    /// A folder for what is needed meanwhile, which is not there yet.
    pub aside: &'a Path,
}

impl Check<'_> {
    /// Checks, and gives in words what was done. `meanwhile` is done while the server runs, and given its address.
    pub fn check<T>(&self, meanwhile: impl FnOnce(&str) -> Result<T>) -> Result<(T, String)> {
        let url = |role: &str, database: &str| self.running.url(role, database);
        fs::create_dir(self.aside).with_context(|| self.aside.display().to_string())?;
        let work = Work {
            url: &|role| url(role, looking::NAME),
            program: self.program,
            app: self.app,
            files: self.files,
            aside: self.aside,
        };
        let checked = looking::make(&url, self.database).and_then(|()| work.serve(meanwhile));
        // Also where it failed: what was brought back is as it was.
        let dropped = looking::remove(&url, self.database);
        fs::remove_dir_all(self.aside)?;
        let checked = checked?;
        dropped?;
        Ok(checked)
    }
}

/// Somebody works in a database, whose content is nobody's any more afterwards.
#[expect(missing_debug_implementations, reason = "addresses may hold passwords")]
pub struct Work<'a> {
    /// Its address for a role.
    pub url: &'a dyn Fn(&str) -> String,
    /// The program.
    pub program: &'a Path,
    /// Its app, where there is one.
    pub app: Option<&'a Path>,
    /// Where files are.
    pub files: &'a Path,
    /// A folder for what is needed meanwhile.
    pub aside: &'a Path,
}

impl Work<'_> {
    /// Has it done, and gives in words what was. `meanwhile` is done while the server runs, and given its address.
    pub fn serve<T>(&self, meanwhile: impl FnOnce(&str) -> Result<T>) -> Result<(T, String)> {
        let keys = self.aside.join("keys").display().to_string();
        let url = self.url;
        let password = password();
        let program = Program::new(self.program)
            .with("PORTICO_KEYS_DIR", keys)
            .with("PORTICO_OWNER_DATABASE_URL", url("portico_owner"))
            .with("PORTICO_OPERATOR_DATABASE_URL", url("portico_operator"))
            .with("PORTICO_INITIAL_PASSWORD", password.clone());
        program.run(&["keys", "create"])?;
        program.run(&["migrate"])?;
        let organization = ["--slug", SLUG, "--name", "General check", "--admin-email", EMAIL];
        let admin = [
            "--admin-first-name",
            "General",
            "--admin-last-name",
            "Check",
            "--licence",
            "full_access=unlimited",
        ];
        program.run(&[&["org", "create"][..], &organization, &admin].concat())?;
        let mut serving = Program::new(self.program)
            .with("DATABASE_URL", url("portico_app"))
            .with("PORTICO_KEYS_DIR", self.aside.join("keys").display().to_string())
            .with("PORTICO_FILES_DIR", self.files.display().to_string())
            .with("PORTICO_DOMAIN", DOMAIN);
        if let Some(app) = self.app {
            serving = serving.with("PORTICO_APP_DIR", app.display().to_string());
        }
        let server = serving.serve(&self.aside.join("server.log"))?;
        let address = server.address.to_string();
        let worked = work(&address, &password, self.app.is_some());
        let did = worked.and_then(|said| Ok((meanwhile(&address)?, said)));
        server.stop()?;
        did
    }
}

fn password() -> String {
    let mut bytes = [0; 24];
    clock::random(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs in, and makes, finds, changes and removes a project.
fn work(address: &str, password: &str, has_app: bool) -> Result<String> {
    let agent: Agent =
        Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().into();
    let mut client = Client { agent, address, token: None };
    if has_app {
        let page = client.get("/")?;
        ensure!(
            page.contains("<!DOCTYPE html>") || page.contains("<!doctype html>"),
            "the app is not served"
        );
    }
    let signed_in =
        client.json(Method::POST, "/session", None, &json!({"email": EMAIL, "password": password}))?;
    let token = signed_in.get("access_token").and_then(Value::as_str);
    client.token = Some(token.context("the sign-in gives no token")?.to_owned());
    let made = client.json(Method::POST, "/projects", None, &json!({"name": "General check"}))?;
    let id = made.get("id").and_then(Value::as_str).context("the project has no id")?;
    let path = format!("/projects/{id}");
    let version =
        |project: &Value| project.get("version").and_then(Value::as_i64).context("it has no version");
    let read = client.json(Method::GET, &path, None, &Value::Null)?;
    ensure!(read.get("name") == Some(&json!("General check")), "the project was read back as {read}");
    let change = json!({"name": "Checked"});
    let changed = client.json(Method::PATCH, &path, Some(version(&read)?), &change)?;
    ensure!(changed.get("name") == Some(&json!("Checked")), "the project was changed into {changed}");
    let listed = client.json(Method::GET, "/projects", None, &Value::Null)?;
    ensure!(listed.to_string().contains("\"Checked\""), "the project is not in the list");
    client.json(Method::DELETE, &path, Some(version(&changed)?), &Value::Null)?;
    client.json(Method::DELETE, "/session", None, &Value::Null)?;
    Ok("somebody signed in, and made, read, changed, listed and removed a project".to_owned())
}

struct Client<'a> {
    agent: Agent,
    address: &'a str,
    token: Option<String>,
}

impl Client<'_> {
    fn get(&self, path: &str) -> Result<String> {
        self.send(Method::GET, path, None, Vec::new())
    }

    fn json(&self, method: Method, path: &str, version: Option<i64>, body: &Value) -> Result<Value> {
        let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body)? };
        let text = self.send(method, &format!("/api/v1{path}"), version, bytes)?;
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    fn send(&self, method: Method, path: &str, version: Option<i64>, body: Vec<u8>) -> Result<String> {
        let about = format!("{method} {path}");
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("host", format!("{SLUG}.{DOMAIN}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let mut answer = self.agent.run(request.body(body)?).with_context(|| about.clone())?;
        let status = answer.status();
        let text = answer.body_mut().read_to_string().with_context(|| about.clone())?;
        if !status.is_success() {
            bail!("{about} was answered with {status}: {text}");
        }
        Ok(text)
    }
}
