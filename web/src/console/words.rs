//! Words that several screens of the console need.

use chrono::{DateTime, Utc};
use shared::console::Team;

use crate::{
    browser, locale,
    locales::{common, console as t},
};

/// Who sees whether the installation is well, as the API has it.
pub(super) const WATCHERS: &[Team] =
    &[Team::Operations, Team::Security, Team::Systems, Team::CustomerService, Team::Support];
/// Who sees what operators do.
pub(super) const OVERSEERS: &[Team] = &[Team::Security, Team::Operations];
/// Who sees what clients ask for.
pub(super) const REQUEST_VIEWERS: &[Team] =
    &[Team::Operations, Team::CustomerService, Team::Support, Team::Security];
/// Who speaks for clients.
pub(super) const CUSTOMER_SERVICE: &[Team] = &[Team::CustomerService];
/// Who decides who is an operator.
pub(super) const SECURITY: &[Team] = &[Team::Security];

/// The name of a team.
pub(super) fn team(team: Team) -> &'static str {
    match team {
        Team::Operations => t::team_operations(),
        Team::CustomerService => t::team_customer_service(),
        Team::Support => t::team_support(),
        Team::Functional => t::team_functional(),
        Team::Systems => t::team_systems(),
        Team::Security => t::team_security(),
        Team::ProductDevelopment => t::team_product_development(),
    }
}

/// Teams as a list.
pub(super) fn teams(teams: &[Team]) -> String {
    common::list(&teams.iter().map(|one| team(*one).to_owned()).collect::<Vec<_>>())
}

/// Bytes as people say them, in powers of 1,000.
pub(super) fn bytes(bytes: i64) -> String {
    const UNITS: [(i64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return t::bytes(bytes);
    };
    let point = locale::pick('.', ',');
    format!("{}{point}{}\u{a0}{name}", locale::number(bytes / unit), bytes % unit * 10 / unit)
}

/// How long something took.
pub(super) fn seconds(seconds: f64) -> String {
    let text = format!("{seconds:.1}\u{a0}s");
    locale::pick(text.clone(), text.replace('.', ","))
}

/// When a slot of time begins, in UTC, as the slots are: `29 Nov 2026, 14:00 UTC`.
pub(super) fn slot(at: DateTime<Utc>) -> String {
    format!("{}, {} UTC", locale::date(at.date_naive()), at.format("%H:%M"))
}

/// How long ago, in this browser's time.
pub(super) fn ago(at: DateTime<Utc>) -> String {
    // What is ahead of this browser's clock was just now.
    locale::ago(at.min(browser::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_thousands() {
        for (count, expected) in
            [(1_000, "1.0\u{a0}kB"), (1_949, "1.9\u{a0}kB"), (24_100_000_000, "24.1\u{a0}GB")]
        {
            assert_eq!(bytes(count), expected);
        }
    }
}
