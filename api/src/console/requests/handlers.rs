//! Requests of clients over HTTP.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use chrono::TimeDelta;
use serde_json::json;
use shared::{
    Page, ProblemCode, Violation, ViolationCode,
    check::Violations,
    console::{
        ClientRequest, ClientRequestFilter, DeliveryLink, ExecutionConfirmation, NewClientRequest, Refusal,
        RequestStep, RequestStepKind as Step,
    },
    ids::{ClientRequestId, OperatorId},
};

use super::{rules, store};
use crate::{
    ApiError,
    console::server::ConsoleSite,
    data_requests::{self, delivery::DeliveryToken},
    db::console::ConsoleConn,
    http::{
        guards::{Operator, Teams, team},
        input::{Query, Valid},
        route::Route,
    },
    ops::book::{Action, Doer, Entry},
    routes,
};

/// How long a link works.
const LINK: TimeDelta = TimeDelta::days(7);

/// What clients ask for, the newest first.
#[utoipa::path(get, path = "/client-requests", operation_id = "list_client_requests", params(ClientRequestFilter),
    responses((status = 200, description = "One page of requests.", body = Page<ClientRequest>)))]
pub async fn list_client_requests(
    _who: Operator<team::RequestReaders>,
    site: Data<ConsoleSite>,
    filter: Query<ClientRequestFilter>,
) -> Result<Json<Page<ClientRequest>>, ApiError> {
    site.db.run(move |conn| store::list(conn, &filter.0)).await.map(Json)
}

/// One request of a client.
#[utoipa::path(get, path = "/client-requests/{request}", operation_id = "get_client_request",
    params(("request" = ClientRequestId, Path)),
    responses((status = 200, description = "The request.", body = ClientRequest)))]
pub async fn get_client_request(
    _who: Operator<team::RequestReaders>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
) -> Result<Json<ClientRequest>, ApiError> {
    let id = request.into_inner();
    site.db.run(move |conn| store::get(conn, id)).await.map(Json)
}

/// Writes down what a client asks for.
#[utoipa::path(post, path = "/client-requests", operation_id = "create_client_request",
    request_body = NewClientRequest,
    responses((status = 201, description = "Written down.", body = ClientRequest)))]
pub async fn create_client_request(
    who: Operator<team::CustomerService>,
    site: Data<ConsoleSite>,
    body: Valid<NewClientRequest>,
) -> Result<HttpResponse, ApiError> {
    let (by, doer, of_site, new) = (who.caller().operator, who.doer(), site.clone(), body.0);
    data_requests::check_recipient(&new.recipient)?;
    let made = site
        .db
        .run(move |conn| {
            let found = store::organization(conn, new.slug.trim())?;
            let organization = found.ok_or_else(|| wrong_slug("There is no organization at this word."))?;
            let id = store::insert(conn, organization, &new, step(conn, Step::Request, by, &doer, None))?;
            let details = json!({ "kind": new.kind, "organization": organization, "projects": new.projects });
            let entry = Entry::new(conn.clock(), doer, Action::AskClientRequest, id.to_string());
            of_site.book.write(conn, &entry.with(&details))?;
            store::get(conn, id)
        })
        .await?;
    site.book_was_written();
    Ok(HttpResponse::Created().json(made))
}

/// Says that it is the client who asks.
#[utoipa::path(post, path = "/client-requests/{request}/verify", operation_id = "verify_client_request",
    params(("request" = ClientRequestId, Path)),
    responses((status = 200, description = "The request as it is now.", body = ClientRequest)))]
pub async fn verify_client_request(
    who: Operator<team::CustomerService>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
) -> Result<Json<ClientRequest>, ApiError> {
    go_on(&who, &site, request.into_inner(), Step::Verify, Action::VerifyClientRequest, None).await
}

/// Authorizes it: for somebody else than whoever has verified it.
#[utoipa::path(post, path = "/client-requests/{request}/authorize", operation_id = "authorize_client_request",
    params(("request" = ClientRequestId, Path)),
    responses((status = 200, description = "The request as it is now.", body = ClientRequest)))]
pub async fn authorize_client_request(
    who: Operator<team::CustomerService>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
) -> Result<Json<ClientRequest>, ApiError> {
    go_on(&who, &site, request.into_inner(), Step::Authorize, Action::AuthorizeClientRequest, None).await
}

/// Refuses it, as long as it is not carried out.
#[utoipa::path(post, path = "/client-requests/{request}/refuse", operation_id = "refuse_client_request",
    params(("request" = ClientRequestId, Path)), request_body = Refusal,
    responses((status = 200, description = "The request as it is now.", body = ClientRequest)))]
pub async fn refuse_client_request(
    who: Operator<team::CustomerService>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
    body: Valid<Refusal>,
) -> Result<Json<ClientRequest>, ApiError> {
    let because = Some(body.0.because);
    go_on(&who, &site, request.into_inner(), Step::Refuse, Action::RefuseClientRequest, because).await
}

/// Says that the client no longer asks for it, as long as it is not carried out.
#[utoipa::path(post, path = "/client-requests/{request}/withdraw", operation_id = "withdraw_client_request",
    params(("request" = ClientRequestId, Path)), request_body = Refusal,
    responses((status = 200, description = "The request as it is now.", body = ClientRequest)))]
pub async fn withdraw_client_request(
    who: Operator<team::CustomerService>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
    body: Valid<Refusal>,
) -> Result<Json<ClientRequest>, ApiError> {
    let because = Some(body.0.because);
    go_on(&who, &site, request.into_inner(), Step::Withdraw, Action::WithdrawClientRequest, because).await
}

/// Has the worker carry it out. An erasure cannot be called off from here on.
#[utoipa::path(post, path = "/client-requests/{request}/execute", operation_id = "execute_client_request",
    params(("request" = ClientRequestId, Path)), request_body = ExecutionConfirmation,
    responses((status = 200, description = "The request as it is now.", body = ClientRequest)))]
pub async fn execute_client_request(
    who: Operator<team::Operations>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
    body: Valid<ExecutionConfirmation>,
) -> Result<Json<ClientRequest>, ApiError> {
    let (id, by, doer, of_site, slug) =
        (request.into_inner(), who.caller().operator, who.doer(), site.clone(), body.0.slug);
    let after = site
        .db
        .run(move |conn| {
            let before = store::lock(conn, id)?;
            if before.slug.as_deref() != Some(slug.trim()) {
                return Err(wrong_slug("That is another organization than the one of this request."));
            }
            let step =
                Move { step: Step::Execute, action: Action::ExecuteClientRequest, note: None, by, doer };
            make(conn, &of_site, &before, step)?;
            store::get(conn, id)
        })
        .await?;
    site.book_was_written();
    Ok(Json(after))
}

/// Gives a link to the copy, which works for seven days; one that was given before ends. Hand it over by a way that you trust: what
/// it leads to opens with the client's own key alone.
#[utoipa::path(post, path = "/client-requests/{request}/deliver", operation_id = "deliver_client_copy",
    params(("request" = ClientRequestId, Path)),
    responses((status = 200, description = "The link.", body = DeliveryLink)))]
pub async fn deliver_client_copy(
    who: Operator<team::Operations>,
    request: Path<ClientRequestId>,
    site: Data<ConsoleSite>,
) -> Result<Json<DeliveryLink>, ApiError> {
    let (id, by, doer, of_site) = (request.into_inner(), who.caller().operator, who.doer(), site.clone());
    let link = site
        .db
        .run(move |conn| {
            let (before, token) = (store::lock(conn, id)?, DeliveryToken::random());
            let step = Move { step: Step::Deliver, action: Action::DeliverClientCopy, note: None, by, doer };
            make(conn, &of_site, &before, step)?;
            let now = conn.clock().now();
            let kept_until = before.package.as_ref().map_or(now, |package| package.kept_until);
            if kept_until <= now {
                let gone = "The copy is kept no longer.".to_owned();
                return Err(ApiError::Conflict(ProblemCode::Conflict, gone));
            }
            let until = kept_until.min(now + LINK);
            store::give_link(conn, id, token.hash(), until)?;
            Ok(DeliveryLink { path: token.path(), until, request: store::get(conn, id)? })
        })
        .await?;
    site.book_was_written();
    Ok(Json(link))
}

/// A step of an operator.
struct Move {
    step: Step,
    action: Action,
    note: Option<String>,
    by: OperatorId,
    doer: Doer,
}

async fn go_on<T: Teams>(
    who: &Operator<T>,
    site: &Data<ConsoleSite>,
    id: ClientRequestId,
    step: Step,
    action: Action,
    note: Option<String>,
) -> Result<Json<ClientRequest>, ApiError> {
    let (by, doer, of_site) = (who.caller().operator, who.doer(), site.clone());
    let after = site
        .db
        .run(move |conn| {
            let before = store::lock(conn, id)?;
            make(conn, &of_site, &before, Move { step, action, note, by, doer })?;
            store::get(conn, id)
        })
        .await?;
    site.book_was_written();
    Ok(Json(after))
}

/// Makes a step, where the rules let it, and writes it into the book.
fn make(
    conn: &mut ConsoleConn<'_>,
    site: &ConsoleSite,
    before: &ClientRequest,
    Move { step: kind, action, note, by, doer }: Move,
) -> Result<(), ApiError> {
    let refused = |why: rules::Refusal| ApiError::Conflict(ProblemCode::Conflict, why.to_owned());
    let state = rules::next(before, kind, by).map_err(refused)?;
    store::advance(conn, before, state, step(conn, kind, by, &doer, note.as_deref()))?;
    let details = json!({ "kind": before.kind, "organization": before.organization, "note": note });
    let entry = Entry::new(conn.clock(), doer, action, before.id.to_string());
    site.book.write(conn, &entry.with(&details)).map(|_| ())
}

fn step(conn: &ConsoleConn<'_>, step: Step, by: OperatorId, doer: &Doer, note: Option<&str>) -> RequestStep {
    let note = note.map(|note| note.trim().to_owned());
    RequestStep { step, at: conn.clock().now(), operator: Some(by), by: doer.name.clone(), note }
}

fn wrong_slug(message: &str) -> ApiError {
    let mut violations = Violations::default();
    violations.add("/slug", Err(Violation::new(ViolationCode::NotFound, message)));
    ApiError::Invalid(violations)
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![
        list_client_requests,
        create_client_request,
        get_client_request,
        verify_client_request,
        authorize_client_request,
        refuse_client_request,
        withdraw_client_request,
        execute_client_request,
        deliver_client_copy
    ]
}
