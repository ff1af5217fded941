//! The database: reachable as each role, each role with its rights and no more, tables protected, the schema of this
//! version, clocks that agree, and the work over all organizations not behind.

use chrono::TimeDelta;

use super::Finding;
use crate::{
    clock::Clock,
    config,
    db::{
        examine::{Examined, Schema},
        operator::OperatorDb,
        standing,
    },
};

/// Clocks may differ by so much.
const DRIFT: TimeDelta = TimeDelta::seconds(2);
/// Leases of jobs are held by clocks of several machines, so more than this is dangerous.
const DANGEROUS_DRIFT: TimeDelta = TimeDelta::seconds(15);
/// A job that is due for so long finds no worker.
const OVERDUE: TimeDelta = TimeDelta::minutes(15);
/// The sealer looks four times a second.
const UNSEALED: TimeDelta = TimeDelta::minutes(1);

/// A role, and what is expected of it.
struct Role {
    findings: &'static str,
    url: anyhow::Result<String>,
    bypasses: bool,
    process: &'static str,
}

pub(super) fn examine(clock: &Clock) -> Vec<Finding> {
    let roles = [
        Role {
            findings: "database.app",
            url: config::database_url(),
            bypasses: false,
            process: "portico serve",
        },
        Role {
            findings: "database.operator",
            url: config::operator_database_url(),
            bypasses: true,
            process: "portico work",
        },
        Role {
            findings: "database.owner",
            url: config::owner_database_url(),
            bypasses: false,
            process: "portico migrate",
        },
    ];
    let (mut findings, mut seen) = (Vec::new(), None);
    for role in roles {
        let Ok(url) = &role.url else {
            findings.push(Finding::warning(
                role.findings,
                "its address is not set: not looked at",
                "What only this role can see was not examined.",
                format!("Set its address where the doctor runs as it is set for `{}`.", role.process),
            ));
            continue;
        };
        match Examined::open(url, clock) {
            Ok(examined) => {
                findings.extend(of_role(&role, &examined));
                // Whoever sees most comes last.
                seen = Some(examined);
            }
            Err(error) => findings.push(Finding::error(
                role.findings,
                format!("{error:#}"),
                &format!("`{}` does not start.", role.process),
                "See whether PostgreSQL runs, whether it is reached from here, and whether user and password are right.",
            )),
        }
    }
    if let Some(examined) = seen {
        findings.extend(of_database(&examined));
    }
    if let Ok(url) = config::operator_database_url()
        && let Ok(db) = OperatorDb::open(&url, clock.clone())
    {
        findings.extend(of_work(db));
    }
    findings
}

fn of_role(role: &Role, examined: &Examined) -> Vec<Finding> {
    let (name, found) = (role.findings, &examined.role);
    let wrong = |what: String, mend: &str| {
        Finding::error(name, what, "Organizations are kept apart by what this role may not do.", mend)
    };
    let mut findings = Vec::new();
    if found.superuser {
        findings.push(wrong(
            format!("the role {} is a superuser", found.name),
            "Use the roles that `portico bootstrap` makes.",
        ));
    } else if found.bypasses != role.bypasses {
        let (has, mend) = if found.bypasses {
            ("has BYPASSRLS", "ALTER ROLE … NOBYPASSRLS, or use the role that `portico bootstrap` makes.")
        } else {
            ("has no BYPASSRLS, which it needs", "ALTER ROLE … BYPASSRLS, or use `portico_operator`.")
        };
        findings.push(wrong(format!("the role {} {has}", found.name), mend));
    }
    if found.owns && name == "database.app" {
        findings.push(wrong(
            format!("the role {} owns tables and could lift their protection", found.name),
            "Serve as portico_app.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(name, format!("the database answers {}", found.name)));
    }
    findings
}

fn of_database(examined: &Examined) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = examined.version / 10_000;
    findings.push(if version < 15 {
        Finding::error(
            "database.version",
            format!("PostgreSQL is version {version}"),
            "Portico needs 15 or later.",
            "Upgrade it.",
        )
    } else {
        Finding::ok("database.version", format!("PostgreSQL is version {version}"))
    });
    findings.push(of_schema(&examined.schema));
    let open = &examined.unprotected;
    if open.is_empty() {
        findings.push(Finding::ok(
            "database.isolation",
            "row-level security is forced on every table of organizations",
        ));
    } else {
        findings.push(Finding::error(
            "database.isolation",
            format!("row-level security is not forced, or has no policy, on {}", open.join(", ")),
            "Organizations see each other's rows.",
            "As portico_owner, `CALL portico.isolate('…')` for each of them; then find out who has changed it.",
        ));
    }
    let drift = examined.drift;
    let what = format!("the database's clock differs by {} ms from this machine's", drift.num_milliseconds());
    let (why, mend) = (
        "Sessions, limits and leases of jobs are measured by the clocks of all machines.",
        "Let all of them follow the same time server (NTP).",
    );
    findings.push(match drift.abs() {
        drift if drift > DANGEROUS_DRIFT => Finding::error("clock.drift", what, why, mend),
        drift if drift > DRIFT => Finding::warning("clock.drift", what, why, mend),
        _ => Finding::ok("clock.drift", what),
    });
    if examined.loses_commits {
        findings.push(Finding::error(
            "database.durability",
            "fsync or full_page_writes is off",
            "What was acknowledged is lost when the machine stops, and the files may be broken.",
            "Switch both on in postgresql.conf.",
        ));
    }
    findings
}

fn of_schema(schema: &Schema) -> Finding {
    let name = "database.migrations";
    match schema {
        Schema::Current => Finding::ok(name, "the schema is that of this version"),
        Schema::Unread(error) => Finding::warning(
            name,
            format!("which migrations ran cannot be read: {error}"),
            "Whether the schema fits this version is not known.",
            "Set PORTICO_OWNER_DATABASE_URL where the doctor runs.",
        ),
        Schema::Pending(pending) => Finding::error(
            name,
            format!("{} migrations have not run: {}", pending.len(), pending.join(", ")),
            "This version needs tables or columns that are not there.",
            "Run `portico migrate` before servers of this version start.",
        ),
        Schema::Newer(newer) => Finding::error(
            name,
            format!("migrations have run that this version does not know: {}", newer.join(", ")),
            "The schema is of a later version, under which this one may do the wrong thing.",
            "Run the version that the database was migrated to.",
        ),
    }
}

fn of_work(mut db: OperatorDb) -> Vec<Finding> {
    let now = db.clock().now();
    let mut findings = Vec::new();
    match standing::counted_jobs(&mut db) {
        Ok(counted) => {
            let of = |state: &str| {
                counted.iter().filter(|one| one.state == state).map(|one| one.jobs).sum::<i64>()
            };
            let waiting = counted.iter().filter(|one| one.state == "waiting");
            let late = waiting.map(|one| now - one.due_at).max().unwrap_or_default();
            findings.push(if of("dead") > 0 {
                Finding::warning(
                    "jobs.dead",
                    format!("{} jobs were given up", of("dead")),
                    "What they were to do was not done.",
                    "`portico jobs list --dead` says why, `portico jobs retry` tries again.",
                )
            } else {
                Finding::ok("jobs.dead", "no job was given up")
            });
            findings.push(if late > OVERDUE {
                Finding::error(
                    "jobs.overdue",
                    format!("a job has been due for {} minutes", late.num_minutes()),
                    "Mails are not sent and nothing is done behind people's backs.",
                    "See whether `portico work` runs and knows a mail server.",
                )
            } else {
                Finding::ok("jobs.overdue", "no job is late")
            });
        }
        Err(error) => findings.push(unread("jobs.overdue", &error)),
    }
    findings.push(match standing::oldest_unsealed(&mut db) {
        Ok(Some(at)) if now - at > UNSEALED => Finding::error(
            "audit.sealer",
            format!("rows of the audit log are in no chain since {}", at.to_rfc3339()),
            "Until they are, nobody would notice if one were changed.",
            "See whether `portico work` runs, and what it says of the audit sealer.",
        ),
        Ok(_) => Finding::ok("audit.sealer", "the audit log is sealed"),
        Err(error) => unread("audit.sealer", &error),
    });
    findings
}

fn unread(name: &'static str, error: &anyhow::Error) -> Finding {
    Finding::warning(
        name,
        format!("cannot be read: {error:#}"),
        "Whether it is behind is not known.",
        "Bring the schema up to this version by `portico migrate`.",
    )
}
