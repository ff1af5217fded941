//! Tables of cases, and the law that nothing is gained or lost that the rules do not give or take.

use shared::{
    ids::{RoleId, UserId},
    licence::Reach,
};
use uuid::Uuid;

use super::*;
use crate::access::person::{HeldRole, LicenceRules};

const V: Operations = Operations::VIEW;
const IUDV: Operations = Operations::ALL;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn today() -> NaiveDate {
    day("2026-03-02")
}

fn always() -> Validity {
    Validity { from: day("2020-01-01"), until: None }
}

/// A role that grants this, under a licence of this reach that unlocks everything.
fn role(reach: Reach, highest_position: Position, grants: &[(Menu, Operations)]) -> HeldRole {
    HeldRole {
        id: RoleId(Uuid::nil()),
        name: "A role".to_owned(),
        licence: LicenceRules {
            key: "a_licence".to_owned(),
            rank: 1,
            functions: Function::ALL.to_vec(),
            reach,
            highest_position,
            ceiling: Menu::screens().map(|menu| (menu, IUDV)).collect(),
        },
        validity: vec![always()],
        functions: vec![Function::ProjectManager],
        grants: grants.iter().copied().collect(),
    }
}

fn somebody(before: Vec<HeldRole>, after: Vec<HeldRole>, positions: &[(Position, i64)]) -> Somebody {
    Somebody {
        user: UserName { id: UserId(Uuid::nil()), name: "Eva Ruiz".to_owned(), email: "eva@x".to_owned() },
        before: Holder { roles: before, ..Holder::default() },
        after: Holder { roles: after, ..Holder::default() },
        positions: positions.iter().copied().collect(),
    }
}

#[test]
fn what_is_gained_and_lost() {
    use Position::{Manager, TeamMember};
    let own = |grants: &[(Menu, Operations)]| role(Reach::Own, Manager, grants);
    let clerk = || own(&[(Menu::Users, IUDV)]);
    let reader = || own(&[(Menu::Users, V)]);
    let effect = |one: &Somebody| simulate(std::slice::from_ref(one), 40, today()).effects.pop();

    assert_eq!(effect(&somebody(vec![clerk()], vec![clerk()], &[(Manager, 3)])), None);
    assert_eq!(
        effect(&somebody(vec![clerk(), reader()], vec![clerk()], &[])),
        None,
        "the other role still grants it"
    );

    let lost = effect(&somebody(vec![clerk()], vec![reader()], &[])).expect("something changes");
    assert!(lost.gains.is_empty());
    assert_eq!(
        lost.loses,
        BTreeMap::from([(Menu::Users, IUDV.without(Operation::View))].map(|(menu, _)| {
            (menu, Operations { insert: true, update: true, delete: true, view: false })
        }))
    );

    // Two roles for one: gained here, lost there.
    let swapped = effect(&somebody(vec![reader()], vec![own(&[(Menu::Clients, V)])], &[])).expect("a change");
    assert_eq!(swapped.gains, BTreeMap::from([(Menu::Clients, V)]));
    assert_eq!(swapped.loses, BTreeMap::from([(Menu::Users, V)]));

    // Projects: those with a position, and all of the organization.
    let desktop = || own(&[(Menu::MyProjects, V)]);
    let everywhere = || role(Reach::Organization, Manager, &[(Menu::Projects, V)]);
    for (before, after, seen) in [
        (vec![], vec![desktop()], (0, 5)),
        (vec![desktop()], vec![everywhere()], (5, 40)),
        (vec![everywhere()], vec![], (40, 0)),
        (vec![own(&[(Menu::Projects, V)])], vec![desktop()], (5, 5)),
    ] {
        let found = effect(&somebody(before, after, &[(Manager, 2), (TeamMember, 3)])).expect("a change");
        assert_eq!((found.projects_before, found.projects_after), seen);
    }

    // A position that counts for less.
    let low = role(Reach::Own, TeamMember, &[(Menu::MyProjects, V)]);
    let moved =
        effect(&somebody(vec![desktop()], vec![low], &[(Manager, 2), (TeamMember, 3)])).expect("a change");
    let expected = PositionEffect { assigned: Manager, before: Manager, after: TeamMember, projects: 2 };
    assert_eq!(moved.positions, [expected]);
    assert!(moved.gains.is_empty() && moved.loses.is_empty());
    // Whoever loses the last licence does not rise from guest to what is left of the position, nor back.
    let guest = || role(Reach::Own, Position::Guest, &[(Menu::MyProjects, V)]);
    for (before, after) in [(vec![guest()], vec![]), (vec![], vec![guest()])] {
        let found = effect(&somebody(before, after, &[(TeamMember, 3)])).expect("a change");
        assert_eq!(found.positions, []);
    }
}

#[test]
fn people_and_screens_are_counted() {
    let own = |grants: &[(Menu, Operations)]| role(Reach::Own, Position::Manager, grants);
    let people: Vec<Somebody> = (0..250)
        .map(|number| match number % 5 {
            0 => somebody(vec![own(&[(Menu::Users, V)])], vec![], &[]),
            1 => somebody(vec![], vec![own(&[(Menu::Users, IUDV)])], &[]),
            2 => somebody(vec![own(&[(Menu::Clients, V)])], vec![own(&[(Menu::Users, V)])], &[]),
            _ => somebody(vec![own(&[(Menu::Home, V)])], vec![own(&[(Menu::Home, V)])], &[]),
        })
        .collect();
    let outcome = simulate(&people, 0, today());
    assert_eq!((outcome.gaining, outcome.losing, outcome.effects.len()), (100, 100, NAMED));
    let of = |menu, operation| {
        let found = outcome.screens.iter().find(|one| one.menu == menu && one.operation == operation);
        found.map(|one| (one.gaining, one.losing))
    };
    assert_eq!(of(Menu::Users, Operation::View), Some((100, 50)));
    assert_eq!(of(Menu::Users, Operation::Insert), Some((50, 0)));
    assert_eq!(of(Menu::Clients, Operation::View), Some((0, 50)));
    assert_eq!(of(Menu::Home, Operation::View), None);
}

#[test]
fn a_licence_makes_its_difference_on_the_first_day_on_which_it_does() {
    let until = |text| Validity { from: day("2020-01-01"), until: Some(day(text)) };
    let from = |text| Validity { from: day(text), until: None };
    for (before, after, expected) in [
        (vec![always()], vec![always()], None),
        // Ended in the past, today, and later.
        (vec![always()], vec![until("2026-03-01")], Some("2026-03-02")),
        (vec![always()], vec![until("2026-03-02")], Some("2026-03-03")),
        (vec![always()], vec![until("2026-12-31")], Some("2027-01-01")),
        // Prolonged, while it is valid and after it has ended.
        (vec![until("2026-06-30")], vec![until("2026-12-31")], Some("2026-07-01")),
        (vec![until("2026-01-31")], vec![always()], Some("2026-03-02")),
        // Another row of the type goes on, or begins later.
        (vec![always(), always()], vec![always(), until("2026-03-01")], None),
        (
            vec![always(), from("2026-05-01")],
            vec![until("2026-03-31"), from("2026-05-01")],
            Some("2026-04-01"),
        ),
        // What was over stays over.
        (vec![until("2026-02-01")], vec![until("2026-03-01")], None),
    ] {
        assert_eq!(first_difference(&before, &after, today()), expected.map(day), "{before:?} {after:?}");
    }
}
