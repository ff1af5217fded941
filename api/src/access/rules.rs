//! The rules of access: pure functions from who somebody is to what they may do on a day. Why, link by link, says
//! [`super::explain`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shared::{
    Menu, Operation, Operations, Position,
    access::{Denial, DenialReason},
    licence::Function,
    project::{LoweredBecause, ProjectAccess},
};

use super::person::{HeldRole, Holder};

/// The tabs of a project that are screens of their own; a position opens some of them.
pub const PROJECT_TABS: [Menu; 14] = [
    Menu::Projects,
    Menu::ProjectHome,
    Menu::ProjectGeneral,
    Menu::ProjectTeam,
    Menu::ProjectBudget,
    Menu::ProjectTasks,
    Menu::ProjectSchedule,
    Menu::ProjectBoard,
    Menu::ProjectPurchases,
    Menu::ProjectRevenues,
    Menu::ProjectFollowUp,
    Menu::ProjectRisks,
    Menu::ProjectIssues,
    Menu::ProjectDocuments,
];

impl Holder {
    fn valid_roles(&self, day: NaiveDate) -> impl Iterator<Item = &HeldRole> {
        self.roles.iter().filter(move |role| role.is_valid(day))
    }

    /// `effective(user, menu, op)`: what the person may do on this menu on this day.
    pub fn effective(&self, menu: Menu, day: NaiveDate) -> Operations {
        if menu.is_heading() {
            return Operations::NONE;
        }
        if self.company_admin {
            return Operations::ALL;
        }
        self.valid_roles(day).fold(Operations::NONE, |all, role| all.union(role.granted(menu)))
    }

    /// What the person may do on every menu; menus on which nothing is allowed are absent.
    pub fn permissions(&self, day: NaiveDate) -> BTreeMap<Menu, Operations> {
        Menu::screens()
            .map(|menu| (menu, self.effective(menu, day)))
            .filter(|(_, operations)| !operations.is_empty())
            .collect()
    }

    /// What the roles grant within their licences, whether those are valid today or will be later.
    pub fn unlocked(&self) -> BTreeMap<Menu, Operations> {
        let granted =
            |menu| self.roles.iter().fold(Operations::NONE, |all, role| all.union(role.granted(menu)));
        Menu::screens().map(|menu| (menu, granted(menu))).collect()
    }

    /// Whether the roles grant anything of administration, today or later.
    pub fn unlocks_administration(&self) -> bool {
        self.unlocked().iter().any(|(menu, operations)| menu.is_administration() && !operations.is_empty())
    }

    /// Nobody hands out administration that they do not hold: names the first operation of the ORGANIZATION's menus
    /// among these that the person may not do themself on this day. A token hands out nothing at all that it may not
    /// do: otherwise whoever has stolen it could make themself an account that may do more.
    pub fn check_hands_out(&self, given: &BTreeMap<Menu, Operations>, day: NaiveDate) -> Result<(), Denial> {
        let by_token = self.scopes.is_some();
        self.check_holds(given, day, |menu| by_token || menu.is_administration())
    }

    /// Nobody gets at the account of somebody who holds administration that they do not hold.
    pub fn check_not_below(&self, held: &BTreeMap<Menu, Operations>, day: NaiveDate) -> Result<(), Denial> {
        self.check_holds(held, day, Menu::is_administration)
    }

    fn check_holds(
        &self,
        wanted: &BTreeMap<Menu, Operations>,
        day: NaiveDate,
        counts: impl Fn(Menu) -> bool,
    ) -> Result<(), Denial> {
        let lacking = wanted.iter().filter(|(menu, _)| counts(**menu)).find_map(|(menu, operations)| {
            let held = self.effective(*menu, day);
            let lacking = operations.closed().iter().find(|operation| !held.has(*operation));
            lacking.map(|operation| (*menu, operation))
        });
        let Some((menu, operation)) = lacking else { return Ok(()) };
        if let Some(denial) = self.beyond_scopes(menu, operation) {
            return Err(denial);
        }
        let roles = self.roles.iter().map(|role| role.name.clone()).collect();
        Err(Denial { menu, operation, reason: DenialReason::NotGranted, roles, position: None })
    }

    /// Lets pass who may do this on this day, and tells everybody else why not.
    pub fn check(&self, menu: Menu, operation: Operation, day: NaiveDate) -> Result<(), Denial> {
        if self.effective(menu, day).has(operation) {
            return Ok(());
        }
        Err(self.denial(menu, operation, day))
    }

    /// Whether a valid role of the person carries the function.
    pub fn carries(&self, function: Function, day: NaiveDate) -> bool {
        self.company_admin || self.valid_roles(day).any(|role| role.carries(function))
    }

    /// The position that counts: the assigned one, lowered to the highest position of the valid licences, and from
    /// Manager to Team Member while no valid role carries the function. Without any valid licence no role grants
    /// anything either, so what is left of the position opens nothing.
    pub fn effective_position(
        &self,
        assigned: Position,
        function: Function,
        day: NaiveDate,
    ) -> (Position, Option<LoweredBecause>) {
        if self.company_admin {
            return (assigned, None);
        }
        let Some(highest) = self.valid_roles(day).map(|role| role.licence.highest_position).max() else {
            return (assigned.min(Position::TeamMember), Some(LoweredBecause::NoValidLicence));
        };
        if assigned > highest {
            (highest, Some(LoweredBecause::Licence))
        } else if assigned == Position::Manager && !self.carries(function, day) {
            (Position::TeamMember, Some(LoweredBecause::Function))
        } else {
            (assigned, None)
        }
    }

    /// Whether the person sees all projects of the organization, those without a position included.
    pub fn sees_all_projects(&self, day: NaiveDate) -> bool {
        self.company_admin
            || self
                .valid_roles(day)
                // Without a position, that is what leads to any project.
                .any(|role| role.leads_to(None))
    }

    /// Whether the person sees a project on which they have this position.
    pub fn sees_project(&self, assigned: Option<Position>, day: NaiveDate) -> bool {
        if self.sees_all_projects(day) {
            return true;
        }
        assigned.is_some()
            && (self.effective(Menu::Projects, day).view || self.effective(Menu::MyProjects, day).view)
    }

    /// Whether there could be any project that the person sees: asked before the project is known, so that the answer is
    /// the same for every id.
    pub fn check_sees_some_project(&self, day: NaiveDate) -> Result<(), Denial> {
        if self.sees_project(Some(Position::Manager), day) {
            return Ok(());
        }
        self.check(Menu::Projects, Operation::View, day)
    }

    /// `can(user, project, tab, op)`: what the person may do on this tab of a project on which they have this
    /// position, by the management way or the desktop way.
    pub fn effective_on_project(&self, assigned: Option<Position>, tab: Menu, day: NaiveDate) -> Operations {
        if self.company_admin {
            return Operations::ALL;
        }
        let management = self
            .valid_roles(day)
            .filter(|role| role.leads_to(assigned))
            .fold(Operations::NONE, |all, role| all.union(role.granted(tab)));
        management.union(self.effective(Menu::MyProjects, day).intersection(self.opened(assigned, tab, day)))
    }

    /// What the position that counts opens on this tab, for those who may do as much on My Projects.
    pub(super) fn opened(&self, assigned: Option<Position>, tab: Menu, day: NaiveDate) -> Operations {
        assigned.map_or(Operations::NONE, |assigned| {
            let (position, _) = self.effective_position(assigned, Function::ProjectManager, day);
            self.within_scopes(tab, position_allows(position, tab, self.members_see_money))
        })
    }

    /// Lets pass who may do this on a project; where they do not even see it, there is nothing.
    pub fn check_on_project(
        &self,
        assigned: Option<Position>,
        tab: Menu,
        operation: Operation,
        day: NaiveDate,
    ) -> Result<(), ProjectDenial> {
        if !self.sees_project(assigned, day) {
            return Err(ProjectDenial::Unseen);
        }
        if self.effective_on_project(assigned, tab, day).has(operation) {
            return Ok(());
        }
        let by_role = self.check(tab, operation, day).err();
        let closed = self.beyond_scopes(Menu::MyProjects, operation);
        let position = assigned.map(|one| self.effective_position(one, Function::ProjectManager, day).0);
        Err(ProjectDenial::Forbidden(match (position, by_role) {
            // With a position, it is the position that would have opened this tab, if the scopes let it.
            (Some(_), Some(denial)) if denial.reason == DenialReason::NotGranted && closed.is_some() => {
                closed.unwrap_or(denial)
            }
            (Some(position), Some(denial)) if denial.reason == DenialReason::NotGranted => Denial {
                reason: DenialReason::Position,
                roles: Vec::new(),
                position: Some(position),
                ..denial
            },
            (_, Some(denial)) => denial,
            (position, None) => {
                Denial { menu: tab, operation, reason: DenialReason::Position, roles: Vec::new(), position }
            }
        }))
    }

    /// Whether there could be any project on which the person may do this: asked before the project is known, so
    /// that the answer is the same for every id.
    pub fn check_on_some_project(
        &self,
        tab: Menu,
        operation: Operation,
        day: NaiveDate,
    ) -> Result<(), Denial> {
        let management = self
            .valid_roles(day)
            .any(|role| role.granted(Menu::Projects).view && role.granted(tab).has(operation));
        let desktop = self.effective(Menu::MyProjects, day).has(operation)
            && Position::ALL
                .iter()
                .map(|one| self.effective_position(*one, Function::ProjectManager, day).0)
                .map(|position| position_allows(position, tab, self.members_see_money))
                .any(|allowed| self.within_scopes(tab, allowed).has(operation));
        if self.company_admin || management || desktop {
            return Ok(());
        }
        Err(match self.check(tab, operation, day) {
            Err(denial) if denial.reason == DenialReason::NotGranted => {
                self.beyond_scopes(Menu::MyProjects, operation).unwrap_or(denial)
            }
            Err(denial) => denial,
            // The tab is granted, but not the list it hangs on.
            Ok(()) => self.denial(Menu::Projects, Operation::View, day),
        })
    }

    /// What the person may do on a project, for its page.
    pub fn project_access(&self, assigned: Option<Position>, day: NaiveDate) -> ProjectAccess {
        let counted = assigned.map(|one| self.effective_position(one, Function::ProjectManager, day));
        let (effective_position, lowered_because) =
            counted.map_or((None, None), |(one, why)| (Some(one), why));
        let tabs = PROJECT_TABS
            .into_iter()
            .map(|tab| (tab, self.effective_on_project(assigned, tab, day)))
            .filter(|(_, operations)| !operations.is_empty())
            .collect();
        ProjectAccess { assigned_position: assigned, effective_position, lowered_because, tabs }
    }
}

/// Why somebody may not do something on a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectDenial {
    /// They may not know that it exists: 404.
    Unseen,
    /// They see it, and may not do this: 403.
    Forbidden(Denial),
}

/// What a position opens on a tab of a project.
pub fn position_allows(position: Position, tab: Menu, members_see_money: bool) -> Operations {
    match position {
        Position::Manager => Operations::ALL,
        Position::TeamMember if tab.is_money() && !members_see_money => Operations::NONE,
        Position::TeamMember => Operations::VIEW,
        Position::Guest if tab == Menu::ProjectGeneral => Operations::VIEW,
        Position::Guest => Operations::NONE,
    }
}

#[cfg(test)]
mod tests;
