//! The audit log: what is written, what stays when a person's key is gone, and who may touch it.

mod backfill;
mod insert_only;

mod chain;
mod denied;
mod erasure;
mod screen;
mod tampering;

use std::{
    io::BufReader,
    time::{Duration, Instant},
};

use api::{
    ApiError,
    audit::{
        export::Export,
        keys::HeadKeys,
        sealer::Sealer,
        verify::{Known, Report, verify},
    },
    db::{Organization, TenantConn, operator::OperatorDb},
};

use crate::{
    harness::{TestApp, TestOrganization, keys_directory},
    promises::catalogue::lines as texts,
};

fn head_keys() -> HeadKeys {
    HeadKeys::read(&keys_directory()).expect("the keys are there")
}

/// A sealer as a worker has one.
pub fn sealer() -> Sealer {
    Sealer::new(head_keys())
}

fn operator(app: &TestApp) -> OperatorDb {
    OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone()).expect("an operator")
}

/// Seals until nothing waits. Transactions of other tests in the same cluster are waited for too, as they would be in
/// production: a number below the horizon is over everywhere.
fn seal_all(app: &TestApp, worker: &mut Sealer, db: &mut OperatorDb) -> usize {
    let (started, mut rows) = (Instant::now(), 0);
    while rows == 0 || unsealed(app) > 0 {
        assert!(started.elapsed() < Duration::from_mins(1), "nothing is sealed");
        rows += worker.look(db).expect("it is sealed");
        crate::harness::a_moment();
    }
    rows
}

/// Seals whatever is there.
pub fn seal(app: &TestApp) {
    if unsealed(app) > 0 {
        seal_all(app, &mut sealer(), &mut operator(app));
    }
}

fn unsealed(app: &TestApp) -> usize {
    let query = "SELECT id::text AS line FROM audit_log a WHERE NOT EXISTS
                 (SELECT FROM audit_seals s WHERE s.org_id = a.org_id AND s.audit_id = a.id)";
    texts(&mut app.database.superuser(), query).len()
}

/// The lines of an organization's audit log.
fn lines(
    conn: &mut TenantConn<'_>,
    organization: &TestOrganization,
    keys: &HeadKeys,
) -> Result<Vec<u8>, ApiError> {
    let organization = Organization {
        id: organization.id,
        number: 1,
        short_id: String::new(),
        slug: organization.slug.to_owned(),
        name: organization.slug.to_owned(),
        suspended: false,
    };
    let mut export = Export::begin(conn, &organization, keys.public())?;
    let mut out = Vec::new();
    while !export.chunk(conn, &mut out)? {}
    Ok(out)
}

fn exported(app: &TestApp, organization: &TestOrganization) -> Vec<u8> {
    let keys = head_keys();
    operator(app)
        .in_organization(organization.id, |conn| lines(conn, organization, &keys))
        .expect("it is exported")
}

fn verified(text: &[u8], known: Known) -> Report {
    verify(BufReader::new(text), known).expect("it is read")
}

/// The organization's audit log, exported and verified.
pub fn report(app: &TestApp, organization: &TestOrganization) -> Report {
    verified(&exported(app, organization), Known::default())
}
