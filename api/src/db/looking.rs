//! A copy of a whole database, beside it in the same cluster, in which somebody may try everything.

use anyhow::{Context as _, Result};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _,
    sql_query, sql_types::Text,
};

/// The copy's name.
pub const NAME: &str = "portico_check";

/// Where a role finds a database of the cluster.
pub type Url<'a> = &'a dyn Fn(&str, &str) -> String;

/// Makes the copy, of a database that nobody uses; one that was left behind goes. `url` has to lead a superuser in without a
/// password.
pub fn make(url: Url<'_>, database: &str) -> Result<()> {
    let superuser = superuser(url, database)?;
    remove_as(url, &superuser)?;
    let of = database.replace('"', "\"\"");
    maintain(url, &superuser, &format!("CREATE DATABASE {NAME} TEMPLATE \"{of}\" OWNER portico_owner"))
}

/// Removes it, whoever uses it.
pub fn remove(url: Url<'_>, database: &str) -> Result<()> {
    remove_as(url, &superuser(url, database)?)
}

fn remove_as(url: Url<'_>, superuser: &str) -> Result<()> {
    maintain(url, superuser, &format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
}

/// Whether these addresses are of one database of one cluster.
pub fn are_one(urls: &[&str]) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = Text)]
        place: String,
    }
    let mut places = std::collections::BTreeSet::new();
    for url in urls {
        let mut connection = PgConnection::establish(url).context("PostgreSQL does not answer")?;
        let sql = "SELECT system_identifier || ' ' || current_database() AS place FROM pg_control_system()";
        let place: Place = sql_query(sql).get_result(&mut connection)?;
        places.insert(place.place);
    }
    Ok(places.len() <= 1)
}

/// One who may come in: roles that make databases are none of ours.
fn superuser(url: Url<'_>, database: &str) -> Result<String> {
    #[derive(QueryableByName)]
    struct Role {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let mut connection = PgConnection::establish(&url("portico_owner", database)).context("the cluster")?;
    let sql =
        "SELECT rolname::text AS name FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1";
    let found: Vec<Role> = sql_query(sql).load(&mut connection)?;
    Ok(found.into_iter().next().context("the cluster has no superuser who may come in")?.name)
}

fn maintain(url: Url<'_>, superuser: &str, sql: &str) -> Result<()> {
    let mut connection = PgConnection::establish(&url(superuser, "template1")).context("the cluster")?;
    connection.batch_execute(sql).with_context(|| format!("the copy {NAME} of the database"))
}
