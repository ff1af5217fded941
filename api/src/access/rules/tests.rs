//! Tables of cases; the laws that hold for everybody stand beside.

mod laws;
mod scopes;

use shared::{ids::RoleId, licence::Reach};
use uuid::Uuid;

use super::*;
use crate::access::{
    explain::Question,
    person::{LicenceRules, Validity},
};

const IUDV: Operations = Operations::ALL;
const V: Operations = Operations::VIEW;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn today() -> NaiveDate {
    day("2026-03-02")
}

/// The licence types of the specification, as far as the cases need them.
fn licence(key: &str) -> LicenceRules {
    let (rank, functions, reach, highest_position): (i16, Vec<Function>, Reach, Position) = match key {
        "full_access" => (50, Function::ALL.to_vec(), Reach::Organization, Position::Manager),
        "portfolio_access" => (40, vec![], Reach::Organization, Position::TeamMember),
        "project_manager" => {
            (30, vec![Function::ProjectManager, Function::ServiceManager], Reach::Own, Position::Manager)
        }
        "team_member" => (20, vec![], Reach::Own, Position::TeamMember),
        _ => (10, vec![], Reach::Own, Position::Guest),
    };
    let ceiling = Menu::screens()
        .map(|menu| {
            let project = PROJECT_TABS.contains(&menu);
            let operations = match (key, menu) {
                (_, Menu::ManageAccount) => Operations::NONE,
                ("full_access", _) | ("portfolio_access" | "team_member", Menu::MyProjects) => IUDV,
                ("project_manager", menu) if project || menu == Menu::MyProjects => IUDV,
                ("portfolio_access", _) if project => V,
                ("project_guest", Menu::MyProjects) => V,
                _ => Operations::NONE,
            };
            (menu, operations)
        })
        .collect();
    LicenceRules { key: key.to_owned(), rank, functions, reach, highest_position, ceiling }
}

/// A role of this licence type that grants all the licence unlocks and carries all of its functions, valid always.
fn role(key: &str) -> HeldRole {
    let licence = licence(key);
    HeldRole {
        id: RoleId(Uuid::nil()),
        name: key.to_owned(),
        validity: vec![Validity { from: day("2020-01-01"), until: None }],
        functions: licence.functions.clone(),
        grants: licence.ceiling.clone(),
        licence,
    }
}

fn expired(role: HeldRole) -> HeldRole {
    HeldRole { validity: vec![Validity { from: day("2020-01-01"), until: Some(day("2026-03-01")) }], ..role }
}

fn granting(role: HeldRole, grants: &[(Menu, Operations)]) -> HeldRole {
    HeldRole { grants: grants.iter().copied().collect(), ..role }
}

fn holder(roles: Vec<HeldRole>) -> Holder {
    Holder { roles, ..Holder::default() }
}

#[test]
fn a_licence_is_valid_on_its_first_and_last_day() {
    let span = Validity { from: day("2026-03-01"), until: Some(day("2026-03-31")) };
    for (when, expected) in
        [("2026-02-28", false), ("2026-03-01", true), ("2026-03-31", true), ("2026-04-01", false)]
    {
        assert_eq!(span.contains(day(when)), expected, "{when}");
    }
    assert!(Validity { from: day("2026-03-01"), until: None }.contains(day("2126-01-01")));
}

#[test]
fn what_a_menu_allows_and_why_not() {
    let view_users = granting(role("full_access"), &[(Menu::Users, V)]);
    let beyond = granting(role("team_member"), &[(Menu::Users, IUDV)]);
    let admin = Holder { company_admin: true, ..Holder::default() };
    let cases: [(&str, Holder, Menu, Operation, Option<DenialReason>); 10] = [
        ("granted", holder(vec![view_users.clone()]), Menu::Users, Operation::View, None),
        (
            "not granted",
            holder(vec![view_users.clone()]),
            Menu::Users,
            Operation::Insert,
            Some(DenialReason::NotGranted),
        ),
        (
            "expired",
            holder(vec![expired(view_users.clone())]),
            Menu::Users,
            Operation::View,
            Some(DenialReason::LicenceNotValid),
        ),
        (
            "beyond",
            holder(vec![beyond.clone()]),
            Menu::Users,
            Operation::View,
            Some(DenialReason::BeyondCeiling),
        ),
        ("no role", holder(vec![]), Menu::Users, Operation::View, Some(DenialReason::NoRole)),
        ("admin", admin.clone(), Menu::Users, Operation::Delete, None),
        ("admin's account", admin.clone(), Menu::ManageAccount, Operation::View, None),
        (
            "account",
            holder(vec![role("full_access")]),
            Menu::ManageAccount,
            Operation::View,
            Some(DenialReason::CompanyAdminOnly),
        ),
        ("heading", admin, Menu::Organization, Operation::View, Some(DenialReason::NoRole)),
        ("one of two", holder(vec![beyond, view_users]), Menu::Users, Operation::View, None),
    ];
    for (name, who, menu, operation, expected) in cases {
        assert_eq!(who.check(menu, operation, today()).err().map(|denial| denial.reason), expected, "{name}");
    }
}

/// Name, roles, the position as assigned and as it counts, and why.
type PositionCase = (&'static str, Vec<HeldRole>, Position, Position, Option<LoweredBecause>);

#[test]
fn a_position_counts_for_what_licence_and_function_let_it() {
    use LoweredBecause::{Function as NoFunction, Licence, NoValidLicence};
    use Position::{Guest, Manager, TeamMember};
    let without_function = HeldRole { functions: vec![], ..role("project_manager") };
    let cases: [PositionCase; 12] = [
        ("full access leads", vec![role("full_access")], Manager, Manager, None),
        ("project manager leads", vec![role("project_manager")], Manager, Manager, None),
        ("without the function", vec![without_function.clone()], Manager, TeamMember, Some(NoFunction)),
        ("portfolio access", vec![role("portfolio_access")], Manager, TeamMember, Some(Licence)),
        ("team member", vec![role("team_member")], Manager, TeamMember, Some(Licence)),
        ("a guest stays a guest", vec![role("project_guest")], TeamMember, Guest, Some(Licence)),
        ("a guest who was made manager", vec![role("project_guest")], Manager, Guest, Some(Licence)),
        (
            "an expired manager is a team member",
            vec![expired(role("project_manager")), role("team_member")],
            Manager,
            TeamMember,
            Some(Licence),
        ),
        ("nothing valid", vec![expired(role("project_manager"))], Manager, TeamMember, Some(NoValidLicence)),
        ("no role", vec![], Guest, Guest, Some(NoValidLicence)),
        ("never raised", vec![role("full_access")], Guest, Guest, None),
        ("function from another role", vec![without_function, role("full_access")], Manager, Manager, None),
    ];
    for (name, roles, assigned, expected, because) in cases {
        let found = holder(roles).effective_position(assigned, Function::ProjectManager, today());
        assert_eq!(found, (expected, because), "{name}");
    }
}

/// Name, who, position, tab, operation, and the outcome.
type Case = (&'static str, Holder, Option<Position>, Menu, Operation, Result<(), &'static str>);

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases is read as one")]
fn what_a_project_allows() {
    use Operation::{Delete, Insert, Update, View};
    use Position::{Guest, Manager, TeamMember};
    let full = || holder(vec![role("full_access")]);
    let portfolio = || holder(vec![role("portfolio_access")]);
    let manager = || holder(vec![role("project_manager")]);
    let member = || holder(vec![role("team_member")]);
    let guest = || holder(vec![role("project_guest")]);
    let desktop =
        |operations| holder(vec![granting(role("project_manager"), &[(Menu::MyProjects, operations)])]);
    let unseen = Err("unseen");
    let forbidden = Err("forbidden");
    let cases: Vec<Case> = vec![
        ("full access needs no position", full(), None, Menu::ProjectGeneral, Update, Ok(())),
        ("portfolio access reads", portfolio(), None, Menu::ProjectGeneral, View, Ok(())),
        ("portfolio access changes nothing", portfolio(), None, Menu::ProjectGeneral, Update, forbidden),
        ("another's project does not exist", manager(), None, Menu::ProjectGeneral, View, unseen),
        ("one's own is led", manager(), Some(Manager), Menu::ProjectTeam, Delete, Ok(())),
        (
            "reach own, position guest, management way",
            manager(),
            Some(Guest),
            Menu::ProjectTeam,
            Update,
            Ok(()),
        ),
        ("desktop manager", desktop(IUDV), Some(Manager), Menu::ProjectGeneral, Update, Ok(())),
        (
            "desktop manager who may only view",
            desktop(V),
            Some(Manager),
            Menu::ProjectGeneral,
            Update,
            forbidden,
        ),
        ("desktop manager reads money", desktop(IUDV), Some(Manager), Menu::ProjectBudget, View, Ok(())),
        ("desktop team member reads", desktop(IUDV), Some(TeamMember), Menu::ProjectTeam, View, Ok(())),
        (
            "desktop team member changes nothing",
            desktop(IUDV),
            Some(TeamMember),
            Menu::ProjectTeam,
            Insert,
            forbidden,
        ),
        ("team member reads", member(), Some(TeamMember), Menu::ProjectHome, View, Ok(())),
        ("team member reads no money", member(), Some(TeamMember), Menu::ProjectBudget, View, forbidden),
        ("team member is no manager", member(), Some(Manager), Menu::ProjectGeneral, Update, forbidden),
        ("team member elsewhere", member(), None, Menu::ProjectGeneral, View, unseen),
        ("guest sees General", guest(), Some(Guest), Menu::ProjectGeneral, View, Ok(())),
        ("guest sees no team", guest(), Some(Guest), Menu::ProjectTeam, View, forbidden),
        (
            "guest made team member stays a guest",
            guest(),
            Some(TeamMember),
            Menu::ProjectTeam,
            View,
            forbidden,
        ),
        ("nobody", holder(vec![]), Some(Manager), Menu::ProjectGeneral, View, unseen),
        (
            "expired",
            holder(vec![expired(role("project_manager"))]),
            Some(Manager),
            Menu::ProjectGeneral,
            View,
            unseen,
        ),
        (
            "the tab without the list",
            holder(vec![granting(role("full_access"), &[(Menu::ProjectGeneral, IUDV)])]),
            Some(Manager),
            Menu::ProjectGeneral,
            View,
            unseen,
        ),
        (
            "list and tab in different roles do not unite",
            holder(vec![
                granting(role("full_access"), &[(Menu::Projects, V)]),
                granting(role("full_access"), &[(Menu::ProjectTeam, V)]),
            ]),
            None,
            Menu::ProjectTeam,
            View,
            forbidden,
        ),
        (
            "company admin",
            Holder { company_admin: true, ..Holder::default() },
            None,
            Menu::Projects,
            Delete,
            Ok(()),
        ),
    ];
    for (name, who, position, tab, operation, expected) in cases {
        let found = who.check_on_project(position, tab, operation, today()).map_err(|denial| match denial {
            ProjectDenial::Unseen => "unseen",
            ProjectDenial::Forbidden(_) => "forbidden",
        });
        assert_eq!(found, expected, "{name}");
        if found.is_ok() {
            assert_eq!(
                who.check_on_some_project(tab, operation, today()),
                Ok(()),
                "{name}: the guard lets pass"
            );
        }
    }
}

#[test]
fn the_tabs_are_the_menus_of_projects() {
    let of_project: Vec<Menu> = Menu::screens().filter(|menu| menu.is_of_project()).collect();
    assert_eq!(of_project, PROJECT_TABS);
}

#[test]
fn every_link_of_a_chain_says_what_is_missing() {
    let ask = |who: &Holder, menu, operation, on_project| {
        who.explain(Question { menu, operation, on_project, day: today() })
    };
    // Granted in vain, three times over: not held, not unlocked, not granted.
    let who = holder(vec![
        expired(role("full_access")),
        granting(role("team_member"), &[(Menu::Users, IUDV)]),
        granting(role("full_access"), &[(Menu::Home, V)]),
        role("full_access"),
    ]);
    let chain = ask(&who, Menu::Users, Operation::Update, None);
    let links = chain.roles.iter().map(|link| {
        (link.licence_valid, link.within_ceiling, link.granted, link.leads_to_project, link.allows)
    });
    assert_eq!(
        links.collect::<Vec<_>>(),
        [
            (false, true, true, None, false),
            (true, false, true, None, false),
            (true, true, false, None, false),
            (true, true, true, None, true),
        ]
    );
    assert!(chain.position.is_none() && chain.seen && chain.denial.is_none());
    // Update implies View, in the chain as in the rules.
    let updates =
        holder(vec![granting(role("full_access"), &[(Menu::Users, Operations::of(&[Operation::Update]))])]);
    assert!(ask(&updates, Menu::Users, Operation::View, None).allows());

    // Reach: the role of a licence that sees its own leads nowhere without a position.
    let manager = holder(vec![role("project_manager")]);
    let elsewhere = ask(&manager, Menu::ProjectTeam, Operation::Update, Some(None));
    assert_eq!(elsewhere.roles[0].leads_to_project, Some(false));
    assert!(!elsewhere.seen && !elsewhere.allows() && elsewhere.denial.is_none());

    // Position: assigned, what counts of it and why, and what that opens.
    let member = holder(vec![role("team_member")]);
    let lowered = ask(&member, Menu::ProjectTeam, Operation::Update, Some(Some(Position::Manager)));
    let position = lowered.position.expect("a project was asked about");
    assert_eq!(position.assigned, Some(Position::Manager));
    assert_eq!(position.effective, Some(Position::TeamMember));
    assert_eq!(position.lowered_because, Some(LoweredBecause::Licence));
    assert_eq!((position.my_projects, position.opens, position.allows), (true, false, false));
    assert_eq!(lowered.denial.expect("a reason").reason, DenialReason::Position);
}

#[test]
fn members_see_money_where_the_organization_says_so() {
    let member = Holder { members_see_money: true, ..holder(vec![role("team_member")]) };
    let seen = member.effective_on_project(Some(Position::TeamMember), Menu::ProjectBudget, today());
    assert_eq!(seen, V);
    let guest = Holder { members_see_money: true, ..holder(vec![role("project_guest")]) };
    assert!(guest.effective_on_project(Some(Position::Guest), Menu::ProjectBudget, today()).is_empty());
}

#[test]
fn nobody_hands_out_administration_that_they_do_not_hold() {
    let granting = |grants: &[(Menu, Operations)]| HeldRole {
        grants: grants.iter().copied().collect(),
        ..role("full_access")
    };
    let holding =
        |grants: &[(Menu, Operations)]| Holder { roles: vec![granting(grants)], ..Holder::default() };
    let over = HeldRole { validity: Vec::new(), ..role("full_access") };
    let admin = || Holder { company_admin: true, ..Holder::default() };
    let update = V.with(Operation::Update);
    let nothing: &[(Menu, Operations)] = &[];
    for (holder, given, expected) in [
        // Whatever is not administration is given freely.
        (holding(nothing), vec![(Menu::Projects, IUDV), (Menu::Clients, IUDV), (Menu::Home, V)], None),
        (holding(nothing), vec![(Menu::Users, Operations::NONE)], None),
        (holding(nothing), vec![(Menu::Users, V)], Some((Menu::Users, Operation::View))),
        (holding(&[(Menu::Users, IUDV)]), vec![(Menu::Users, IUDV)], None),
        (holding(&[(Menu::Users, V)]), vec![(Menu::Users, update)], Some((Menu::Users, Operation::Update))),
        // An operation implies View, in what is held and in what is given.
        (
            holding(&[(Menu::Users, Operations::of(&[Operation::Update]))]),
            vec![(Menu::Users, Operations::of(&[Operation::Update]))],
            None,
        ),
        // The first that is lacking, in the order of the catalogue.
        (
            holding(&[(Menu::Users, IUDV)]),
            vec![(Menu::AuditLog, V), (Menu::Users, IUDV), (Menu::RoleDefinition, update)],
            Some((Menu::RoleDefinition, Operation::Update)),
        ),
        // What the licence does not unlock, or no longer does, is not held.
        (
            Holder { roles: vec![role("team_member")], ..Holder::default() },
            vec![(Menu::Users, V)],
            Some((Menu::Users, Operation::View)),
        ),
        (
            Holder { roles: vec![over], ..Holder::default() },
            vec![(Menu::Users, V)],
            Some((Menu::Users, Operation::View)),
        ),
        (admin(), vec![(Menu::Users, IUDV), (Menu::ManageAccount, IUDV)], None),
    ] {
        let given: BTreeMap<Menu, Operations> = given.into_iter().collect();
        let denial = holder.check_hands_out(&given, today()).err();
        assert_eq!(denial.as_ref().map(|denial| (denial.menu, denial.operation)), expected, "{given:?}");
        assert!(denial.is_none_or(|denial| denial.reason == DenialReason::NotGranted));
    }
}

#[test]
fn what_roles_unlock_does_not_wait_for_their_licences() {
    let later = HeldRole { validity: Vec::new(), ..role("full_access") };
    let holder = Holder { roles: vec![role("team_member"), later], ..Holder::default() };
    assert_eq!(holder.unlocked()[&Menu::Users], IUDV);
    assert_eq!(holder.effective(Menu::Users, today()), Operations::NONE);
    assert_eq!(holder.unlocked()[&Menu::ManageAccount], Operations::NONE);
}
