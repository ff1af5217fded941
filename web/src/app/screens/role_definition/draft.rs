//! What the editor holds of a role, how it differs from the saved one, and how it meets somebody else's changes.

use std::collections::BTreeSet;

use shared::{
    Menu, Operations,
    licence::Function,
    role::{Grants, NewRole, Role, RolePatch},
};

use super::grid;
use crate::{
    locales::{common, role_definition as t},
    merge::{Draft, DraftField},
    ui::Change,
};

/// Everything of a role that people decide on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleDraft {
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The licence type's key.
    pub licence_type: String,
    /// The functions.
    pub functions: BTreeSet<Function>,
    /// Whether new users get it.
    pub default_for_new_users: bool,
    /// What it grants.
    pub grants: Grants,
}

impl RoleDraft {
    /// The request that makes this role.
    pub fn new_role(&self) -> NewRole {
        NewRole {
            name: self.name.clone(),
            description: self.description.clone(),
            licence_type: self.licence_type.clone(),
            functions: self.functions.iter().copied().collect(),
            default_for_new_users: self.default_for_new_users,
            grants: self.grants.clone(),
        }
    }

    /// The request that makes the role in `base` this one.
    pub fn patch(&self, base: &Self) -> RolePatch {
        let licence_changed = self.licence_type != base.licence_type;
        RolePatch {
            name: (self.name != base.name).then(|| self.name.clone()),
            description: (self.description != base.description).then(|| self.description.clone()),
            licence_type: licence_changed.then(|| self.licence_type.clone()),
            // With another licence these are sent as they stand here, whatever it has cut off on the server's side.
            functions: (licence_changed || self.functions != base.functions)
                .then(|| self.functions.iter().copied().collect()),
            default_for_new_users: (self.default_for_new_users && !base.default_for_new_users)
                .then_some(true),
            grants: (licence_changed || self.grants != base.grants).then(|| self.grants.clone()),
        }
    }

    /// How many things are different: fields, functions and cells.
    pub fn distance(&self, base: &Self) -> usize {
        let (here, there) = grid::differences(&self.grants, &base.grants);
        usize::from(self.name != base.name)
            + usize::from(self.description != base.description)
            + usize::from(self.licence_type != base.licence_type)
            + usize::from(self.default_for_new_users != base.default_for_new_users)
            + self.functions.symmetric_difference(&base.functions).count()
            + here
            + there
    }

    /// What is different, as people read it.
    pub fn changes(&self, base: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut add = |label: String, before: String, after: String| {
            if before != after {
                let value = |text: String| (!text.is_empty()).then_some(text);
                changes.push(Change { label, before: value(before), after: value(after) });
            }
        };
        add(t::name().to_owned(), base.name.clone(), self.name.clone());
        add(t::description().to_owned(), base.description.clone(), self.description.clone());
        add(t::licence().to_owned(), licence(base), licence(self));
        add(
            t::functions().to_owned(),
            functions_in_words(&base.functions),
            functions_in_words(&self.functions),
        );
        let default = |draft: &Self| common::yes_or_no(draft.default_for_new_users).to_owned();
        add(t::default().to_owned(), default(base), default(self));
        for menu in Menu::screens() {
            let (before, after) = (grid::on(&base.grants, menu), grid::on(&self.grants, menu));
            if before != after {
                add(t::menu_name(menu), operations_in_words(before), operations_in_words(after));
            }
        }
        changes
    }
}

impl Draft for RoleDraft {
    type Of = Role;

    fn of(role: &Role) -> Self {
        Self {
            name: role.name.clone(),
            description: role.description.clone(),
            licence_type: role.licence_type.clone(),
            functions: role.functions.iter().copied().collect(),
            default_for_new_users: role.default_for_new_users,
            grants: role.grants.clone(),
        }
    }

    fn fields(&self) -> Vec<DraftField> {
        let mut fields = vec![
            DraftField::new("name", t::name(), &self.name),
            DraftField::new("description", t::description(), &self.description),
            DraftField::new("licence_type", t::licence(), licence(self)),
            DraftField::new("functions", t::functions(), functions_in_words(&self.functions)),
            DraftField::new("default", t::default(), common::yes_or_no(self.default_for_new_users)),
        ];
        fields.extend(Menu::screens().map(|menu| {
            let granted = operations_in_words(grid::on(&self.grants, menu));
            DraftField::new(menu.key(), t::menu_name(menu), granted)
        }));
        fields
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "name" => self.name.clone_from(&from.name),
            "description" => self.description.clone_from(&from.description),
            "licence_type" => self.licence_type.clone_from(&from.licence_type),
            "functions" => self.functions.clone_from(&from.functions),
            "default" => self.default_for_new_users = from.default_for_new_users,
            menu => {
                let Some(menu) = Menu::from_key(menu) else { return };
                match from.grants.get(&menu) {
                    Some(granted) => self.grants.insert(menu, *granted),
                    None => self.grants.remove(&menu),
                };
            }
        }
    }
}

/// `Insert, View`, or a word for none.
pub fn operations_in_words(operations: Operations) -> String {
    if operations.is_empty() {
        return t::nothing().to_owned();
    }
    operations.iter().map(t::operation).collect::<Vec<_>>().join(", ")
}

fn licence(draft: &RoleDraft) -> String {
    t::licence_name(&draft.licence_type, &draft.licence_type)
}

fn functions_in_words(functions: &BTreeSet<Function>) -> String {
    if functions.is_empty() {
        return t::nothing().to_owned();
    }
    functions.iter().copied().map(t::function).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use shared::Operation;

    use super::*;

    fn base() -> RoleDraft {
        RoleDraft {
            name: "Planner".to_owned(),
            licence_type: "project_manager".to_owned(),
            functions: [Function::ProjectManager].into(),
            grants: [(Menu::Home, Operations::VIEW), (Menu::Projects, Operations::ALL)].into(),
            ..RoleDraft::default()
        }
    }

    #[test]
    fn a_patch_holds_what_was_changed_and_nothing_else() {
        assert_eq!(base().patch(&base()), RolePatch::default());
        let grants: Grants = [(Menu::Home, Operations::VIEW)].into();
        let changed = RoleDraft { grants: grants.clone(), ..base() };
        assert_eq!(changed.patch(&base()), RolePatch { grants: Some(grants), ..RolePatch::default() });
        let renamed = RoleDraft { name: "Scheduler".to_owned(), ..base() };
        let expected = RolePatch { name: Some("Scheduler".to_owned()), ..RolePatch::default() };
        assert_eq!(renamed.patch(&base()), expected);
    }

    #[test]
    fn another_licence_goes_with_functions_and_grants() {
        let changed = RoleDraft { licence_type: "team_member".to_owned(), ..base() };
        let patch = changed.patch(&base());
        assert_eq!(patch.functions, Some(vec![Function::ProjectManager]));
        assert_eq!(patch.grants, Some(base().grants));
    }

    #[test]
    fn the_distance_counts_fields_functions_and_cells() {
        let mut draft = base();
        assert_eq!(draft.distance(&base()), 0);
        draft.name.push('!');
        draft.functions = [Function::ServiceManager].into();
        draft.grants = [(Menu::Home, Operations::VIEW.with(Operation::Insert))].into();
        assert_eq!(draft.distance(&base()), 1 + 2 + 1 + 4);
    }

    #[test]
    fn every_field_can_be_taken_from_another_draft() {
        let other = RoleDraft {
            name: "Other".to_owned(),
            description: "Else".to_owned(),
            licence_type: "full_access".to_owned(),
            functions: Function::ALL.into(),
            default_for_new_users: true,
            grants: [(Menu::Home, Operations::ALL), (Menu::Users, Operations::VIEW)].into(),
        };
        let mut draft = base();
        for field in base().fields() {
            draft.take(field.key, &other);
        }
        assert_eq!(draft, other);
    }

    #[test]
    fn changes_are_told_cell_by_row() {
        let mut draft = base();
        draft.grants.remove(&Menu::Home);
        draft.description = "Plans".to_owned();
        let labels: Vec<_> = draft.changes(&base()).into_iter().map(|change| change.after).collect();
        assert_eq!(labels, [Some("Plans".to_owned()), Some(operations_in_words(Operations::NONE))]);
    }
}
