//! Steps are timed, and what they came to is kept, also of one that fails.

use std::time::Instant;

use anyhow::{Error, Result};
use chrono::{DateTime, Utc};
use shared::console::{StepOutcome, StepReport, TakeOverReport, TakeOverStep};

use crate::clock::Clock;

/// What a step that went well came to.
#[derive(Debug)]
pub enum Went<T> {
    /// It is done; in words.
    Done(T, String),
    /// There was nothing to do, and why.
    Skipped(T, String),
}

/// Notes the steps.
#[derive(Debug)]
pub struct Steps {
    clock: Clock,
    started: Instant,
    /// What is known so far.
    pub report: TakeOverReport,
}

/// A step failed: why is in the report.
#[derive(Debug)]
pub struct Failed(pub Error);

impl Steps {
    /// None is begun yet.
    pub fn begin(clock: &Clock, is_drill: bool) -> Self {
        let report = TakeOverReport {
            is_drill,
            began_at: clock.now(),
            seconds: 0.0,
            passed: false,
            epoch: None,
            last_commit: None,
            organizations: 0,
            rows: 0,
            files: 0,
            missing_files: 0,
            steps: Vec::new(),
        };
        Self { clock: clock.clone(), started: Instant::now(), report }
    }

    /// Does one.
    pub fn step<T>(
        &mut self,
        step: TakeOverStep,
        work: impl FnOnce(&mut TakeOverReport) -> Result<Went<T>>,
    ) -> Result<T, Failed> {
        let (began_at, started) = (self.clock.now(), Instant::now());
        let went = work(&mut self.report);
        let (outcome, details) = match &went {
            Ok(Went::Done(_, said)) => (StepOutcome::Done, said.clone()),
            Ok(Went::Skipped(_, said)) => (StepOutcome::Skipped, said.clone()),
            Err(error) => (StepOutcome::Failed, format!("{error:#}")),
        };
        self.note(step, began_at, started.elapsed().as_secs_f64(), outcome, details);
        match went {
            Ok(Went::Done(value, _) | Went::Skipped(value, _)) => Ok(value),
            Err(error) => Err(Failed(error)),
        }
    }

    fn note(
        &mut self,
        step: TakeOverStep,
        began_at: DateTime<Utc>,
        seconds: f64,
        outcome: StepOutcome,
        details: String,
    ) {
        tracing::info!(
            step = step.key(),
            seconds,
            outcome = outcome.key(),
            details,
            "a step of the take-over"
        );
        self.report.steps.push(StepReport { step, began_at, seconds, outcome, details });
    }

    /// All there is to say.
    pub fn end(mut self, passed: bool) -> TakeOverReport {
        self.report.passed = passed;
        self.report.seconds = self.started.elapsed().as_secs_f64();
        self.report
    }
}
