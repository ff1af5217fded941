//! The weekly drill: the whole installation is brought back from off-site, somebody works in it, and it is thrown away.

use anyhow::anyhow;
use chrono::TimeDelta;
use shared::console::LongAction;

use super::{Attendant, Look, is_over};
use crate::ops::{
    book::Action,
    retention::Place,
    standby::{
        Kind, Plan,
        proxy::Proxy,
        take_over::{DRILL_EVERY, take_over},
    },
    stream::recover::{self, To},
};

/// What it is called.
const DRILL: &str = "the drill";
/// How long after one that failed it is tried again.
const AGAIN: TimeDelta = TimeDelta::days(1);

impl Attendant {
    /// Drills, where it is time to, and there is a base backup to begin with.
    pub(super) fn drill(&mut self, look: &mut Look) {
        let (now, Some(config)) = (self.clock.now(), self.drills.clone()) else { return };
        let (last, every) = match &self.drilled {
            None => (None, DRILL_EVERY),
            Some(drilled) if drilled.passed => (Some(drilled.began_at), DRILL_EVERY),
            Some(drilled) => (Some(drilled.began_at), AGAIN),
        };
        if !is_over(last, every, now) {
            return;
        }
        match self.environment.bases(Place::OffSite) {
            Ok(bases) if !bases.is_empty() => {}
            // That they cannot be listed is said elsewhere.
            Ok(_) | Err(_) => return,
        }
        let plan = Plan {
            kind: Kind::Drill,
            to: To::End,
            from: Place::OffSite,
            mirror: None,
            directory: config.directory,
            files: None,
            database: "portico".to_owned(),
            proxy: config.proxy.map(Proxy::new),
            program: config.program,
        };
        let subject = "the end of the stream";
        let telling = self.tells(LongAction::Drill, subject, plan.from);
        let (report, outcome) = {
            let until_stopped = recover::Silent { is_cancelled: self.cancelled.clone() };
            let mut watcher = recover::Both(until_stopped, telling.watcher());
            take_over(&self.config, &plan, &self.clock, &mut watcher)
        };
        self.told(telling);
        if self.cancelled.check().is_err() {
            // The process stops: it says nothing of how well the installation could be brought back.
            return;
        }
        let details = serde_json::json!({ "report": report });
        match &outcome {
            Ok(()) => self.note(Action::Drill, subject, &details),
            Err(error) => self.note_failed(Action::Drill, subject, &details, &format!("{error:#}")),
        }
        look.drilled = Some(report.passed);
        if report.passed {
            self.drill_passed_at = Some(report.began_at);
        }
        self.drilled = Some(report);
        // Said once that it failed, and once that one has passed.
        self.judge(DRILL, |_| outcome.map_err(|error| anyhow!("{error:#}")));
    }
}
