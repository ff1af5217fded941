//! The outermost layer of a request to the console: its id, its line in the log, problems, and the headers of every answer,
//! as at the tenants' server.

use std::time::Instant;

use actix_web::{
    HttpMessage as _,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use shared::Problem;
use tracing::Instrument as _;
use uuid::Uuid;

use super::{context::OperatorCaller, server::ConsoleSite};
use crate::{
    ApiError,
    http::boundary::{RequestId, finish, problem_of, problem_response},
};

/// The middleware.
pub async fn boundary<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let started = Instant::now();
    let Some(site) = request.app_data::<Data<ConsoleSite>>().cloned() else {
        return Err(ApiError::internal(anyhow::anyhow!("the console has no site")).into());
    };
    let under_way = site.requests.begin();
    let id = site.clock.new_id();
    request.extensions_mut().insert(RequestId(id));
    let span = tracing::error_span!("request", request_id = %id);
    let response = next.call(request).instrument(span.clone()).await?;
    let response = span.in_scope(|| answer(&site, response.map_into_left_body(), id, started));
    drop(under_way);
    Ok(response)
}

fn answer<B: MessageBody + 'static>(
    site: &ConsoleSite,
    mut response: ServiceResponse<EitherBody<B>>,
    id: Uuid,
    started: Instant,
) -> ServiceResponse<EitherBody<B>> {
    if let Some(problem) = problem_of(&mut response) {
        let mut answer = problem_response(&Problem { request_id: Some(id.to_string()), ..problem });
        for value in response.headers().get_all(header::ALLOW) {
            answer.headers_mut().append(header::ALLOW, value.clone());
        }
        let (request, _) = response.into_parts();
        response = ServiceResponse::new(request, answer.map_into_right_body());
    }
    finish(&mut response, id);
    let (template, took) = (site.template(response.request(), response.status()), started.elapsed());
    site.requests.count(&template, response.request().method(), response.status(), took);
    let extensions = response.request().extensions();
    let operator = extensions.get::<OperatorCaller>().map(|caller| tracing::field::display(caller.operator));
    tracing::info!(
        method = %response.request().method(),
        template = template.path,
        status = response.status().as_u16(),
        milliseconds = took.as_secs_f64() * 1000.0,
        operator,
        "request"
    );
    drop(extensions);
    response
}
