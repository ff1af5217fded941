//! What an organization takes along when it leaves: its own rows, without what opens doors or is under way here.

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::ids::OrganizationId;

use super::{
    TenantConn,
    arrival::Newcomer,
    copies::{OwnedRows, Table, tables},
    migrate,
    operator::tables::organizations,
    schema::general_data,
};

/// The tables of organizations that no export has, each with the reason.
pub const NOT_EXPORTED: [(&str, &str); 9] = [
    ("api_token_networks", "tokens open the installation that made them, and no other"),
    ("api_token_scopes", "tokens open the installation that made them, and no other"),
    ("api_tokens", "tokens open the installation that made them, and no other"),
    ("denied_access", "what was refused at this installation's doors"),
    ("idempotency_keys", "answers that are kept for a day"),
    ("invitations", "their links lead here"),
    ("jobs", "work that is under way here"),
    ("password_resets", "their links lead here"),
    ("sessions", "who is signed in here"),
];
/// Of these tables, columns are left blank: whoever takes an export along could try out passwords.
const BLANK: [(&str, &[&str]); 1] = [("users", &["password_hash"])];

impl OwnedRows<'_> {
    /// The tables of an export, in the order of their names, as they are written.
    pub fn exported(&mut self) -> Result<Vec<Table>> {
        let mut found = tables(self.connection())?;
        found
            .retain(|table| table.is_protected() && NOT_EXPORTED.iter().all(|(name, _)| *name != table.name));
        let written = |table: Table| match BLANK.iter().find(|(name, _)| *name == table.name) {
            Some((_, blank)) => table.without(blank),
            None => table,
        };
        Ok(found.into_iter().map(written).collect())
    }

    /// When the organization was set up.
    pub fn created_at(&mut self) -> Result<DateTime<Utc>> {
        Ok(general_data::table.select(general_data::created_at).first(self.connection())?)
    }

    /// The organization itself, for a role that may read that.
    pub fn newcomer(&mut self, id: OrganizationId) -> Result<Newcomer> {
        let columns =
            (organizations::number, organizations::short_id, organizations::slug, organizations::name);
        let found = organizations::table.find(id.0).select(columns).first(self.connection()).optional()?;
        let (number, short_id, slug, name) =
            found.with_context(|| format!("there is no organization {id}"))?;
        Ok(Newcomer { id, number, short_id, slug, name, created_at: self.created_at()? })
    }

    /// The migrations that have run, in order.
    pub fn migrations(&mut self) -> Result<Vec<String>> {
        migrate::ran(self.connection())
    }
}

/// The rows of the transaction's organization, written in the same way on every machine.
pub fn owned<'a>(conn: &'a mut TenantConn<'_>) -> Result<OwnedRows<'a>> {
    let organization = conn.organization();
    OwnedRows::enter(conn.sql(), Some(organization))
}
