//! What a superuser does to an audit log is found out: 500 changes at random, and the verifier names the first row that
//! is not as it was written.

mod chained;

use api::{
    ApiError,
    audit::verify::Known,
    db::{TenantConn, operator::OperatorDb},
};
use chrono::TimeDelta;
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{Bool, SmallInt, Uuid as SqlUuid},
};
use serde_json::json;
use shared::ids::OrganizationId;
use uuid::Uuid;

use chained::chain_anew;

use super::{exported, head_keys, lines, operator, seal, seal_all, sealer, verified};
use crate::{
    harness::{Dice, TestApp},
    promises::catalogue::{line, lines as texts},
};

const TIMES: u64 = 500;

/// The log before anything was done to it.
struct Log {
    organization: OrganizationId,
    /// Ids in the order of the chain.
    rows: Vec<Uuid>,
    /// The places of the signed heads.
    heads: Vec<i64>,
}

impl Log {
    fn length(&self) -> i64 {
        i64::try_from(self.rows.len()).expect("few")
    }

    fn id(&self, place: i64) -> Uuid {
        self.rows[usize::try_from(place - 1).expect("a place")]
    }

    /// The row behind the last head before this place: from there on nobody vouches where it was written anew.
    fn behind_head_before(&self, place: i64) -> i64 {
        self.heads.iter().rev().find(|head| **head < place).map_or(1, |head| head + 1)
    }
}

/// The row that the verifier is to name.
#[derive(Debug, PartialEq)]
enum Expected {
    Place(i64),
    Unsealed(Uuid),
}

#[derive(QueryableByName)]
struct PartRow {
    #[diesel(sql_type = SmallInt)]
    number: i16,
    #[diesel(sql_type = Bool)]
    is_sealed: bool,
}

#[expect(clippy::too_many_lines, reason = "a table of what a superuser can do, each kind a few lines")]
/// Does something to the log. Gives what was done and the first row that is bad since.
fn tamper(sql: &mut PgConnection, log: &Log, dice: &mut Dice) -> (String, Expected) {
    let end = log.rows.len();
    let place = i64::try_from(1 + dice.below(end)).expect("few");
    let id = log.id(place);
    let mut run = |statement: &str| {
        sql.batch_execute(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
    };
    let kind = dice.below(16);
    let (what, expected) = match kind {
        0 | 1 => {
            let other = dice.id();
            let change = dice.one_of(&[
                "at = at + interval '1 microsecond'",
                "actor_kind = CASE actor_kind WHEN 'system' THEN 'user' ELSE 'system' END",
                "actor_id = OTHER",
                "session_id = OTHER",
                "token_id = OTHER",
                "request_id = OTHER",
                "entity = entity || 's'",
                "entity_id = OTHER",
                "action = action || 'd'",
                "id = OTHER",
            ]);
            let change = change.replace("OTHER", &format!("'{other}'"));
            if change.starts_with("id") {
                run(&format!("UPDATE audit_parts SET audit_id = '{other}' WHERE audit_id = '{id}'"));
                run(&format!("UPDATE audit_seals SET audit_id = '{other}' WHERE audit_id = '{id}'"));
            }
            run(&format!("UPDATE audit_log SET {change} WHERE id = '{id}'"));
            (change, place)
        }
        2..=4 => {
            let parts: Vec<PartRow> = sql_query(
                "SELECT number, sealed IS NOT NULL AS is_sealed FROM audit_parts WHERE audit_id = $1 ORDER BY number",
            )
            .bind::<SqlUuid, _>(id)
            .load(sql)
            .expect("the parts");
            let part = &parts[dice.below(parts.len())];
            let change = if part.is_sealed {
                dice.one_of(&[
                    "sealed = set_byte(sealed, length(sealed) - 1, get_byte(sealed, length(sealed) - 1) # 1)",
                    "sealed = set_byte(sealed, 3, get_byte(sealed, 3) # 1)",
                    "commitment = set_byte(commitment, 5, get_byte(commitment, 5) # 1)",
                    "person_id = 'ffffffff-ffff-7fff-bfff-ffffffffffff'",
                    "number = number + 1000",
                    "person_id = NULL, sealed = NULL, salt = decode(repeat('00', 16), 'hex'), content = '{}'",
                ])
            } else {
                dice.one_of(&[
                    "content = content || ' '",
                    "content = replace(content, '\"', '''')",
                    "content = NULL, salt = NULL",
                    "salt = set_byte(salt, 0, get_byte(salt, 0) # 1)",
                    "commitment = set_byte(commitment, 31, get_byte(commitment, 31) # 1)",
                ])
            };
            let only = parts.len() == 1;
            // Where there is one part, its number says nothing: the order of the parts is what is chained.
            let change = if change.starts_with("number")
                && (only || part.number + 1 == i16::try_from(parts.len()).expect("few"))
            {
                "commitment = sha256(commitment)"
            } else {
                change
            };
            let number = part.number;
            sql.batch_execute(&format!(
                "UPDATE audit_parts SET {change} WHERE audit_id = '{id}' AND number = {number}"
            ))
            .expect("a changed part");
            (format!("part {number}: {change}"), place)
        }
        5 => {
            run(&format!("DELETE FROM audit_log WHERE id = '{id}'"));
            ("the row is deleted".to_owned(), place)
        }
        6 => {
            run(&format!(
                "DELETE FROM audit_parts WHERE audit_id = '{id}' AND number = (SELECT min(number) FROM audit_parts WHERE audit_id = '{id}')"
            ));
            ("a part is deleted".to_owned(), place)
        }
        7 => {
            run(&format!(
                "DELETE FROM audit_heads WHERE sequence = {place}; DELETE FROM audit_seals WHERE sequence = {place}"
            ));
            if dice.below(2) == 0 {
                run(&format!(
                    "DELETE FROM audit_log WHERE id = '{id}'; DELETE FROM audit_parts WHERE audit_id = '{id}'"
                ));
            }
            ("the seal is deleted".to_owned(), place)
        }
        8 => {
            run(&format!(
                "DELETE FROM audit_heads WHERE sequence = {place}; DELETE FROM audit_seals WHERE sequence = {place};
                 DELETE FROM audit_log WHERE id = '{id}'; DELETE FROM audit_parts WHERE audit_id = '{id}';
                 UPDATE audit_seals SET sequence = sequence + 1000000 WHERE sequence > {place};
                 UPDATE audit_seals SET sequence = sequence - 1000001 WHERE sequence > 1000000;
                 UPDATE audit_heads SET sequence = sequence + 1000000 WHERE sequence > {place};
                 UPDATE audit_heads SET sequence = sequence - 1000001 WHERE sequence > 1000000"
            ));
            ("the row is deleted and the others close ranks".to_owned(), place)
        }
        9 => {
            let other = i64::try_from(1 + dice.below(end)).expect("few");
            let other = if other == place { 1 + place % log.length() } else { other };
            let column = dice.one_of(&["audit_id", "audit_id, hash", "audit_id, hash, sealed_at"]);
            let picked: Vec<String> = column.split(", ").map(|one| format!("{one} = b.{one}")).collect();
            run(&format!(
                "CREATE TEMPORARY TABLE swapped ON COMMIT DROP AS SELECT * FROM audit_seals WHERE sequence IN ({place}, {other}) AND org_id = '{0}';
                 ALTER TABLE audit_seals DROP CONSTRAINT audit_seals_org_id_audit_id_key;
                 UPDATE audit_seals a SET {1} FROM swapped b
                 WHERE a.org_id = '{0}' AND a.sequence IN ({place}, {other}) AND b.sequence = {place} + {other} - a.sequence;
                 DROP TABLE swapped",
                log.organization,
                picked.join(", ")
            ));
            (format!("{column} swapped with {other}"), place.min(other))
        }
        10 => {
            let new = dice.id();
            run(&format!(
                "UPDATE audit_seals SET sequence = sequence + 1000000 WHERE sequence >= {place};
                 UPDATE audit_seals SET sequence = sequence - 999999 WHERE sequence > 1000000;
                 INSERT INTO audit_log (org_id, id, at, actor_kind, actor_id, entity, entity_id, action, transaction)
                 SELECT org_id, '{new}', at, actor_kind, actor_id, entity, entity_id, action, transaction FROM audit_log WHERE id = '{id}';
                 INSERT INTO audit_parts (org_id, audit_id, number, person_id, commitment, salt, content, sealed)
                 SELECT org_id, '{new}', number, person_id, commitment, salt, content, sealed FROM audit_parts
                 WHERE audit_id = '{id}' AND person_id IS NULL;
                 INSERT INTO audit_seals (org_id, sequence, audit_id, hash, sealed_at)
                 VALUES ('{}', {place}, '{new}', sha256('{new}'), '2026-03-02T09:00:00Z')",
                log.organization
            ));
            ("a row is inserted".to_owned(), place)
        }
        11 => {
            let new = dice.id();
            run(&format!(
                "INSERT INTO audit_log (org_id, id, at, actor_kind, entity, entity_id, action)
                 SELECT org_id, '{new}', at, actor_kind, entity, entity_id, action FROM audit_log WHERE id = '{id}';
                 INSERT INTO audit_parts (org_id, audit_id, number, commitment, salt, content)
                 VALUES ('{}', '{new}', 0, sha256(decode(repeat('00', 16), 'hex') || convert_to('{{}}', 'UTF8')),
                         decode(repeat('00', 16), 'hex'), '{{}}')",
                log.organization
            ));
            return ("a row is put in that is not sealed".to_owned(), Expected::Unsealed(new));
        }
        12 => {
            run(&format!(
                "CREATE TEMPORARY TABLE cut ON COMMIT DROP AS SELECT audit_id FROM audit_seals WHERE sequence >= {place};
                 DELETE FROM audit_heads WHERE sequence >= {place}; DELETE FROM audit_seals WHERE sequence >= {place};
                 DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM cut); DELETE FROM audit_parts WHERE audit_id IN (SELECT audit_id FROM cut);
                 DROP TABLE cut"
            ));
            ("the tail is cut off".to_owned(), place)
        }
        13 => {
            let change = dice.one_of(&[
                "hash = set_byte(hash, 9, get_byte(hash, 9) # 1)",
                "sealed_at = sealed_at + interval '1 second'",
            ]);
            run(&format!("UPDATE audit_seals SET {change} WHERE sequence = {place}"));
            (change.to_owned(), place)
        }
        14 => {
            // Written anew from here on, with whatever a superuser can make: everything but signatures.
            run(&format!("UPDATE audit_log SET action = 'viewed' WHERE id = '{id}'"));
            chain_anew(sql, log, place);
            if dice.below(2) == 0 {
                sql.batch_execute(&format!("DELETE FROM audit_heads WHERE sequence >= {place}"))
                    .expect("heads");
            }
            ("written anew from here on".to_owned(), log.behind_head_before(place))
        }
        _ => {
            let head = log.heads[dice.below(log.heads.len())];
            let last = *log.heads.last().expect("heads");
            let change = dice.one_of(&["hash = sha256(hash)", "signature = sha512(signature)"]);
            if change.starts_with("hash") {
                run(&format!("UPDATE audit_heads SET {change} WHERE sequence = {head}"));
                (format!("head: {change}"), head)
            } else {
                // An earlier signature is vouched for by the last one.
                run(&format!("UPDATE audit_heads SET {change} WHERE sequence = {last}"));
                (format!("last head: {change}"), log.behind_head_before(last))
            }
        }
    };
    (what, Expected::Place(expected))
}

/// A log of some length, sealed in many steps and in one big one.
fn make(app: &TestApp) -> Log {
    let (mut worker, mut db) = (sealer(), operator(app));
    seal_all(app, &mut worker, &mut db);
    let admin = app.acme.admin(app);
    for name in ["Apollo", "Borealis", "Cassini", "Daedalus", "Europa"] {
        admin
            .post("/projects", &json!({"name": name, "description": format!("{name} by Ada Admin")}))
            .expect(201);
        seal_all(app, &mut worker, &mut db);
    }
    for number in 0..6 {
        let new = json!({"email": format!("p{number}@people.example"), "first_name": "Pia", "last_name": format!("P {number}")});
        admin.post("/users", &new).expect(201);
        if number % 2 == 0 {
            seal_all(app, &mut worker, &mut db);
        }
    }
    seal(app);
    let sql = &mut app.database.superuser();
    let of = format!("WHERE org_id = '{}' ORDER BY sequence", app.acme.id);
    let parsed = |texts: Vec<String>| texts.iter().map(|text| text.parse().expect("an id")).collect();
    let heads = texts(sql, &format!("SELECT sequence::text AS line FROM audit_heads {of}"));
    Log {
        organization: app.acme.id,
        rows: parsed(texts(sql, &format!("SELECT audit_id::text AS line FROM audit_seals {of}"))),
        heads: heads.iter().map(|text| text.parse().expect("a number")).collect(),
    }
}

#[test]
fn five_hundred_changes_at_random_are_found_and_the_first_bad_row_is_named() {
    let app = TestApp::start();
    let log = make(&app);
    assert!(log.rows.len() > 40 && log.heads.len() > 8, "{} rows, {} heads", log.rows.len(), log.heads.len());
    // Whatever stands unsealed is no longer new.
    app.clock.advance(TimeDelta::hours(1));
    let whole = verified(&exported(&app, &app.acme), Known::default());
    assert_eq!(
        (whole.sealed, whole.unsealed, &whole.bad),
        (u64::try_from(log.rows.len()).expect("few"), 0, &None)
    );
    let keys = head_keys();
    let known = Known { head: whole.head, key: Some(keys.public()[0].public_key.0) };
    assert_eq!(verified(&exported(&app, &app.acme), known), whole);

    let url = app.database.superuser_url();
    let mut db = OperatorDb::open(&url, app.clock.clone()).expect("a superuser");
    let mut kinds = std::collections::BTreeMap::new();
    for seed in 0..TIMES {
        let mut done = None;
        let attempt = |conn: &mut TenantConn<'_>| -> Result<(), ApiError> {
            conn.sql()
                .batch_execute(&format!(
                    "SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica;
                     DELETE FROM audit_heads WHERE org_id <> '{0}'; DELETE FROM audit_seals WHERE org_id <> '{0}'",
                    app.acme.id
                ))
                .expect("a superuser again");
            let (what, expected) = tamper(conn.sql(), &log, &mut Dice(seed));
            conn.sql().batch_execute("SET LOCAL ROLE portico_app").expect("a tenant again");
            let text = lines(conn, &app.acme, &keys)?;
            done = Some((what, expected, verified(&text, known)));
            // Nothing of it is kept.
            Err(ApiError::NotFound)
        };
        assert!(matches!(db.in_organization(app.acme.id, attempt), Err(ApiError::NotFound)), "seed {seed}");
        let (what, expected, found) = done.expect("something was done");
        let bad = found.bad.unwrap_or_else(|| panic!("seed {seed}: {what}: nothing was found"));
        let named = match bad.sequence {
            Some(place) => Expected::Place(place),
            None => Expected::Unsealed(bad.id.expect("an id")),
        };
        assert_eq!(named, expected, "seed {seed}: {what}: {bad}");
        assert!(bad.what.len() > 12, "{bad}");
        *kinds.entry(what.split(':').next().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    assert!(kinds.len() > 15, "{kinds:#?}");
    assert_eq!(verified(&exported(&app, &app.acme), known), whole, "nothing of it was kept");
}

#[test]
fn a_key_that_is_gone_without_an_erasure_is_found() {
    let app = TestApp::start();
    let log = make(&app);
    let sql = &mut app.database.superuser();
    let first = line(
        sql,
        &format!(
            "SELECT sequence || ' ' || person_id AS line FROM audit_seals s JOIN audit_parts p USING (org_id, audit_id)
             WHERE s.org_id = '{}' AND person_id IS NOT NULL ORDER BY sequence DESC, person_id LIMIT 1",
            log.organization
        ),
    );
    let (_, person) = first.split_once(' ').expect("two words");
    let place = line(
        sql,
        &format!(
            "SELECT min(sequence)::text AS line FROM audit_seals s JOIN audit_parts p USING (org_id, audit_id) WHERE person_id = '{person}'"
        ),
    );
    sql.batch_execute(&format!("DELETE FROM person_keys WHERE person_id = '{person}'")).expect("it is gone");
    let bad = verified(&exported(&app, &app.acme), Known::default()).bad.expect("it is found");
    assert_eq!(bad.sequence.map(|place| place.to_string()), Some(place), "{bad}");
}
