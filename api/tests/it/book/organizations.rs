//! What commands do to organizations stands in the book, which outlives them: it names them by their id alone.

use super::{
    Scene,
    commands::{Shell, said},
};
use crate::promises::catalogue::{line, lines};

const PASSWORD: (&str, &str) = ("PORTICO_INITIAL_PASSWORD", "cuatro faros en la costa");

#[test]
fn what_is_done_to_an_organization_stands_in_the_book_by_its_id() {
    let scene = Scene::new();
    let mut shell = Shell::of(&scene);
    let files = scene.folder.join("files").display().to_string();
    // A shell that does these has not the console's role.
    shell.variables.retain(|(name, _)| *name != "PORTICO_CONSOLE_DATABASE_URL");
    shell.variables.extend([
        ("PORTICO_OPERATOR_DATABASE_URL", scene.database.url("portico_operator")),
        ("PORTICO_OWNER_DATABASE_URL", scene.database.url("portico_owner")),
        ("PORTICO_FILES_DIR", files.clone()),
    ]);
    let mut create = vec!["org", "create", "--slug", "fjord", "--name", "Fjord Works"];
    create.extend(["--admin-email", "nils@fjord.example", "--admin-first-name", "Nils"]);
    create.extend(["--admin-last-name", "Vik", "--licence", "full_access=3"]);
    let made = shell.run_with(&create, &[PASSWORD]);
    assert!(made.status.success(), "{}", said(&made));
    let sql = &mut scene.database.superuser();
    let id = line(sql, "SELECT id::text AS line FROM organizations WHERE slug = 'fjord'");
    assert!(shell.last().contains(&format!(" create_organization {id} succeeded ")), "{}", shell.last());
    assert!(!shell.run_with(&create, &[PASSWORD]).status.success());
    assert!(shell.last().contains(" create_organization a new organization failed "), "{}", shell.last());

    let licence = line(sql, &format!("SELECT id::text AS line FROM licences WHERE org_id = '{id}'"));
    let file = |name: &str| scene.folder.join(name).display().to_string();
    let (export, log) = (file("fjord.export"), file("fjord.jsonl"));
    let cases: [(&[&str], &str, bool); 10] = [
        (&["org", "suspend", "fjord"], "suspend_organization", true),
        (&["org", "resume", "fjord"], "resume_organization", true),
        (&["org", "domain", "fjord", "work.fjord.example"], "add_domain", true),
        (&["org", "domain", "fjord", "fjord"], "add_domain", false),
        (&["org", "hold", "fjord", "team_member=unlimited@2026-01-01..2030-12-31"], "hold_licences", true),
        (&["org", "hold", "fjord", "no_such_type=1"], "hold_licences", false),
        (&["org", "change-licence", "fjord", &licence, "--seats", "4", "--yes"], "change_licence", true),
        (&["org", "export", "fjord", "--to", &export], "export_organization", true),
        (&["org", "export", "fjord", "--to", &export], "export_organization", false),
        (&["audit", "export", "fjord", "--to", &log], "export_audit_log", true),
    ];
    for (arguments, action, succeeds) in cases {
        let done = shell.run(arguments);
        assert_eq!(done.status.success(), succeeds, "{arguments:?}: {}", said(&done));
        let outcome = if succeeds { "succeeded" } else { "failed" };
        let expected = format!(" {action} {id} {outcome} ");
        assert!(shell.last().contains(&expected), "{expected} is not in {}", shell.last());
    }
    // It is here already.
    assert!(!shell.run(&["org", "import", &export]).status.success());
    assert!(shell.last().contains(" import_organization an export failed "), "{}", shell.last());
    assert!(shell.run(&["files", "copy", &files]).status.success());
    assert!(shell.last().contains(" copy_files "), "{}", shell.last());
    assert!(shell.run(&["jobs", "retry", "--all"]).status.success());
    assert!(shell.last().contains(" retry_jobs all that was given up succeeded "), "{}", shell.last());

    let rows = "SELECT count(*)::text AS line FROM operations_book";
    let before = line(sql, rows);
    // Nothing is done by looking, nor to somebody who is not there, nor as long as it was not confirmed.
    for arguments in [
        &["org", "list"][..],
        &["org", "licences", "fjord"],
        &["jobs", "list"],
        &["org", "suspend", "fjrod"],
        &["org", "change-licence", "fjord", &licence, "--seats", "5"],
    ] {
        shell.run(arguments);
        assert_eq!(line(sql, rows), before, "{arguments:?}");
    }
    for name in ["fjord", "Fjord", "Nils", "Vik"] {
        let named =
            "SELECT details || ' ' || subject AS line FROM operations_book WHERE action <> 'copy_files'";
        let named = lines(sql, named);
        assert!(!named.iter().any(|row| row.contains(name)), "{name}: {named:?}");
    }
}
