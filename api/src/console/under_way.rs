//! What takes long and is under way: how far it is, and operations may cancel it.
//!
//! [`rules`] says what is shown of it and who may cancel what; [`store`] has the rows. Invariant: that somebody has asked for
//! something to be cancelled stands in the operations book, in the transaction that asks.

pub mod rules;
mod store;

use actix_web::web::{Data, Json, Path};
use serde_json::json;
use shared::{
    ProblemCode,
    console::{ActionUnderWay, ActionsUnderWay},
};
use uuid::Uuid;

use super::server::ConsoleSite;
use crate::{
    ApiError,
    http::{
        guards::{Operator, team},
        route::Route,
    },
    ops::book::{Action, Entry},
    routes,
};

/// What takes long and is under way: sets, copies of clients, restores, and what the backup environment says of itself.
#[utoipa::path(get, path = "/actions-under-way", operation_id = "get_actions_under_way",
    responses((status = 200, description = "How far each is.", body = ActionsUnderWay)))]
pub async fn get_actions_under_way(
    _who: Operator<team::Watchers>,
    site: Data<ConsoleSite>,
) -> Result<Json<ActionsUnderWay>, ApiError> {
    site.db.run(store::all).await.map(Json)
}

/// Asks for an action to be cancelled. It ends as soon as it hears of it, and takes back what it has begun; it may be done before
/// that. 409 where it is over, was asked for already, or cannot be cancelled here.
#[utoipa::path(post, path = "/actions-under-way/{action}/cancel", operation_id = "cancel_action_under_way",
    params(("action" = Uuid, Path)),
    responses((status = 200, description = "The action as it is now.", body = ActionUnderWay)))]
pub async fn cancel_action_under_way(
    who: Operator<team::Operations>,
    action: Path<Uuid>,
    site: Data<ConsoleSite>,
) -> Result<Json<ActionUnderWay>, ApiError> {
    let (id, doer, of_site) = (action.into_inner(), who.doer(), site.clone());
    let after = site
        .db
        .run(move |conn| {
            let refused = |why: rules::Refusal| ApiError::Conflict(ProblemCode::Conflict, why.to_owned());
            let before = store::lock(conn, id)?.ok_or_else(|| refused(rules::OVER))?;
            rules::may_cancel(&before).map_err(refused)?;
            store::ask_to_cancel(conn, id, &doer.name)?;
            let subject = format!("{} {}", before.action, before.subject);
            let details = json!({
                "id": id, "started_by": before.started_by, "started_at": before.started_at,
                "phase": before.progress.phase, "passed": before.progress.passed,
            });
            let entry = Entry::new(conn.clock(), doer, Action::CancelAction, subject);
            of_site.book.write(conn, &entry.with(&details))?;
            store::lock(conn, id)?.ok_or_else(|| refused(rules::OVER))
        })
        .await?;
    site.book_was_written();
    Ok(Json(after))
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_actions_under_way, cancel_action_under_way]
}
