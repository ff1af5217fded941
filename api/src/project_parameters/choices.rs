//! What a project may choose from: all lists, read in one statement, and kept by servers for whoever only reads.

use std::sync::Arc;

use diesel::prelude::*;
use shared::{
    ids::ProjectParameterId,
    project_parameter::{ProjectParameterKind, ProjectParameterName},
};
use uuid::Uuid;

use crate::{
    ApiError,
    db::{TenantConn, schema::project_parameters},
};

/// The entries of all lists of an organization, in order.
#[derive(Debug, Clone, Default)]
pub struct Choices(Vec<Choice>);

#[derive(Debug, Clone)]
struct Choice {
    kind: ProjectParameterKind,
    is_default: bool,
    name: ProjectParameterName,
}

/// All lists: as this server keeps them where the transaction only reads, as they are where it writes.
pub fn choices(conn: &mut TenantConn<'_>) -> Result<Arc<Choices>, ApiError> {
    choices_with(conn, |_| true)
}

/// The same, read anew where those kept are not enough: what an entry was added for may be newer than they are.
pub fn choices_with(
    conn: &mut TenantConn<'_>,
    is_enough: impl FnOnce(&Choices) -> bool,
) -> Result<Arc<Choices>, ApiError> {
    match conn.kept() {
        Some(kept) => kept.choices(conn.organization(), is_enough, || read(conn)),
        None => read(conn).map(Arc::new),
    }
}

fn read(conn: &mut TenantConn<'_>) -> Result<Choices, ApiError> {
    type Row = (Uuid, String, String, String, String, bool);
    let rows: Vec<Row> = project_parameters::table
        .order((project_parameters::kind, project_parameters::sort_order))
        .select((
            project_parameters::id,
            project_parameters::kind,
            project_parameters::name_en,
            project_parameters::name_es,
            project_parameters::colour,
            project_parameters::default_for_new_projects,
        ))
        .load(conn.sql())?;
    let choice = |(id, kind, name_en, name_es, colour, is_default): Row| {
        let name = ProjectParameterName { id: ProjectParameterId(id), name_en, name_es, colour };
        ProjectParameterKind::from_key(&kind).map(|kind| Choice { kind, is_default, name })
    };
    Ok(Choices(rows.into_iter().filter_map(choice).collect()))
}

impl Choices {
    /// The entries of one list, in order.
    pub fn of(&self, kind: ProjectParameterKind) -> Vec<ProjectParameterName> {
        self.in_list(kind).map(|choice| choice.name.clone()).collect()
    }

    /// The ids of one list, in order.
    pub fn ids(&self, kind: ProjectParameterKind) -> Vec<Uuid> {
        self.in_list(kind).map(|choice| choice.name.id.0).collect()
    }

    /// The place of an entry in its list, from 1.
    pub fn place(&self, kind: ProjectParameterKind, id: Uuid) -> Option<i32> {
        self.in_list(kind)
            .position(|choice| choice.name.id.0 == id)
            .and_then(|index| i32::try_from(index + 1).ok())
    }

    /// The entry with this id, where it stands in this list.
    pub fn find(&self, kind: ProjectParameterKind, id: Uuid) -> Option<&ProjectParameterName> {
        self.in_list(kind).map(|choice| &choice.name).find(|name| name.id.0 == id)
    }

    /// Whether each of these stands in its list.
    pub fn have(&self, chosen: [(ProjectParameterKind, Uuid); 4]) -> bool {
        chosen.into_iter().all(|(kind, id)| self.find(kind, id).is_some())
    }

    /// The entry of a row that refers to it. The database holds the reference, so its absence is an error of ours.
    pub fn get(&self, kind: ProjectParameterKind, id: Uuid) -> Result<ProjectParameterName, ApiError> {
        self.find(kind, id)
            .cloned()
            .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no {} has the id {id}", kind.key())))
    }

    /// The entry that new projects get.
    pub fn default_of(&self, kind: ProjectParameterKind) -> Result<Uuid, ApiError> {
        self.in_list(kind)
            .find(|choice| choice.is_default)
            .map(|choice| choice.name.id.0)
            .ok_or_else(|| ApiError::internal(anyhow::anyhow!("no {} is the default", kind.key())))
    }

    fn in_list(&self, kind: ProjectParameterKind) -> impl Iterator<Item = &Choice> {
        self.0.iter().filter(move |choice| choice.kind == kind)
    }
}
