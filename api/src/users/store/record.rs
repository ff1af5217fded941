//! What the history keeps of people: words that people understand, and of passwords only that they changed.

use serde::Serialize;
use shared::{Language, user::User};

use crate::db::{Entity, record::Recorded};

#[derive(Serialize)]
struct Kept<'a> {
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    language: Language,
    no_login: bool,
    active: bool,
    company_admin: bool,
    roles: Vec<&'a str>,
    password: Option<&'static str>,
}

/// The person was added.
pub fn created(user: &User) -> Recorded {
    let password = user.has_password.then_some("new");
    Recorded::created(Entity::User, user.id, &label(user), &kept(user, password))
}

/// The person was changed.
pub fn updated(before: &User, after: &User, sets_password: bool) -> Recorded {
    let old = (sets_password && before.has_password).then_some("old");
    let new = sets_password.then_some("new");
    Recorded::updated(Entity::User, after.id, &label(after), &kept(before, old), &kept(after, new))
}

fn label(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name)
}

fn kept<'a>(user: &'a User, password: Option<&'static str>) -> Kept<'a> {
    Kept {
        email: &user.email,
        first_name: &user.first_name,
        last_name: &user.last_name,
        language: user.language,
        no_login: user.no_login,
        active: user.active,
        company_admin: user.company_admin,
        roles: user.roles.iter().map(|role| role.name.as_str()).collect(),
        password,
    }
}
