//! Laws that hold for everybody.

use proptest::prelude::*;

use super::*;

const KEYS: [&str; 5] =
    ["full_access", "portfolio_access", "project_manager", "team_member", "project_guest"];

pub(super) fn any_role() -> impl Strategy<Value = HeldRole> {
    let grants = proptest::collection::btree_map(0..Menu::ALL.len(), any::<[bool; 4]>(), 0..12);
    (0..KEYS.len(), grants, any::<bool>(), any::<[bool; 3]>()).prop_map(|(key, grants, valid, functions)| {
        let role = role(KEYS[key]);
        let functions =
            Function::ALL.into_iter().zip(functions).filter(|(_, has)| *has).map(|(one, _)| one).collect();
        let grants = grants
            .into_iter()
            .map(|(index, [insert, update, delete, view])| {
                (Menu::ALL[index], Operations { insert, update, delete, view })
            })
            .collect();
        let role = HeldRole { functions, grants, ..role };
        if valid { role } else { expired(role) }
    })
}

pub(super) fn any_position() -> impl Strategy<Value = Option<Position>> {
    proptest::sample::select(vec![
        None,
        Some(Position::Guest),
        Some(Position::TeamMember),
        Some(Position::Manager),
    ])
}

proptest! {
    #[test]
    fn adding_a_role_never_takes_anything_away(
        roles in proptest::collection::vec(any_role(), 0..4),
        more in any_role(),
        position in any_position(),
    ) {
        let before = holder(roles.clone());
        let after = holder(roles.into_iter().chain([more]).collect());
        for menu in Menu::screens() {
            prop_assert!(before.effective(menu, today()).is_within(after.effective(menu, today())));
            prop_assert!(before.effective_on_project(position, menu, today())
                .is_within(after.effective_on_project(position, menu, today())));
        }
        prop_assert!(!before.sees_project(position, today()) || after.sees_project(position, today()));
    }

    #[test]
    fn no_role_exceeds_its_ceiling(role in any_role()) {
        let who = holder(vec![role.clone()]);
        for menu in Menu::screens() {
            prop_assert!(who.effective(menu, today()).is_within(role.ceiling(menu)));
        }
        prop_assert!(who.effective(Menu::ManageAccount, today()).is_empty());
    }

    #[test]
    fn a_role_whose_licence_is_over_grants_nothing(role in any_role(), position in any_position()) {
        let who = holder(vec![expired(role)]);
        for menu in Menu::screens() {
            prop_assert!(who.effective(menu, today()).is_empty());
            prop_assert!(who.effective_on_project(position, menu, today()).is_empty());
        }
    }

    #[test]
    fn a_position_is_never_raised(
        roles in proptest::collection::vec(any_role(), 0..4),
        assigned in proptest::sample::select(Position::ALL.to_vec()),
    ) {
        let who = holder(roles);
        let (effective, because) = who.effective_position(assigned, Function::ProjectManager, today());
        prop_assert!(effective <= assigned);
        prop_assert!(effective == assigned || because.is_some());
    }

    #[test]
    fn nobody_may_do_what_they_cannot_see(
        roles in proptest::collection::vec(any_role(), 0..4),
        position in any_position(),
    ) {
        let who = holder(roles);
        for tab in PROJECT_TABS {
            for operation in Operation::ALL {
                let allowed = who.check_on_project(position, tab, operation, today()).is_ok();
                prop_assert!(!allowed || who.sees_project(position, today()));
                prop_assert!(!allowed || who.check_on_some_project(tab, operation, today()).is_ok());
            }
        }
    }

    #[test]
    fn the_chain_comes_to_what_the_rules_say(
        company_admin in proptest::bool::weighted(0.1),
        members_see_money in any::<bool>(),
        roles in proptest::collection::vec(any_role(), 0..4),
        position in any_position(),
    ) {
        let who = Holder { company_admin, members_see_money, roles, scopes: None };
        let day = today();
        for menu in Menu::screens() {
            for operation in Operation::ALL {
                let question = Question { menu, operation, on_project: None, day };
                let chain = who.explain(question);
                prop_assert_eq!(chain.allows(), who.effective(menu, day).has(operation));
                prop_assert_eq!(chain.allows(), chain.denial.is_none());
                prop_assert_eq!(chain.denial, who.check(menu, operation, day).err());
                if !menu.is_of_project() {
                    continue;
                }
                let chain = who.explain(Question { on_project: Some(position), ..question });
                prop_assert_eq!(chain.allows(), who.effective_on_project(position, menu, day).has(operation));
                prop_assert_eq!(chain.seen, who.sees_project(position, day));
                prop_assert_eq!(chain.allows(), chain.seen && chain.denial.is_none());
                prop_assert!(chain.position.is_some());
            }
        }
    }

    #[test]
    fn a_denial_always_has_a_reason_that_holds(
        roles in proptest::collection::vec(any_role(), 0..4),
        menu in proptest::sample::select(Menu::screens().collect::<Vec<_>>()),
        operation in proptest::sample::select(Operation::ALL.to_vec()),
    ) {
        let who = holder(roles);
        if let Err(denial) = who.check(menu, operation, today()) {
            for language in shared::Language::ALL {
                prop_assert!(denial.text(language).len() > 20);
            }
            match denial.reason {
                DenialReason::NoRole => prop_assert!(who.roles.is_empty()),
                DenialReason::LicenceNotValid | DenialReason::BeyondCeiling | DenialReason::NotGranted => {
                    prop_assert!(!denial.roles.is_empty());
                }
                DenialReason::CompanyAdminOnly => prop_assert_eq!(menu, Menu::ManageAccount),
                DenialReason::Position => prop_assert!(false, "no position was asked about"),
                DenialReason::TokenScope => prop_assert!(false, "no token stands between"),
            }
        }
    }
}
