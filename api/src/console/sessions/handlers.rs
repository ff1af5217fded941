//! Who is signed in, and the way out.

use actix_web::web::{Data, Json};
use shared::console::OperatorSession;

use super::store;
use crate::{
    ApiError,
    console::server::ConsoleSite,
    http::{
        answers::NoContent,
        guards::{Operator, team},
    },
    ops::book::{Action, Entry},
};

/// Who is signed in, and of which teams they are.
#[utoipa::path(get, path = "/session", operation_id = "get_operator_session",
    responses((status = 200, description = "The operator.", body = OperatorSession)))]
pub async fn get_operator_session(who: Operator<team::Any>) -> Result<Json<OperatorSession>, ApiError> {
    let caller = who.caller().clone();
    Ok(Json(OperatorSession {
        operator: caller.operator,
        email: caller.email,
        name: caller.name,
        teams: caller.teams,
        expires_at: caller.expires_at,
    }))
}

/// Signs out: this session ends at once.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out_operator",
    responses((status = 204, description = "Signed out.")))]
pub async fn sign_out_operator(
    who: Operator<team::Any>,
    site: Data<ConsoleSite>,
) -> Result<NoContent, ApiError> {
    let (caller, doer, book) = (who.caller().clone(), who.doer(), site.book.clone());
    let entry = Entry::new(&site.clock, doer, Action::SignOut, caller.email);
    site.db
        .run(move |conn| {
            store::end(conn, caller.session)?;
            book.write(conn, &entry)
        })
        .await?;
    site.book_was_written();
    Ok(NoContent)
}
