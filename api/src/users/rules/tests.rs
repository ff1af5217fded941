//! Tables of cases for who may change what of whom.

use chrono::DateTime;
use shared::{Language, ids::RoleId};
use uuid::Uuid;

use super::*;

fn id(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

fn role(number: u128) -> RoleName {
    RoleName { id: RoleId(Uuid::from_u128(number)), name: format!("Role {number}") }
}

fn person(number: u128, company_admin: bool) -> User {
    User {
        id: id(number),
        version: 1,
        email: format!("p{number}@acme.example"),
        first_name: "Pat".to_owned(),
        last_name: "Person".to_owned(),
        language: Language::En,
        no_login: false,
        active: true,
        erased: false,
        company_admin,
        has_password: true,
        photo: None,
        roles: vec![role(7)],
        licence_used: None,
        last_sign_in_at: None,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn outcome(result: Result<(), ApiError>) -> Option<ProblemCode> {
    result.err().map(|error| error.to_problem().code)
}

#[test]
fn who_may_change_what_of_whom() {
    let (plain, admin) =
        (Asking { user: id(1), company_admin: false }, Asking { user: id(2), company_admin: true });
    let patch = UserPatch::default;
    let email = |text: &str| UserPatch { email: Some(text.to_owned()), ..patch() };
    let password = || UserPatch { password: Some("tres gatos".to_owned()), ..patch() };
    let no_login = |wanted| UserPatch { no_login: Some(wanted), ..patch() };
    let company_admin = |wanted| UserPatch { company_admin: Some(wanted), ..patch() };
    let roles = |numbers: &[u128]| UserPatch {
        roles: Some(numbers.iter().map(|one| role(*one).id).collect()),
        ..patch()
    };
    let names = || UserPatch { first_name: Some("Ana".to_owned()), ..patch() };
    let (forbidden, conflict) = (Some(ProblemCode::Forbidden), Some(ProblemCode::Conflict));
    for (asking, present, patch, expected) in [
        (plain, person(3, false), patch(), None),
        (plain, person(3, false), email("x@acme.example"), None),
        (plain, person(3, false), password(), None),
        (plain, person(3, false), no_login(true), None),
        (plain, person(3, false), company_admin(true), forbidden),
        (plain, person(1, false), company_admin(true), forbidden),
        (plain, person(3, false), company_admin(false), None),
        // Of a company admin only what opens no door.
        (plain, person(3, true), names(), None),
        (plain, person(3, true), email(" P3@Acme.example "), None),
        (plain, person(3, true), email("x@acme.example"), forbidden),
        (plain, person(3, true), password(), forbidden),
        (plain, person(3, true), no_login(true), forbidden),
        (plain, person(3, true), no_login(false), None),
        (plain, person(3, true), company_admin(true), None),
        (plain, person(3, true), company_admin(false), forbidden),
        (admin, person(3, true), password(), None),
        (admin, person(3, true), company_admin(false), None),
        (admin, person(3, false), company_admin(true), None),
        // Of oneself.
        (plain, person(1, false), names(), None),
        (plain, person(1, false), password(), conflict),
        (admin, person(2, true), password(), conflict),
        (plain, person(1, false), no_login(true), conflict),
        (admin, person(2, true), email("x@acme.example"), None),
        (admin, person(2, true), company_admin(false), None),
        (plain, person(3, false), roles(&[8, 9]), None),
        (plain, person(1, false), roles(&[8, 9]), conflict),
        (plain, person(1, false), roles(&[9]), conflict),
        (plain, person(1, false), roles(&[7]), None),
        (admin, person(2, true), roles(&[8, 9]), None),
    ] {
        let found = outcome(check_change(asking, &present, &patch));
        assert_eq!(found, expected, "{asking:?} {} {patch:?}", present.email);
    }
}

#[test]
fn who_may_deactivate_and_reactivate_whom() {
    let (plain, admin) =
        (Asking { user: id(1), company_admin: false }, Asking { user: id(2), company_admin: true });
    for (asking, present, wanted, expected) in [
        (plain, person(3, false), false, None),
        (plain, person(3, false), true, None),
        (plain, person(3, true), false, Some(ProblemCode::Forbidden)),
        (plain, person(3, true), true, Some(ProblemCode::Forbidden)),
        (plain, person(1, false), false, Some(ProblemCode::Conflict)),
        (admin, person(3, true), false, None),
        (admin, person(3, true), true, None),
        (admin, person(2, true), false, Some(ProblemCode::Conflict)),
    ] {
        let found = outcome(check_activity(asking, &present, wanted));
        assert_eq!(found, expected, "{asking:?} {} {wanted}", present.email);
    }
}

#[test]
fn what_lets_somebody_in_and_what_is_newly_given() {
    let present = person(3, false);
    let patch = UserPatch::default;
    let email = |text: &str| UserPatch { email: Some(text.to_owned()), ..patch() };
    for (patch, opens) in [
        (patch(), false),
        (UserPatch { first_name: Some("Ana".to_owned()), company_admin: Some(true), ..patch() }, false),
        (email("P3@acme.example "), false),
        (email("x@acme.example"), true),
        (UserPatch { password: Some("tres gatos".to_owned()), ..patch() }, true),
        (UserPatch { no_login: Some(false), ..patch() }, false),
        (UserPatch { no_login: Some(true), ..patch() }, true),
    ] {
        assert_eq!(opens_the_door(&present, &patch), opens, "{patch:?}");
    }
    let given = UserPatch { roles: Some(vec![role(7).id, role(8).id]), ..patch() };
    assert_eq!(newly_given(&present, &given), [role(8).id]);
    assert_eq!(newly_given(&present, &patch()), []);
}

#[test]
fn who_counts_as_an_acting_admin() {
    assert!(is_acting_admin(&person(1, true)));
    assert!(!is_acting_admin(&person(1, false)));
    assert!(!is_acting_admin(&User { active: false, ..person(1, true) }));
    assert!(!is_acting_admin(&User { no_login: true, ..person(1, true) }));
}

#[test]
fn a_patch_leaves_what_it_does_not_name() {
    let role = RoleName { id: RoleId(Uuid::nil()), name: "Team Member".to_owned() };
    let before = User { roles: vec![role], ..person(1, false) };
    assert_eq!(apply(&before, UserPatch::default(), None), before);
    let patch = UserPatch {
        email: Some(" New@Acme.example".to_owned()),
        last_name: Some(" Pérez ".to_owned()),
        ..UserPatch::default()
    };
    let after = apply(&before, patch, Some(Vec::new()));
    let expected = User {
        email: "new@acme.example".to_owned(),
        last_name: "Pérez".to_owned(),
        roles: Vec::new(),
        ..before
    };
    assert_eq!(after, expected);
}
