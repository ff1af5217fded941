//! What is left of the database's rate through the server, and how long answers take below it.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::{Bench, CONNECTIONS, LIST, TURN, TURNS, median};
use crate::bench::ground::{SMALL, sign_of_life};
use crate::bench::load::{
    self, Account, Changes, Connection, Pace, Same, Script as Load, Tail, Times, expect,
};
use crate::bench::pgbench;
use crate::bench::process::Shares;
use crate::bench::report::{Bar, Measure};
use crate::bench::statements::{self, PROJECT, PROJECTS_OF_ONE, Script};

/// The part of the highest rate at which the tail is measured.
const LOAD: f64 = 0.7;

/// What one side did in its turns.
struct Ratio {
    of_database: f64,
    database: f64,
    server: f64,
    statements: usize,
    shares: Shares,
    script: Script,
}

impl Bench<'_> {
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
            let watch = self.watch()?;
            server.push(load::run(self.port(), scripts, Pace::full(TURN))?.rate());
            shares = Some(watch.stop()?);
        }
        let (database, server) = (median(&mut database), median(&mut server));
        let shares = shares.context("no turn was taken")?;
        Ok(Ratio {
            of_database: server / database,
            database,
            server,
            statements: heard.len(),
            shares,
            script,
        })
    }

    pub(super) fn list(&self) -> Result<Vec<Measure>> {
        let account = self.ground.sign_in(SMALL)?;
        let request = account.request("GET", LIST, "", "");
        let ratio = self.ratio(&request, || Ok(Same::on(CONNECTIONS, &request, &[200])))?;
        let name = "list of 50 rows / pgbench";
        let list = Measure::new(name, ratio.of_database, Bar::more(0.45, 0.6)).note(ratio.spoken());
        Ok(vec![list, self.tail(&request, &ratio)?])
    }

    /// How much longer the slowest answers take than most, where less is asked than could be answered. Beside it stands
    /// the same of the database alone, and of answers that take no work: what is no better there is not the server's.
    fn tail(&self, request: &[u8], ratio: &Ratio) -> Result<Measure> {
        let pace = Pace::steady(TURN, ratio.server * LOAD);
        let alive = sign_of_life();
        let (mut lists, mut alone, mut idle) = (Vec::new(), Vec::new(), Vec::new());
        let mut shares = None;
        for _ in 0..TURNS {
            let watch = self.watch()?;
            lists.push(load::run(self.port(), Same::on(CONNECTIONS * 2, request, &[200]), pace)?);
            shares = Some(watch.stop()?);
            let rate = ratio.database * LOAD;
            alone.push(pgbench::steady(self.ground, &ratio.script, CONNECTIONS * 2, TURN, rate)?);
            idle.push(load::run(self.port(), Same::on(CONNECTIONS * 2, &alive, &[200]), pace)?);
        }
        let tail = median(&mut lists.iter().map(Times::tail).collect::<Vec<_>>());
        let (list, database, nothing) = (Tail::of(&lists), Tail::of(&alone), Tail::of(&idle));
        let limit = if nothing.wait() >= list.wait() / 2.0 {
            "the machine and the generator, where answers that take no work wait too"
        } else if database.wait() >= list.wait() / 2.0 {
            "the cores, for which transactions without a server wait too"
        } else {
            "requests that wait for each other in the server"
        };
        let parts = format!(
            "list {}; pgbench at 70 % of its own rate {}; /livez as often {}",
            list.spoken(),
            database.spoken(),
            nothing.spoken()
        );
        let shares = shares.context("no turn was taken")?.parts();
        let measure = Measure::new("list at 70 % load, p99 / p50", tail, Bar::less(6.0, 4.0));
        Ok(measure.note(parts).note(format!("limited by {limit} ({shares})")))
    }

    pub(super) fn item(&self) -> Result<Measure> {
        let account = self.ground.sign_in(SMALL)?;
        let request = account.request("GET", &format!("/api/v1/projects/{}", project(1)), "", "");
        let ratio = self.ratio(&request, || Ok(Same::on(CONNECTIONS, &request, &[200])))?;
        Ok(Measure::new("one project / pgbench", ratio.of_database, Bar::more(0.35, 0.5))
            .note(ratio.spoken()))
    }

    pub(super) fn change(&self) -> Result<Measure> {
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
}

impl Ratio {
    fn spoken(&self) -> String {
        let Self { database, server, statements, shares, .. } = self;
        format!("{server:.0}/s of {database:.0}/s, {statements} statements; limited by {}", shares.limit())
    }
}

fn project(number: u32) -> String {
    format!("{PROJECT}{number:012x}")
}
