//! The list of people: pages, sorts, filters.

use serde_json::json;
use shared::{Page, user::User};

use super::{act, create, new, signs_in};
use crate::{
    harness::{Actor, TestApp},
    roles::role,
};

/// Walks through all pages.
fn walk(admin: &Actor, query: &str, limit: u16) -> Vec<User> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<User> = admin.get(&format!("/users?{query}&limit={limit}{after}")).expect(200).json();
        assert!(page.items.len() <= usize::from(limit));
        all.extend(page.items);
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

#[test]
fn the_list_is_the_same_whatever_the_size_of_its_pages() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    for (number, role) in ["Team Member", "Project Guest", "Full Access", "Team Member"].iter().enumerate() {
        app.acme.person().role(role).create(&app);
        app.clock.advance(chrono::TimeDelta::seconds(1));
        let mut body = new(&format!("ana{number}@acme.example"));
        body["no_login"] = json!(number % 2 == 0);
        body["password"] = json!("cuatro perros al sol");
        create(&admin, &body);
        if number % 2 == 1 {
            assert!(signs_in(&app, &format!("ana{number}@acme.example"), "cuatro perros al sol"));
        }
    }
    for field in ["last_name", "first_name", "email", "licence_used", "last_sign_in_at", "created_at"] {
        let mut orders = Vec::new();
        for sort in [field.to_owned(), format!("-{field}")] {
            let whole = walk(&admin, &format!("sort={sort}"), 500);
            assert_eq!(whole.len(), 9, "{sort}");
            for limit in [1, 2, 3] {
                assert_eq!(walk(&admin, &format!("sort={sort}"), limit), whole, "{sort} by {limit}");
            }
            orders.push(whole);
        }
        let empty = |user: &User| match field {
            "licence_used" => user.licence_used.is_none(),
            "last_sign_in_at" => user.last_sign_in_at.is_none(),
            _ => false,
        };
        for order in &orders {
            let first_empty = order.iter().position(empty).unwrap_or(order.len());
            assert!(order[first_empty..].iter().all(empty), "{field}: what is empty comes last");
        }
        let filled = |order: &[User]| order.iter().filter(|user| !empty(user)).cloned().collect::<Vec<_>>();
        let mut reversed = filled(&orders[1]);
        reversed.reverse();
        assert_eq!(filled(&orders[0]), reversed, "{field}");
    }
    let by_licence = walk(&admin, "sort=-licence_used", 500);
    let keys: Vec<&str> = by_licence.iter().filter_map(|user| user.licence_used.as_deref()).collect();
    assert_eq!(
        keys,
        ["full_access", "team_member", "team_member", "team_member", "team_member", "project_guest"],
        "by the order of the licences"
    );
}

#[test]
fn the_list_is_narrowed_and_counted() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ana = create(&admin, &new("ana@acme.example"));
    let percent = json!({"email": "odd_one@acme.example", "first_name": "100%", "last_name": "Sure"});
    create(&admin, &percent);
    let emails = |query: &str| -> Vec<String> {
        walk(&admin, query, 500).into_iter().map(|user| user.email).collect()
    };
    let (ana_email, odd) = ("ana@acme.example", "odd_one@acme.example");
    for (query, expected) in [
        ("q=ANA", vec![ana_email]),
        ("q=ana%20p%C3%A9rez", vec![ana_email]),
        ("q=P%C3%89REZ%20ana", vec![ana_email]),
        ("q=na%40ac", vec![ana_email]),
        ("q=%25", vec![odd]),
        ("q=_", vec![odd]),
        ("q=d_o", vec![odd]),
        ("q=nobody", vec![]),
        ("company_admin=true", vec!["admin@acme.example"]),
        ("company_admin=false&sort=email", vec![ana_email, odd]),
        ("licence_used=team_member&sort=email", vec![ana_email, odd]),
        ("licence_used=full_access", vec![]),
        ("no_login=true", vec![]),
        ("active=false", vec![]),
    ] {
        assert_eq!(emails(query), expected, "{query}");
    }
    act(&admin, &ana, "deactivate").expect(200);
    assert_eq!(emails("active=false"), [ana_email]);
    let member = role(&admin, "Team Member");
    assert_eq!(emails(&format!("role={}&sort=email", member.id)), [ana_email, odd]);
    let page: Page<User> = admin.get("/users?limit=1&total=true").expect(200).json();
    assert_eq!((page.items.len(), page.total), (1, Some(3)));
    let page: Page<User> = admin.get("/users?limit=1").expect(200).json();
    assert_eq!(page.total, None);
}

#[test]
fn parameters_that_are_not_allowed_are_named() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    app.acme.person().role("Team Member").create(&app);
    let page: Page<User> = admin.get("/users?limit=1&sort=email").expect(200).json();
    let cursor = page.next.expect("another page");
    for (query, pointer) in [
        ("limit=0".to_owned(), "?limit"),
        ("limit=501".to_owned(), "?limit"),
        ("sort=shoe_size".to_owned(), "?sort"),
        ("after=nonsense".to_owned(), "?after"),
        (format!("sort=last_name&after={cursor}"), "?after"),
        ("role=7".to_owned(), "?role"),
        ("shoe_size=42".to_owned(), "?shoe_size"),
    ] {
        let problem = admin.get(&format!("/users?{query}")).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, pointer, "{query}");
    }
}
