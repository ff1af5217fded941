//! What becomes of each of many people, by the rules that hold for one.

use std::collections::HashMap;

use shared::{
    FieldProblem, Language, Menu, Operation, Violation, ViolationCode,
    ids::{RoleId, UserId},
    role::RoleName,
    user::{
        User, UserPatch,
        many::{Fate, ManyUsers, UserFate},
    },
};

use super::table::{Column, Row, at};
use crate::{
    ApiError,
    access::{
        Caller,
        person::{HeldRole, Holder},
    },
    licences::{Candidate, SeatMove},
    users::rules::{self, Asking},
};

/// What is decided on, as loaded in the transaction.
#[derive(Debug)]
pub struct Judge {
    /// Who asks.
    pub caller: Caller,
    /// All roles.
    pub roles: HashMap<RoleId, HeldRole>,
    /// The role of new people.
    pub default_roles: Vec<RoleName>,
    /// The language of new people.
    pub language: Language,
    /// What those concerned hold.
    pub holders: HashMap<UserId, Holder>,
}

/// One person, as they are and as they would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The line of the file, or the place in the request.
    pub line: u32,
    /// As they are; absent for somebody new.
    pub before: Option<User>,
    /// As they would be.
    pub after: User,
    /// What is wrong; then nothing becomes of it.
    pub problems: Vec<FieldProblem>,
}

impl Planned {
    /// What becomes of them.
    pub fn fate(&self) -> Fate {
        match &self.before {
            _ if !self.problems.is_empty() => Fate::Refused,
            None => Fate::Created,
            Some(before) if *before == self.after => Fate::Unchanged,
            Some(_) => Fate::Updated,
        }
    }

    /// For the answer.
    pub fn told(&self) -> UserFate {
        let User { email, first_name, last_name, .. } = &self.after;
        UserFate {
            line: self.line,
            email: email.clone(),
            name: format!("{first_name} {last_name}").trim().to_owned(),
            fate: self.fate(),
            problems: self.problems.clone(),
        }
    }
}

/// The counts of all, without the people.
pub fn counted(planned: &[Planned], applied: bool) -> ManyUsers {
    let count = |fate: Fate| {
        i64::try_from(planned.iter().filter(|one| one.fate() == fate).count()).unwrap_or(i64::MAX)
    };
    ManyUsers {
        applied,
        created: count(Fate::Created),
        updated: count(Fate::Updated),
        unchanged: count(Fate::Unchanged),
        refused: count(Fate::Refused),
        seats: None,
        people: Vec::new(),
    }
}

impl Judge {
    /// A row of a file, about somebody who is there or not.
    pub fn row(&self, row: Row, present: Option<&User>, blank: User) -> Planned {
        let mut problems = row.problems;
        let roles = row.roles.as_ref().map(|names| self.named(row.line, names, &mut problems));
        let Some(before) = present else {
            return self.new_person(row.line, Row { problems, ..row }, roles, blank);
        };
        let patch = UserPatch {
            first_name: row.first_name,
            last_name: row.last_name,
            language: row.language,
            no_login: row.no_login,
            ..UserPatch::default()
        };
        let pointer = format!("/rows/{}", row.line);
        self.changed(row.line, &pointer, before, patch, roles, row.active, problems)
    }

    fn new_person(&self, line: u32, row: Row, roles: Option<Vec<RoleName>>, blank: User) -> Planned {
        let mut problems = row.problems;
        for (given, column) in [(&row.first_name, Column::FirstName), (&row.last_name, Column::LastName)] {
            if given.is_none() {
                let message = "Somebody new needs a first and a last name.";
                problems.push(at(line, column, Violation::new(ViolationCode::Required, message)));
            }
        }
        let roles = roles.unwrap_or_else(|| self.default_roles.clone());
        let given: Vec<RoleId> = roles.iter().map(|role| role.id).collect();
        if let Err(refused) = self.check_given(&given) {
            problems.push(not_allowed(format!("/rows/{line}/roles"), &refused));
        }
        if row.active == Some(false) {
            let message = "Somebody new is active. Deactivate them afterwards.";
            problems.push(at(line, Column::Active, Violation::new(ViolationCode::InvalidFormat, message)));
        }
        let after = User {
            email: row.email,
            first_name: row.first_name.unwrap_or_default(),
            last_name: row.last_name.unwrap_or_default(),
            language: row.language.unwrap_or(self.language),
            no_login: row.no_login.unwrap_or(false),
            roles,
            ..blank
        };
        Planned { line, before: None, after, problems }
    }

    /// Somebody who is there, with a change.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says another thing of the change, and two callers say them"
    )]
    pub fn changed(
        &self,
        line: u32,
        pointer: &str,
        before: &User,
        mut patch: UserPatch,
        roles: Option<Vec<RoleName>>,
        active: Option<bool>,
        mut problems: Vec<FieldProblem>,
    ) -> Planned {
        patch.roles = roles.as_ref().map(|roles| roles.iter().map(|role| role.id).collect());
        let mut after = rules::apply(before, patch.clone(), roles.map(sorted));
        let checked = if after == *before { Ok(()) } else { self.check_change(before, &patch) };
        let activity = active.filter(|wanted| *wanted != before.active);
        let checked = checked.and_then(|()| match activity {
            Some(wanted) => self.check_activity(before, wanted),
            None => Ok(()),
        });
        if let Err(refused) = checked {
            problems.push(not_allowed(pointer.to_owned(), &refused));
        }
        after.active = activity.unwrap_or(before.active);
        Planned { line, before: Some(before.clone()), after, problems }
    }

    fn check_change(&self, before: &User, patch: &UserPatch) -> Result<(), ApiError> {
        self.may(Operation::Update)?;
        rules::check_change(Asking::of(&self.caller), before, patch)?;
        if rules::opens_the_door(before, patch) || rules::takes_roles(before, patch) {
            self.check_not_above(before.id)?;
        }
        self.check_given(&rules::newly_given(before, patch))
    }

    fn check_activity(&self, before: &User, wanted: bool) -> Result<(), ApiError> {
        self.may(if wanted { Operation::Update } else { Operation::Delete })?;
        rules::check_activity(Asking::of(&self.caller), before, wanted)?;
        self.check_not_above(before.id)
    }

    fn may(&self, operation: Operation) -> Result<(), ApiError> {
        let (holder, today) = (self.caller.holder(), self.caller.today());
        holder.check(Menu::Users, operation, today).map_err(ApiError::Forbidden)
    }

    /// Nobody hands out administration that they do not hold.
    fn check_given(&self, given: &[RoleId]) -> Result<(), ApiError> {
        let roles = given.iter().filter_map(|id| self.roles.get(id)).cloned().collect();
        let given = Holder { roles, ..Holder::default() };
        self.caller
            .holder()
            .check_hands_out(&given.unlocked(), self.caller.today())
            .map_err(ApiError::Forbidden)
    }

    fn check_not_above(&self, user: UserId) -> Result<(), ApiError> {
        let unlocked = self.holders.get(&user).map(Holder::unlocked).unwrap_or_default();
        self.caller.holder().check_not_below(&unlocked, self.caller.today()).map_err(ApiError::Forbidden)
    }

    /// The roles of these names, whatever their case.
    fn named(&self, line: u32, names: &[String], problems: &mut Vec<FieldProblem>) -> Vec<RoleName> {
        let mut found: Vec<RoleName> = Vec::new();
        for name in names {
            let wanted = name.to_lowercase();
            match self.roles.values().find(|role| role.name.to_lowercase() == wanted) {
                Some(role) if found.iter().any(|one| one.id == role.id) => {}
                Some(role) => found.push(RoleName { id: role.id, name: role.name.clone() }),
                None => {
                    let message = format!("There is no role {name:?}.");
                    problems.push(at(line, Column::Roles, Violation::new(ViolationCode::NotFound, message)));
                }
            }
        }
        sorted(found)
    }

    /// The seats that they would move.
    pub fn moves(&self, planned: &[Planned]) -> Vec<SeatMove> {
        let side = |user: Option<&User>| {
            let roles = user.into_iter().flat_map(|user| &user.roles);
            let roles = roles.filter_map(|role| self.roles.get(&role.id)).cloned().collect();
            let candidate =
                user.map_or(Candidate { active: false, no_login: false, company_admin: false }, |user| {
                    Candidate {
                        active: user.active,
                        no_login: user.no_login,
                        company_admin: user.company_admin,
                    }
                });
            (candidate, Holder { roles, ..Holder::default() })
        };
        let move_of = |one: &Planned| {
            let ((was, held), (is, holds)) = (side(one.before.as_ref()), side(Some(&one.after)));
            SeatMove::of((was, &held), (is, &holds))
        };
        planned.iter().filter(|one| one.problems.is_empty()).map(move_of).collect()
    }
}

/// As the database gives them.
fn sorted(mut roles: Vec<RoleName>) -> Vec<RoleName> {
    roles.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    roles
}

/// What one of the rules refuses, at a place.
fn not_allowed(pointer: String, refused: &ApiError) -> FieldProblem {
    let problem = refused.to_problem();
    let message = problem.detail.unwrap_or(problem.title);
    FieldProblem { pointer, code: ViolationCode::NotAllowed, limit: None, message }
}
