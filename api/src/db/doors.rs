//! What is known before the organization is: hosts, slugs and accounts, read through SECURITY DEFINER functions.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    prelude::*,
    sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::{
    ids::{OrganizationId, UserId},
    session::OrganizationName,
};
use uuid::Uuid;

use crate::{ApiError, link_token::LinkKind, sessions::guesses::Guess};

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
struct LinkRow {
    #[diesel(sql_type = SqlUuid)]
    org_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
}

#[derive(QueryableByName)]
struct DeliveryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    organization: Uuid,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
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

    /// The organization whose short id an opaque credential carries.
    pub fn organization_by_short_id(&mut self, short_id: &str) -> Result<Option<Organization>, ApiError> {
        let query =
            diesel::sql_query("SELECT * FROM portico.organization_by_short_id($1)").bind::<Text, _>(short_id);
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

    /// The accounts with this e-mail in active organizations: in this one, or in eight at most.
    pub fn accounts_by_email(
        &mut self,
        email: &str,
        only_in: Option<OrganizationId>,
    ) -> Result<Vec<(OrganizationId, UserId)>, ApiError> {
        let query = diesel::sql_query("SELECT org_id, user_id FROM portico.accounts_by_email($1, $2)")
            .bind::<Text, _>(email)
            .bind::<Nullable<SqlUuid>, _>(only_in.map(Uuid::from));
        let rows: Vec<AccountRow> = query.load(self.connection)?;
        Ok(rows.into_iter().map(|row| (OrganizationId(row.org_id), UserId(row.user_id))).collect())
    }

    /// Leaves a request for a link behind, for a worker to look at.
    pub fn request_recovery(
        &mut self,
        id: Uuid,
        email: &str,
        only_in: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        diesel::sql_query("SELECT portico.request_recovery($1, $2, $3, $4)")
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(email)
            .bind::<Nullable<SqlUuid>, _>(only_in)
            .bind::<Timestamptz, _>(now)
            .execute(self.connection)?;
        Ok(())
    }

    /// What a link's token is for, in an active organization.
    pub fn link_by_token(
        &mut self,
        kind: LinkKind,
        hash: &[u8],
    ) -> Result<Option<(OrganizationId, Uuid)>, ApiError> {
        let query = diesel::sql_query("SELECT org_id, entity_id FROM portico.link_by_token($1, $2)")
            .bind::<Text, _>(kind.table())
            .bind::<Binary, _>(hash);
        let row: Option<LinkRow> = query.get_result(self.connection).optional()?;
        Ok(row.map(|row| (OrganizationId(row.org_id), row.entity_id)))
    }

    /// The package that a link leads to, and how many bytes that has; noted as taken. At the host of another organization than the one
    /// whose it is, it leads nowhere.
    pub fn take_delivery(
        &mut self,
        hash: &[u8],
        at_host_of: Option<OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Option<(Uuid, i64)>, ApiError> {
        let query =
            diesel::sql_query("SELECT id, organization, bytes FROM portico.delivery_by_token($1, $2)")
                .bind::<Binary, _>(hash)
                .bind::<Timestamptz, _>(now);
        let row: Option<DeliveryRow> = query.get_result(self.connection).optional()?;
        let row = row.filter(|row| at_host_of.is_none_or(|host| host.0 == row.organization));
        if row.is_some() {
            diesel::sql_query("SELECT portico.note_delivery($1, $2)")
                .bind::<Binary, _>(hash)
                .bind::<Timestamptz, _>(now)
                .execute(self.connection)?;
        }
        Ok(row.map(|row| (row.id, row.bytes)))
    }

    /// Counts an attempt at a password. See [`reserve_attempt`].
    pub fn reserve_attempt(
        &mut self,
        limits: &[AttemptLimit],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, ApiError> {
        reserve_attempt(self.connection, limits, now)
    }

    /// Takes an attempt back that turned out right. See [`forgive_attempt`].
    pub fn forgive_attempt(
        &mut self,
        own: &[Vec<u8>],
        shared: &[Vec<u8>],
        now: DateTime<Utc>,
    ) -> Result<(), ApiError> {
        forgive_attempt(self.connection, own, shared, now)
    }

    /// Notes that somebody tries passwords. See [`note_guess`].
    pub fn note_guess(&mut self, guess: &Guess, now: DateTime<Utc>) -> Result<(), ApiError> {
        note_guess(self.connection, guess, now)
    }

    /// Until when the attempts under one of the keys have to wait, where they do. Counts nothing.
    pub fn attempts_wait_until(
        &mut self,
        keys: &[Vec<u8>],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, ApiError> {
        let row: BlockedRow = diesel::sql_query("SELECT portico.attempts_wait_until($1, $2) AS until")
            .bind::<Array<Binary>, _>(keys)
            .bind::<Timestamptz, _>(now)
            .get_result(self.connection)?;
        Ok(row.until)
    }

    /// Whether the database answers.
    pub fn ping(&mut self) -> Result<(), ApiError> {
        diesel::sql_query("SELECT 1").execute(self.connection)?;
        Ok(())
    }
}

/// How many attempts at a password are let through under a key, and how the further ones are slowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLimit {
    /// The key: a hash, so that no person is named.
    pub key: Vec<u8>,
    /// Attempts that cost nothing.
    pub free: i32,
    /// The longest delay, in seconds.
    pub longest_seconds: i32,
    /// One attempt is forgiven for so many seconds that pass.
    pub forgiven_after_seconds: i32,
}

/// Counts an attempt under all keys, before its password is looked at. Gives until when to wait, and counts nothing,
/// where one of them is blocked. Has to be committed whatever the password turns out to be.
pub fn reserve_attempt(
    connection: &mut PgConnection,
    limits: &[AttemptLimit],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, ApiError> {
    let each = |pick: fn(&AttemptLimit) -> i32| limits.iter().map(pick).collect::<Vec<_>>();
    let keys: Vec<&[u8]> = limits.iter().map(|limit| limit.key.as_slice()).collect();
    let row: BlockedRow = diesel::sql_query("SELECT portico.reserve_attempt($1, $2, $3, $4, $5) AS until")
        .bind::<Array<Binary>, _>(keys)
        .bind::<Array<Integer>, _>(each(|limit| limit.free))
        .bind::<Array<Integer>, _>(each(|limit| limit.longest_seconds))
        .bind::<Array<Integer>, _>(each(|limit| limit.forgiven_after_seconds))
        .bind::<Timestamptz, _>(now)
        .get_result(connection)?;
    Ok(row.until)
}

/// Takes an attempt back that turned out right: forgets all under the account's own keys, and one attempt under those
/// that it shares with others.
pub fn forgive_attempt(
    connection: &mut PgConnection,
    own: &[Vec<u8>],
    shared: &[Vec<u8>],
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    diesel::sql_query("SELECT portico.forgive_attempt($1, $2, $3)")
        .bind::<Array<Binary>, _>(own)
        .bind::<Array<Binary>, _>(shared)
        .bind::<Timestamptz, _>(now)
        .execute(connection)?;
    Ok(())
}

/// Notes that somebody tries passwords, for a worker to look at, where one of the keys has to wait.
pub fn note_guess(connection: &mut PgConnection, guess: &Guess, now: DateTime<Utc>) -> Result<(), ApiError> {
    let keys: Vec<&[u8]> = guess.keys.iter().map(Vec::as_slice).collect();
    diesel::sql_query("SELECT portico.note_guess($1, $2, $3, $4, $5, $6, $7)")
        .bind::<SqlUuid, _>(guess.id)
        .bind::<Array<Binary>, _>(keys)
        .bind::<Text, _>(&guess.email)
        .bind::<Nullable<SqlUuid>, _>(guess.only_in)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(guess.address.to_string())
        .bind::<Text, _>(&guess.device)
        .execute(connection)?;
    Ok(())
}
