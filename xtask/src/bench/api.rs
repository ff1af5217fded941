//! How fast the API is, beside the database that it stands on.
//!
//! Ratios of one run: pgbench says what the database does of the very transaction that the server opens, and the load
//! generator what is left of that through the server, in turn. All three share the machine.

mod once;
mod others;
mod pages;
mod ratios;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use clap::ValueEnum as _;

use super::ground::Ground;
use super::process::{Memory, Parties, Watch};
use super::report::{Bar, Measure, median};
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
        measures.push(steps.quiet("starting cold", || once::cold_start(ground))?);
    }
    let server = ground.unlimited()?;
    let bench = Bench { ground, server: &server };
    let mut peaks = vec![("start".to_owned(), Memory::peak(server.process())?)];
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
        peaks.push((part.name(), Memory::peak(server.process())?));
    }
    drop(server);
    measures.push(memory(&peaks));
    if parts.contains(&Part::Flood) {
        let server = ground.site.serve(&ground.log("limited.log"))?;
        let bench = Bench { ground, server: &server };
        measures.push(steps.quiet("one organization floods", || bench.flood())?);
    }
    if parts.contains(&Part::FirstScreen) {
        measures.push(once::first_screen(app)?);
    }
    Ok(measures)
}

struct Bench<'a> {
    ground: &'a Ground,
    server: &'a Server,
}

impl Bench<'_> {
    fn port(&self) -> u16 {
        self.ground.site.port
    }

    /// Watches from now on who has the machine.
    fn watch(&self) -> Result<Watch> {
        Watch::start(Parties { server: self.server.process(), database: self.ground.cluster.process() })
    }
}

/// The most memory at any time, and after which part that was.
fn memory(peaks: &[(String, Memory)]) -> Measure {
    let mut most = ("", Memory::default());
    for (name, one) in peaks {
        if one.most > most.1.most {
            most = (name, *one);
        }
    }
    let each: Vec<String> =
        peaks.iter().map(|(name, one)| format!("{:.0} after {name}", megabytes(one.most))).collect();
    let peak = megabytes(most.1.most);
    let measure = Measure::new("memory of the server at peak, MB", peak, Bar::less(150.0, 60.0));
    let limit =
        format!("limited by {}; {:.0} MB are the program's own file", most.0, megabytes(most.1.of_files));
    measure.note(each.join(", ")).note(limit)
}

fn megabytes(bytes: u64) -> f64 {
    u32::try_from(bytes / 1024).map_or(f64::INFINITY, |kilobytes| f64::from(kilobytes) / 1024.0)
}
