//! The one question.

use actix_web::web::{Data, Json};
use shared::access::explain::{ExplainFilter, Explanation};

use super::store;
use crate::{
    ApiError,
    http::{
        guards::{MayRead, SignedIn, by, why},
        input::Query,
        server::Site,
    },
};

/// Why somebody may do something, or may not: licence, role and grant, position, token, and the verdict. About oneself
/// everybody may ask; about others those with `users` View. A project that one may not see is 404.
/// Asked by an API token about its own person, it says what the scopes leave.
#[utoipa::path(get, path = "/access/explain", operation_id = "explain_access", params(ExplainFilter),
    responses((status = 200, description = "The chain.", body = Explanation)))]
pub async fn explain_access(
    who: SignedIn<why::OwnAccess, by::SessionOrToken>,
    filter: Query<ExplainFilter>,
    site: Data<Site>,
) -> Result<Json<Explanation>, ApiError> {
    let caller = who.caller().clone();
    site.db.read(&who, move |conn| store::explain(conn, &caller, &filter.0)).await.map(Json)
}
