//! Many people at once: files there and back, bulk changes, seats and administration as for one.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use shared::{
    Menu, Operations, ProblemCode, ViolationCode,
    session::SignedLink,
    user::{
        User,
        many::{Fate, ManyUsers, UserImport},
    },
};

use crate::{
    harness::{Actor, Answer, TestApp},
    roles::role,
    sessions::within_a_second,
};

fn import(who: &Actor, file: &[u8], dry_run: bool) -> Answer {
    who.post("/users/import", &serde_json::to_value(UserImport::of(file, dry_run)).expect("a body"))
}

fn looked(who: &Actor, file: &str) -> ManyUsers {
    import(who, file.as_bytes(), true).expect(200).json()
}

fn fates(many: &ManyUsers) -> Vec<Fate> {
    many.people.iter().map(|one| one.fate).collect()
}

fn pointers(many: &ManyUsers) -> Vec<(&str, ViolationCode)> {
    let problems = many.people.iter().flat_map(|one| &one.problems);
    problems.map(|problem| (problem.pointer.as_str(), problem.code)).collect()
}

fn person(admin: &Actor, new: &Value) -> User {
    admin.post("/users", new).expect(201).json()
}

fn get(admin: &Actor, user: &User) -> User {
    admin.get(&format!("/users/{}", user.id)).expect(200).json()
}

fn seen(people: &[&User]) -> Value {
    people.iter().map(|one| json!({"id": one.id, "version": one.version})).collect()
}

/// People with names that are hard on files.
fn strange_people(app: &TestApp, admin: &Actor) {
    let roles = [role(admin, "Team Member"), role(admin, "Project Guest")];
    let pipe = json!({"name": "A | B; \"C\", D\\E", "licence_type": "team_member"});
    let pipe: shared::role::Role = admin.post("/roles", &pipe).expect(201).json();
    for (number, name) in
        ["=SUM(A1)", "+34", "-1", "@home", "'t Hart", "O\"Neill, Jr;", "Núñez Ñandú", "山田"]
            .iter()
            .enumerate()
    {
        let mut given = vec![roles[number % 2].id];
        if number % 3 == 0 {
            given.push(pipe.id);
        }
        let new = json!({"email": format!("p{number}-{}@file.example", app.clock.new_id()), "first_name": name, "last_name": name,
            "language": if number % 2 == 0 { "es" } else { "en" }, "no_login": number == 3, "roles": given});
        let user = person(admin, &new);
        if number == 5 {
            let path = format!("/users/{}/deactivate", user.id);
            admin.send(ureq::http::Method::POST, &path, Some(user.version), None).expect(200);
        }
    }
}

#[test]
fn what_is_exported_and_imported_again_changes_nobody() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    strange_people(&app, &admin);
    for (format, kind) in [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        let answer = admin.get(&format!("/users/export?format={format}")).expect(200);
        assert_eq!(answer.header("content-type"), Some(kind));
        let name = format!("attachment; filename=\"people-2026-03-02.{format}\"");
        assert_eq!(answer.header("content-disposition"), Some(name.as_str()));
        let looked: ManyUsers = import(&admin, &answer.bytes, true).expect(200).json();
        assert_eq!(
            (looked.unchanged, looked.created, looked.updated, looked.refused),
            (9, 0, 0, 0),
            "{looked:?}"
        );
        let done: ManyUsers = import(&admin, &answer.bytes, false).expect(200).json();
        assert!(done.applied && done.unchanged == 9);
    }
    let csv = admin.get("/users/export").expect(200);
    for formula in ["'=SUM(A1)", "'+34", "'-1", "'@home"] {
        assert!(csv.text.contains(formula), "{formula}");
    }
    assert!(csv.text.lines().all(|line| !line.split(',').any(|cell| cell.starts_with(['=', '+', '@']))));
    // The filters are those of the list.
    let some = admin.get("/users/export?q=Hart").expect(200);
    assert_eq!(some.text.lines().count(), 2);
}

/// A browser opens the file by a link, with what the list is narrowed to.
#[test]
fn a_file_opens_by_a_link_and_no_other_file_does() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    strange_people(&app, &admin);
    let viewer = app.acme.person().grant(Menu::Users, Operations::VIEW).create(&app);
    let anyone = app.client(&app.acme);
    for query in ["", "?format=xlsx&q=O%22Neill%2C+Jr%3B&active=false", "?q=N%C3%BA%C3%B1ez+%26+more"] {
        let link: SignedLink = viewer.get(&format!("/users/export/link{query}")).expect(200).json();
        let href = link.href.strip_prefix("/api/v1").expect("a path of the API");
        let by_link = anyone.get(href).expect(200);
        let by_header = viewer.get(&format!("/users/export{query}")).expect(200);
        assert_eq!(by_link.header("content-disposition"), by_header.header("content-disposition"));
        // A workbook says when it was written; a text is the same.
        if !query.contains("xlsx") {
            assert_eq!(by_link.text, by_header.text, "{query}");
        }
        anyone.get(&href.replace("/export?", "/export?no_login=true&")).expect(401);
    }
    viewer.get("/users/export/link?colour=red").expect(422);
    // What leaves as a file leaves by a person, and by no token.
    let token = admin.api_token(&app, &[(Menu::Users, Operations::ALL)]);
    for path in ["/users/export", "/users/export/link"] {
        assert_eq!(token.get(path).expect(403).problem().code, ProblemCode::SessionRequired);
    }
    token.get("/users").expect(200);
}

#[test]
fn a_file_of_another_program_is_read() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let file = include_bytes!("files/openpyxl.xlsx");
    let done: ManyUsers = import(&admin, file, false).expect(200).json();
    assert_eq!((done.created, done.refused), (2, 0));
    let page: shared::Page<User> = admin.get("/users?q=file.example&sort=email").expect(200).json();
    let [seven, lucia] = &page.items[..] else { panic!("two people: {page:?}") };
    assert_eq!((seven.first_name.as_str(), seven.last_name.as_str()), ("7", "Siete"));
    assert_eq!((lucia.last_name.as_str(), lucia.language.code()), ("Ibáñez Núñez", "es"));
    let roles: Vec<&str> = lucia.roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(roles, ["Project Manager", "Team Member"]);
    assert_eq!(lucia.licence_used.as_deref(), Some("project_manager"));
}

#[test]
fn each_row_is_told_its_fate_and_nothing_is_done_where_one_is_refused() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let ana = person(&admin, &json!({"email": "ana@acme.example", "first_name": "Ana", "last_name": "Ruiz"}));
    let file = "email;first_name;last_name;language;roles;active\n\
        ana@acme.example;Anna;;;;\n\
        ANA@acme.example;Again;;;;\n\
        new@acme.example;Nia;Nueva;es;team member;\n\
        lost@acme.example;Leo;;fr;No such role;\n\
        admin@acme.example;;;;;no\n";
    let looked = looked(&admin, file);
    assert_eq!(fates(&looked), [Fate::Updated, Fate::Refused, Fate::Created, Fate::Refused, Fate::Refused]);
    assert_eq!((looked.created, looked.updated, looked.refused, looked.applied), (1, 1, 3, false));
    assert_eq!(
        pointers(&looked),
        [
            ("/rows/3/email", ViolationCode::Duplicate),
            ("/rows/5/language", ViolationCode::InvalidFormat),
            ("/rows/5/roles", ViolationCode::NotFound),
            ("/rows/5/last_name", ViolationCode::Required),
            ("/rows/6", ViolationCode::NotAllowed),
        ]
    );
    let refused = import(&admin, file.as_bytes(), false).expect(422).problem();
    assert_eq!(refused.code, ProblemCode::Invalid);
    assert_eq!(refused.errors[0].pointer, "/rows/3/email");
    assert_eq!(get(&admin, &ana), ana, "nothing was changed");
    let bad = |line: &&str| ["ANA", "lost", "admin"].iter().any(|begin| line.starts_with(begin));
    let good = file.lines().filter(|line| !bad(line)).collect::<Vec<_>>().join("\n");
    let done: ManyUsers = import(&admin, good.as_bytes(), false).expect(200).json();
    assert!(done.applied && done.people.is_empty() && done.created == 1 && done.updated == 1);
    assert_eq!(get(&admin, &ana).first_name, "Anna");
    for (file, pointer) in
        [("name\nx\n", "/columns/name"), ("", "/content"), ("email,email\n", "/columns/email")]
    {
        let problem = import(&admin, file.as_bytes(), true).expect(422).problem();
        assert_eq!(problem.errors[0].pointer, pointer, "{file:?}");
    }
    let garbage = admin.post("/users/import", &json!({"content": "not base64!"})).expect(422).problem();
    assert_eq!(garbage.errors[0].pointer, "/content");
}

#[test]
fn seats_hold_for_the_file_as_a_whole() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    app.database
        .superuser()
        .batch_execute("UPDATE licences SET seats = 30 WHERE licence_type = 'team_member'")
        .expect("thirty seats are left");
    let file = |tag: &str, count: u32| -> String {
        let row = |number| format!("{tag}{number}@acme.example,P,{number}");
        let rows = (0..count).map(row).collect::<Vec<_>>().join("\n");
        format!("email,first_name,last_name\n{rows}")
    };
    let looked = looked(&admin, &file("a", 31));
    let missing = looked.seats.expect("they do not suffice");
    assert_eq!((missing.licence_type.as_str(), missing.held), ("team_member", Some(30)));
    let refused = import(&admin, file("a", 31).as_bytes(), false).expect(409).problem();
    assert_eq!(refused.code, ProblemCode::NoSeatFree);
    // Several at one moment never overrun: each file is whole or not at all.
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (admin, file) = (&admin, &file);
        let threads: Vec<_> = (0..5)
            .map(|number| {
                let body = file(&format!("f{number}-"), 10);
                scope.spawn(move || import(admin, body.as_bytes(), false).status)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
    let page: shared::Page<User> =
        admin.get("/users?q=f&licence_used=team_member&total=true").expect(200).json();
    assert_eq!(page.total, Some(30));
}

#[test]
fn a_file_hands_out_no_administration_that_its_bearer_lacks() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let full = person(
        &admin,
        &json!({"email": "full@acme.example", "first_name": "Full", "last_name": "Access",
        "roles": [role(&admin, "Full Access").id]}),
    );
    let clerk = app.acme.person().grant(Menu::Users, Operations::ALL).create(&app);
    let file = format!(
        "email,first_name,last_name,roles,active\nnew@acme.example,Nia,Nueva,Full Access,\n{},,,,no\n{},,,Team Member,\n",
        full.email, clerk.email
    );
    let told = looked(&clerk, &file);
    assert_eq!(fates(&told), [Fate::Refused; 3]);
    assert!(told.people[0].problems[0].message.contains("General Data"), "{told:?}");
    // Without Update and Delete a file only adds.
    let adds =
        app.acme.person().grant(Menu::Users, Operations { insert: true, ..Operations::VIEW }).create(&app);
    let file = format!("email,first_name,last_name\nnew@acme.example,Nia,Nueva\n{},Other,\n", full.email);
    let told = looked(&adds, &file);
    assert_eq!(fates(&told), [Fate::Created, Fate::Refused]);
    assert!(told.people[1].problems[0].message.contains("Update on Users"), "{told:?}");
}

#[test]
fn many_are_changed_together_or_none() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    let (member, guest) = (role(&admin, "Team Member"), role(&admin, "Project Guest"));
    let new = |number: u32| {
        person(
            &admin,
            &json!({"email": format!("b{number}@acme.example"), "first_name": "B", "last_name": number.to_string()}),
        )
    };
    let (one, two, three) = (new(1), new(2), new(3));
    let all = || seen(&[&one, &two, &three]);
    let update = |body: Value| admin.post("/users/bulk/update", &body);

    let body =
        json!({"people": all(), "add_roles": [guest.id], "remove_roles": [member.id], "language": "es"});
    let mut dry = body.clone();
    dry["dry_run"] = json!(true);
    let looked: ManyUsers = update(dry).expect(200).json();
    assert_eq!((looked.updated, looked.applied, looked.people.len()), (3, false, 3));
    assert_eq!(get(&admin, &one), one);
    let done: ManyUsers = update(body.clone()).expect(200).json();
    assert_eq!((done.updated, done.applied), (3, true));
    let now = get(&admin, &one);
    assert_eq!(now.roles.iter().map(|role| role.id).collect::<Vec<_>>(), [guest.id]);
    assert_eq!(
        (now.language.code(), now.licence_used.as_deref(), now.version),
        ("es", Some("project_guest"), 2)
    );

    // Each of the old versions is named, and nobody is changed.
    let stale = update(
        json!({"people": [{"id": one.id, "version": 2}, {"id": two.id, "version": 1}], "language": "en"}),
    );
    let errors = stale.expect(422).problem().errors;
    assert_eq!((errors[0].pointer.as_str(), errors[0].code), ("/people/1", ViolationCode::ChangedMeanwhile));
    assert_eq!(get(&admin, &one).language.code(), "es");

    // Nobody is left without a role, and nobody can do to themself what the form would refuse.
    let current = || seen(&[&get(&admin, &one), &get(&admin, &two)]);
    let bare = update(json!({"people": current(), "remove_roles": [guest.id]})).expect(422).problem();
    assert_eq!(bare.errors[0].code, ViolationCode::AtLeastOne);
    let with_self = json!({"people": [{"id": admin.id, "version": 1}, {"id": one.id, "version": 2}]});
    let own = admin.post("/users/bulk/deactivate", &with_self).expect(422).problem();
    assert_eq!(
        (own.errors[0].pointer.as_str(), own.errors[0].code),
        ("/people/0", ViolationCode::NotAllowed)
    );
    assert!(get(&admin, &one).active);
    for body in [
        json!({"people": []}),
        json!({"people": [{"id": one.id, "version": 2}, {"id": one.id, "version": 2}]}),
    ] {
        assert_eq!(update(body).expect(422).problem().errors[0].pointer, "/people");
    }
    let stranger = app.norte.admin(&app);
    let foreign = update(json!({"people": [{"id": stranger.id, "version": 1}], "language": "es"}))
        .expect(422)
        .problem();
    assert_eq!(
        (foreign.errors[0].pointer.as_str(), foreign.errors[0].code),
        ("/people/0", ViolationCode::NotFound)
    );
}

#[test]
fn those_deactivated_together_are_out_and_can_be_let_in_again() {
    let app = TestApp::start();
    let second = app.second_server();
    let admin = app.acme.admin(&app);
    let people = [
        app.acme.person().role("Team Member").create(&app),
        app.acme.person().role("Team Member").create(&app),
    ];
    let there = people[1].at(&second);
    there.get("/session").expect(200);
    let users: Vec<User> =
        people.iter().map(|one| admin.get(&format!("/users/{}", one.id)).expect(200).json()).collect();
    let body = json!({"people": seen(&users.iter().collect::<Vec<_>>())});
    let done: ManyUsers = admin.post("/users/bulk/deactivate", &body).expect(200).json();
    assert_eq!(done.updated, 2);
    people[0].get("/session").expect(401);
    within_a_second(|| there.get("/session").status == 401);
    assert_eq!(get(&admin, &users[0]).licence_used, None);
    let now: Vec<User> = users.iter().map(|one| get(&admin, one)).collect();
    let body = json!({"people": seen(&now.iter().collect::<Vec<_>>()), "reactivate": true});
    let done: ManyUsers = admin.post("/users/bulk/update", &body).expect(200).json();
    assert_eq!(done.updated, 2);
    assert!(get(&admin, &users[0]).active);
}

#[test]
fn thousands_of_rows_are_brought_in_at_once() {
    let app = TestApp::start();
    let admin = app.acme.admin(&app);
    app.database
        .superuser()
        .batch_execute("UPDATE licences SET seats = 5000 WHERE licence_type = 'team_member'")
        .expect("there is room");
    let row = |number| format!("n{number}@acme.example,N,{number},Team Member\n");
    let rows = (0..5_000).map(row).collect::<Vec<_>>().concat();
    let file = format!("email,first_name,last_name,roles\n{rows}");
    let begin = std::time::Instant::now();
    let looked = looked(&admin, &file);
    let read = begin.elapsed();
    assert_eq!(looked.created, 5_000);
    let begin = std::time::Instant::now();
    let done: ManyUsers = import(&admin, file.as_bytes(), false).expect(200).json();
    eprintln!("5,000 rows: looked at in {read:?}, done in {:?}", begin.elapsed());
    assert_eq!(done.created, 5_000);
    let page: shared::Page<User> = admin.get("/users?total=true&limit=1").expect(200).json();
    assert_eq!(page.total, Some(5_001));
    let more = format!("{file}one@more.example,O,M,\n");
    assert_eq!(import(&admin, more.as_bytes(), true).expect(422).problem().errors[0].pointer, "/content");
}
