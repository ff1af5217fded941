use super::*;

#[test]
fn what_looks_like_a_recipient() {
    let good = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    for (text, expected) in [
        (good.to_owned(), Ok(())),
        (format!("  {good}\n"), Ok(())),
        (String::new(), Err(ViolationCode::Required)),
        (good.to_uppercase(), Err(ViolationCode::InvalidFormat)),
        (format!("{good}q"), Err(ViolationCode::InvalidFormat)),
        (format!("AGE-SECRET-KEY-1{}", &good[4..]), Err(ViolationCode::InvalidFormat)),
        ("x".repeat(201), Err(ViolationCode::TooLong)),
    ] {
        assert_eq!(check_recipient(&text).map_err(|violation| violation.code), expected, "{text}");
    }
}

#[test]
fn what_is_missing_is_said_of_each_field() {
    let empty = NewClientRequest {
        kind: ClientRequestKind::Erasure,
        slug: " ".to_owned(),
        requester: String::new(),
        evidence: "e".repeat(10_001),
        recipient: "ssh-ed25519 AAAA".to_owned(),
        projects: Vec::new(),
    };
    let found: Vec<_> = empty.violations().0.into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(found, ["/slug", "/requester", "/evidence", "/recipient"]);
}

#[test]
fn a_copy_is_over_when_it_is_delivered_and_an_erasure_when_it_is_certified() {
    for kind in ClientRequestKind::ALL {
        let over: Vec<_> = ClientRequestState::ALL.iter().filter(|state| state.is_over(*kind)).collect();
        let expected = match kind {
            ClientRequestKind::Copy => 4,
            ClientRequestKind::Erasure | ClientRequestKind::ProjectErasure => 3,
        };
        assert_eq!(over.len(), expected, "{kind}");
    }
}

#[test]
fn projects_are_named_where_projects_are_erased_and_nowhere_else() {
    let one = || vec!["2026-1-0001".to_owned()];
    for (kind, projects, expected) in [
        (ClientRequestKind::ProjectErasure, one(), &[][..]),
        (ClientRequestKind::ProjectErasure, Vec::new(), &["/projects"][..]),
        (ClientRequestKind::ProjectErasure, vec!["x".to_owned(); 1001], &["/projects"][..]),
        (ClientRequestKind::ProjectErasure, vec![" ".to_owned()], &["/projects/0"][..]),
        (ClientRequestKind::Erasure, one(), &["/projects"][..]),
        (ClientRequestKind::Copy, one(), &["/projects"][..]),
        (ClientRequestKind::Copy, Vec::new(), &[][..]),
    ] {
        let mut violations = Violations::default();
        check_projects(kind, &projects, &mut violations);
        let found: Vec<_> = violations.0.into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(found, expected, "{kind} {}", projects.len());
    }
    assert_eq!(projects_of_lines(" A-1 \n\n B-2\r\n"), ["A-1", "B-2"]);
}
