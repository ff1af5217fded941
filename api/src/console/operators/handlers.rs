//! Operators over HTTP. Security decides who is one; operations sees who is.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use serde_json::json;
use shared::{
    Page, ProblemCode,
    check::{normal_email, normal_name},
    console::{CreatedOperator, NewOperator, Operator as OperatorDto, OperatorFilter, OperatorPatch},
    ids::OperatorId,
};

use super::{
    rules,
    store::{self, Beginning},
};
use crate::{
    ApiError,
    console::{enrolment, server::ConsoleSite},
    http::{
        answers::Current,
        guards::{Operator, team},
        input::{IfMatch, Query, Valid},
    },
    ops::book::{Action, Entry},
};

/// All operators, by e-mail.
#[utoipa::path(get, path = "/operators", operation_id = "list_operators", params(OperatorFilter),
    responses((status = 200, description = "One page of operators.", body = Page<OperatorDto>)))]
pub async fn list_operators(
    _who: Operator<team::Overseers>,
    site: Data<ConsoleSite>,
    filter: Query<OperatorFilter>,
) -> Result<Json<Page<OperatorDto>>, ApiError> {
    site.db.run(move |conn| store::list(conn, &filter.0)).await.map(Json)
}

/// Makes an operator. Hand what they enrol with over by a way that you trust: it works once, within a day.
#[utoipa::path(post, path = "/operators", operation_id = "create_operator", request_body = NewOperator,
    responses((status = 201, description = "Made.", body = CreatedOperator)))]
pub async fn create_operator(
    who: Operator<team::Security>,
    site: Data<ConsoleSite>,
    body: Valid<NewOperator>,
) -> Result<HttpResponse, ApiError> {
    let NewOperator { email, name, teams } = body.0;
    let (email, name) = (normal_email(&email), normal_name(&name));
    let (doer, of_site) = (who.doer(), site.clone());
    let created = site
        .db
        .run(move |conn| {
            let ((enrolment, hash), until) =
                (enrolment::new_secret(), conn.clock().now() + enrolment::LIFETIME);
            let begin = Beginning::Enrolment(hash, until);
            let (operator, _) = store::create(conn, &of_site.sealing, &email, &name, &teams, begin)?;
            let entry = Entry::new(conn.clock(), doer, Action::CreateOperator, email);
            of_site.book.write(conn, &entry.with(&json!({ "teams": operator.teams })))?;
            Ok(CreatedOperator { operator, enrolment, enrolment_until: until })
        })
        .await?;
    site.book_was_written();
    Ok(HttpResponse::Created().json(created))
}

/// Changes an operator's name, teams, or whether they may sign in. Nobody changes their own teams.
#[utoipa::path(patch, path = "/operators/{operator}", operation_id = "update_operator",
    params(("operator" = OperatorId, Path)), request_body = OperatorPatch,
    responses((status = 200, description = "The operator as they are now.", body = OperatorDto)))]
pub async fn update_operator(
    who: Operator<team::Security>,
    operator: Path<OperatorId>,
    version: IfMatch,
    site: Data<ConsoleSite>,
    body: Valid<OperatorPatch>,
) -> Result<Current<OperatorDto>, ApiError> {
    let (id, by, doer, of_site, patch) =
        (operator.into_inner(), who.caller().operator, who.doer(), site.clone(), body.0);
    let changed = site
        .db
        .run(move |conn| {
            let before = store::lock(conn, id.0)?.ok_or(ApiError::NotFound)?.into_operator();
            if before.version != version.0 {
                return Err(ApiError::stale(&before));
            }
            rules::check_change(by, &before, &patch).map_err(refused)?;
            let after = store::update(conn, id.0, &patch)?;
            let told =
                |one: &OperatorDto| json!({ "name": one.name, "teams": one.teams, "active": one.active });
            let entry = Entry::new(conn.clock(), doer, Action::UpdateOperator, after.email.clone());
            let entry = entry.with(&json!({ "before": told(&before), "after": told(&after) }));
            of_site.book.write(conn, &entry)?;
            Ok(after)
        })
        .await?;
    site.book_was_written();
    Ok(Current(changed))
}

/// Takes an operator's password and second factor away: all their sessions end, and they enrol anew.
#[utoipa::path(post, path = "/operators/{operator}/reset", operation_id = "reset_operator",
    params(("operator" = OperatorId, Path)),
    responses((status = 200, description = "What they enrol with.", body = CreatedOperator)))]
pub async fn reset_operator(
    who: Operator<team::Security>,
    operator: Path<OperatorId>,
    site: Data<ConsoleSite>,
) -> Result<Json<CreatedOperator>, ApiError> {
    let (id, doer, of_site) = (operator.into_inner(), who.doer(), site.clone());
    rules::check_reset(who.caller().operator, id).map_err(refused)?;
    let created = site
        .db
        .run(move |conn| {
            store::lock(conn, id.0)?.ok_or(ApiError::NotFound)?;
            let ((enrolment, hash), until) =
                (enrolment::new_secret(), conn.clock().now() + enrolment::LIFETIME);
            let (operator, _) =
                store::reset(conn, &of_site.sealing, id.0, Beginning::Enrolment(hash, until))?;
            let entry = Entry::new(conn.clock(), doer, Action::ResetOperator, operator.email.clone());
            of_site.book.write(conn, &entry)?;
            Ok(CreatedOperator { operator, enrolment, enrolment_until: until })
        })
        .await?;
    site.book_was_written();
    Ok(Json(created))
}

fn refused(why: rules::Refusal) -> ApiError {
    ApiError::Conflict(ProblemCode::Conflict, why.to_owned())
}
