//! Promise: what the starting roles may do, for people who read no code; and the licences' ceilings as decided.

use api::{
    access::{
        person::{Holder, LicenceRules},
        store::{held_roles, licence_rules},
    },
    db::{TenantConn, operator::OperatorDb, schema::roles},
};
use diesel::prelude::*;
use shared::{Language, Menu, Operation, Operations};

use crate::harness::TestApp;

const STARTING_ROLES: [&str; 5] =
    ["Full Access", "Corporate Portfolio Access", "Project Manager", "Team Member", "Project Guest"];

fn in_acme<T>(app: &TestApp, work: impl FnOnce(&mut TenantConn<'_>) -> Result<T, api::ApiError>) -> T {
    let mut operator = OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone())
        .expect("the operator comes in");
    operator.in_organization(app.acme.id, work).expect("it is read")
}

/// Somebody with this one role.
fn holder(conn: &mut TenantConn<'_>, role: &str) -> Result<Holder, api::ApiError> {
    let id = roles::table.filter(roles::name.eq(role)).select(roles::id).first(conn.sql())?;
    Ok(Holder { roles: held_roles(conn, &[id])?, ..Holder::default() })
}

fn signs(operations: Operations) -> String {
    Operation::ALL.map(|operation| if operations.has(operation) { "✔" } else { "✘" }).join(" ")
}

#[test]
fn what_the_starting_roles_may_do() {
    let app = TestApp::start();
    let today = app.clock.now().date_naive();
    let mut holders: Vec<(&str, Holder)> =
        in_acme(&app, |conn| STARTING_ROLES.iter().map(|role| Ok((*role, holder(conn, role)?))).collect());
    holders.push(("Company admin", Holder { company_admin: true, ..Holder::default() }));

    let row = |label: &str, cell: &dyn Fn(&str, &Holder) -> String| -> String {
        holders
            .iter()
            .fold(format!("{label:<34}"), |line, (name, holder)| format!("{line}{:<11}", cell(name, holder)))
    };
    let word = |index: usize| row("", &|name, _| name.split(' ').nth(index).unwrap_or_default().to_owned());
    let mut lines = vec![word(0), word(1), word(2), row("", &|_, _| "I U D V".to_owned())];
    for menu in Menu::ALL {
        let label = format!("{}{}", "  ".repeat(menu.depth()), menu.label(Language::En));
        if menu.is_heading() {
            lines.push(label);
        } else {
            lines.push(row(&label, &|_, holder| signs(holder.effective(*menu, today))));
        }
    }
    lines.push("I Insert, U Update, D Delete, V View; ✔ may, ✘ may not.".to_owned());
    let table: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    insta::assert_snapshot!(table.join("\n"));
}

/// The table of the design, with the types in its order: what each licence may ever unlock.
fn decided(menu: Menu) -> [&'static str; 5] {
    use Menu as M;
    let mut root = menu;
    while let Some(parent) = root.parent() {
        root = parent;
    }
    match menu {
        M::Home | M::MyProjects | M::MyServices => ["IUDV", "IUDV", "IUDV", "IUDV", "V"],
        M::MyTasks | M::MyTimesheet => ["IUDV", "IUDV", "IUDV", "IUDV", ""],
        M::MyAuthorizations => ["IUDV", "UV", "IUDV", "", ""],
        M::DashboardProjects | M::DashboardWorkforce | M::Resources | M::Clients | M::Providers => {
            ["IUDV", "V", "V", "", ""]
        }
        M::MainDashboard | M::DashboardSummary | M::DashboardClients | M::DashboardProviders => {
            ["IUDV", "V", "", "", ""]
        }
        M::ManageAccount => ["", "", "", "", ""],
        _ if below(menu, M::Portfolio) => ["IUDV", "V", "V", "", ""],
        _ if below(menu, M::Programs) => ["IUDV", "V", "", "", ""],
        _ if below(menu, M::Projects) || below(menu, M::Services) => ["IUDV", "V", "IUDV", "", ""],
        _ if root == M::Organization => ["IUDV", "", "", "", ""],
        _ => panic!("nothing was decided about {}", menu.key()),
    }
}

fn below(menu: Menu, ancestor: Menu) -> bool {
    menu == ancestor || menu.parent().is_some_and(|parent| below(parent, ancestor))
}

#[test]
fn the_ceilings_are_as_decided() {
    let app = TestApp::start();
    let rules = in_acme(&app, licence_rules);
    let types = ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"];
    assert_eq!(rules.len(), types.len());
    let ranks: Vec<i16> = types.iter().map(|key| rules[*key].rank).collect();
    assert!(ranks.windows(2).all(|pair| pair[0] > pair[1]), "the highest stands first");
    let short = |rules: &LicenceRules, menu: Menu| -> String {
        let ceiling = rules.ceiling.get(&menu).copied().unwrap_or_default();
        ceiling.iter().map(|operation| operation.key()[..1].to_uppercase()).collect()
    };
    for menu in Menu::screens() {
        let there = types.map(|key| short(&rules[key], menu));
        assert_eq!(there, decided(menu), "{}", menu.key());
    }
    for (key, rules) in &rules {
        assert!(rules.ceiling.keys().all(|menu| !menu.is_heading()), "{key} unlocks a heading");
    }
}

/// A role that comes with the house grants nothing that its licence does not unlock.
#[test]
fn no_starting_role_grants_more_than_its_licence() {
    let app = TestApp::start();
    for role in in_acme(&app, |conn| {
        STARTING_ROLES.iter().map(|role| holder(conn, role)).collect::<Result<Vec<_>, _>>()
    }) {
        for held in role.roles {
            for (menu, operations) in &held.grants {
                assert!(operations.is_within(held.ceiling(*menu)), "{} {}", held.name, menu.key());
                assert_eq!(*operations, operations.closed(), "{} {}", held.name, menu.key());
            }
        }
    }
}
