//! A person narrowed to the scopes of an API token: never more than the person, never more than the scopes.
//!
//! It is done to what access is decided on, before anything is decided, so that no rule and no store can forget it:
//! complete access becomes a role that grants the scopes, and every role grants what it shares with them. One thing is
//! left to the rules, since no role grants it: what a position opens ([`Holder::within_scopes`]).

use chrono::NaiveDate;
use shared::{
    Menu, Operation, Operations, Position,
    access::{Denial, DenialReason},
    api_token::Scopes,
    ids::RoleId,
    licence::{Function, Reach},
};
use uuid::Uuid;

use super::{HeldRole, Holder, LicenceRules, Person, Validity};

impl Person {
    /// The person as a token with these scopes acts for them. It has none of their sessions.
    #[must_use]
    pub fn narrowed_to(&self, scopes: &Scopes) -> Self {
        Self {
            id: self.id,
            name: self.name.clone(),
            language: self.language,
            may_sign_in: self.may_sign_in,
            holder: self.holder.narrowed_to(scopes),
            time_zone: self.time_zone,
            sessions: std::collections::HashMap::new(),
        }
    }
}

impl Holder {
    /// What is left of them within these scopes.
    #[must_use]
    pub fn narrowed_to(&self, scopes: &Scopes) -> Self {
        let scopes = reachable(scopes);
        let roles = if self.company_admin {
            vec![complete_within(&scopes)]
        } else {
            self.roles.iter().map(|role| role.narrowed_to(&scopes)).collect()
        };
        Self {
            // Whoever asks for complete access means the person, never a token of theirs.
            company_admin: false,
            members_see_money: self.members_see_money,
            roles,
            scopes: Some(scopes),
        }
    }

    /// What the scopes leave of these operations; all of them for the person themself.
    pub(in crate::access) fn within_scopes(&self, menu: Menu, operations: Operations) -> Operations {
        match &self.scopes {
            Some(scopes) => operations.intersection(scopes.get(&menu).copied().unwrap_or_default()),
            None => operations,
        }
    }

    /// The denial where the scopes do not have the operation, whatever the person may do.
    pub(in crate::access) fn beyond_scopes(&self, menu: Menu, operation: Operation) -> Option<Denial> {
        let lacking = !self.within_scopes(menu, Operations::ALL).has(operation);
        let reason = DenialReason::TokenScope;
        lacking.then(|| Denial { menu, operation, reason, roles: Vec::new(), position: None })
    }
}

impl HeldRole {
    fn narrowed_to(&self, scopes: &Scopes) -> Self {
        let narrowed = |(menu, granted): (&Menu, &Operations)| {
            let scope = scopes.get(menu).copied().unwrap_or_default();
            (*menu, granted.closed().intersection(scope))
        };
        Self { grants: self.grants.iter().map(narrowed).collect(), ..self.clone() }
    }
}

/// The scopes with what they imply, without what no token reaches.
fn reachable(scopes: &Scopes) -> Scopes {
    let reached = scopes.iter().filter(|(menu, _)| !menu.is_heading() && !menu.is_beyond_tokens());
    reached.map(|(menu, operations)| (*menu, operations.closed())).collect()
}

/// Complete access within these scopes, as a role.
fn complete_within(scopes: &Scopes) -> HeldRole {
    HeldRole {
        id: RoleId(Uuid::nil()),
        name: "Company admin".to_owned(),
        licence: LicenceRules {
            key: String::new(),
            rank: i16::MAX,
            functions: Function::ALL.to_vec(),
            reach: Reach::Organization,
            highest_position: Position::Manager,
            ceiling: scopes.clone(),
        },
        validity: vec![Validity { from: NaiveDate::MIN, until: None }],
        functions: Function::ALL.to_vec(),
        grants: scopes.clone(),
    }
}
