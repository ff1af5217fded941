//! What is known before the organization is: hosts, slugs and accounts, read through SECURITY DEFINER functions.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{Array, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::{
    ids::{OrganizationId, UserId},
    session::OrganizationName,
};
use uuid::Uuid;

use crate::ApiError;

/// An organization, as its host and its tokens need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The id.
    pub id: OrganizationId,
    /// The number in displayed codes.
    pub number: i32,
    /// The word in opaque credentials.
    pub short_id: String,
    /// The word in addresses.
    pub slug: String,
    /// The name.
    pub name: String,
    /// Whether it is suspended: nobody can sign in or go on.
    pub suspended: bool,
}

impl Organization {
    /// What others may know.
    pub fn to_name(&self) -> OrganizationName {
        OrganizationName { id: self.id, slug: self.slug.clone(), name: self.name.clone() }
    }
}

#[derive(QueryableByName)]
struct OrganizationRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Text)]
    short_id: String,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    state: String,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: OrganizationId(row.id),
            number: row.number,
            short_id: row.short_id,
            slug: row.slug,
            name: row.name,
            suspended: row.state != "active",
        }
    }
}

#[derive(QueryableByName)]
struct AccountRow {
    #[diesel(sql_type = SqlUuid)]
    org_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
}

#[derive(QueryableByName)]
struct BlockedRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    until: Option<DateTime<Utc>>,
}

/// The named functions of the database that answer without an organization. Each is one round trip.
#[expect(missing_debug_implementations, reason = "a connection has nothing to show")]
pub struct Platform<'a> {
    connection: &'a mut PgConnection,
}

impl<'a> Platform<'a> {
    pub(super) fn new(connection: &'a mut PgConnection) -> Self {
        Self { connection }
    }

    /// The organization at `<slug>.<domain>` or `/o/<slug>/`.
    pub fn organization_by_slug(&mut self, slug: &str) -> Result<Option<Organization>, ApiError> {
        let query = diesel::sql_query("SELECT * FROM portico.organization_by_slug($1)").bind::<Text, _>(slug);
        let row: Option<OrganizationRow> = query.get_result(self.connection).optional()?;
        Ok(row.map(Organization::from))
    }

    /// The organization at a domain of its own.
    pub fn organization_by_host(&mut self, host: &str) -> Result<Option<Organization>, ApiError> {
        let query = diesel::sql_query("SELECT * FROM portico.organization_by_host($1)").bind::<Text, _>(host);
        let row: Option<OrganizationRow> = query.get_result(self.connection).optional()?;
        Ok(row.map(Organization::from))
    }

    /// The organization that a token names.
    pub fn organization_by_id(&mut self, id: OrganizationId) -> Result<Option<Organization>, ApiError> {
        let query =
            diesel::sql_query("SELECT * FROM portico.organization_by_id($1)").bind::<SqlUuid, _>(id.0);
        let row: Option<OrganizationRow> = query.get_result(self.connection).optional()?;
        Ok(row.map(Organization::from))
    }

    /// The accounts with this e-mail in active organizations, eight at most.
    pub fn accounts_by_email(&mut self, email: &str) -> Result<Vec<(OrganizationId, UserId)>, ApiError> {
        let query = diesel::sql_query("SELECT org_id, user_id FROM portico.accounts_by_email($1)")
            .bind::<Text, _>(email);
        let rows: Vec<AccountRow> = query.load(self.connection)?;
        Ok(rows.into_iter().map(|row| (OrganizationId(row.org_id), UserId(row.user_id))).collect())
    }

    /// Until when attempts under any of these keys have to wait.
    pub fn sign_in_blocked_until(
        &mut self,
        keys: &[Vec<u8>],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, ApiError> {
        let row: BlockedRow = diesel::sql_query("SELECT portico.sign_in_blocked_until($1, $2) AS until")
            .bind::<Array<Binary>, _>(keys)
            .bind::<Timestamptz, _>(now)
            .get_result(self.connection)?;
        Ok(row.until)
    }

    /// Counts a wrong password under a key; the first `free` ones cost nothing.
    pub fn count_sign_in_failure(
        &mut self,
        key: &[u8],
        free: i32,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        diesel::sql_query("SELECT portico.count_sign_in_failure($1, $2, $3)")
            .bind::<Binary, _>(key)
            .bind::<Integer, _>(free)
            .bind::<Timestamptz, _>(now)
            .execute(self.connection)?;
        Ok(())
    }

    /// Forgets the wrong passwords under a key.
    pub fn forget_sign_in_failures(&mut self, key: &[u8]) -> Result<(), ApiError> {
        diesel::sql_query("SELECT portico.forget_sign_in_failures($1)")
            .bind::<Binary, _>(key)
            .execute(self.connection)?;
        Ok(())
    }

    /// Whether the database answers.
    pub fn ping(&mut self) -> Result<(), ApiError> {
        diesel::sql_query("SELECT 1").execute(self.connection)?;
        Ok(())
    }
}
