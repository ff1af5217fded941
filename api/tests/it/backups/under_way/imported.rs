//! An organization that is taken in from a shell, and called off at the console.

use std::{
    fs,
    process::{Command, Stdio},
};

use api::db::migrate;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use shared::console::{ActionPhase, LongAction, Team};

use super::{
    super::{Scene, all_rows, files_below, photo},
    Held, at_phase, seen,
};
use crate::harness::{Database, TestConsole, until};

#[test]
fn an_import_is_called_off_half_way_and_nothing_of_the_organization_is_left() {
    let scene = Scene::start();
    let admin = scene.app.acme.admin(&scene.app);
    photo(&admin, [1, 2, 3]);
    admin.post("/projects", &json!({"name": "Far away"})).expect(201);
    let (database, export) = (&scene.app.database, scene.vaults.at("acme.export"));
    let export = export.display().to_string();
    let arguments = ["org", "export", "acme", "--to", &export];
    let url = database.url("portico_backup");
    let exported = scene.vaults.production_program(&arguments, &url, &database.files()).output();
    assert!(exported.as_ref().is_ok_and(|output| output.status.success()), "{exported:?}");

    // Another installation, with nobody in it.
    let target = Database::empty();
    migrate::up(&target.url("portico_owner")).expect("the schema is made");
    let console = TestConsole::over(&target, &scene.app.clock);
    let operations = console.enter("operations@ops.example", &[Team::Operations]);
    fs::create_dir_all(target.files()).expect("a folder");
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.args(["org", "import", &export]).env_clear().env("USER", "ada");
        command.env("PORTICO_OWNER_DATABASE_URL", target.url("portico_owner"));
        command.env("PORTICO_OPERATOR_DATABASE_URL", target.url("portico_operator"));
        command.env("PORTICO_FILES_DIR", target.files()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let rows = || {
        let rows = all_rows(&target).into_iter();
        // What the console itself writes down, and what is under way, is no row of the organization's.
        rows.filter(|row| {
            !["operator", "operations_book", "actions_under_way"].iter().any(|table| row.starts_with(table))
        })
        .collect::<Vec<_>>()
    };
    let before = rows();
    // Its first rows are in, and those of this table wait.
    let held = Held::table(&target, "projects");
    let running = import().spawn().expect("it starts");
    let action = at_phase(&operations, LongAction::ImportOrganization, ActionPhase::ReadExport);
    assert_eq!(action.subject, "acme.export");
    let waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = 'portico_owner'
                 AND wait_event_type = 'Lock'";
    until("it waits for the table", || {
        use diesel::RunQueryDsl as _;
        diesel::sql_query(waits).execute(&mut target.superuser()).expect("it is asked") > 0
    });
    // By the machine's clock, as the program goes by it: at the console's own it may be silent.
    let now = scene.app.clock.now().to_rfc3339();
    let asks = format!(
        "UPDATE actions_under_way SET cancel_requested_at = '{now}', cancel_requested_by = 'eva@ops.example'"
    );
    target.superuser().batch_execute(&asks).expect("it is asked");
    at_phase(&operations, LongAction::ImportOrganization, ActionPhase::TakeBack);
    held.let_go();
    let output = running.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    for words in [
        "acme.export was not taken in: nothing was changed",
        "eva@ops.example has cancelled it at the console",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert_eq!(seen(&operations), []);
    assert_eq!(rows(), before, "no row of it is left");
    assert_eq!(files_below(&target.files()), Vec::<std::path::PathBuf>::new(), "nor a file");

    // Nothing is in the way of whoever takes it in after all.
    let output = import().output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert!(rows().iter().any(|row| row.starts_with("projects ") && row.contains("Far away")));
    assert_eq!(files_below(&target.files()).len(), 2);
}
