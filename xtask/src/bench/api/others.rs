//! How long people wait while others ask for a lot.

use anyhow::{Context as _, Result};

use super::{Bench, CONNECTIONS, LIST, TURN, median};
use crate::bench::ground::{LARGE, sign_in_request};
use crate::bench::load::{self, Account, Pace, Same, Script as Load};
use crate::bench::report::{Bar, Measure};

impl Bench<'_> {
    /// How long others wait for a page while passwords are checked.
    pub(super) fn sign_ins(&self) -> Result<Measure> {
        let stranger = Account { host: format!("{LARGE}.localhost"), token: String::new() };
        let sign_in = sign_in_request(&stranger, LARGE);
        let storm = || Same::on(CONNECTIONS, &sign_in, &[200, 429, 503]);
        self.beside("GET p99 during a storm of sign-ins / without", storm)
    }

    /// How long others wait while one organization asks for all that it can.
    pub(super) fn flood(&self) -> Result<Measure> {
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
        let (mut alone, mut beside, mut rates, mut shares) = (Vec::new(), Vec::new(), Vec::new(), None);
        for _ in 0..3 {
            alone.push(load::run(self.port(), quiet(), pace)?.within(0.99).as_secs_f64());
            let (scripts, port) = (trouble(), self.port());
            let storm = std::thread::spawn(move || load::run(port, scripts, Pace::full(TURN * 2 + TURN / 4)));
            let watch = self.watch()?;
            beside.push(load::run(self.port(), quiet(), pace)?.within(0.99).as_secs_f64());
            shares = Some(watch.stop()?);
            let storm = storm.join().map_err(|_| anyhow::anyhow!("the storm panicked"))??;
            rates.push(storm.rate());
        }
        let (alone, beside) = (median(&mut alone), median(&mut beside));
        let note = format!(
            "p99 {:.2} ms alone, {:.2} ms beside {:.0} requests/s; limited by {}",
            alone * 1000.0,
            beside * 1000.0,
            median(&mut rates),
            shares.context("no turn was taken")?.limit()
        );
        Ok(Measure::new(name, beside / alone, Bar::less(2.0, 1.3)).note(note))
    }
}
