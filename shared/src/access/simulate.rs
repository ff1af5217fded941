//! What a change would come to before it is saved: who gains and who loses what.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    Check, Menu, Operation, Operations, Position, Violation, ViolationCode,
    check::{self, Violations},
    ids::RoleId,
    patch,
    problem::Seats,
    user::UserName,
};

/// The most people that a simulation names.
pub const NAMED: usize = 100;

/// What a change would come to. `POST /api/v1/access/simulate/…`; nothing is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Simulation {
    /// The first day on which it would make a difference, in the organization's time zone; today where it makes none.
    pub day: NaiveDate,
    /// How many people it concerns who can sign in, those included for whom nothing changes.
    pub people: i64,
    /// How many of them could do more.
    pub gaining: i64,
    /// How many could do less; somebody may gain here and lose there.
    pub losing: i64,
    /// Each operation on a screen that somebody gains or loses.
    pub screens: Vec<ScreenEffect>,
    /// The people for whom something changes, by name, the first hundred.
    pub effects: Vec<PersonEffect>,
    /// The licence types of which other seats would be used or held.
    pub seats: Vec<SeatEffect>,
    /// The seats that are missing, where saving would be refused for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Seats>,
}

impl Simulation {
    /// Whether nobody would notice anything.
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.seats.is_empty()
    }
}

/// An operation on a screen that people gain or lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScreenEffect {
    /// The screen.
    pub menu: Menu,
    /// The operation.
    pub operation: Operation,
    /// How many people gain it.
    pub gaining: i64,
    /// How many people lose it.
    pub losing: i64,
}

/// What changes for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonEffect {
    /// Who.
    pub user: UserName,
    /// What they could do more, menu by menu.
    pub gains: BTreeMap<Menu, Operations>,
    /// What they could do no longer.
    pub loses: BTreeMap<Menu, Operations>,
    /// The positions on projects that would count for something else.
    pub positions: Vec<PositionEffect>,
    /// How many projects they see now.
    pub projects_before: i64,
    /// How many they would see.
    pub projects_after: i64,
}

/// Positions that would count for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PositionEffect {
    /// The position as assigned.
    pub assigned: Position,
    /// What it counts for now.
    pub before: Position,
    /// What it would count for.
    pub after: Position,
    /// On how many projects.
    pub projects: i64,
}

/// Seats of a licence type before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatEffect {
    /// The licence type's key.
    pub licence_type: String,
    /// How many are used now.
    pub used_before: i64,
    /// How many would be used.
    pub used_after: i64,
    /// How many are held on that day without the change; absent when unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_before: Option<i64>,
    /// How many would be held; absent when unlimited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_after: Option<i64>,
}

/// Another access for a person, to be looked at. `POST /api/v1/access/simulate/users/{user}`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessChange {
    /// All roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleId>>,
    /// Complete access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_admin: Option<bool>,
    /// Cannot sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_login: Option<bool>,
}

/// Another licence row, to be looked at. `POST /api/v1/access/simulate/licences/{licence}`; absent fields stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LicenceChange {
    /// The seats; null for unlimited.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    pub seats: Option<Option<i32>>,
    /// The last day; null lets it not end.
    #[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Option<NaiveDate>>,
}

impl Check for AccessChange {
    fn check(&self, violations: &mut Violations) {
        if let Some(roles) = &self.roles {
            violations.add("/roles", crate::user::roles_given(roles));
        }
    }
}

impl Check for LicenceChange {
    fn check(&self, violations: &mut Violations) {
        if self.seats.flatten().is_some_and(|seats| seats < 0) {
            let message = "Seats cannot be fewer than none.";
            violations.add("/seats", Err(Violation::limit(ViolationCode::OutOfRange, 0, message)));
        }
        if let Some(until) = self.valid_until.flatten() {
            violations.add("/valid_until", check::date(until));
        }
    }
}
