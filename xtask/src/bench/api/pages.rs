//! Lists that have far to go.

use anyhow::{Context as _, Result};

use super::{Bench, LIST, TURN, TURNS, median};
use crate::bench::ground::{LARGE, SMALL};
use crate::bench::load::{self, Account, Connection, Pace, Same, expect};
use crate::bench::report::{Bar, Measure};

impl Bench<'_> {
    pub(super) fn far_page(&self) -> Result<Measure> {
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

    pub(super) fn large_organization(&self) -> Result<Measure> {
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
        let (mut ones, mut others, mut shares) = (Vec::new(), Vec::new(), None);
        for _ in 0..TURNS {
            for (account, target, times) in [(one, one_target, &mut ones), (other, other_target, &mut others)]
            {
                let request = account.request("GET", target, "", "");
                let watch = self.watch()?;
                let run = load::run(self.port(), Same::on(2, &request, &[200]), Pace::full(TURN / 2))?;
                times.push(run.within(0.5).as_secs_f64());
                shares.get_or_insert(watch.stop()?);
            }
        }
        let (one, other) = (median(&mut ones), median(&mut others));
        let limit = shares.context("no turn was taken")?.limit();
        let note = format!("{:.2} ms and {:.2} ms; limited by {limit}", one * 1000.0, other * 1000.0);
        Ok(Measure::new(name, one / other, bar).note(note))
    }
}
