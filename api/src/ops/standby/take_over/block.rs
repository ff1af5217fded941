//! The first step: nobody gets in any more, and production learns that a later epoch begins.

use anyhow::{Result, bail};
use shared::console::TakeOverReport;

use super::{Ground, Kind};
use crate::ops::{
    epoch::{self, Epoch},
    retention::Place,
    signing::Signers,
    standby::steps::Went,
};

impl Ground<'_> {
    /// The first step. Gives the epoch that begins, which is none of a drill.
    pub(super) fn block_access(&self, report: &mut TakeOverReport) -> Result<Went<i64>> {
        let proxy = self.plan.proxy.as_ref();
        let own = Signers::parse(&self.environment.attendance_key().public())?;
        let stores = [self.environment.store(Place::OffSite), self.environment.store(Place::Local)];
        let Kind::Activation { because, without_fence, .. } = &self.plan.kind else {
            let Some(proxy) = proxy else {
                return Ok(Went::Skipped(0, "no proxy is there for drills".to_owned()));
            };
            proxy.block("This is a drill.")?;
            return Ok(Went::Done(0, "the proxy of drills lets nobody in".to_owned()));
        };
        let mut latest = 1;
        for store in stores {
            // One that is out of reach is said below: nothing can be put there either.
            if let Ok(Some(said)) = epoch::latest([store], &own) {
                latest = latest.max(said.epoch);
            }
        }
        let (next, said, refused) = self.say_epoch(latest + 1, because);
        if said.is_empty() && !without_fence {
            bail!(
                "no store takes that epoch {} begins, so that the old environment may go on taking changes: {}",
                next,
                refused.join("; ")
            );
        }
        report.epoch = Some(next);
        let mut words = vec![format!("epoch {next} begins, as {} say", said.join(" and "))];
        words.extend(refused);
        match proxy {
            Some(proxy) => proxy.block(because)?,
            None => words.push("no proxy is told".to_owned()),
        }
        Ok(Went::Done(next, words.join("; ")))
    }

    /// Says in both stores that an epoch begins. Gives it, the stores that have taken it, and why others have not.
    pub(super) fn say_epoch(&self, epoch: i64, because: &str) -> (i64, Vec<String>, Vec<String>) {
        let next = Epoch {
            epoch,
            began_at: self.clock.now(),
            by: crate::config::shell_user(),
            because: because.to_owned(),
        };
        let (mut said, mut refused) = (Vec::new(), Vec::new());
        for store in [self.environment.store(Place::OffSite), self.environment.store(Place::Local)] {
            match epoch::say(store, &self.environment.attendance_key(), &next) {
                Ok(()) => said.push(store.name().to_owned()),
                Err(error) => refused.push(format!("{error:#}")),
            }
        }
        (epoch, said, refused)
    }
}
