//! What was measured, as a table for people and as JSON for later runs.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

use anyhow::Result;
use serde_json::{Value, json};

use super::process::now;
use crate::{exec, steps};

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    More,
    Less,
}

/// What is promised. See `quality.md` of the design notes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    pub better: Better,
    pub floor: f64,
    pub goal: Option<f64>,
}

impl Bar {
    /// A figure that should be large.
    pub const fn more(floor: f64, goal: f64) -> Self {
        Self { better: Better::More, floor, goal: Some(goal) }
    }

    /// A figure that should be small.
    pub const fn less(floor: f64, goal: f64) -> Self {
        Self { better: Better::Less, floor, goal: Some(goal) }
    }

    /// A figure that should be large, and is not to be below this.
    pub const fn at_least(floor: f64) -> Self {
        Self { better: Better::More, floor, goal: None }
    }

    /// A figure that should be small, and is not to be above this.
    pub const fn at_most(floor: f64) -> Self {
        Self { better: Better::Less, floor, goal: None }
    }

    fn is_met(self, value: f64, bound: f64) -> bool {
        match self.better {
            Better::More => value >= bound,
            Better::Less => value <= bound,
        }
    }

    /// How the value stands to the promise.
    pub fn judge(self, value: f64) -> Verdict {
        if self.goal.is_some_and(|goal| self.is_met(value, goal)) {
            Verdict::Goal
        } else if self.is_met(value, self.floor) {
            Verdict::Floor
        } else {
            Verdict::Missed
        }
    }
}

/// How a value stands to its promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Goal,
    Floor,
    Missed,
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Goal => "goal",
            Self::Floor => "ok",
            Self::Missed => "MISSED",
        })
    }
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Measure {
    pub name: &'static str,
    pub value: f64,
    pub bar: Bar,
    /// What it is made of, and what holds it back.
    pub notes: Vec<String>,
}

impl Measure {
    pub fn new(name: &'static str, value: f64, bar: Bar) -> Self {
        Self { name, value, bar, notes: Vec::new() }
    }

    /// With a line of explanation.
    pub fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "value": self.value,
            "floor": self.bar.floor,
            "goal": self.bar.goal,
            "better": if self.bar.better == Better::More { "more" } else { "less" },
            "verdict": self.bar.judge(self.value).to_string(),
            "notes": self.notes,
        })
    }
}

/// The one in the middle.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the table, keeps the figures in a file, and fails where a floor was missed.
pub fn publish(root: &Path, private: &Path, what: &str, measures: &[Measure]) -> Result<ExitCode> {
    println!("\n{}", steps::strong(&format!("{:<58}{:>12}{:>12}{:>12}", "", "measured", "floor", "goal")));
    for measure in measures {
        let Measure { name, value, bar, notes } = measure;
        let goal = bar.goal.map(spoken).unwrap_or_default();
        println!(
            "{name:<58}{:>12}{:>12}{goal:>12}  {}",
            spoken(*value),
            spoken(bar.floor),
            bar.judge(*value)
        );
        for note in notes {
            println!("    {note}");
        }
    }
    let file = keep(root, private, what, measures)?;
    println!("\nkept in {}", file.display());
    let missed = measures.iter().any(|measure| measure.bar.judge(measure.value) == Verdict::Missed);
    Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn spoken(value: f64) -> String {
    if value.abs() < 1000.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

fn keep(root: &Path, private: &Path, what: &str, measures: &[Measure]) -> Result<PathBuf> {
    let at = now().duration_since(UNIX_EPOCH)?.as_secs();
    let commit =
        exec::output(std::process::Command::new("git").args(["rev-parse", "HEAD"]).current_dir(root));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let result = json!({
        "bench": what,
        "at": at,
        // A copy without its history still has figures.
        "commit": commit.ok().map(|commit| commit.trim().to_owned()),
        "cores": cores,
        "measures": measures.iter().map(Measure::to_json).collect::<Vec<_>>(),
    });
    let folder = private.join("bench");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{what}-{at}.json"));
    std::fs::write(&file, serde_json::to_string_pretty(&result)?)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_judged_in_its_direction() {
        let (more, less) = (Bar::more(0.45, 0.6), Bar::less(6.0, 4.0));
        for (bar, value, verdict) in [
            (more, 0.61, Verdict::Goal),
            (more, 0.6, Verdict::Goal),
            (more, 0.5, Verdict::Floor),
            (more, 0.44, Verdict::Missed),
            (less, 3.9, Verdict::Goal),
            (less, 5.0, Verdict::Floor),
            (less, 6.1, Verdict::Missed),
        ] {
            assert_eq!(bar.judge(value), verdict, "{value}");
        }
    }
}
