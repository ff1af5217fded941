//! With clusters of their own: what is left when the database, or the program, dies in the middle.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use api::ops::stores::Store;
use diesel::{RunQueryDsl as _, connection::SimpleConnection as _, sql_query};

use super::{Vaults, files_below};
use crate::harness::{OwnCluster, until};

/// Enough rows that nothing is done in a moment.
const ROWS: &str = "INSERT INTO denied_access_elsewhere (id, minute, network, host, operation, code, requests)
    SELECT md5(n::text)::uuid, '2026-03-02T09:00:00Z', md5(n::text), repeat(md5((n * 7)::text), 4), 'some operation', 'x', n
    FROM generate_series(1, 200000) n";

/// Every row of every table, as one hash.
fn content(cluster: &OwnCluster) -> Vec<String> {
    let sql = &mut cluster.superuser();
    let tables = crate::promises::catalogue::lines(
        sql,
        "SELECT relname::text AS line FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
           AND relname <> '__diesel_schema_migrations' ORDER BY 1",
    );
    let hash = |table: &String| {
        format!(
            "SELECT '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS line
             FROM {table} t"
        )
    };
    tables.iter().map(|table| crate::promises::catalogue::line(sql, &hash(table))).collect()
}

fn spawn(vaults: &Vaults, arguments: &[&str], more: &[(&str, String)]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.args(arguments).env_clear().envs(vaults.variables(&vaults.stores())).envs(more.iter().cloned());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn of_production(vaults: &Vaults, cluster: &OwnCluster) -> Vec<(&'static str, String)> {
    vec![
        ("PORTICO_BACKUP_DATABASE_URL", cluster.database_url("portico_backup")),
        ("PORTICO_KEYS_DIR", vaults.at("keys").display().to_string()),
        ("PORTICO_VAULT_RECIPIENTS", vaults.identity.to_public().to_string()),
    ]
}

fn of_backup_environment(vaults: &Vaults) -> Vec<(&'static str, String)> {
    let config = vaults.restore_config();
    vec![("PORTICO_RESTORE_IDENTITY", config.identity), ("PORTICO_BACKUP_SIGNERS", config.signers)]
}

#[test]
fn whatever_dies_in_the_middle_leaves_no_half_a_set_and_no_half_a_database() {
    let mut source = OwnCluster::start("backup-source");
    let target = OwnCluster::empty("backup-target");
    source.superuser().batch_execute(ROWS).expect("rows");
    let vaults = Vaults::new(&format!("own-{}", std::process::id()));
    let (making, reading) = (of_production(&vaults, &source), of_backup_environment(&vaults));
    let sets = || {
        let folder = vaults.at("local").join("sets");
        if folder.exists() { files_below(&folder) } else { Vec::new() }
    };
    let is_begun = || vaults.at("local/objects/platform").exists();

    // The database dies under it.
    let backup = spawn(&vaults, &["ops", "backup"], &making);
    until("the set is begun", is_begun);
    source.kill();
    let output = backup.wait_with_output().expect("it ends");
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(sets(), Vec::<std::path::PathBuf>::new());
    source.start_again();

    // It is killed itself.
    fs::remove_dir_all(vaults.at("local")).expect("they are removed");
    Store::prepare(&vaults.at("local")).expect("it is made anew");
    let mut backup = spawn(&vaults, &["ops", "backup"], &making);
    until("the set is begun", is_begun);
    backup.kill().expect("it is killed");
    backup.wait().expect("it ends");
    assert_eq!(sets(), Vec::<std::path::PathBuf>::new());

    // Nobody kills anything.
    let output = spawn(&vaults, &["ops", "backup"], &making).wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let set = sets().pop().expect("a set");
    let set = set.file_stem().expect("a name").to_str().expect("text").to_owned();
    let url = target.database_url("portico_owner");
    let restore = ["ops", "restore", "--to", &set, "--into", &url];

    // A restore is killed while rows come in; the target is as empty as it was.
    let mut restoring = spawn(&vaults, &restore, &reading);
    let is_copying = || {
        let sql = "SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 1000";
        sql_query(sql).execute(&mut target.superuser()).expect("it answers") > 0
    };
    until("rows come in", is_copying);
    restoring.kill().expect("it is killed");
    restoring.wait().expect("it ends");
    let things = "SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace";
    let is_empty = || sql_query(things).execute(&mut target.superuser()).expect("it answers") == 0;
    until("its transaction is taken back", is_empty);

    let output = spawn(&vaults, &restore, &reading).wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(content(&source), content(&target));
}
