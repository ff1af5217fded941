//! Tags: under which name the documentation and generated clients group an operation.
//!
//! An operation stands where its menu stands in the navigation, so a tag is the branch below one of the three roots
//! that the guard's menu belongs to. Operations without a menu are of the person who is signed in, or of somebody who
//! is not yet: their paths say which.

use std::collections::BTreeSet;

use shared::{Language, Menu, Operation};
use utoipa::openapi::Tag;

use crate::http::{guards::Access, route::Route};

/// What no menu stands for: the first segments of the paths, the name, and what it is about.
const WITHOUT_A_MENU: [(&[&str], &str, &str); 4] = [
    (
        &["sign-in-page", "invitations", "password-recoveries", "deliveries"],
        "Before Sign-In",
        "What somebody does who is not signed in yet: accept an invitation, choose a new password, or take a copy.",
    ),
    (
        &["session", "events", "token", "pictures"],
        "Session",
        "Sign in, stay signed in, sign out; who is asking and what they may do; the live stream; photos and the logo.",
    ),
    (&["profile"], "My Profile", "One's own profile, password, sessions and API tokens."),
    (&["access"], "Access", "Why somebody may do something, or may not."),
];

/// The tag of a route. Absent where nothing says under which name it belongs, which a test refuses.
pub fn of(route: &Route) -> Option<&'static str> {
    match route.access {
        Access::Allowed(menu, _) | Access::InProject(menu, _) => Some(label(branch(menu))),
        Access::SeesProject => Some(label(Menu::Projects)),
        // None of the tenants' API.
        Access::Operator(_) => None,
        Access::SignedIn(_) | Access::Public(_) => {
            let first = route.path.split('/').nth(1)?;
            let own = WITHOUT_A_MENU.iter().find(|(segments, ..)| segments.contains(&first));
            own.map(|(_, name, _)| *name).or_else(|| (first == "projects").then(|| label(Menu::Projects)))
        }
    }
}

/// The tags of these routes with what they are about, in the order of the navigation.
pub fn all(routes: &[Route]) -> Vec<Tag> {
    let used: BTreeSet<&str> = routes.iter().filter_map(of).collect();
    let own = WITHOUT_A_MENU.iter().map(|(_, name, about)| (*name, (*about).to_owned()));
    let branches = Menu::ALL.iter().copied().filter(|menu| menu.depth() == 1);
    own.chain(branches.map(|menu| (label(menu), about(menu, routes))))
        .filter(|(name, _)| used.contains(name))
        .map(|(name, about)| {
            let mut tag = Tag::new(name);
            tag.description = Some(about);
            tag
        })
        .collect()
}

/// The menu or heading right below a root that this one is, or stands in.
fn branch(menu: Menu) -> Menu {
    match menu.parent() {
        Some(parent) if menu.depth() > 1 => branch(parent),
        _ => menu,
    }
}

fn label(menu: Menu) -> &'static str {
    menu.label(Language::En)
}

/// The screens of a branch that have operations, with what one sees there.
fn about(branch_of: Menu, routes: &[Route]) -> String {
    let has_operations = |menu: Menu| {
        routes.iter().any(
            |route| matches!(route.access, Access::Allowed(of, _) | Access::InProject(of, _) if of == menu),
        )
    };
    let screens: Vec<Menu> =
        Menu::screens().filter(|menu| branch(*menu) == branch_of && has_operations(*menu)).collect();
    let seen = |menu: &Menu| menu.meaning(Operation::View, Language::En).unwrap_or_default();
    match screens.as_slice() {
        [only] if *only == branch_of => seen(only).to_owned(),
        _ => {
            let line = |menu: &Menu| format!("- **{}**: {}", label(*menu), seen(menu));
            screens.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}
