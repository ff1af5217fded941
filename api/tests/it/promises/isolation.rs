//! Promise: under one organization nothing of another can be seen, changed, removed, added or referred to. Tried on
//! every tenant table, with rows of both organizations in each.

use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    result::Error,
    sql_query,
    sql_types::{Text, Uuid as SqlUuid},
};
use serde_json::json;
use shared::{Menu, Operations, Position, project::Project, user::User};
use ureq::http::Method;

use super::catalogue::{line, lines, tenant_tables};
use crate::{
    audit::seal,
    harness::{PASSWORD, TestApp, TestOrganization, png},
};

/// Gives each organization a row in every tenant table, by using Portico.
fn inhabit(app: &TestApp, organization: &TestOrganization) {
    let manager = organization.person().role("Full Access").create(app);
    let project: Project = manager.post("/projects", &json!({"name": "Apollo"})).expect(201).json();
    let member = organization.person().role("Team Member").create(app);
    let member = json!({"user_id": member.id, "position": Position::TeamMember});
    manager.post(&format!("/projects/{}/team", project.id), &member).expect(201);
    // Leaves a job behind: the mail about it.
    let passwords = json!({"old_password": PASSWORD, "new_password": "cuatro gatos en la niebla"});
    organization.admin(app).put("/profile/password", &passwords).expect(204);
    manager.api_token(app, &[(Menu::Projects, Operations::VIEW)]).get("/projects").expect(200);
    manager.keyed(app, "key").post("/projects", &json!({"name": "Borealis"})).expect(201);
    manager.upload("/profile/photo", 1, &png([1, 2, 3])).expect(200);
    app.reset_token(organization, manager.id);
    let admin = organization.admin(app);
    let former = json!({"email": "former@people.example", "first_name": "Fea", "last_name": "Former"});
    let mut former: User = admin.post("/users", &former).expect(201).json();
    for verb in ["deactivate", "erase"] {
        let path = format!("/users/{}/{verb}", former.id);
        former = admin.send(Method::POST, &path, Some(former.version), None).expect(200).json();
    }
    manager.post("/invitations", &json!({"email": "guest@people.example"})).expect(201);
    sql_query(
        "INSERT INTO denied_access (org_id, id, minute, network, user_id, operation, code, requests)
         VALUES ($1, $2, '2026-03-02T09:00:00Z', '192.0.2.0/24', $2, 'list_users', 'forbidden', 1)",
    )
    .bind::<SqlUuid, _>(organization.id.0)
    .bind::<SqlUuid, _>(manager.id.0)
    .execute(&mut app.database.superuser())
    .expect("a refusal is counted");
}

/// What an attempt came to, undone in any case.
fn attempt(sql: &mut PgConnection, organization: Option<&str>, statement: &str) -> Result<usize, String> {
    let mut outcome = Err("nothing was tried".to_owned());
    let undone: Result<(), Error> = sql.transaction(|sql| {
        if let Some(organization) = organization {
            sql_query("SELECT set_config('portico.org_id', $1, true)")
                .bind::<Text, _>(organization)
                .execute(sql)?;
        }
        outcome = sql_query(statement).execute(sql).map_err(|error| error.to_string());
        Err(Error::RollbackTransaction)
    });
    assert_eq!(undone, Err(Error::RollbackTransaction), "{statement}");
    outcome
}

#[track_caller]
fn refused(outcome: Result<usize, String>, because: &str, what: &str) {
    match outcome {
        Err(error) => assert!(error.contains(because), "{what}: {error}"),
        Ok(rows) => panic!("{what}: {rows} rows"),
    }
}

#[test]
fn nothing_of_another_organization_is_within_reach() {
    let app = TestApp::start();
    inhabit(&app, &app.acme);
    inhabit(&app, &app.norte);
    seal(&app);
    let all = &mut app.database.superuser();
    let tenant = &mut PgConnection::establish(&app.database.url("portico_app")).expect("it connects");
    let (acme, norte) = (app.acme.id.to_string(), app.norte.id.to_string());
    for table in tenant_tables(all) {
        let count = |sql: &mut PgConnection, of: &str| -> usize {
            line(sql, &format!("SELECT count(*)::text AS line FROM {table} WHERE org_id = '{of}'"))
                .parse()
                .expect("a number")
        };
        let (ours, theirs) = (count(all, &acme), count(all, &norte));
        assert!(ours > 0 && theirs > 0, "{table} has no row to try on: let `inhabit` make one");
        let table = Table { name: table, rights: rights(all) };
        table.read(tenant, &acme, &norte, ours);
        table.change(tenant, all, &acme, &norte, ours);
        table.remove(tenant, &acme, &norte);
        table.add(tenant, all, &acme, &norte);
        table.refer(all, &acme, &norte);
        table.without_organization(tenant);
    }
}

/// `table.column` or `table` with the privilege that the tenants' server has.
fn rights(sql: &mut PgConnection) -> Vec<String> {
    lines(
        sql,
        "SELECT c.relname || ' ' || p AS line
         FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'DELETE']) p
         WHERE c.relkind IN ('r', 'p') AND has_table_privilege('portico_app', c.oid, p)
         UNION ALL
         SELECT c.relname || '.' || a.attname || ' UPDATE'
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'p') AND a.attgenerated = ''
           AND has_column_privilege('portico_app', c.oid, a.attnum, 'UPDATE')",
    )
}

struct Table {
    name: String,
    rights: Vec<String>,
}

impl Table {
    fn may(&self, privilege: &str) -> bool {
        self.rights.contains(&format!("{} {privilege}", self.name))
    }

    fn changeable(&self) -> Vec<&str> {
        let prefix = format!("{}.", self.name);
        self.rights.iter().filter_map(|right| right.strip_prefix(&prefix)?.strip_suffix(" UPDATE")).collect()
    }

    fn read(&self, tenant: &mut PgConnection, acme: &str, norte: &str, ours: usize) {
        let name = &self.name;
        let everything = attempt(tenant, Some(acme), &format!("SELECT 1 FROM {name}"));
        let theirs = attempt(tenant, Some(acme), &format!("SELECT 1 FROM {name} WHERE org_id = '{norte}'"));
        if self.may("SELECT") {
            assert_eq!(everything, Ok(ours), "{name}: not exactly the own rows");
            assert_eq!(theirs, Ok(0), "{name}: rows of the other organization");
        } else {
            refused(everything, "permission denied", name);
        }
    }

    fn change(
        &self,
        tenant: &mut PgConnection,
        all: &mut PgConnection,
        acme: &str,
        norte: &str,
        ours: usize,
    ) {
        let name = &self.name;
        let changeable = self.changeable();
        let Some(column) = changeable.first() else {
            let some = line(
                all,
                &format!(
                    "SELECT attname::text AS line FROM pg_attribute
                     WHERE attrelid = '{name}'::regclass AND attnum > 0 ORDER BY attnum DESC LIMIT 1"
                ),
            );
            let outcome = attempt(tenant, Some(acme), &format!("UPDATE {name} SET {some} = {some}"));
            refused(outcome, "permission denied", name);
            return;
        };
        let change = format!("UPDATE {name} SET {column} = {column}");
        assert_eq!(attempt(tenant, Some(acme), &change), Ok(ours), "{name}: not exactly the own rows");
        let theirs = attempt(tenant, Some(acme), &format!("{change} WHERE org_id = '{norte}'"));
        assert_eq!(theirs, Ok(0), "{name}: rows of the other organization");
        if changeable.contains(&"org_id") {
            let gift = format!("UPDATE {name} SET org_id = '{norte}'");
            refused(attempt(tenant, Some(acme), &gift), "row-level security", name);
        }
    }

    fn remove(&self, tenant: &mut PgConnection, acme: &str, norte: &str) {
        let name = &self.name;
        let outcome = attempt(tenant, Some(acme), &format!("DELETE FROM {name} WHERE org_id = '{norte}'"));
        if self.may("DELETE") {
            assert_eq!(outcome, Ok(0), "{name}: rows of the other organization");
        } else {
            refused(outcome, "permission denied", name);
        }
    }

    /// A row that is like one of theirs and says so.
    fn add(&self, tenant: &mut PgConnection, all: &mut PgConnection, acme: &str, norte: &str) {
        let name = &self.name;
        let columns = line(
            all,
            &format!(
                "SELECT string_agg(attname, ', ' ORDER BY attnum) AS line FROM pg_attribute
                 WHERE attrelid = '{name}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
            ),
        );
        let row = line(
            all,
            &format!("SELECT to_jsonb(t)::text AS line FROM {name} t WHERE org_id = '{norte}' LIMIT 1"),
        );
        let row = row.replace('\'', "''");
        let insert = format!(
            "INSERT INTO {name} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{name}, '{row}')"
        );
        let because = if self.may("INSERT") { "row-level security" } else { "permission denied" };
        refused(attempt(tenant, Some(acme), &insert), because, name);
        refused(attempt(tenant, None, &insert), because, name);
    }

    /// One of our rows that refers to one of theirs is not even the superuser's to store.
    fn refer(&self, all: &mut PgConnection, acme: &str, norte: &str) {
        let name = &self.name;
        let references = lines(
            all,
            &format!(
                "SELECT k.confrelid::regclass || ' '
                        || string_agg(a.attname, ',' ORDER BY o.n) || ' '
                        || string_agg(f.attname, ',' ORDER BY o.n) AS line
                 FROM pg_constraint k, unnest(k.conkey, k.confkey) WITH ORDINALITY AS o (own, other, n)
                 JOIN pg_attribute a ON a.attrelid = '{name}'::regclass AND a.attnum = o.own
                 JOIN LATERAL (SELECT attname, attrelid, attnum FROM pg_attribute) f ON f.attnum = o.other
                 WHERE k.contype = 'f' AND k.conrelid = '{name}'::regclass AND f.attrelid = k.confrelid
                   AND a.attname <> 'org_id' AND a.attgenerated = ''
                   AND EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = k.confrelid AND attname = 'org_id')
                 GROUP BY k.oid, k.confrelid"
            ),
        );
        for reference in references {
            let mut words = reference.split(' ');
            let (other, own, key) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let statement = format!(
                "UPDATE {name} SET ({own}) = (SELECT {key} FROM {other} WHERE org_id = '{norte}' LIMIT 1)
                 WHERE ctid = (SELECT ctid FROM {name} WHERE org_id = '{acme}' LIMIT 1)"
            );
            refused(attempt(all, Some(acme), &statement), "violates foreign key constraint", &reference);
        }
    }

    fn without_organization(&self, tenant: &mut PgConnection) {
        let name = &self.name;
        if self.may("SELECT") {
            assert_eq!(attempt(tenant, None, &format!("SELECT 1 FROM {name}")), Ok(0), "{name}");
        }
        if self.may("DELETE") {
            assert_eq!(attempt(tenant, None, &format!("DELETE FROM {name}")), Ok(0), "{name}");
        }
    }
}

/// The setting ends with its transaction, so a pooled connection carries nothing over.
#[test]
fn the_next_transaction_knows_nothing_of_the_last() {
    let app = TestApp::start();
    let tenant = &mut PgConnection::establish(&app.database.url("portico_app")).expect("it connects");
    let acme = app.acme.id;
    tenant
        .batch_execute(&format!("BEGIN; SELECT set_config('portico.org_id', '{acme}', true); COMMIT"))
        .expect("a transaction");
    assert_eq!(line(tenant, "SELECT count(*)::text AS line FROM users"), "0");
    assert_eq!(line(tenant, "SELECT coalesce(portico.org_id()::text, 'none') AS line"), "none");
}
