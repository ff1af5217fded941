//! The administration network: figures, and whether the process lives and is ready, on a socket of its own. Nobody is
//! asked who they are there, so it is for a network that only operators reach; nothing of it is on the public socket.
//!
//! A thread of its own answers, so figures are there also while requests wait.

use std::{net::TcpListener, sync::Arc};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    http::header,
    web::{self, Data},
};
use anyhow::{Context as _, Result};
use futures_util::future::LocalBoxFuture;

use crate::{ApiError, telemetry::metrics::MEDIA_TYPE};

/// What is administered.
pub trait Administered: Send + Sync {
    /// What Prometheus reads.
    fn figures(&self) -> LocalBoxFuture<'_, Result<String, ApiError>>;
    /// Whether it can do its work now.
    fn ready(&self) -> LocalBoxFuture<'_, Result<(), ApiError>>;
}

type What = Data<dyn Administered>;

/// Answers on this socket until its handle is told to stop.
#[expect(clippy::disallowed_methods, reason = "these three stand outside the API, on another network")]
pub fn serve(what: Arc<dyn Administered>, socket: TcpListener) -> Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(What::from(Arc::clone(&what)))
            .route("/metrics", web::get().to(metrics))
            .route("/livez", web::get().to(livez))
            .route("/readyz", web::get().to(readyz))
    });
    let server = server.workers(1).shutdown_timeout(1).disable_signals();
    Ok(server.listen(socket).context("cannot listen in the administration network")?.run())
}

async fn metrics(what: What) -> HttpResponse {
    match what.figures().await {
        Ok(text) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, MEDIA_TYPE)).body(text),
        Err(error) => {
            tracing::error!(%error, "figures cannot be read");
            plain(HttpResponse::InternalServerError(), "figures cannot be read; the log says why\n")
        }
    }
}

async fn livez() -> HttpResponse {
    plain(HttpResponse::Ok(), "alive\n")
}

async fn readyz(what: What) -> HttpResponse {
    match what.ready().await {
        Ok(()) => plain(HttpResponse::Ok(), "ready\n"),
        Err(_) => plain(HttpResponse::ServiceUnavailable(), "not ready\n"),
    }
}

fn plain(mut answer: actix_web::HttpResponseBuilder, text: &'static str) -> HttpResponse {
    answer.content_type("text/plain; charset=utf-8").body(text)
}
