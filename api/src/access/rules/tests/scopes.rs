//! What the scopes of an API token leave of a person.

use proptest::prelude::*;
use shared::{access::DenialReason, api_token::Scopes};

use super::{
    laws::{any_position, any_role},
    *,
};

fn scopes(scopes: &[(Menu, Operations)]) -> Scopes {
    scopes.iter().copied().collect()
}

fn admin() -> Holder {
    Holder { company_admin: true, ..Holder::default() }
}

/// On a project both the way there and the tab have to be among the scopes, whatever roles and position allow.
#[test]
fn what_a_token_may_do_on_a_project() {
    use Position::{Guest, Manager, TeamMember};
    let lead = || holder(vec![role("project_manager")]);
    let member = || holder(vec![role("team_member")]);
    let (general, budget) = (Menu::ProjectGeneral, Menu::ProjectBudget);
    for (person, scopes, assigned, tab, expected) in [
        // The management way.
        (admin(), scopes(&[(Menu::Projects, V), (general, IUDV)]), None, general, IUDV),
        (admin(), scopes(&[(Menu::Projects, V), (general, V)]), None, general, V),
        (admin(), scopes(&[(general, IUDV)]), None, general, Operations::NONE),
        (admin(), scopes(&[(Menu::Projects, IUDV)]), None, general, Operations::NONE),
        (lead(), scopes(&[(Menu::Projects, V), (budget, V)]), Some(Manager), budget, V),
        (lead(), scopes(&[(Menu::Projects, V), (budget, V)]), None, budget, Operations::NONE),
        // The desktop way.
        (admin(), scopes(&[(Menu::MyProjects, IUDV), (general, V)]), Some(Manager), general, V),
        (admin(), scopes(&[(Menu::MyProjects, V), (general, IUDV)]), Some(Manager), general, V),
        (admin(), scopes(&[(Menu::MyProjects, IUDV), (general, IUDV)]), Some(Guest), general, V),
        (admin(), scopes(&[(Menu::MyProjects, IUDV), (general, IUDV)]), None, general, Operations::NONE),
        (lead(), scopes(&[(Menu::MyProjects, IUDV)]), Some(Manager), general, Operations::NONE),
        (lead(), scopes(&[(Menu::MyProjects, IUDV)]), Some(Manager), budget, Operations::NONE),
        (lead(), scopes(&[(Menu::MyProjects, IUDV), (budget, V)]), Some(Manager), budget, V),
        (member(), scopes(&[(Menu::MyProjects, IUDV), (general, IUDV)]), Some(TeamMember), general, V),
        (
            member(),
            scopes(&[(Menu::MyProjects, IUDV), (budget, IUDV)]),
            Some(TeamMember),
            budget,
            Operations::NONE,
        ),
    ] {
        let token = person.narrowed_to(&scopes);
        assert_eq!(
            token.effective_on_project(assigned, tab, today()),
            expected,
            "{scopes:?} {assigned:?} {tab:?}"
        );
        let shown = token.project_access(assigned, today()).tabs.get(&tab).copied().unwrap_or_default();
        assert_eq!(shown, expected, "the page of the project says the same");
    }
}

#[test]
fn why_a_token_may_not() {
    let token = |scopes: &[(Menu, Operations)]| admin().narrowed_to(&scopes.iter().copied().collect());
    let missing = |denial: Denial| (denial.menu, denial.operation, denial.reason);
    for (scopes, menu, operation) in [
        (&[(Menu::Projects, V)][..], Menu::Users, Operation::View),
        (&[(Menu::Projects, V)], Menu::Projects, Operation::Insert),
        // No scope opens these.
        (&[(Menu::ManageAccount, IUDV)], Menu::ManageAccount, Operation::View),
        (&[(Menu::Integrations, IUDV)], Menu::Integrations, Operation::Delete),
    ] {
        let denial = token(scopes).check(menu, operation, today()).expect_err("it is denied");
        assert_eq!(missing(denial), (menu, operation, DenialReason::TokenScope));
    }
    let general = Menu::ProjectGeneral;
    for (scopes, lacks) in [
        (&[(Menu::Projects, V)][..], (general, Operation::Update)),
        (&[(Menu::Projects, V), (general, V)], (general, Operation::Update)),
        (&[(general, IUDV)], (Menu::Projects, Operation::View)),
    ] {
        let denial = token(scopes).check_on_some_project(general, Operation::Update, today());
        let (menu, operation, reason) = missing(denial.expect_err("it is denied"));
        assert_eq!(((menu, operation), reason), (lacks, DenialReason::TokenScope), "{scopes:?}");
    }
    // What the scopes have and the person may not is told as to the person.
    let member = holder(vec![role("team_member")]).narrowed_to(&scopes(&[(Menu::Users, IUDV)]));
    let denial = member.check(Menu::Users, Operation::View, today()).expect_err("it is denied");
    assert_eq!(denial.reason, DenialReason::NotGranted);
    // A Manager whose way in is not among the scopes is not told that the position were too low.
    let lead = holder(vec![granting(role("project_manager"), &[(Menu::MyProjects, IUDV)])]);
    let lead = lead.narrowed_to(&scopes(&[(Menu::MyProjects, V), (general, IUDV)]));
    let denied = lead.check_on_project(Some(Position::Manager), general, Operation::Update, today());
    let Err(ProjectDenial::Forbidden(denial)) = denied else { panic!("{denied:?}") };
    assert_eq!(missing(denial), (Menu::MyProjects, Operation::Update, DenialReason::TokenScope));
}

/// Otherwise whoever has stolen a token could make themself an account that may do more.
#[test]
fn a_token_hands_out_nothing_that_it_may_not_do() {
    let token = admin().narrowed_to(&scopes(&[(Menu::Users, IUDV), (Menu::Projects, V)]));
    for (given, expected) in [
        (scopes(&[(Menu::Projects, V)]), Ok(())),
        (scopes(&[(Menu::Users, IUDV)]), Ok(())),
        (scopes(&[(Menu::Projects, IUDV)]), Err((Menu::Projects, Operation::Insert))),
        (scopes(&[(Menu::ProjectTeam, V)]), Err((Menu::ProjectTeam, Operation::View))),
        (scopes(&[(Menu::RoleDefinition, V)]), Err((Menu::RoleDefinition, Operation::View))),
    ] {
        let checked = token.check_hands_out(&given, today());
        assert_eq!(checked.map_err(|denial| (denial.menu, denial.operation)), expected, "{given:?}");
        assert_eq!(admin().check_hands_out(&given, today()), Ok(()));
    }
}

fn any_holder() -> impl Strategy<Value = Holder> {
    let roles = proptest::collection::vec(any_role(), 0..4);
    (any::<[bool; 2]>(), roles).prop_map(|([company_admin, members_see_money], roles)| Holder {
        company_admin,
        members_see_money,
        roles,
        scopes: None,
    })
}

fn any_scopes() -> impl Strategy<Value = Scopes> {
    let operations = any::<[bool; 4]>().prop_map(|[insert, update, delete, view]| Operations {
        insert,
        update,
        delete,
        view,
    });
    let every_menu = proptest::collection::vec(operations, Menu::ALL.len());
    every_menu.prop_map(|all| Menu::ALL.iter().copied().zip(all).collect())
}

/// What the scopes have of a menu.
fn scope(scopes: &Scopes, menu: Menu) -> Operations {
    if menu.is_beyond_tokens() || menu.is_heading() {
        return Operations::NONE;
    }
    scopes.get(&menu).copied().unwrap_or_default().closed()
}

proptest! {
    /// The law of tokens: what they may is what the person may at that moment, of their scopes.
    #[test]
    fn a_token_may_what_its_person_may_of_its_scopes(person in any_holder(), scopes in any_scopes()) {
        let token = person.narrowed_to(&scopes);
        prop_assert!(!token.company_admin);
        for menu in Menu::ALL.iter().copied() {
            let expected = person.effective(menu, today()).intersection(scope(&scopes, menu));
            prop_assert_eq!(token.effective(menu, today()), expected, "{:?}", menu);
            for operation in Operation::ALL {
                let denial = token.check(menu, operation, today()).err();
                prop_assert_eq!(denial.is_none(), expected.has(operation));
                let by_scope = denial.is_some_and(|denial| denial.reason == DenialReason::TokenScope);
                prop_assert_eq!(by_scope, !scope(&scopes, menu).has(operation));
            }
        }
        let listed = token.permissions(today());
        for menu in Menu::screens() {
            let one = listed.get(&menu).copied().unwrap_or_default();
            prop_assert_eq!(one, token.effective(menu, today()));
        }
    }

    /// On projects: never more than the person, never more than the scopes, and no position widens them.
    #[test]
    fn no_position_widens_a_token(
        person in any_holder(),
        scopes in any_scopes(),
        position in any_position(),
    ) {
        let token = person.narrowed_to(&scopes);
        let day = today();
        for tab in PROJECT_TABS {
            let may = token.effective_on_project(position, tab, day);
            prop_assert!(may.is_within(person.effective_on_project(position, tab, day)), "{:?}", tab);
            prop_assert!(may.is_within(scope(&scopes, tab)), "{:?}", tab);
            for operation in may.iter() {
                prop_assert!(token.check_on_project(position, tab, operation, day).is_ok());
                prop_assert!(token.check_on_some_project(tab, operation, day).is_ok());
            }
        }
        prop_assert!(!token.sees_all_projects(day) || person.sees_all_projects(day));
        prop_assert!(!token.sees_all_projects(day) || scope(&scopes, Menu::Projects).view);
        prop_assert!(!token.sees_project(position, day) || person.sees_project(position, day));
        let way = scope(&scopes, Menu::Projects).view || scope(&scopes, Menu::MyProjects).view;
        prop_assert!(!token.sees_project(position, day) || way);
        let (one, other) = (
            token.effective_position(position.unwrap_or(Position::Guest), Function::ProjectManager, day),
            person.effective_position(position.unwrap_or(Position::Guest), Function::ProjectManager, day),
        );
        prop_assert_eq!(one.0, other.0);
    }

    /// With both ways among the scopes, nothing but the tab's own scope is taken away.
    #[test]
    fn scopes_take_nothing_else_away(person in any_holder(), scopes in any_scopes(), position in any_position()) {
        let mut scopes = scopes;
        scopes.extend([(Menu::Projects, IUDV), (Menu::MyProjects, IUDV)]);
        let token = person.narrowed_to(&scopes);
        for tab in PROJECT_TABS {
            let expected =
                person.effective_on_project(position, tab, today()).intersection(scope(&scopes, tab));
            prop_assert_eq!(token.effective_on_project(position, tab, today()), expected, "{:?}", tab);
        }
        prop_assert_eq!(token.sees_project(position, today()), person.sees_project(position, today()));
    }

    /// A scope that is taken away is gone, and nothing comes for it.
    #[test]
    fn a_scope_taken_away_is_gone(
        person in any_holder(),
        scopes in any_scopes(),
        menu in proptest::sample::select(Menu::screens().collect::<Vec<_>>()),
        operation in proptest::sample::select(Operation::ALL.to_vec()),
        position in any_position(),
    ) {
        let mut fewer = scopes.clone();
        fewer.insert(menu, scope(&scopes, menu).without(operation));
        let (before, after) = (person.narrowed_to(&scopes), person.narrowed_to(&fewer));
        prop_assert!(!after.effective(menu, today()).has(operation));
        prop_assert!(!after.effective_on_project(position, menu, today()).has(operation));
        for one in Menu::ALL.iter().copied() {
            prop_assert!(after.effective(one, today()).is_within(before.effective(one, today())));
        }
        for tab in PROJECT_TABS {
            let (less, more) = (
                after.effective_on_project(position, tab, today()),
                before.effective_on_project(position, tab, today()),
            );
            prop_assert!(less.is_within(more), "{:?}", tab);
        }
    }

    /// Narrowing what is narrow takes away what the second scopes lack, and gives nothing back.
    #[test]
    fn a_token_cannot_be_narrowed_into_more(person in any_holder(), one in any_scopes(), two in any_scopes()) {
        let (narrow, narrower) = (person.narrowed_to(&one), person.narrowed_to(&one).narrowed_to(&two));
        for menu in Menu::ALL.iter().copied() {
            prop_assert!(narrower.effective(menu, today()).is_within(narrow.effective(menu, today())));
        }
    }
}
