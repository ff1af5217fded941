//! What the form holds of a person.

use leptos::prelude::*;
use shared::{
    Language,
    role::RoleName,
    user::{User, UserPatch},
};

use crate::{
    locale,
    locales::{common, users as t},
    merge::{Draft, DraftField},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserDraft {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub language: Language,
    /// By name, so that two choices of the same roles are equal.
    pub roles: Vec<RoleName>,
    pub no_login: bool,
    pub company_admin: bool,
}

impl UserDraft {
    /// What differs from `saved`.
    pub fn patch(&self, saved: &Self) -> UserPatch {
        let changed = |mine: &String, saved: &String| (mine != saved).then(|| mine.clone());
        UserPatch {
            email: changed(&self.email, &saved.email),
            first_name: changed(&self.first_name, &saved.first_name),
            last_name: changed(&self.last_name, &saved.last_name),
            language: (self.language != saved.language).then_some(self.language),
            no_login: (self.no_login != saved.no_login).then_some(self.no_login),
            roles: (self.roles != saved.roles).then(|| self.roles.iter().map(|role| role.id).collect()),
            company_admin: (self.company_admin != saved.company_admin).then_some(self.company_admin),
            password: None,
        }
    }
}

fn by_name(mut roles: Vec<RoleName>) -> Vec<RoleName> {
    roles.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    roles
}

impl Draft for UserDraft {
    type Of = User;

    fn of(user: &User) -> Self {
        Self {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            email: user.email.clone(),
            language: user.language,
            roles: by_name(user.roles.clone()),
            no_login: user.no_login,
            company_admin: user.company_admin,
        }
    }

    fn fields(&self) -> Vec<DraftField> {
        let roles: Vec<String> = self.roles.iter().map(|role| role.name.clone()).collect();
        vec![
            DraftField::new("first_name", t::first_name(), &self.first_name),
            DraftField::new("last_name", t::last_name(), &self.last_name),
            DraftField::new("email", t::email(), &self.email),
            DraftField::new("language", t::language(), locale::language_name(self.language)),
            DraftField::new("roles", t::roles(), roles.join(", ")),
            DraftField::new("no_login", t::no_login(), common::yes_or_no(self.no_login)),
            DraftField::new("company_admin", t::company_admin(), common::yes_or_no(self.company_admin)),
        ]
    }

    fn take(&mut self, key: &str, from: &Self) {
        match key {
            "first_name" => self.first_name.clone_from(&from.first_name),
            "last_name" => self.last_name.clone_from(&from.last_name),
            "email" => self.email.clone_from(&from.email),
            "language" => self.language = from.language,
            "roles" => self.roles.clone_from(&from.roles),
            "no_login" => self.no_login = from.no_login,
            "company_admin" => self.company_admin = from.company_admin,
            _ => {}
        }
    }
}

/// The fields of the form as signals. A handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub first_name: RwSignal<String>,
    pub last_name: RwSignal<String>,
    pub email: RwSignal<String>,
    pub language: RwSignal<Language>,
    pub roles: RwSignal<Vec<RoleName>>,
    pub no_login: RwSignal<bool>,
    pub company_admin: RwSignal<bool>,
}

impl Fields {
    /// Fields that hold the draft.
    pub fn new(draft: UserDraft) -> Self {
        Self {
            first_name: RwSignal::new(draft.first_name),
            last_name: RwSignal::new(draft.last_name),
            email: RwSignal::new(draft.email),
            language: RwSignal::new(draft.language),
            roles: RwSignal::new(draft.roles),
            no_login: RwSignal::new(draft.no_login),
            company_admin: RwSignal::new(draft.company_admin),
        }
    }

    /// What is typed, tracked.
    pub fn get(self) -> UserDraft {
        UserDraft {
            first_name: self.first_name.get(),
            last_name: self.last_name.get(),
            email: self.email.get(),
            language: self.language.get(),
            roles: by_name(self.roles.get()),
            no_login: self.no_login.get(),
            company_admin: self.company_admin.get(),
        }
    }

    /// Puts the draft into the fields.
    pub fn set(self, draft: UserDraft) {
        self.first_name.set(draft.first_name);
        self.last_name.set(draft.last_name);
        self.email.set(draft.email);
        self.language.set(draft.language);
        self.roles.set(draft.roles);
        self.no_login.set(draft.no_login);
        self.company_admin.set(draft.company_admin);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn role(number: u128, name: &str) -> RoleName {
        RoleName { id: Uuid::from_u128(number).into(), name: name.to_owned() }
    }

    fn draft() -> UserDraft {
        UserDraft {
            first_name: "Ana".to_owned(),
            last_name: "López".to_owned(),
            email: "ana@example.org".to_owned(),
            language: Language::Es,
            roles: by_name(vec![role(2, "Team Member"), role(1, "Auditor")]),
            no_login: false,
            company_admin: false,
        }
    }

    #[test]
    fn the_same_roles_in_another_order_are_no_change() {
        let mine = UserDraft { roles: by_name(vec![role(1, "Auditor"), role(2, "Team Member")]), ..draft() };
        assert_eq!(mine.patch(&draft()), UserPatch::default());
        let fewer = UserDraft { roles: vec![role(1, "Auditor")], ..draft() };
        let expected = UserPatch { roles: Some(vec![role(1, "").id]), ..UserPatch::default() };
        assert_eq!(fewer.patch(&draft()), expected);
    }
}
