//! What `cargo xtask bench` stands on, in small, so that it does not fall behind the schema.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use shared::project::Project;

use crate::harness::TestApp;

const FILL: &str = include_str!("../../../xtask/src/bench/fill.sql");

#[test]
fn the_bench_fills_an_organization_as_its_people_would() {
    let app = TestApp::start();
    let organization = app.acme.id;
    let settings =
        format!("SET portico.org_id = '{organization}'; SET bench.people = '7'; SET bench.projects = '60';");
    app.database
        .superuser()
        .batch_execute(&format!("{settings} {FILL}"))
        .expect("the organization is filled");
    let admin = app.admin(&app.acme);
    let page: Value = admin.get("/projects?limit=50&total=true").expect(200).json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(50));
    assert_eq!(page["total"], json!(60));
    assert!(page["next"].is_string());
    // The bench changes projects by their numbers.
    let path = "/projects/00000000-0000-7000-8000-00000000003c";
    let project: Project = admin.get(path).expect(200).json();
    let change = json!({"description": "Written once"});
    let changed: Project = admin.patch(path, project.version, &change).expect(200).json();
    assert_eq!(changed.version, project.version + 1);
    let team: Value = admin.get(&format!("{path}/team")).expect(200).json();
    assert_eq!(team[0]["position"], json!("manager"));
}
