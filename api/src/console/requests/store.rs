//! The rows of requests.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{
    Page, ProblemCode,
    console::{
        ClientRequest, ClientRequestFilter, ClientRequestKind, ClientRequestSort, ClientRequestState,
        Execution, NewClientRequest, Package, RequestStep, TableCount,
    },
    ids::{ClientRequestId, OrganizationId},
    page::{Direction, Sort},
};
use uuid::Uuid;

use crate::{
    ApiError,
    db::console::{
        ConsoleConn,
        tables::{client_requests as requests, organizations, project_erasures},
    },
    http::cursor::{self, Place},
    ops::letters::hex,
};

const NEWEST: Sort<ClientRequestSort> =
    Sort { field: ClientRequestSort::Id, direction: Direction::Descending };

/// A row, as the database has it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub struct Row {
    /// The id.
    pub id: Uuid,
    kind: String,
    /// The organization.
    pub organization: Uuid,
    requester: String,
    evidence: String,
    /// The client's own key.
    pub recipient: String,
    state: String,
    steps: Value,
    preview: Option<Value>,
    /// When nobody was let in any more.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When the package was made.
    pub packaged_at: Option<DateTime<Utc>>,
    /// What it is called in the stores.
    pub package_id: Option<Uuid>,
    /// Its size.
    pub package_bytes: Option<i64>,
    /// Its BLAKE3 hash.
    pub package_hash: Option<Vec<u8>>,
    package_rows: Option<i64>,
    package_files: Option<i64>,
    /// Its rows by table.
    pub package_tables: Option<Value>,
    package_kept_until: Option<DateTime<Utc>>,
    package_removed_at: Option<DateTime<Utc>>,
    /// When it came to stand in both stores.
    pub stored_at: Option<DateTime<Utc>>,
    /// When it was entered into the ledger.
    pub entered_at: Option<DateTime<Utc>>,
    /// When the rows were erased.
    pub erased_at: Option<DateTime<Utc>>,
    erased: Option<Value>,
    /// When the files were removed.
    pub files_removed_at: Option<DateTime<Utc>>,
    /// When the tables were written anew.
    pub rewritten_at: Option<DateTime<Utc>>,
    certificate: Option<Value>,
    certificate_signed: Option<String>,
    failure: Option<String>,
    link_until: Option<DateTime<Utc>>,
    taken_at: Option<DateTime<Utc>>,
    /// What one has more than others that is about projects.
    #[diesel(embed)]
    pub projects: Option<Projects>,
}

/// What a request to erase projects has more than others.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = project_erasures)]
pub struct Projects {
    /// As the client has named them.
    #[diesel(column_name = projects)]
    pub names: Vec<String>,
    /// What these are, once they were found.
    #[diesel(column_name = project_ids)]
    pub ids: Option<Vec<Uuid>>,
    /// Their rows in the copy.
    pub copied: Option<Value>,
    /// When the organization got another key.
    pub key_renewed_at: Option<DateTime<Utc>>,
    /// When sets under it stood in both stores.
    pub secured_at: Option<DateTime<Utc>>,
}

impl Row {
    /// What operators see of it.
    pub fn into_request(self, slug: Option<String>, name: Option<String>) -> Result<ClientRequest, ApiError> {
        let word = |what: &str| ApiError::internal(anyhow::anyhow!("a request has an unknown {what}"));
        let package = match (self.packaged_at, self.package_kept_until) {
            (Some(made_at), Some(kept_until)) => Some(Package {
                made_at,
                bytes: count(self.package_bytes),
                hash: hex(&self.package_hash.unwrap_or_default()),
                rows: count(self.package_rows),
                files: count(self.package_files),
                kept_until,
                link_until: self.link_until,
                taken_at: self.taken_at,
                removed_at: self.package_removed_at,
            }),
            _ => None,
        };
        Ok(ClientRequest {
            id: self.id.into(),
            kind: ClientRequestKind::from_key(&self.kind).ok_or_else(|| word("kind"))?,
            organization: self.organization.into(),
            slug,
            name,
            requester: self.requester,
            evidence: self.evidence,
            recipient: self.recipient,
            projects: self.projects.as_ref().map(|projects| projects.names.clone()).unwrap_or_default(),
            state: ClientRequestState::from_key(&self.state).ok_or_else(|| word("state"))?,
            steps: read(self.steps)?,
            preview: self.preview.map(read).transpose()?,
            package,
            execution: Execution {
                stored_at: self.stored_at,
                entered_at: self.entered_at,
                erased_at: self.erased_at,
                erased: self.erased.as_ref().map(table_counts).unwrap_or_default(),
                files_removed_at: self.files_removed_at,
                key_renewed_at: self.projects.as_ref().and_then(|projects| projects.key_renewed_at),
                secured_at: self.projects.as_ref().and_then(|projects| projects.secured_at),
                rewritten_at: self.rewritten_at,
                failure: self.failure,
            },
            certificate: self.certificate.map(read).transpose()?,
            certificate_signed: self.certificate_signed,
        })
    }

    /// Whether the worker is to carry it out.
    pub fn is_executing(&self) -> bool {
        self.state == ClientRequestState::Executing.key()
    }

    /// The kind, where it is known.
    pub fn kind(&self) -> Option<ClientRequestKind> {
        ClientRequestKind::from_key(&self.kind)
    }

    /// What was done.
    pub fn steps(&self) -> Result<Vec<RequestStep>, ApiError> {
        read(self.steps.clone())
    }
}

/// What an object of JSON says of tables, by name.
pub fn table_counts(counts: &Value) -> Vec<TableCount> {
    let each = counts.as_object().into_iter().flatten();
    each.map(|(table, rows)| TableCount { table: table.clone(), rows: rows.as_u64().unwrap_or_default() })
        .collect()
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_json::from_value(value).map_err(ApiError::internal)
}

fn count(number: Option<i64>) -> u64 {
    number.and_then(|number| number.try_into().ok()).unwrap_or_default()
}

/// One page of requests, the newest first.
pub fn list(
    conn: &mut ConsoleConn<'_>,
    filter: &ClientRequestFilter,
) -> Result<Page<ClientRequest>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<()>> = cursor::after(filter.after.as_deref(), NEWEST)?;
    let mut query = requests::table
        .left_join(project_erasures::table)
        .left_join(organizations::table.on(organizations::id.eq(requests::organization)))
        .order(requests::id.desc())
        .limit(limit + 1)
        .select((Row::as_select(), (organizations::slug, organizations::name).nullable()))
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(requests::kind.eq(kind.key()));
    }
    if let Some(erases) = filter.erases {
        let kinds = ClientRequestKind::ALL.iter().filter(|kind| kind.erases() == erases);
        query = query.filter(requests::kind.eq_any(kinds.map(|kind| kind.key()).collect::<Vec<_>>()));
    }
    if let Some(place) = after {
        query = query.filter(requests::id.lt(place.id));
    }
    let rows: Vec<Named> = query.load(conn.sql())?;
    let place = |(row, _): &Named| Place { value: (), id: row.id };
    let page = cursor::page(rows, limit, NEWEST, place, shown)?;
    let items = page.items.into_iter().collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next, total: page.total })
}

type Named = (Row, Option<(String, String)>);

fn shown((row, organization): Named) -> Result<ClientRequest, ApiError> {
    let (slug, name) = organization.unzip();
    row.into_request(slug, name)
}

/// One request.
pub fn get(conn: &mut ConsoleConn<'_>, id: ClientRequestId) -> Result<ClientRequest, ApiError> {
    let one: Option<Named> = requests::table
        .left_join(project_erasures::table)
        .left_join(organizations::table.on(organizations::id.eq(requests::organization)))
        .filter(requests::id.eq(id.0))
        .select((Row::as_select(), (organizations::slug, organizations::name).nullable()))
        .first(conn.sql())
        .optional()?;
    shown(one.ok_or(ApiError::NotFound)?)
}

/// The same, held until the end of the transaction.
pub fn lock(conn: &mut ConsoleConn<'_>, id: ClientRequestId) -> Result<ClientRequest, ApiError> {
    let locked: Option<Uuid> =
        requests::table.find(id.0).select(requests::id).for_update().first(conn.sql()).optional()?;
    locked.ok_or(ApiError::NotFound)?;
    get(conn, id)
}

/// The organization with this word in its addresses.
pub fn organization(conn: &mut ConsoleConn<'_>, slug: &str) -> Result<Option<OrganizationId>, ApiError> {
    let one = organizations::table.filter(organizations::slug.eq(slug)).select(organizations::id);
    Ok(one.first::<Uuid>(conn.sql()).optional()?.map(OrganizationId))
}

/// What somebody has named, without what stands around it.
pub fn trimmed(names: &[String]) -> Vec<&str> {
    names.iter().map(|name| name.trim()).collect()
}

/// Writes a request down.
pub fn insert(
    conn: &mut ConsoleConn<'_>,
    organization: OrganizationId,
    new: &NewClientRequest,
    step: RequestStep,
) -> Result<ClientRequestId, ApiError> {
    let id = conn.clock().new_id();
    diesel::insert_into(requests::table)
        .values((
            requests::id.eq(id),
            requests::kind.eq(new.kind.key()),
            requests::organization.eq(organization.0),
            requests::requester.eq(new.requester.trim()),
            requests::evidence.eq(new.evidence.trim()),
            requests::recipient.eq(new.recipient.trim()),
            requests::state.eq(ClientRequestState::Requested.key()),
            requests::steps.eq(serde_json::to_value([step]).map_err(ApiError::internal)?),
        ))
        .execute(conn.sql())
        .map_err(one_at_a_time)?;
    if !new.projects.is_empty() {
        diesel::insert_into(project_erasures::table)
            .values((
                project_erasures::request_id.eq(id),
                project_erasures::projects.eq(trimmed(&new.projects)),
            ))
            .execute(conn.sql())?;
    }
    Ok(id.into())
}

/// What the database says where one of the kind is under way for the organization.
pub fn one_at_a_time(error: diesel::result::Error) -> ApiError {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => ApiError::Conflict(
            ProblemCode::Conflict,
            "The same was asked for already, and is under way.".to_owned(),
        ),
        other => other.into(),
    }
}

/// Writes down how far it has come now, by a step more.
pub fn advance(
    conn: &mut ConsoleConn<'_>,
    request: &ClientRequest,
    state: ClientRequestState,
    step: RequestStep,
) -> Result<(), ApiError> {
    let mut steps = request.steps.clone();
    steps.push(step);
    diesel::update(requests::table.find(request.id.0))
        .set((
            requests::state.eq(state.key()),
            requests::steps.eq(serde_json::to_value(steps).map_err(ApiError::internal)?),
        ))
        .execute(conn.sql())?;
    Ok(())
}

/// Notes the link that was given last.
pub fn give_link(
    conn: &mut ConsoleConn<'_>,
    id: ClientRequestId,
    hash: Vec<u8>,
    until: DateTime<Utc>,
) -> Result<(), ApiError> {
    diesel::update(requests::table.find(id.0))
        .set((requests::link_hash.eq(hash), requests::link_until.eq(until)))
        .execute(conn.sql())?;
    Ok(())
}
