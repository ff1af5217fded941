//! What demo organizations are made of. Days are relative to today.

use shared::Language;

/// The e-mail names of a project's people: the Manager first, guests by what they are.
pub type Team = &'static [&'static str];

/// A demo organization.
#[derive(Debug, Clone, Copy)]
pub struct DemoOrganization {
    pub slug: &'static str,
    pub name: &'static str,
    pub language: Language,
    pub currency: &'static str,
    pub time_zone: &'static str,
    pub street: &'static str,
    pub city: &'static str,
    pub country: &'static str,
    pub phone: &'static str,
    /// What it holds, as `portico org create` takes it.
    pub licences: &'static [&'static str],
    /// A licence that was valid until a week ago.
    pub lapsed_licence: Option<&'static str>,
    /// The first one is the company admin.
    pub people: &'static [DemoPerson],
    pub projects: &'static [DemoProject],
}

impl DemoOrganization {
    /// The e-mail of somebody.
    pub fn email(&self, name: &str) -> String {
        format!("{name}@{}.example", self.slug)
    }
}

/// Whether somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    NoLogin,
    /// Has left.
    Former,
}

/// A person.
#[derive(Debug, Clone, Copy)]
pub struct DemoPerson {
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// The e-mail before the `@`.
    pub email: &'static str,
    pub roles: &'static [&'static str],
    pub state: State,
}

impl DemoPerson {
    pub const fn admin(first_name: &'static str, last_name: &'static str, email: &'static str) -> Self {
        Self { first_name, last_name, email, roles: &[], state: State::Active }
    }

    pub const fn with(
        first_name: &'static str,
        last_name: &'static str,
        email: &'static str,
        roles: &'static [&'static str],
    ) -> Self {
        Self { first_name, last_name, email, roles, state: State::Active }
    }

    pub const fn no_login(
        first_name: &'static str,
        last_name: &'static str,
        email: &'static str,
        roles: &'static [&'static str],
    ) -> Self {
        Self { first_name, last_name, email, roles, state: State::NoLogin }
    }

    pub const fn former(
        first_name: &'static str,
        last_name: &'static str,
        email: &'static str,
        roles: &'static [&'static str],
    ) -> Self {
        Self { first_name, last_name, email, roles, state: State::Former }
    }
}

/// A project, with the English names of its parameters.
#[derive(Debug, Clone, Copy)]
pub struct DemoProject {
    pub name: &'static str,
    pub project_type: &'static str,
    pub priority: &'static str,
    pub status: &'static str,
    pub approval_status: &'static str,
    /// Days from today to its first and last day.
    pub start: i64,
    pub end: i64,
    pub team: Team,
}

impl DemoProject {
    #[expect(clippy::too_many_arguments, reason = "a line of a table: a project a line reads best")]
    pub const fn new(
        name: &'static str,
        project_type: &'static str,
        priority: &'static str,
        status: &'static str,
        approval_status: &'static str,
        start: i64,
        end: i64,
        team: Team,
    ) -> Self {
        Self { name, project_type, priority, status, approval_status, start, end, team }
    }
}
