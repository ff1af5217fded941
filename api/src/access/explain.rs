//! Why somebody may do something, or may not: every link of the chain from licence to verdict.
//!
//! The links are made of what the rules are made of (`granted`, `leads_to`, `effective_position`, `opened`), and the
//! verdict follows from the links alone; that it is the one of `effective` and `effective_on_project` is a law that
//! the tests hold. What a refused request is told is read off the same links.

use chrono::NaiveDate;
use shared::{
    Menu, Operation, Operations, Position,
    access::{
        Denial, DenialReason,
        explain::{LicenceSpan, PositionLink, RoleLink},
    },
    licence::Function,
};

use super::{
    person::{HeldRole, Holder, Validity},
    rules::ProjectDenial,
};

/// What is asked about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The screen.
    pub menu: Menu,
    /// The operation.
    pub operation: Operation,
    /// On a project, the position there as assigned; the outer absence asks about the screen as such.
    pub on_project: Option<Option<Position>>,
    /// The day.
    pub day: NaiveDate,
}

/// The links of the chain, as far as they are the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Complete access: nothing else is asked.
    pub company_admin: bool,
    /// Each role.
    pub roles: Vec<RoleLink>,
    /// The position, where a project was asked about.
    pub position: Option<PositionLink>,
    /// Whether the person sees the project that was asked about; true where none was.
    pub seen: bool,
    /// What a refused request is told; absent where it is allowed, or where there is nothing to see.
    pub denial: Option<Denial>,
}

impl Chain {
    /// The verdict.
    pub fn allows(&self) -> bool {
        let by_role = self.roles.iter().any(|role| role.allows);
        self.company_admin || by_role || self.position.is_some_and(|position| position.allows)
    }
}

impl Holder {
    /// The whole chain.
    pub fn explain(&self, question: Question) -> Chain {
        let Question { menu, operation, on_project, day } = question;
        let denied = match on_project {
            None => self.check(menu, operation, day).map_err(ProjectDenial::Forbidden),
            Some(assigned) => self.check_on_project(assigned, menu, operation, day),
        };
        Chain {
            company_admin: self.company_admin,
            roles: self.roles.iter().map(|role| role.link(question)).collect(),
            position: on_project.map(|assigned| self.position_link(assigned, menu, operation, day)),
            seen: denied != Err(ProjectDenial::Unseen),
            denial: match denied {
                Err(ProjectDenial::Forbidden(denial)) => Some(denial),
                Ok(()) | Err(ProjectDenial::Unseen) => None,
            },
        }
    }

    /// The first link that is missing, for somebody whom no role allows the operation on the menu.
    pub(super) fn denial(&self, menu: Menu, operation: Operation, day: NaiveDate) -> Denial {
        if let Some(denial) = self.beyond_scopes(menu, operation) {
            return denial;
        }
        let question = Question { menu, operation, on_project: None, day };
        let links: Vec<RoleLink> = self.roles.iter().map(|role| role.link(question)).collect();
        let granting = links.iter().filter(|link| link.granted);
        let unlocked = granting.clone().filter(|link| link.within_ceiling);
        let (reason, roles) = if menu == Menu::ManageAccount {
            (DenialReason::CompanyAdminOnly, Vec::new())
        } else if links.is_empty() {
            (DenialReason::NoRole, Vec::new())
        } else if unlocked.clone().next().is_some() && unlocked.clone().all(|link| !link.licence_valid) {
            (DenialReason::LicenceNotValid, names(unlocked))
        } else if granting.clone().next().is_some() {
            (DenialReason::BeyondCeiling, names(granting))
        } else {
            (DenialReason::NotGranted, names(links.iter()))
        };
        Denial { menu, operation, reason, roles, position: None }
    }

    fn position_link(
        &self,
        assigned: Option<Position>,
        menu: Menu,
        operation: Operation,
        day: NaiveDate,
    ) -> PositionLink {
        let counted = assigned.map(|one| self.effective_position(one, Function::ProjectManager, day));
        let my_projects = self.effective(Menu::MyProjects, day).has(operation);
        let opens = self.opened(assigned, menu, day).has(operation);
        PositionLink {
            assigned,
            effective: counted.map(|(position, _)| position),
            lowered_because: counted.and_then(|(_, because)| because),
            my_projects,
            opens,
            allows: my_projects && opens,
        }
    }
}

impl HeldRole {
    /// What this role comes to for the question.
    fn link(&self, question: Question) -> RoleLink {
        let Question { menu, operation, on_project, day } = question;
        let grants = self.grants.get(&menu).copied().map_or(Operations::NONE, Operations::closed);
        let link = RoleLink {
            id: self.id,
            name: self.name.clone(),
            licence_type: self.licence.key.clone(),
            licence_valid: self.is_valid(day),
            licences: self.validity.iter().copied().map(span).collect(),
            within_ceiling: self.ceiling(menu).has(operation),
            granted: grants.has(operation),
            reach: self.licence.reach,
            leads_to_project: on_project.map(|assigned| self.leads_to(assigned)),
            allows: false,
        };
        let allows = link.licence_valid
            && link.within_ceiling
            && link.granted
            && link.leads_to_project.unwrap_or(true);
        RoleLink { allows, ..link }
    }
}

fn span(validity: Validity) -> LicenceSpan {
    LicenceSpan { from: validity.from, until: validity.until }
}

fn names<'a>(links: impl Iterator<Item = &'a RoleLink>) -> Vec<String> {
    links.map(|link| link.name.clone()).collect()
}
