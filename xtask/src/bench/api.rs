//! How fast the API is, beside the database that it stands on.
//!
//! Ratios of one run: pgbench says what the database does of the very transaction that the server opens, and the load
//! generator what is left of that through the server, in turn. All three share the machine.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::ValueEnum as _;
use serde_json::json;

use super::ground::{Ground, LARGE, SMALL, sign_in_request};
use super::load::{self, Account, Changes, Connection, Pace, Same, Script as Load, Times, expect};
use super::pgbench;
use super::process::{Parties, Shares, Watch, peak_memory};
use super::report::{Bar, Measure};
use super::statements::{self, PROJECT, PROJECTS_OF_ONE};
use crate::site::Server;
use crate::steps::Steps;

/// Connections that ask at once, of pgbench and of the load generator.
const CONNECTIONS: usize = 8;
/// The turns that pgbench and the load generator take, and how long each lasts.
const TURNS: usize = 4;
const TURN: Duration = Duration::from_secs(4);

const LIST: &str = "/api/v1/projects?limit=50";

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// From the start of the program until it answers.
    Start,
    /// One page of a list, at full and at 70 % load.
    List,
    /// One project.
    Item,
    /// A change with its history and audit rows.
    Change,
    /// The thousandth page of a list.
    FarPage,
    /// The list of an organization with many projects.
    LargeOrganization,
    /// A file of people.
    Import,
    /// Others beside a storm of sign-ins.
    SignIns,
    /// Others beside an organization that asks for all that it can.
    Flood,
    /// What the first screen of the app loads.
    FirstScreen,
}

impl Part {
    /// As it is typed.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// All of these, one after the other, and the memory that the server has held meanwhile.
pub fn measure(steps: &mut Steps, ground: &Ground, app: &Path, parts: &[Part]) -> Result<Vec<Measure>> {
    let mut measures = Vec::new();
    if parts.contains(&Part::Start) {
        measures.push(steps.quiet("starting cold", || cold_start(ground))?);
    }
    let server = ground.unlimited()?;
    let bench = Bench { ground, server: &server };
    let mut peaks = Vec::new();
    for part in parts {
        measures.extend(match part {
            Part::List => steps.quiet("one page of a list", || bench.list())?,
            Part::Item => vec![steps.quiet("one project", || bench.item())?],
            Part::Change => vec![steps.quiet("changing a project", || bench.change())?],
            Part::FarPage => vec![steps.quiet("a page far down the list", || bench.far_page())?],
            Part::LargeOrganization => {
                vec![steps.quiet("a large organization beside a small one", || bench.large_organization())?]
            }
            Part::Import => vec![steps.quiet("importing people", || bench.import())?],
            Part::SignIns => vec![steps.quiet("a storm of sign-ins", || bench.sign_ins())?],
            Part::Start | Part::Flood | Part::FirstScreen => continue,
        });
        peaks.push(format!("{:.0} after {}", megabytes(peak_memory(server.process())?), part.name()));
    }
    let peak = megabytes(peak_memory(server.process())?);
    drop(server);
    let memory = Measure::new("memory of the server at peak, MB", peak, Bar::less(150.0, 60.0));
    measures.push(memory.note(peaks.join(", ")));
    if parts.contains(&Part::Flood) {
        let server = ground.site.serve(&ground.log("limited.log"))?;
        let bench = Bench { ground, server: &server };
        measures.push(steps.quiet("one organization floods", || bench.flood())?);
    }
    if parts.contains(&Part::FirstScreen) {
        measures.push(first_screen(app)?);
    }
    Ok(measures)
}

struct Bench<'a> {
    ground: &'a Ground,
    server: &'a Server,
}

/// What one side did in its turns.
struct Ratio {
    of_database: f64,
    database: f64,
    server: f64,
    statements: usize,
    shares: Shares,
}

impl Bench<'_> {
    fn port(&self) -> u16 {
        self.ground.site.port
    }

    /// The server's rate by that of pgbench, in turn.
    fn ratio(&self, request: &[u8], load: impl Fn() -> Result<Vec<Box<dyn Load>>>) -> Result<Ratio> {
        // Caches fill, and PostgreSQL settles on its plans.
        load::run(self.port(), load()?, Pace::full(Duration::from_secs(1)))?;
        let (heard, began) = self.ground.listen(request)?;
        let script = statements::script(&heard, began)?;
        pgbench::rate(self.ground, &script, CONNECTIONS, Duration::from_secs(1))?;
        let (mut database, mut server, mut shares) = (Vec::new(), Vec::new(), None);
        for _ in 0..TURNS {
            database.push(pgbench::rate(self.ground, &script, CONNECTIONS, TURN)?);
            let scripts = load()?;
            let watch = Watch::start(Parties {
                server: self.server.process(),
                database: self.ground.cluster.process(),
            })?;
            server.push(load::run(self.port(), scripts, Pace::full(TURN))?.rate());
            shares = Some(watch.stop()?);
        }
        let (database, server) = (median(&mut database), median(&mut server));
        let shares = shares.context("no turn was taken")?;
        Ok(Ratio { of_database: server / database, database, server, statements: heard.len(), shares })
    }

    fn list(&self) -> Result<Vec<Measure>> {
        let account = self.ground.sign_in(SMALL)?;
        let request = account.request("GET", LIST, "", "");
        let ratio = self.ratio(&request, || Ok(Same::on(CONNECTIONS, &request, &[200])))?;
        let name = "list of 50 rows / pgbench";
        let list = Measure::new(name, ratio.of_database, Bar::more(0.45, 0.6)).note(ratio.spoken());
        let at_seventy = Pace::steady(TURN * 2, ratio.server * 0.7);
        let times = load::run(self.port(), Same::on(CONNECTIONS * 2, &request, &[200]), at_seventy)?;
        let (p50, p99) = (times.within(0.5), times.within(0.99));
        let tail = Measure::new("list at 70 % load, p99 / p50", by(p99, p50), Bar::less(6.0, 4.0));
        Ok(vec![list, tail.note(spoken(&times))])
    }

    fn item(&self) -> Result<Measure> {
        let account = self.ground.sign_in(SMALL)?;
        let request = account.request("GET", &format!("/api/v1/projects/{}", project(1)), "", "");
        let ratio = self.ratio(&request, || Ok(Same::on(CONNECTIONS, &request, &[200])))?;
        Ok(Measure::new("one project / pgbench", ratio.of_database, Bar::more(0.35, 0.5))
            .note(ratio.spoken()))
    }

    fn change(&self) -> Result<Measure> {
        let account = self.ground.sign_in(SMALL)?;
        let mut connection = Connection::open(self.port())?;
        // The last of the numbered ones, which no connection of the generator changes.
        let path = format!("/api/v1/projects/{}", project(999));
        let answer = connection.ask(&account.request("GET", &path, "", ""))?;
        expect(answer, &[200])?;
        let etag = answer.etag.clone().context("a project has no ETag")?;
        let body = r#"{"description":"Written once"}"#;
        let request = account.request("PATCH", &path, &format!("If-Match: {etag}\r\n"), body);
        let ratio = self.ratio(&request, || self.changes(&account))?;
        let name = "durable PATCH with history and audit / pgbench";
        Ok(Measure::new(name, ratio.of_database, Bar::more(0.3, 0.45)).note(ratio.spoken()))
    }

    /// For each connection projects of its own, in the version that each has now.
    fn changes(&self, account: &Account) -> Result<Vec<Box<dyn Load>>> {
        let mut connection = Connection::open(self.port())?;
        let mut scripts: Vec<Box<dyn Load>> = Vec::new();
        for number in 0..u32::try_from(CONNECTIONS)? {
            let mut projects = Vec::new();
            for one in 1..=PROJECTS_OF_ONE {
                let id = project(number * PROJECTS_OF_ONE + one);
                let answer =
                    connection.ask(&account.request("GET", &format!("/api/v1/projects/{id}"), "", ""))?;
                expect(answer, &[200])?;
                projects.push((id, answer.etag.clone().context("a project has no ETag")?));
            }
            scripts.push(Box::new(Changes::new(account, projects)));
        }
        Ok(scripts)
    }

    fn far_page(&self) -> Result<Measure> {
        let account = self.ground.sign_in(LARGE)?;
        let mut connection = Connection::open(self.port())?;
        let mut target = LIST.to_owned();
        for _ in 1..1000 {
            let answer = connection.ask(&account.request("GET", &target, "", ""))?;
            expect(answer, &[200])?;
            let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let next =
                page.get("next").and_then(serde_json::Value::as_str).context("the list ended too soon")?;
            target = format!("{LIST}&after={next}");
        }
        let name = "page 1,000 of a list / page 1, p50";
        self.against(name, Bar::less(1.5, 1.1), &account, &target, &account, LIST)
    }

    fn large_organization(&self) -> Result<Measure> {
        let (large, small) = (self.ground.sign_in(LARGE)?, self.ground.sign_in(SMALL)?);
        let name = "list, 100,000 projects / 1,000 projects, p50";
        self.against(name, Bar::less(2.0, 1.2), &large, LIST, &small, LIST)
    }

    /// The median time of one request by that of another, in turn.
    fn against(
        &self,
        name: &'static str,
        bar: Bar,
        one: &Account,
        one_target: &str,
        other: &Account,
        other_target: &str,
    ) -> Result<Measure> {
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            for (account, target, times) in [(one, one_target, &mut ones), (other, other_target, &mut others)]
            {
                let request = account.request("GET", target, "", "");
                let run = load::run(self.port(), Same::on(2, &request, &[200]), Pace::full(TURN / 2))?;
                times.push(run.within(0.5).as_secs_f64());
            }
        }
        let (one, other) = (median(&mut ones), median(&mut others));
        let note = format!("{:.2} ms and {:.2} ms", one * 1000.0, other * 1000.0);
        Ok(Measure::new(name, one / other, bar).note(note))
    }

    /// Rows a second of the largest file of people, validated and written or not at all.
    fn import(&self) -> Result<Measure> {
        const ROWS: u32 = 5_000;
        let mut speeds = Vec::new();
        for number in 31..=33 {
            let account = self.ground.sign_in(&format!("bench-{number}"))?;
            let mut connection = Connection::open(self.port())?;
            let confirmation = super::ground::password();
            expect(
                connection.ask(&account.request("POST", "/api/v1/session/confirm", "", &confirmation))?,
                &[204],
            )?;
            let mut file = "email,first_name,last_name,no_login\n".to_owned();
            for row in 1..=ROWS {
                writeln!(file, "imported-{row}@bench.example,Imported,Person {row},true")?;
            }
            let body = json!({"content": STANDARD.encode(file), "dry_run": false}).to_string();
            let request = account.request("POST", "/api/v1/users/import", "", &body);
            let started = Instant::now();
            expect(connection.ask(&request)?, &[200])?;
            speeds.push(f64::from(ROWS) / started.elapsed().as_secs_f64());
        }
        let name = "import of 5,000 people, all or nothing, rows/s";
        Ok(Measure::new(name, median(&mut speeds), Bar::more(20_000.0, 50_000.0)))
    }

    /// How long others wait for a page while passwords are checked.
    fn sign_ins(&self) -> Result<Measure> {
        let stranger = Account { host: format!("{LARGE}.localhost"), token: String::new() };
        let sign_in = sign_in_request(&stranger, LARGE);
        let storm = || Same::on(CONNECTIONS, &sign_in, &[200, 429, 503]);
        self.beside("GET p99 during a storm of sign-ins / without", storm)
    }

    /// How long others wait while one organization asks for all that it can.
    fn flood(&self) -> Result<Measure> {
        let one = self.ground.sign_in(LARGE)?;
        let flood = one.request("GET", LIST, "X-Forwarded-For: 10.9.9.9\r\n", "");
        let flood = || Same::on(CONNECTIONS * 4, &flood, &[200, 429, 503]);
        self.beside("other organizations' p99 while one floods / alone", flood)
    }

    /// The 99th percentile of what people of ten organizations ask for beside something else, by that without it.
    fn beside(&self, name: &'static str, trouble: impl Fn() -> Vec<Box<dyn Load>>) -> Result<Measure> {
        let mut requests = Vec::new();
        for number in 11..=20 {
            let account = self.ground.sign_in(&format!("bench-{number}"))?;
            // Each comes from a network of its own.
            requests.push(account.request("GET", LIST, &format!("X-Forwarded-For: 10.0.{number}.1\r\n"), ""));
        }
        // Fifteen a second of each: what the limits let a person have for as long as they like.
        let quiet = || -> Vec<Box<dyn Load>> {
            requests.iter().flat_map(|request| Same::on(1, request, &[200])).collect()
        };
        let pace = Pace::steady(TURN * 2, 150.0);
        let (mut alone, mut beside, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..3 {
            alone.push(load::run(self.port(), quiet(), pace)?.within(0.99).as_secs_f64());
            let (scripts, port) = (trouble(), self.port());
            let storm = std::thread::spawn(move || load::run(port, scripts, Pace::full(TURN * 2 + TURN / 4)));
            beside.push(load::run(self.port(), quiet(), pace)?.within(0.99).as_secs_f64());
            let storm = storm.join().map_err(|_| anyhow::anyhow!("the storm panicked"))??;
            rates.push(storm.rate());
        }
        let (alone, beside) = (median(&mut alone), median(&mut beside));
        let note = format!(
            "p99 {:.2} ms alone, {:.2} ms beside {:.0} requests/s",
            alone * 1000.0,
            beside * 1000.0,
            median(&mut rates)
        );
        Ok(Measure::new(name, beside / alone, Bar::less(2.0, 1.3)).note(note))
    }
}

impl Ratio {
    fn spoken(&self) -> String {
        let Self { database, server, statements, shares, .. } = self;
        format!("{server:.0}/s of {database:.0}/s, {statements} statements; limited by {}", shares.limit())
    }
}

fn cold_start(ground: &Ground) -> Result<Measure> {
    let mut times = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        let server = ground.unlimited()?;
        times.push(started.elapsed().as_secs_f64());
        drop(server);
    }
    Ok(Measure::new("cold start to ready, migrations done, s", median(&mut times), Bar::less(2.0, 0.5)))
}

/// All that the first screen loads, compressed as most browsers take it.
fn first_screen(app: &Path) -> Result<Measure> {
    let page = std::fs::read_to_string(app.join("index.html"))?;
    let mut names: Vec<&str> =
        page.split('"').filter_map(|text| text.strip_prefix('/')).filter(|name| !name.is_empty()).collect();
    names.push("index.html");
    names.sort_unstable();
    names.dedup();
    let mut bytes = 0;
    let mut notes = Vec::new();
    for name in names {
        let compressed = app.join(format!("{name}.br"));
        let file = if compressed.exists() { compressed } else { app.join(name) };
        let length = file.metadata().with_context(|| format!("the first screen names {name}"))?.len();
        bytes += length;
        notes.push(format!("{name} {} kB", length.div_ceil(1000)));
    }
    let kilobytes = f64::from(u32::try_from(bytes)?) / 1000.0;
    let measure = Measure::new("first screen, all assets, brotli, kB", kilobytes, Bar::less(900.0, 450.0));
    Ok(measure.note(notes.join(", ")))
}

fn project(number: u32) -> String {
    format!("{PROJECT}{number:012x}")
}

fn by(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn spoken(times: &Times) -> String {
    let milliseconds = |share| times.within(share).as_secs_f64() * 1000.0;
    format!(
        "p50 {:.2} ms, p99 {:.2} ms, {} answers at {:.0}/s",
        milliseconds(0.5),
        milliseconds(0.99),
        times.answers(),
        times.rate()
    )
}

fn megabytes(bytes: u64) -> f64 {
    u32::try_from(bytes / 1024).map_or(f64::INFINITY, |kilobytes| f64::from(kilobytes) / 1024.0)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
