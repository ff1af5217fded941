//! How sets are made: out of one state, each organization for its own key, and no more than has changed.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _, Write},
};

use age::x25519::Identity;
use api::{
    db::{activity::Activity, copies::Snapshot},
    ops::{
        backup::Made,
        manifest::{self, Manifest},
        owner::Owner,
        retention::{Place, SetKind},
        sealed::Opening,
        signing::SetKeys,
        stores::Store,
        vault::{self, Vault},
    },
};
use chrono::TimeDelta;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use serde_json::json;

use super::{Scene, files_below, holds, photo, under_way::Held, whole};
use crate::{
    harness::{Database, until},
    promises::catalogue::{line, lines},
};

/// The stream of an organization, opened with a key of the vault.
fn opened(scene: &Scene, manifest: &Manifest, owner: Owner, key_of: Owner) -> anyhow::Result<String> {
    let stream = manifest.stream(owner).expect("it has a stream");
    let key = manifest.stream(key_of).expect("it has a stream").key.clone();
    let secret = Vault::open(&scene.vaults.vault())?.secret(key_of, &key, &scene.vaults.identity)?;
    let store = Store::open("the store", &scene.vaults.at("off-site"))?;
    let mut text = String::new();
    Opening::begin(&secret, store.read(&stream.object)?)?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn each_organization_is_sealed_for_its_own_key_and_nothing_plain_is_written() {
    let scene = Scene::start();
    let (acme, norte) = (Owner::Organization(scene.app.acme.id), Owner::Organization(scene.app.norte.id));
    for (organization, word) in [(&scene.app.acme, "Cormorant"), (&scene.app.norte, "Albatros")] {
        let admin = organization.admin(&scene.app);
        admin.post("/projects", &json!({"name": word})).expect(201);
        photo(&admin, [1, 2, 3]);
    }
    let (rows, files) = (scene.rows().manifest, scene.files().manifest);
    assert_eq!((rows.streams.len(), files.files.len()), (3, 4));
    for (owner, own, others) in [(acme, "Cormorant", "Albatros"), (norte, "Albatros", "Cormorant")] {
        let text = opened(&scene, &rows, owner, owner).expect("it opens");
        assert!(text.contains(own) && !text.contains(others));
        assert!(text.contains("COPY public.\"projects\""), "psql would understand it");
    }
    // What belongs to none tells of nobody: neither names nor hashes of addresses.
    let platform = opened(&scene, &rows, Owner::Platform, Owner::Platform).expect("it opens");
    for word in ["Cormorant", "Albatros", "Acme", "acme", "Norte", &scene.app.acme.id.to_string()] {
        assert!(!platform.contains(word), "{word}");
    }
    assert!(platform.contains("project_manager"));
    assert!(opened(&scene, &rows, acme, norte).is_err(), "the key of another organization opens nothing");
    let picture = files_below(&scene.app.database.files());
    let picture = fs::read(&picture[0]).expect("it is read");
    let kept = files_below(&scene.vaults.folder);
    assert!(kept.len() > 20, "{kept:#?}");
    for file in kept.iter().filter(|file| !file.starts_with(scene.vaults.at("keys"))) {
        let bytes = fs::read(file).expect("it is read");
        for word in ["Cormorant", "Albatros", "admin@acme", "COPY public", "AGE-SECRET-KEY", "PRIVATE KEY"] {
            assert!(!holds(&bytes, word), "{} holds {word}", file.display());
        }
        assert!(!bytes.windows(64).any(|some| *some == picture[picture.len() - 64..]), "{}", file.display());
    }
}

#[test]
fn what_has_not_changed_is_not_put_again() {
    let scene = Scene::start();
    let (acme, norte) = (Owner::Organization(scene.app.acme.id), Owner::Organization(scene.app.norte.id));
    let objects = || files_below(&scene.vaults.at("local/objects")).len();
    let first = scene.rows();
    assert_eq!((first.unchanged, objects()), (0, 3));
    let same = scene.rows();
    assert_eq!((same.unchanged, same.put, objects()), (3, 0, 3));
    assert_eq!(same.manifest.streams, first.manifest.streams);
    scene.app.acme.admin(&scene.app).post("/projects", &json!({"name": "New"})).expect(201);
    let changed = scene.rows();
    let path = |manifest: &Manifest, owner| manifest.stream(owner).expect("a stream").object.path.clone();
    assert_eq!(path(&changed.manifest, norte), path(&first.manifest, norte));
    assert_ne!(path(&changed.manifest, acme), path(&first.manifest, acme));
    assert!(changed.put > 0);
    // An object that is gone is not pointed to.
    fs::remove_file(scene.vaults.at("local").join(path(&first.manifest, norte))).expect("it is removed");
    let mended = scene.rows();
    assert_ne!(path(&mended.manifest, norte), path(&first.manifest, norte));
    for made in [&first, &same, &changed, &mended] {
        scene.vaults.environment().verify(Place::OffSite, &made.manifest.set).expect("it holds");
    }
}

#[test]
fn a_file_is_put_once_and_one_that_is_gone_is_left_out() {
    let scene = Scene::start();
    let ana = scene.app.acme.person().create(&scene.app);
    photo(&ana, [1, 2, 3]);
    let first = scene.files();
    assert_eq!((first.manifest.files.len(), first.unchanged), (2, 0));
    let again = scene.files();
    assert_eq!((again.manifest.files, again.unchanged, again.put), (first.manifest.files, 2, 0));
    // A file whose row stands and whose object does not is a loss, and is said.
    let object = files_below(&scene.app.database.files()).remove(0);
    fs::remove_file(object).expect("it is removed");
    fs::remove_dir_all(scene.vaults.at("local").join("objects")).expect("they are removed");
    scene.app.clock.advance(chrono::TimeDelta::hours(2));
    let error = scene.production.file_set().expect_err("a file is missing");
    assert!(format!("{error:#}").contains("the file "), "{error:#}");
}

/// Whatever is written while a set is made is in it with all that belongs to it, or not at all: the set is one state.
#[test]
fn a_set_is_one_state() {
    let scene = Scene::start();
    let snapshot = Snapshot::take(&scene.app.database.url("portico_backup")).expect("it is taken");
    let admin = scene.app.acme.admin(&scene.app);
    admin.post("/projects", &json!({"name": "Afterwards"})).expect(201);
    let projects = snapshot.tables.iter().find(|table| table.name == "projects").expect("a table");
    let mut reader = snapshot.reader().expect("it reads");
    for expected in [0, 0] {
        let mut text = Vec::new();
        let rows = reader.of(Some(scene.app.acme.id), |rows| rows.copy(projects, &mut text)).expect("rows");
        assert_eq!((rows, text.len()), (expected, 0));
    }
    // Each organization is read by its own policy.
    let later = Snapshot::take(&scene.app.database.url("portico_backup")).expect("it is taken");
    let mut reader = later.reader().expect("it reads");
    for (organization, expected) in [(&scene.app.acme, 1), (&scene.app.norte, 0)] {
        let rows = reader.of(Some(organization.id), |rows| rows.copy(projects, &mut std::io::sink()));
        assert_eq!(rows.expect("rows"), expected);
    }
}

#[test]
fn a_role_that_sees_everything_or_too_little_makes_no_set() {
    let scene = Scene::start();
    let database = &scene.app.database;
    for url in [database.superuser_url(), database.url("portico_operator")] {
        let error = Snapshot::take(&url).err().expect("it is refused").to_string();
        assert!(error.contains("row-level security does not hold"), "{error}");
    }
    let error = Snapshot::take(&database.url("portico_app")).err().expect("it is refused");
    assert!(format!("{error:#}").contains("portico migrate"), "{error:#}");
    database.superuser().batch_execute("ALTER TABLE projects NO FORCE ROW LEVEL SECURITY").expect("opened");
    let error = Snapshot::take(&database.url("portico_backup")).err().expect("it is refused").to_string();
    assert!(error.contains("projects"), "{error}");
}

/// The role reads every table and sequence, and writes none.
#[test]
fn the_backup_role_reads_everything_and_writes_nothing() {
    let scene = Scene::start();
    let sql = &mut scene.app.database.superuser();
    let unread = lines(
        sql,
        "SELECT c.relname::text AS line FROM pg_class c
         WHERE c.relkind IN ('r', 'p', 'S') AND c.relnamespace = 'public'::regnamespace
           AND (NOT has_table_privilege('portico_backup', c.oid, 'SELECT')
                OR has_table_privilege('portico_backup', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'))",
    );
    assert_eq!(unread, Vec::<String>::new());
}

#[test]
fn while_off_site_is_out_of_reach_local_sets_go_on_and_the_rest_catches_up() {
    let scene = Scene::start();
    let off_site = scene.vaults.at("off-site");
    // A file where the folder should be.
    fs::rename(&off_site, scene.vaults.at("aside")).expect("it goes");
    fs::write(&off_site, "").expect("it is written");
    let mut names = BTreeSet::new();
    for _ in 0..2 {
        scene.app.clock.advance(chrono::TimeDelta::hours(2));
        let made = scene.production.database_set().expect("the local set is made");
        assert!(
            format!("{:#}", made.off_site.expect_err("it is out of reach")).contains("the off-site store")
        );
        names.insert(made.manifest.set);
    }
    fs::remove_file(&off_site).expect("it is removed");
    fs::rename(scene.vaults.at("aside"), &off_site).expect("it comes back");
    let made = scene.rows();
    assert_eq!(made.off_site.expect("it is there again"), 3);
    names.insert(made.manifest.set);
    let environment = scene.vaults.environment();
    let sets = manifest::sets(environment.store(Place::OffSite), SetKind::Database).expect("a list");
    assert_eq!(sets.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>(), names);
    for name in names {
        environment.verify(Place::OffSite, &name).expect("it holds");
    }
}

/// Production has what makes sets; with all of it, no set opens.
#[test]
fn what_production_has_opens_nothing() {
    let scene = Scene::start();
    let made = scene.rows();
    let keys = SetKeys::read(&scene.vaults.at("keys")).expect("keys");
    let vault = Vault::open(&scene.vaults.vault()).expect("the vault");
    for stream in &made.manifest.streams {
        // All secrets that production keeps are keys that sign; none of them is the secret half of anything.
        let error = vault.secret(stream.owner, &stream.key, &Identity::generate()).err().expect("sealed");
        assert!(format!("{error:#}").contains("does not open"), "{error:#}");
    }
    assert_eq!(keys.signers().to_lines().len(), 1);
}

#[test]
fn two_sets_of_one_second_are_not_mixed_up() {
    let scene = Scene::start();
    let made = scene.rows();
    let error = scene.production.database_set().expect_err("it is there").to_string();
    assert!(error.contains("is there already"), "{error}");
    scene.app.clock.advance(chrono::TimeDelta::seconds(1));
    assert_ne!(whole(scene.production.database_set().expect("a set")).manifest.set, made.manifest.set);
}

/// What is read before a key is renewed may be just what is to be forgotten: it is not sealed with the key of after.
#[test]
fn a_set_during_which_a_key_was_renewed_is_none() {
    let scene = Scene::start();
    let before = scene.rows();
    let held = Held::table(&scene.app.database, "projects");
    scene.app.clock.advance(TimeDelta::hours(2));
    let production = &scene.production;
    let made = std::thread::scope(|scope| {
        let making = scope.spawn(|| production.database_set());
        let waiting = "SELECT count(*)::text AS line FROM pg_locks
                       WHERE NOT granted AND relation = 'projects'::regclass";
        until("it reads", || line(&mut scene.app.database.superuser(), waiting) != "0");
        let recipients = vault::parse_recipients(&scene.vaults.identity.to_public().to_string());
        let signing = SetKeys::read(&scene.vaults.at("keys")).expect("a key");
        let owner = Owner::Organization(scene.app.acme.id);
        let vault = Vault::open(&scene.vaults.vault()).expect("a vault");
        vault.renew(owner, &recipients.expect("a recipient"), &signing).expect("another key");
        held.let_go();
        making.join().expect("it ends")
    });
    let refused = format!("{:#}", made.expect_err("it is none"));
    assert!(refused.contains("was made anew while the set was made"), "{refused}");
    let store = Store::open("the store", &scene.vaults.at("local")).expect("a store");
    assert_eq!(manifest::sets(&store, SetKind::Database).expect("a list").len(), 1);
    let after = scene.rows();
    let key = |made: &Made| {
        let stream = made.manifest.stream(Owner::Organization(scene.app.acme.id));
        stream.expect("it has a stream").key.clone()
    };
    assert_ne!(key(&before), key(&after));
}

#[test]
fn what_others_ask_of_the_database_is_counted() {
    let (scene, elsewhere) = (Scene::start(), Database::empty());
    let url = scene.app.database.url("portico_backup");
    let mut activity = Activity::open(&url).expect("it opens");
    let before = activity.transactions().expect("a number");
    for (database, times) in [(&elsewhere, 1000), (&scene.app.database, 100)] {
        let mut other = PgConnection::establish(&database.superuser_url()).expect("it opens");
        for _ in 0..times {
            other.batch_execute("SELECT 1").expect("it answers");
        }
    }
    // PostgreSQL hears from a connection when it ends.
    until("a hundred are counted", || {
        let mut later = Activity::open(&url).expect("it opens");
        (100..1000).contains(&(later.transactions().expect("a number") - before))
    });
}

/// Takes what is written to it, and has PostgreSQL do something to whoever is copying, once.
struct Disturbing<'a> {
    database: &'a Database,
    how: Option<&'static str>,
}

impl Write for Disturbing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(how) = self.how.take() {
            let sql = format!(
                "DO $$ BEGIN ASSERT (SELECT count({how}(pid)) = 1 FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'active' AND query LIKE 'COPY (SELECT%'); END $$"
            );
            self.database.superuser().batch_execute(&sql).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_table_whose_reading_breaks_off_is_no_table_that_was_read() {
    let scene = Scene::start();
    let database = &scene.app.database;
    // More than lies between the two, so that PostgreSQL is still at it.
    let sql = "INSERT INTO backup_runs (id, kind, started_at, finished_at, error)
               SELECT gen_random_uuid(), 'database', '2026-11-01', '2026-11-01', repeat('x', 1000)
               FROM generate_series(1, 20000)";
    database.superuser().batch_execute(sql).expect("it is written");
    let snapshot = Snapshot::take(&database.url("portico_backup")).expect("it is taken");
    let table = snapshot.tables.iter().find(|table| table.name == "backup_runs").expect("it is there");
    let read = |how| {
        let mut reader = snapshot.reader().expect("a reader");
        reader.of(None, |rows| rows.copy(table, &mut Disturbing { database, how }))
    };
    assert_eq!(read(None).expect("it is read"), 20_000);
    for how in ["pg_cancel_backend", "pg_terminate_backend"] {
        let error = format!("{:#}", read(Some(how)).expect_err("it broke off"));
        assert!(error.contains("reading backup_runs broke off after "), "{how}: {error}");
    }
}
