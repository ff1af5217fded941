//! The history of a project: its own changes and those of what stands in it. Everybody reads what stands on the tabs
//! that they may view.

use chrono::{DateTime, Utc};
use diesel::{
    BoxableExpression,
    dsl::{Eq, LeftJoinQuerySource, Nullable},
    pg::Pg,
    prelude::*,
    sql_types::Bool,
};
use serde_json::json;
use shared::{
    Page,
    change::{Change, ChangeFilter, ChangeKind, ChangeSort, FieldChange},
    ids::{ChangeId, ProjectId},
    page::{Direction, Sort},
};
use uuid::Uuid;

use super::tabs::Viewed;
use crate::{
    ApiError,
    db::{
        TenantConn,
        schema::{changes, users},
    },
    http::cursor::{self, Place},
};

/// The newest first, and no other order: ids are made in the order of time, and the index has them.
const NEWEST_FIRST: Sort<ChangeSort> = Sort { field: ChangeSort::At, direction: Direction::Descending };

type Row = (Uuid, DateTime<Utc>, String, String, String, serde_json::Value, Option<(String, String)>);

/// Changes, each with the person who made it.
type Source = LeftJoinQuerySource<changes::table, users::table, Eq<changes::changed_by, Nullable<users::id>>>;
/// A condition on changes.
type Predicate = Box<dyn BoxableExpression<Source, Pg, SqlType = Bool>>;

/// One page of the history, the newest first.
pub fn page(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    viewed: &Viewed,
    filter: &ChangeFilter,
) -> Result<Page<Change>, ApiError> {
    let limit = cursor::limit(filter.limit)?;
    let after: Option<Place<()>> = cursor::after(filter.after.as_deref(), NEWEST_FIRST)?;
    let changes = newest(conn, project, viewed, limit + 1, after.map(|place| place.id))?;
    let place = |change: &Change| Place { value: (), id: change.id.0 };
    cursor::page(changes, limit, NEWEST_FIRST, place, |change| change)
}

/// The newest changes of what is viewed, at most so many, from after this one on.
pub fn newest(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    viewed: &Viewed,
    limit: i64,
    after: Option<Uuid>,
) -> Result<Vec<Change>, ApiError> {
    let mut query = changes::table
        .left_join(users::table.on(changes::changed_by.eq(users::id.nullable())))
        .filter(changes::subject_id.eq(project.0))
        .filter(shown(viewed))
        .order(changes::id.desc())
        .limit(limit)
        .select((
            changes::id,
            changes::at,
            changes::entity,
            changes::label,
            changes::kind,
            changes::fields,
            (users::first_name, users::last_name).nullable(),
        ))
        .into_boxed();
    if let Some(id) = after {
        query = query.filter(changes::id.lt(id));
    }
    let rows: Vec<Row> = query.load(conn.sql())?;
    rows.into_iter().map(|row| to_change(row, viewed)).collect()
}

/// The changes of which at least one field is viewed. The database leaves the others out, so that no page has gaps,
/// from which one could count what is hidden.
fn shown(viewed: &Viewed) -> Predicate {
    let nothing: Predicate = Box::new(false.into_sql::<Bool>());
    viewed.fields().fold(nothing, |any, (entity, field)| {
        let has_it = changes::fields.contains(json!([{ "field": field }]));
        Box::new(any.or(changes::entity.eq(entity).and(has_it)))
    })
}

/// How many changes the history has.
pub fn count(conn: &mut TenantConn<'_>, project: ProjectId) -> Result<i64, ApiError> {
    Ok(changes::table.filter(changes::subject_id.eq(project.0)).count().get_result(conn.sql())?)
}

/// Removes the history; the audit log keeps it.
pub fn delete(conn: &mut TenantConn<'_>, project: ProjectId) -> Result<(), ApiError> {
    diesel::delete(changes::table.filter(changes::subject_id.eq(project.0))).execute(conn.sql())?;
    Ok(())
}

fn to_change((id, at, entity, label, kind, fields, by): Row, viewed: &Viewed) -> Result<Change, ApiError> {
    let kind = ChangeKind::from_key(&kind)
        .ok_or_else(|| ApiError::internal(anyhow::anyhow!("there is no change of the kind {kind}")))?;
    let mut fields: Vec<FieldChange> = serde_json::from_value(fields).map_err(ApiError::internal)?;
    fields.retain(|field| viewed.shows(&entity, &field.field));
    let by = by.map(|(first_name, last_name)| format!("{first_name} {last_name}"));
    Ok(Change { id: ChangeId(id), at, by, entity, label, kind, fields })
}
