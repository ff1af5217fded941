//! How backups stand: what the worker wrote down of its runs, what the backup environment says of the sets, and what is
//! wrong.
//!
//! [`overview`] makes it all out of both by pure rules; [`store`] reads them. Nothing is asked of a store: the console has no
//! credential of any.

pub mod capacity;
pub mod overview;
mod store;

pub(super) use store::statement;

use actix_web::web::{Data, Json, Path};
use shared::{
    Page,
    console::{BackupOverview, BackupRun, BackupRunFilter},
};
use uuid::Uuid;

use super::server::ConsoleSite;
use crate::{
    ApiError,
    http::{
        guards::{Operator, team},
        input::Query,
        route::Route,
    },
    routes,
};

/// Which sets are kept where, whether they hold, how full the stores are, and what is wrong.
#[utoipa::path(get, path = "/backups", operation_id = "get_backup_overview",
    responses((status = 200, description = "How backups stand.", body = BackupOverview)))]
pub async fn get_backup_overview(
    _who: Operator<team::Watchers>,
    site: Data<ConsoleSite>,
) -> Result<Json<BackupOverview>, ApiError> {
    site.db.run(store::overview).await.map(Json)
}

/// Sets that were made or could not be, the newest first.
#[utoipa::path(get, path = "/backup-runs", operation_id = "list_backup_runs", params(BackupRunFilter),
    responses((status = 200, description = "One page of them.", body = Page<BackupRun>)))]
pub async fn list_backup_runs(
    _who: Operator<team::Watchers>,
    site: Data<ConsoleSite>,
    filter: Query<BackupRunFilter>,
) -> Result<Json<Page<BackupRun>>, ApiError> {
    site.db.run(move |conn| store::list(conn, &filter.0)).await.map(Json)
}

/// One of them.
#[utoipa::path(get, path = "/backup-runs/{run}", operation_id = "get_backup_run", params(("run" = Uuid, Path)),
    responses((status = 200, description = "It.", body = BackupRun)))]
pub async fn get_backup_run(
    _who: Operator<team::Watchers>,
    run: Path<Uuid>,
    site: Data<ConsoleSite>,
) -> Result<Json<BackupRun>, ApiError> {
    site.db.run(move |conn| store::find(conn, run.into_inner())).await.map(Json)
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_backup_overview, list_backup_runs, get_backup_run]
}
