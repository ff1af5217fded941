use std::collections::BTreeMap;

use proptest::{collection::btree_map, prelude::*, sample::select};
use shared::{Position, licence::Reach};

use super::*;

fn operations() -> impl Strategy<Value = Operations> {
    any::<[bool; 4]>().prop_map(|[insert, update, delete, view]| Operations { insert, update, delete, view })
}

fn screens() -> Vec<Menu> {
    Menu::screens().collect()
}

fn licence(ceiling: BTreeMap<Menu, Operations>) -> LicenceType {
    LicenceType {
        key: "any".to_owned(),
        name: "Any".to_owned(),
        rank: 1,
        functions: Vec::new(),
        reach: Reach::Own,
        highest_position: Position::Manager,
        ceiling,
    }
}

prop_compose! {
    /// What a licence opens, grants within it, and some menus.
    fn case()(
        ceiling in btree_map(select(screens()), operations(), 0..60),
        granted in btree_map(select(screens()), operations(), 0..60),
        menus in proptest::collection::vec(select(screens()), 1..12),
        pressed in operations(),
    ) -> (Grants, Grants, Vec<Menu>, Operations) {
        let open = open(&licence(ceiling));
        let grants = within(&granted, &open);
        (open, grants, menus, pressed)
    }
}

fn is_sound(grants: &Grants, open: &Grants) -> bool {
    grants.iter().all(|(menu, operations)| {
        !operations.is_empty() && operations.closed() == *operations && operations.is_within(on(open, *menu))
    })
}

proptest! {
    #[test]
    fn grants_within_what_is_open_stay_so_after_any_press((open, mut grants, menus, pressed) in case()) {
        prop_assert!(is_sound(&grants, &open));
        toggle(&mut grants, &open, &menus, pressed);
        prop_assert!(is_sound(&grants, &open));
    }

    #[test]
    fn a_press_fills_first_and_empties_then((open, mut grants, menus, pressed) in case()) {
        let before = state(&grants, &open, &menus, pressed);
        toggle(&mut grants, &open, &menus, pressed);
        let after = state(&grants, &open, &menus, pressed);
        match before {
            None => prop_assert_eq!(after, None),
            Some(CheckState::On) => prop_assert_eq!(after, Some(CheckState::Off)),
            Some(_) => prop_assert_eq!(after, Some(CheckState::On)),
        }
    }

    #[test]
    fn a_press_leaves_other_menus_alone((open, mut grants, menus, pressed) in case()) {
        let before = grants.clone();
        toggle(&mut grants, &open, &menus, pressed);
        for menu in Menu::screens().filter(|menu| !menus.contains(menu)) {
            prop_assert_eq!(on(&before, menu), on(&grants, menu));
        }
    }

    #[test]
    fn differences_are_what_the_counts_say((_open, grants, _menus, _pressed) in case(), (_o, other, _m, _p) in case()) {
        let (here, there) = differences(&grants, &other);
        prop_assert_eq!(differences(&other, &grants), (there, here));
        prop_assert_eq!(count(&grants) - here, count(&other) - there);
        prop_assert_eq!(differences(&grants, &grants), (0, 0));
    }

    #[test]
    fn what_is_open_means_something_and_always_has_view(ceiling in btree_map(select(screens()), operations(), 0..60)) {
        let licence = licence(ceiling);
        for (menu, operations) in open(&licence) {
            prop_assert!(operations.view);
            prop_assert!(operations.is_within(meant(menu)));
            prop_assert!(operations.is_within(on(&licence.ceiling, menu)));
        }
    }
}

#[test]
fn operations_imply_view_and_fall_with_it() {
    let open: Grants = [(Menu::Users, Operations::ALL)].into();
    let view_and_insert = Operations::VIEW.with(Operation::Insert);
    for (before, pressed, after) in [
        (Operations::NONE, Operation::Insert, view_and_insert),
        (Operations::NONE, Operation::View, Operations::VIEW),
        (view_and_insert, Operation::Insert, Operations::VIEW),
        (Operations::ALL, Operation::View, Operations::NONE),
    ] {
        let mut grants: Grants = [(Menu::Users, before)].into();
        toggle(&mut grants, &open, &[Menu::Users], Operations::of(&[pressed]));
        assert_eq!(on(&grants, Menu::Users), after, "{pressed:?} on {before:?}");
    }
}

#[test]
fn nothing_beyond_the_licence_can_be_pressed() {
    let open: Grants = [(Menu::Users, Operations::VIEW)].into();
    let mut grants = Grants::new();
    toggle(&mut grants, &open, &[Menu::Users, Menu::Clients], Operations::ALL);
    assert_eq!(grants, [(Menu::Users, Operations::VIEW)].into());
    assert_eq!(state(&grants, &open, &[Menu::Clients], Operations::ALL), None);
    assert_eq!(state(&grants, &open, &[Menu::Users], Operations::of(&[Operation::Insert])), None);
}

#[test]
fn a_smaller_licence_takes_out_what_lies_beyond() {
    let grants: Grants = [(Menu::Users, Operations::ALL), (Menu::Home, Operations::ALL)].into();
    let open: Grants = [(Menu::Home, Operations::VIEW)].into();
    let left = within(&grants, &open);
    assert_eq!(left, open);
    assert_eq!(count(&grants) - count(&left), 7);
}
