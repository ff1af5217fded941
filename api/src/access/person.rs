//! What access is decided on: a person with roles, licences and sessions, as last read from the database.

mod narrowed;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use chrono_tz::Tz;
use shared::{
    Language, Menu, Operations, Position,
    api_token::Scopes,
    ids::{RoleId, SessionId, UserId},
    licence::{Function, Reach},
};

use super::SessionSpan;

/// A person of an organization. Only what does not change by the mere passing of time; what does (whether a licence
/// is valid, whether a session is over) is asked with the date or instant.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// The language.
    pub language: Language,
    /// Whether the person may sign in at all: active, and not no-login.
    pub may_sign_in: bool,
    /// What access is decided on.
    pub holder: Holder,
    /// The organization's time zone, in which licences begin and end.
    pub time_zone: Tz,
    /// The sessions that have not been ended.
    pub sessions: HashMap<SessionId, SessionSpan>,
}

/// Somebody to whom access is given: the input of every rule.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    /// Complete access, without limits of licence or role.
    pub company_admin: bool,
    /// Whether the organization shows money to team members.
    pub members_see_money: bool,
    /// The roles.
    pub roles: Vec<HeldRole>,
    /// The scopes of the API token that stands between the person and what is asked; absent for the person themself.
    pub scopes: Option<Scopes>,
}

/// A role that somebody holds, with what its licence allows.
#[derive(Debug, Clone)]
pub struct HeldRole {
    /// The id.
    pub id: RoleId,
    /// The name, for explanations.
    pub name: String,
    /// What the licence type allows.
    pub licence: LicenceRules,
    /// When the organization holds the licence.
    pub validity: Vec<Validity>,
    /// The functions given to the role.
    pub functions: Vec<Function>,
    /// What the role grants.
    pub grants: BTreeMap<Menu, Operations>,
}

/// What a licence type allows.
#[derive(Debug, Clone)]
pub struct LicenceRules {
    /// The key.
    pub key: String,
    /// The order among the types; the highest has the highest rank.
    pub rank: i16,
    /// The functions that its roles may carry.
    pub functions: Vec<Function>,
    /// How far it lets one see.
    pub reach: Reach,
    /// The highest position.
    pub highest_position: Position,
    /// For each menu what it may ever unlock.
    pub ceiling: BTreeMap<Menu, Operations>,
}

/// The days on which a licence is valid, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; absent when it does not end.
    pub until: Option<NaiveDate>,
}

impl Validity {
    /// Whether the licence is valid on this day.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl HeldRole {
    /// Whether a licence of its type is valid on this day; otherwise the role grants nothing.
    pub fn is_valid(&self, day: NaiveDate) -> bool {
        self.validity.iter().any(|validity| validity.contains(day))
    }

    /// What the role grants on this menu, within the licence's ceiling, not looking at its validity.
    pub fn granted(&self, menu: Menu) -> Operations {
        let grant = self.grants.get(&menu).copied().unwrap_or_default().closed();
        grant.intersection(self.ceiling(menu))
    }

    /// What the licence may ever unlock on this menu.
    pub fn ceiling(&self, menu: Menu) -> Operations {
        self.licence.ceiling.get(&menu).copied().unwrap_or_default()
    }

    /// Whether the role leads, on the management way, to a project on which its holder has this position.
    pub fn leads_to(&self, assigned: Option<Position>) -> bool {
        let reaches = self.licence.reach == Reach::Organization || assigned.is_some();
        reaches && self.granted(Menu::Projects).view
    }

    /// Whether the role carries the function, within the licence's.
    pub fn carries(&self, function: Function) -> bool {
        self.functions.contains(&function) && self.licence.functions.contains(&function)
    }
}
