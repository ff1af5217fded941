//! One organization comes back out of a set, beside others.

use api::ops::retention::Place;
use serde_json::json;

use super::{Scene, photo};
use crate::{harness::Database, promises::catalogue::line};

/// Every row of an organization in a table, as one hash.
fn content(database: &Database, organization: &str) -> Vec<String> {
    let sql = &mut database.superuser();
    let of = |table: &String| {
        // Sessions are ended and jobs are given up: what a restore must not bring back to life.
        format!(
            "SELECT '{table} ' || count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') AS line
             FROM {table} t WHERE org_id = '{organization}'"
        )
    };
    let tables = crate::promises::catalogue::tenant_tables(sql);
    tables.iter().map(|table| line(sql, &of(table))).collect()
}

#[test]
fn one_organization_comes_back_with_its_files_and_the_others_are_unchanged() {
    let scene = Scene::start();
    let (acme, norte) = (scene.app.acme.admin(&scene.app), scene.app.norte.admin(&scene.app));
    for admin in [&acme, &norte] {
        photo(admin, [9, 9, 200]);
        admin.post("/projects", &json!({"name": "Before"})).expect(201);
    }
    scene.files();
    let made = scene.rows();
    let id = scene.app.acme.id;
    // Into an installation that has only the other one.
    let target = Database::empty();
    api::db::migrate::up(&target.url("portico_owner")).expect("the schema is made");
    let environment = scene.vaults.environment();
    let set = &made.manifest.set;
    let restore = |organization, files| {
        environment.restore_one(Place::OffSite, set, organization, &target.url("portico_owner"), files, None)
    };
    restore(scene.app.norte.id, None).expect("the other one comes first");
    let before = content(&target, &scene.app.norte.id.to_string());
    let files = target.files();
    let restored = restore(id, Some(files.as_path())).expect("it comes back");
    assert_eq!((restored.slug.as_str(), restored.files), ("acme", 2));
    assert!(
        content(&target, &id.to_string()) == content(&scene.app.database, &id.to_string()),
        "not the same rows"
    );
    assert!(content(&target, &scene.app.norte.id.to_string()) == before, "the other one is unchanged");
    let sql = &mut target.superuser();
    assert_eq!(line(sql, "SELECT state AS line FROM organizations WHERE slug = 'acme'"), "suspended");
    let error = restore(id, None).expect_err("it is there already");
    assert!(error.to_string().contains("is in the target already"), "{error:#}");
    let nobody = shared::ids::OrganizationId(api::clock::Clock::system().new_id());
    let error = restore(nobody, None).expect_err("nobody");
    assert!(error.to_string().contains("has no rows of"), "{error:#}");
}
