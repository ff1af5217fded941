//! The commands of `portico ops` as they are run: each leaves a row, however it ends, and goes on without the book.

use std::process::{Command, Output};

use age::secrecy::ExposeSecret as _;
use api::ops::stores::Store;

use crate::{
    harness::{Database, keys_directory},
    promises::catalogue::lines,
};

use super::{Scene, stores};

pub(super) struct Shell<'a> {
    scene: &'a Scene,
    /// What opens the vault, in the backup environment alone.
    identity: age::x25519::Identity,
    pub(super) variables: Vec<(&'static str, String)>,
}

impl<'a> Shell<'a> {
    pub(super) fn of(scene: &'a Scene) -> Self {
        let shown = |path: std::path::PathBuf| path.display().to_string();
        let identity = age::x25519::Identity::generate();
        let stores = stores(&scene.folder);
        for place in ["vault", "second-vault"] {
            Store::prepare(&scene.folder.join(place)).expect("it is made");
        }
        let variables = vec![
            ("USER", "timer".to_owned()),
            ("PORTICO_KEYS_DIR", shown(keys_directory())),
            ("PORTICO_CONSOLE_DATABASE_URL", scene.database.url("portico_console")),
            ("PORTICO_BACKUP_DATABASE_URL", scene.database.url("portico_backup")),
            ("PORTICO_BACKUP_LOCAL_STORE", stores.local.place.to_string()),
            ("PORTICO_BACKUP_LOCAL_PROVIDER", "here".to_owned()),
            ("PORTICO_BACKUP_OFF_SITE_STORE", stores.off_site.place.to_string()),
            ("PORTICO_BACKUP_OFF_SITE_PROVIDER", "there".to_owned()),
            ("PORTICO_VAULT", shown(scene.folder.join("vault"))),
            ("PORTICO_SECOND_VAULT", shown(scene.folder.join("second-vault"))),
            ("PORTICO_VAULT_RECIPIENTS", identity.to_public().to_string()),
        ];
        Self { scene, identity, variables }
    }

    pub(super) fn run_with(&self, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(arguments).env_clear().envs(self.variables.iter().cloned()).envs(more.iter().copied());
        command.output().expect("it runs")
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// A command of the backup environment, which has no key of production's.
    fn run_elsewhere(&self, arguments: &[&str]) -> Output {
        let signers = api::ops::signing::SetKeys::read(&keys_directory()).expect("a key").signers();
        let signers = signers.to_lines().into_iter().collect::<Vec<_>>().join("\n");
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(arguments).env_clear().envs(self.variables.iter().cloned());
        for name in ["PORTICO_KEYS_DIR", "PORTICO_BACKUP_DATABASE_URL", "PORTICO_VAULT_RECIPIENTS"] {
            command.env_remove(name);
        }
        command.env("PORTICO_BACKUP_SIGNERS", signers);
        command.env("PORTICO_RESTORE_IDENTITY", self.identity.to_string().expose_secret());
        command.output().expect("it runs")
    }

    /// The newest row.
    pub(super) fn last(&self) -> String {
        let rows = lines(
            &mut self.scene.database.superuser(),
            "SELECT actor_name || ' ' || action || ' ' || subject || ' ' || outcome || ' ' || details AS line
             FROM operations_book ORDER BY sequence DESC LIMIT 1",
        );
        rows.into_iter().next().expect("a row")
    }
}

pub(super) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_backup_and_its_failure_stand_in_the_book_and_it_verifies() {
    let scene = Scene::new();
    let shell = Shell::of(&scene);
    let made = shell.run(&["ops", "backup"]);
    assert!(made.status.success(), "{}", said(&made));
    let row = shell.last();
    assert!(row.starts_with("timer@") && row.contains(" make_set database-"), "{row}");
    assert!(row.contains(" succeeded ") && row.contains("\"bytes\":"), "{row}");

    let failed = shell.run(&["ops", "backup", "--files"]);
    assert!(!failed.status.success());
    let row = shell.last();
    assert!(
        row.contains(" make_set files failed ")
            && row.contains("neither PORTICO_FILES_DIR nor PORTICO_FILES_STORE is set"),
        "{row}"
    );
    for (arguments, expected) in [
        (&["ops", "verify", "database-20200101T000000Z"][..], "verify_set database-20200101T000000Z failed"),
        (&["ops", "prune"], "prune_sets both stores failed"),
        (
            &[
                "ops",
                "restore",
                "--to",
                "database-20200101T000000Z",
                "--into",
                "postgres://nobody@127.0.0.1:1/x",
            ],
            "restore_set database-20200101T000000Z failed",
        ),
    ] {
        // Production has no identity that reads sets.
        assert!(!shell.run(arguments).status.success(), "{arguments:?}");
        assert!(shell.last().contains(expected), "{}", shell.last());
    }
    let verified = shell.run(&["ops", "book", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).contains("5 heads were compared"), "{}", said(&verified));

    let file = scene.folder.join("book.jsonl").display().to_string();
    assert!(shell.run(&["ops", "book", "export", "--to", &file]).status.success());
    let key = said(&shell.run(&["ops", "book", "key"]));
    let verified = shell.run(&["ops", "book", "verify", &file, "--key", key.trim()]);
    assert!(verified.status.success(), "{}", said(&verified));
    let changed = std::fs::read_to_string(&file).expect("a file").replace("timer@", "nobody@");
    std::fs::write(&file, changed).expect("it is written");
    let verified = shell.run(&["ops", "book", "verify", &file]);
    assert!(!verified.status.success());
    assert!(said(&verified).contains("row 1 ("), "{}", said(&verified));
}

#[test]
fn what_the_backup_environment_does_stands_in_the_book_too() {
    let scene = Scene::new();
    let shell = Shell::of(&scene);
    assert!(shell.run(&["ops", "backup"]).status.success());
    let made = shell.last();
    let set = made.split(' ').nth(2).expect("a set").to_owned();
    let target = Database::empty();
    let into = target.url("portico_owner");
    for (arguments, expected) in [
        (&["ops", "verify", &set][..], format!("verify_set {set} succeeded")),
        (&["ops", "restore", "--to", &set, "--into", &into], format!("restore_set {set} succeeded")),
        // The newest until an instant, here where something is already.
        (
            &[
                "ops",
                "restore",
                "--to",
                "2999-01-01T00:00:00+01:00",
                "--into",
                &into,
                "--replace",
                target.name(),
                "--yes",
            ],
            format!("restore_set {set} succeeded"),
        ),
        (&["ops", "prune"], "prune_sets both stores succeeded".to_owned()),
    ] {
        let done = shell.run_elsewhere(arguments);
        assert!(done.status.success(), "{}", said(&done));
        assert!(shell.last().contains(&expected), "{}", shell.last());
    }
    let early = ["ops", "restore", "--to", "2001-01-01T00:00:00Z", "--into", &into];
    let refused = said(&shell.run_elsewhere(&early));
    assert!(refused.contains("is of 2001-01-01 00:00:00 +00:00 or before: the oldest is of "), "{refused}");
    assert!(shell.last().contains("restore_set 2001-01-01T00:00:00Z failed"), "{}", shell.last());
    // Who has the key signs for what was written without it.
    assert!(shell.run(&["ops", "backup"]).status.success() || shell.last().contains("make_set"));
    let verified = shell.run(&["ops", "book", "verify"]);
    assert!(
        verified.status.success() && said(&verified).contains("rows       7, of which 0 wait"),
        "{}",
        said(&verified)
    );

    // The restored book ends before it, which is found out until somebody says why.
    let mut restored = Shell::of(&scene);
    restored.variables.retain(|(name, _)| *name != "PORTICO_CONSOLE_DATABASE_URL");
    restored.variables.push(("PORTICO_CONSOLE_DATABASE_URL", target.url("portico_console")));
    let verified = restored.run(&["ops", "book", "verify"]);
    assert!(
        !verified.status.success() && said(&verified).contains("row 1: it is missing"),
        "{}",
        said(&verified)
    );
    let resumed = restored.run(&["ops", "book", "resume", "--because", "the machine burned"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    let verified = restored.run(&["ops", "book", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(said(&verified).contains("row 1 says why: the machine burned"), "{}", said(&verified));
}

#[test]
fn a_command_goes_on_without_the_book_and_says_so() {
    let scene = Scene::new();
    let mut shell = Shell::of(&scene);
    let waiting = scene.folder.join("waiting").display().to_string();
    let url = ("PORTICO_CONSOLE_DATABASE_URL", "postgres://portico_console@127.0.0.1:1/portico");
    let made = shell.run_with(&["ops", "backup"], &[url, ("PORTICO_BOOK_WAITING", &waiting)]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("The entry waits in"), "{}", said(&made));
    shell.variables.retain(|(name, _)| *name != "PORTICO_CONSOLE_DATABASE_URL");
    let failed = shell.run(&["ops", "backup", "--files"]);
    assert!(said(&failed).contains("this stands in no operations book"), "{}", said(&failed));
    assert!(said(&failed).contains("\"action\":\"make_set\""), "{}", said(&failed));
    // Whoever writes next brings what waits.
    shell.variables.push(("PORTICO_CONSOLE_DATABASE_URL", scene.database.url("portico_console")));
    shell.run_with(&["ops", "backup", "--files"], &[("PORTICO_BOOK_WAITING", &waiting)]);
    let outcomes = lines(
        &mut scene.database.superuser(),
        "SELECT outcome AS line FROM operations_book ORDER BY sequence",
    );
    assert_eq!(outcomes, ["succeeded", "failed"]);
}

#[test]
fn operators_are_made_and_let_go_at_the_shell() {
    let scene = Scene::new();
    let shell = Shell::of(&scene);
    let create = ["ops", "operator", "create", "--email", "Ada@Ops.example", "--name", "Ada"];
    let teams = ["--team", "security", "--team", "operations"];
    let password = ("PORTICO_OPERATOR_PASSWORD", "cuatro faros en la costa");
    let made = shell.run_with(&[&create[..], &teams].concat(), &[password]);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("otpauth://totp/Portico:ada%40ops.example?"), "{}", said(&made));
    assert!(shell.last().contains("create_operator ada@ops.example succeeded"), "{}", shell.last());
    assert!(!shell.last().contains("otpauth") && !shell.last().contains("faros"), "{}", shell.last());
    for (arguments, more, words) in [
        ([&create[..], &teams].concat(), password, "There is an operator with this e-mail."),
        ([&create[..], &["--team", "everybody"]].concat(), password, "the teams are operations,"),
        (create.to_vec(), password, "--team"),
        ([&create[..], &teams].concat(), ("PORTICO_OPERATOR_PASSWORD", "short"), "password: "),
        ([&create[..], &teams].concat(), ("PORTICO_LOG", "warn"), "a password is needed"),
    ] {
        let refused = shell.run_with(&arguments, &[more]);
        assert!(!refused.status.success() && said(&refused).contains(words), "{words}: {}", said(&refused));
    }
    let file = scene.folder.join("password");
    std::fs::write(&file, "cinco faros en la costa\n").expect("a file");
    let reset =
        ["ops", "operator", "reset", "ada@ops.example", "--password-file", &file.display().to_string()];
    assert!(said(&shell.run(&reset)).contains("otpauth://"));
    assert!(shell.run(&["ops", "operator", "deactivate", "ada@ops.example"]).status.success());
    let nobody = shell.run(&["ops", "operator", "deactivate", "eva@ops.example"]);
    assert!(said(&nobody).contains("there is no operator with this e-mail"), "{}", said(&nobody));
    let listed = said(&shell.run(&["ops", "operator", "list"]));
    assert!(
        listed.contains("ada@ops.example") && listed.contains("inactive  operations,security"),
        "{listed}"
    );
    let verified = shell.run(&["ops", "book", "verify"]);
    assert!(verified.status.success() && said(&verified).contains("rows       3"), "{}", said(&verified));
}

/// A fresh installation has no operator: nobody signs in with what came with it.
#[test]
fn there_is_no_operator_from_the_beginning() {
    let database = Database::create();
    let operators = lines(&mut database.superuser(), "SELECT email AS line FROM operators");
    assert_eq!(operators, Vec::<String>::new());
}
