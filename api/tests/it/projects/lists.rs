//! Lists of projects: paging, sorting, filters.

use chrono::{NaiveDate, TimeDelta};
use serde_json::json;
use shared::{
    Page, Position, ViolationCode,
    ids::ProjectId,
    project::{NewProject, Project, ProjectOptions, ProjectRow},
};

use super::{create, join, statements};
use crate::harness::{Actor, TestApp};

fn page(who: &Actor, query: &str) -> Page<ProjectRow> {
    who.get(&format!("/projects?{query}")).expect(200).json()
}

fn names(who: &Actor, query: &str) -> Vec<String> {
    page(who, query).items.into_iter().map(|row| row.name).collect()
}

/// Twelve projects with equal values and empty dates among them.
fn inhabit(app: &TestApp, who: &Actor) -> Vec<Project> {
    let options: ProjectOptions = who.get("/projects/options").expect(200).json();
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day);
    (0..12_u32)
        .map(|number| {
            app.clock.advance(TimeDelta::seconds(i64::from(number % 3)));
            let index = usize::try_from(number).expect("it fits");
            let new = NewProject {
                name: ["Élan", "apollo", "Apollo", "zebra"][index % 4].to_owned(),
                status_id: Some(options.statuses[index % options.statuses.len()].id),
                priority_id: Some(options.priorities[index % 2].id),
                type_id: Some(options.types[index % 3].id),
                start_date: if number % 3 == 0 { None } else { day(1 + number / 2) },
                end_date: if number % 4 == 0 { None } else { day(20 + number % 2) },
                ..NewProject::default()
            };
            who.post("/projects", &new).expect(201).json()
        })
        .collect()
}

#[test]
fn pages_give_every_project_once_in_every_order() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    inhabit(&app, &admin);
    for field in ["name", "code", "status", "priority", "start_date", "end_date", "updated_at"] {
        for sort in [field.to_owned(), format!("-{field}")] {
            let whole = page(&admin, &format!("sort={sort}&total=true"));
            assert_eq!((whole.items.len(), whole.total, whole.next), (12, Some(12), None));
            let whole: Vec<ProjectId> = whole.items.into_iter().map(|row| row.id).collect();
            for limit in [1, 5, 12] {
                let mut paged = Vec::new();
                let mut after = String::new();
                loop {
                    let page = page(&admin, &format!("sort={sort}&limit={limit}&after={after}"));
                    paged.extend(page.items.into_iter().map(|row| row.id));
                    match page.next {
                        Some(next) => after = next,
                        None => break,
                    }
                }
                assert_eq!(paged, whole, "{sort} by {limit}");
            }
        }
    }
}

#[test]
fn projects_without_a_date_come_last_in_both_directions() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    inhabit(&app, &admin);
    for (field, day) in [
        ("start_date", (|row: &ProjectRow| row.start_date) as fn(&ProjectRow) -> Option<NaiveDate>),
        ("end_date", |row: &ProjectRow| row.end_date),
    ] {
        for (sort, ascending) in [(field.to_owned(), true), (format!("-{field}"), false)] {
            let days: Vec<Option<NaiveDate>> =
                page(&admin, &format!("sort={sort}")).items.iter().map(day).collect();
            let dated: Vec<NaiveDate> = days.iter().copied().flatten().collect();
            assert!(days[..dated.len()].iter().all(Option::is_some), "{sort}: {days:?}");
            assert!(
                dated.iter().is_sorted_by(|one, two| if ascending { one <= two } else { one >= two }),
                "{sort}"
            );
        }
    }
}

#[test]
fn statuses_and_priorities_sort_by_their_place_and_names_as_people_expect() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    inhabit(&app, &admin);
    let options: ProjectOptions = admin.get("/projects/options").expect(200).json();
    let statuses: Vec<_> = page(&admin, "sort=status").items.into_iter().map(|row| row.status).collect();
    let places: Vec<_> =
        statuses.iter().map(|one| options.statuses.iter().position(|two| one == two)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?}");
    let mut listed = names(&admin, "");
    listed.dedup();
    assert_eq!(listed, ["apollo", "Apollo", "Élan", "zebra"]);
}

#[test]
fn filters_narrow_the_list() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let options: ProjectOptions = admin.get("/projects/options").expect(200).json();
    let (closed, urgent) = (&options.statuses[4], &options.priorities[3]);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let new = |value: serde_json::Value| -> Project { admin.post("/projects", &value).expect(201).json() };
    let alpha = new(json!({"name": "100% Alpha", "project_code": "X_1", "status_id": closed.id,
        "start_date": "2026-03-01", "end_date": "2026-03-31"}));
    new(json!({"name": "1000 Beta", "project_code": "XY1", "priority_id": urgent.id,
        "start_date": "2026-04-01", "end_date": "2026-04-30"}));
    let gamma = new(json!({"name": "Gamma", "type_id": options.types[1].id,
        "approval_status_id": options.approval_statuses[2].id}));
    join(&admin, &gamma, lead.id, Position::Manager);
    join(&admin, &alpha, lead.id, Position::TeamMember);
    for (query, expected) in [
        ("q=alpha".to_owned(), vec!["100% Alpha"]),
        ("q=100%25".to_owned(), vec!["100% Alpha"]),
        ("q=x_1".to_owned(), vec!["100% Alpha"]),
        ("q=%5C".to_owned(), vec![]),
        (format!("q={}", gamma.code.to_lowercase()), vec!["Gamma"]),
        (format!("status={}", closed.id), vec!["100% Alpha"]),
        (format!("priority={}", urgent.id), vec!["1000 Beta"]),
        (format!("type={}", options.types[1].id), vec!["Gamma"]),
        (format!("approval_status={}", options.approval_statuses[2].id), vec!["Gamma"]),
        (format!("manager={}", lead.id), vec!["Gamma"]),
        ("starts_from=2026-03-02".to_owned(), vec!["1000 Beta"]),
        ("ends_until=2026-03-31".to_owned(), vec!["100% Alpha"]),
        ("starts_from=2026-03-01&ends_until=2026-04-30".to_owned(), vec!["100% Alpha", "1000 Beta"]),
        ("q=a&starts_from=2026-04-01".to_owned(), vec!["1000 Beta"]),
    ] {
        let page = page(&admin, &format!("total=true&{query}"));
        let found: Vec<&str> = page.items.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(page.total, i64::try_from(expected.len()).ok(), "{query}");
    }
    let row = page(&admin, "q=Gamma").items.remove(0);
    assert_eq!(row.managers.len(), 2);
    assert_eq!(row.my_position, Some(Position::Manager));
    let mine: Page<ProjectRow> = lead.get("/my-projects").expect(200).json();
    // A variable of a script that is empty does not ask for the projects of everybody.
    assert_eq!(lead.get("/my-projects?manager=").expect(422).problem().errors[0].pointer, "?manager");
    let positions: Vec<_> = mine.items.iter().map(|row| (row.name.as_str(), row.my_position)).collect();
    assert_eq!(positions, [("100% Alpha", Some(Position::TeamMember)), ("Gamma", Some(Position::Manager))]);
}

#[test]
fn what_is_no_sort_limit_or_cursor_of_this_list_is_refused() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    create(&admin, "One");
    create(&admin, "Two");
    let cursor = page(&admin, "limit=1").next.expect("another page");
    for (query, pointer) in [
        ("sort=colour".to_owned(), "?sort"),
        ("limit=0".to_owned(), "?limit"),
        ("limit=501".to_owned(), "?limit"),
        ("after=nonsense".to_owned(), "?after"),
        (format!("after={cursor}&sort=-name"), "?after"),
        (format!("after={cursor}&sort=code"), "?after"),
        // The right sort with a value of another kind, and with a text that PostgreSQL cannot have.
        (
            format!("after={}", forged(&json!({"sort": "name", "value": {"order": 1}, "id": admin.id}))),
            "?after",
        ),
        (
            format!("after={}", forged(&json!({"sort": "name", "value": {"text": "a\0"}, "id": admin.id}))),
            "?after",
        ),
        ("status=1".to_owned(), "?status"),
        ("colour=red".to_owned(), "?colour"),
    ] {
        let problem = admin.get(&format!("/projects?{query}")).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, pointer, "{query}");
        assert!(matches!(problem.errors[0].code, ViolationCode::InvalidFormat | ViolationCode::UnknownField));
    }
}

fn forged(cursor: &serde_json::Value) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(cursor.to_string())
}

#[test]
fn a_list_takes_as_many_statements_for_many_projects_as_for_one() {
    statements::count_from_now_on();
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let lead = app.acme.person().role("Project Manager").create(&app);
    let counted = |who: &Actor, path: &str| {
        who.get(path).expect(200);
        statements::during(&app, || who.get(path).expect(200))
    };
    let paths = |project: &Project| {
        let at = super::at(project);
        [
            "/projects?total=true".to_owned(),
            "/my-projects".to_owned(),
            format!("{at}/team"),
            format!("{at}/home"),
            format!("{at}/changes"),
        ]
    };
    let first = create(&admin, "First");
    join(&admin, &first, lead.id, Position::Manager);
    let few: Vec<usize> =
        paths(&first).iter().flat_map(|path| [counted(&admin, path), counted(&lead, path)]).collect();
    for project in inhabit(&app, &admin) {
        join(&admin, &project, lead.id, Position::Manager);
        let member = app.acme.person().role("Team Member").create(&app);
        join(&admin, &first, member.id, Position::TeamMember);
    }
    let many: Vec<usize> =
        paths(&first).iter().flat_map(|path| [counted(&admin, path), counted(&lead, path)]).collect();
    assert_eq!(few, many);
    assert!(many.iter().all(|count| (1..=14).contains(count)), "{many:?}");
}
