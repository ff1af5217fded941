//! The operations book at the console.

use actix_web::web::{Data, Json};
use shared::{
    Page,
    console::{BookEntry, BookFilter},
};

use super::server::ConsoleSite;
use crate::{
    ApiError,
    http::{
        guards::{Operator, team},
        input::Query,
        route::Route,
    },
    ops::book,
    routes,
};

/// What operators did, by whom, when and how it ended, the newest first.
#[utoipa::path(get, path = "/operations-book", operation_id = "list_book_entries", params(BookFilter),
    responses((status = 200, description = "One page of the operations book.", body = Page<BookEntry>)))]
pub async fn list_book_entries(
    _who: Operator<team::Overseers>,
    site: Data<ConsoleSite>,
    filter: Query<BookFilter>,
) -> Result<Json<Page<BookEntry>>, ApiError> {
    site.db.run(move |conn| book::list(conn, &filter.0)).await.map(Json)
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![list_book_entries]
}
