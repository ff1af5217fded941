//! The only door to PostgreSQL.
//!
//! A handler reads by [`Db::read`], writes by [`Db::write`], and works on one project by [`Db::in_project`] (or
//! [`Db::in_seen_project`], for what every list of projects shows too); each
//! asks for the handler's guard, so nothing is read or written that nobody checked. What is known before the
//! organization is, [`Db::platform`] reads for `Public` routes through named functions of the database.
//! Invariant: the organization is set transaction-locally in the same round trip as BEGIN, row-level security does
//! the rest, and no Rust code mentions `org_id`.

pub mod activity;
pub mod arrival;
pub mod console;
pub mod copies;
mod denied;
pub mod doors;
pub mod epoch;
pub mod erase;
pub mod examine;
pub mod export;
mod gate;
mod kept;
pub mod like;
pub mod listen;
pub mod looking;
pub mod migrate;
pub mod operator;
pub mod queue;
pub mod record;
pub mod refill;
pub mod replication;
pub mod schema;
pub mod settle;
pub mod standing;
mod tenant;
mod turns;
pub mod unique;

use std::sync::Arc;

use shared::{
    Position,
    ids::{OrganizationId, ProjectId},
};

pub use doors::{Organization, Platform};
pub use gate::{Connections, connection_pool};
pub use kept::{Kept, Unkept};
pub use record::{Actor, Entity};
pub use tenant::{AccessScope, Outdated, TenantConn};

use crate::{
    ApiError,
    access::{cache::AccessCache, rules::ProjectDenial},
    clock::Clock,
    db::{
        gate::Gate,
        kept::Step,
        record::Recorded,
        schema::project_positions,
        tenant::{Mode, Unit},
        turns::For,
    },
    http::guards::{MayRead, MayWrite, OnProject, OpenDoor, SeesProject},
};

/// The database, as handlers see it.
#[derive(Debug, Clone)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gate: Gate,
    clock: Clock,
    access: AccessCache,
}

/// A person's place on a project, found by [`Db::in_project`] in the transaction that it opened.
#[derive(Debug, Clone, Copy)]
pub struct ProjectPlace {
    /// The project.
    pub project: ProjectId,
    /// The position of the person who asks, as assigned.
    pub assigned: Option<Position>,
}

impl Db {
    /// A door with so many connections.
    pub fn open(url: &str, connections: u32, clock: Clock, access: AccessCache) -> anyhow::Result<Self> {
        let gate = Gate::new(connection_pool(url, connections)?, connections)?;
        Ok(Self(Arc::new(Inner { gate, clock, access })))
    }

    /// How the connections stand.
    pub fn connections(&self) -> Connections {
        self.0.gate.connections()
    }

    /// How long work waits for a connection.
    pub fn waited(&self) -> &prometheus::Histogram {
        self.0.gate.waited()
    }

    /// The clock that stamps what is written.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Who may do what, as last read.
    pub fn access(&self) -> &AccessCache {
        &self.0.access
    }

    /// Reads in a READ ONLY transaction of the caller's organization.
    pub async fn read<G, T, F>(&self, who: &G, work: F) -> Result<T, ApiError>
    where
        G: MayRead,
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        let caller = who.caller();
        self.unit(Mode::Read, caller.organization.id, Actor::of(caller), work).await
    }

    /// Reads one state of the caller's organization for as long as it takes, on a connection that others miss meanwhile: for
    /// what goes through all of its rows. Whoever does that sees to it that few do at once.
    pub async fn snapshot<G, T, F>(&self, who: &G, work: F) -> Result<T, ApiError>
    where
        G: MayRead,
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        let caller = who.caller();
        self.unit(Mode::Snapshot, caller.organization.id, Actor::of(caller), work).await
    }

    /// Writes in a transaction of the caller's organization; what the work records becomes history and audit rows
    /// in the same transaction. Nothing is kept where the work fails. Under an `Idempotency-Key`, the same work is
    /// not done again: what it gave is given again.
    pub async fn write<G, T, F>(&self, who: &G, work: F) -> Result<T, ApiError>
    where
        G: MayWrite,
        T: Kept + Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        let caller = who.caller();
        let step = Step::of(caller)?;
        let work = move |conn: &mut TenantConn<'_>| kept::once(conn, step, work);
        self.unit(Mode::Write, caller.organization.id, Actor::of(caller), work).await?
    }

    /// Works on one project, in a transaction that first finds the caller's position on it and checks what the
    /// guard names: 404 where the caller does not see the project, 403 where the position does not allow it.
    pub async fn in_project<G, T, F>(&self, who: &G, project: ProjectId, work: F) -> Result<T, ApiError>
    where
        G: OnProject,
        T: Kept + Send + 'static,
        F: FnOnce(&mut TenantConn<'_>, ProjectPlace) -> Result<T, ApiError> + Send + 'static,
    {
        let mode = if G::WRITES { Mode::Write } else { Mode::Read };
        self.project_unit(mode, who, project, work).await
    }

    /// The same without writing, for what only those may read who could also write.
    pub async fn read_in_project<G, T, F>(&self, who: &G, project: ProjectId, work: F) -> Result<T, ApiError>
    where
        G: OnProject,
        T: Kept + Send + 'static,
        F: FnOnce(&mut TenantConn<'_>, ProjectPlace) -> Result<T, ApiError> + Send + 'static,
    {
        self.project_unit(Mode::Read, who, project, work).await
    }

    async fn project_unit<G, T, F>(
        &self,
        mode: Mode,
        who: &G,
        project: ProjectId,
        work: F,
    ) -> Result<T, ApiError>
    where
        G: OnProject,
        T: Kept + Send + 'static,
        F: FnOnce(&mut TenantConn<'_>, ProjectPlace) -> Result<T, ApiError> + Send + 'static,
    {
        let caller = who.caller().clone();
        let step = if mode == Mode::Write { Step::of(&caller)? } else { None };
        self.unit(mode, caller.organization.id, Actor::of(&caller), move |conn| {
            let assigned = position_on(conn, project, caller.user(), mode)?;
            let (holder, today) = (caller.holder(), caller.today());
            holder.check_on_project(assigned, G::TAB, G::OPERATION, today).map_err(
                |denial| match denial {
                    ProjectDenial::Unseen => ApiError::NotFound,
                    ProjectDenial::Forbidden(denial) => ApiError::Forbidden(denial),
                },
            )?;
            // The check stands outside: it is made again where the answer is given again.
            kept::once(conn, step, |conn| work(conn, ProjectPlace { project, assigned }))
        })
        .await?
    }

    /// Reads what whoever sees a project may know of it: 404 where the caller does not.
    pub async fn in_seen_project<T, F>(
        &self,
        who: &SeesProject,
        project: ProjectId,
        work: F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>, ProjectPlace) -> Result<T, ApiError> + Send + 'static,
    {
        let caller = who.caller().clone();
        self.unit(Mode::Read, caller.organization.id, Actor::of(&caller), move |conn| {
            let assigned = position_on(conn, project, caller.user(), Mode::Read)?;
            if !caller.holder().sees_project(assigned, caller.today()) {
                return Err(ApiError::NotFound);
            }
            work(conn, ProjectPlace { project, assigned })
        })
        .await
    }

    /// Reads what is known before the organization is.
    pub async fn platform<G, T, F>(&self, _door: &G, work: F) -> Result<T, ApiError>
    where
        G: OpenDoor,
        T: Send + 'static,
        F: FnOnce(&mut Platform<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        self.0.gate.run(For::Strangers, move |connection| work(&mut Platform::new(connection))).await
    }

    /// A transaction of an organization in which nobody is signed in yet: the sign-in itself.
    pub async fn sign_in<G, T, F>(
        &self,
        _door: &G,
        organization: OrganizationId,
        actor: Actor,
        work: F,
    ) -> Result<T, ApiError>
    where
        G: OpenDoor,
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        self.unit(Mode::Write, organization, actor, work).await
    }

    /// For the session middleware and the organization's host, which come before any guard.
    pub(crate) async fn before_guards<T, F>(
        &self,
        organization: OrganizationId,
        work: F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        self.unit(Mode::Read, organization, Actor::system(), work).await
    }

    /// For the organization's host, which comes before any guard.
    pub(crate) async fn platform_before_guards<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Platform<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        self.0.gate.run(For::Server, move |connection| work(&mut Platform::new(connection))).await
    }

    /// Writes into the organization's audit log that somebody takes something out whole, which reading alone would not.
    pub(crate) async fn note_export<G: MayRead>(&self, who: &G, what: &'static str) -> Result<(), ApiError> {
        let caller = who.caller();
        self.note(caller.organization.id, Actor::of(caller), move |conn| {
            let id = conn.clock().new_id();
            conn.record(Recorded::created(Entity::Export, id, what, &serde_json::json!({})));
            Ok(())
        })
        .await
    }

    /// For what is noted of a request before any guard, or behind it: that a session or a token was used.
    pub(crate) async fn note<T, F>(
        &self,
        organization: OrganizationId,
        actor: Actor,
        work: F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        self.unit(Mode::Write, organization, actor, work).await
    }

    async fn unit<T, F>(
        &self,
        mode: Mode,
        organization: OrganizationId,
        actor: Actor,
        work: F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&mut TenantConn<'_>) -> Result<T, ApiError> + Send + 'static,
    {
        let (clock, kept) = (self.0.clock.clone(), Some(self.0.access.clone()));
        let (value, outdated) = self
            .0
            .gate
            .run(For::Organization(organization), move |connection| {
                Unit { mode, organization, actor, clock, kept }.run(connection, work)
            })
            .await?;
        // The notification tells the other servers; this one must not wait for its own.
        for what in outdated {
            self.0.access.forget(organization, what);
        }
        Ok(value)
    }
}

fn position_on(
    conn: &mut TenantConn<'_>,
    project: ProjectId,
    user: shared::ids::UserId,
    mode: Mode,
) -> Result<Option<Position>, ApiError> {
    use diesel::prelude::*;
    use schema::projects;

    if mode == Mode::Write {
        // Writers of one project come one after the other: until the end of this write nobody deletes the project or
        // changes the position read below. FOR SHARE would let two in and have them wait for each other forever
        // when both then change the row; this lock is the one that an UPDATE takes, and references may still be made.
        let locked: Option<uuid::Uuid> = projects::table
            .filter(projects::id.eq(project.0))
            .select(projects::id)
            .for_no_key_update()
            .first(conn.sql())
            .optional()?;
        if locked.is_none() {
            return Err(ApiError::NotFound);
        }
    }
    // The project's row is asked for too, since one without any position exists all the same.
    let found: Option<Option<String>> =
        projects::table
            .left_join(project_positions::table.on(
                project_positions::project_id.eq(projects::id).and(project_positions::user_id.eq(user.0)),
            ))
            .filter(projects::id.eq(project.0))
            .select(project_positions::position.nullable())
            .first(conn.sql())
            .optional()?;
    let Some(position) = found else { return Err(ApiError::NotFound) };
    Ok(position.as_deref().and_then(Position::from_key))
}
