//! What is done once: a start, the first screen, an import.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{Bench, median};
use crate::bench::ground::{self, Ground};
use crate::bench::load::{Connection, expect};
use crate::bench::process::processor_time;
use crate::bench::report::{Bar, Measure};
use crate::weight::Weight;

impl Bench<'_> {
    /// Rows a second of the largest file of people, validated and written or not at all.
    pub(super) fn import(&self) -> Result<Measure> {
        const ROWS: u32 = 5_000;
        let (mut speeds, mut shares) = (Vec::new(), None);
        for number in 31..=33 {
            let account = self.ground.sign_in(&format!("bench-{number}"))?;
            let mut connection = Connection::open(self.port())?;
            let confirmation = ground::password();
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
            let (watch, started) = (self.watch()?, Instant::now());
            expect(connection.ask(&request)?, &[200])?;
            speeds.push(f64::from(ROWS) / started.elapsed().as_secs_f64());
            shares = Some(watch.stop()?);
        }
        let name = "import of 5,000 people, all or nothing, rows/s";
        let limit = shares.context("no file was brought")?.limit_of_one();
        let measure = Measure::new(name, median(&mut speeds), Bar::more(20_000.0, 50_000.0));
        Ok(measure.note(format!("limited by {limit}")))
    }
}

pub(super) fn cold_start(ground: &Ground) -> Result<Measure> {
    let (mut times, mut own) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let started = Instant::now();
        let server = ground.unlimited()?;
        times.push(started.elapsed().as_secs_f64());
        own.push(processor_time(server.process())?.as_secs_f64());
    }
    let (took, own) = (median(&mut times), median(&mut own));
    let limit = if own > took / 2.0 { "the server's processor time" } else { "waiting for the database" };
    let measure = Measure::new("cold start to ready, migrations done, s", took, Bar::less(2.0, 0.5));
    Ok(measure.note(format!("limited by {limit} ({own:.2} s of processor time)")))
}

/// All that the sign-in loads, and beside it what comes with the first screen of those who are signed in.
pub(super) fn first_screen(app: &Path) -> Result<Measure> {
    let (first, home) = (Weight::of_first_screen(app)?, Weight::of_home(app)?);
    let bar = Bar::less(900.0, 450.0);
    let measure = Measure::new("first screen, all assets, brotli, kB", first.kilobytes()?, bar);
    let signed_in = first.kilobytes()? + home.kilobytes()?;
    let measure = measure.note(first.to_string()).note(format!("limited by {}", first.heaviest()));
    Ok(measure.note(format!("{signed_in:.0} kB with Home, signed in: {home}")))
}
