//! The console's server: what it is made of, and its life.

use std::{
    net::TcpListener,
    path::PathBuf,
    sync::{Arc, mpsc},
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    http::StatusCode,
    middleware::from_fn,
    web::{Data, PathConfig, PayloadConfig},
};
use anyhow::{Context as _, Result};
use futures_util::future::LocalBoxFuture;
use ipnet::IpNet;

use super::{PREFIX, boundary, context, sealing::SealingKeys};
use crate::{
    ApiError,
    clock::Clock,
    config::{book::BookConfig, console::ConsoleConfig},
    db::console::{ConsoleDb, ConsoleShell},
    http::{admin::Administered, app_files, boundary::not_found, input::BODY_LIMIT, route::Route, routes},
    ops::book::{Book, shell},
    passwords::Passwords,
    telemetry::metrics::{Figures, Requests, Template},
};

/// What every request to the console may need.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct ConsoleSite {
    /// The database.
    pub db: ConsoleDb,
    /// The clock.
    pub clock: Clock,
    /// Hashing of passwords.
    pub passwords: Passwords,
    /// The keys of second factors.
    pub sealing: SealingKeys,
    /// What writes the operations book.
    pub book: Book,
    /// The networks that are let in.
    pub networks: Vec<IpNet>,
    /// How many proxies stand in front.
    pub trusted_proxies: usize,
    /// The folder with the console's app, where it is served.
    pub app_directory: Option<PathBuf>,
    /// What is counted of requests.
    pub requests: Requests,
    figures: Figures,
    /// Rung when something was written into the book.
    bell: mpsc::Sender<()>,
}

impl ConsoleSite {
    /// Something was written into the book: its head goes off-site, behind the answer.
    pub fn book_was_written(&self) {
        if self.bell.send(()).is_err() {
            tracing::warn!("nobody brings the head of the operations book off-site; a worker will");
        }
    }

    /// What a request is counted and logged under.
    pub(super) fn template(&self, request: &HttpRequest, status: StatusCode) -> Arc<Template> {
        let own = request.app_data::<Arc<Template>>().map(Arc::clone);
        own.unwrap_or_else(|| self.requests.beside_routes(status))
    }
}

/// A console that is ready to run.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Console {
    /// What every request may need.
    pub site: Data<ConsoleSite>,
}

impl Console {
    /// Opens the database, refusing a role that may more than it should, and reads the keys.
    pub fn open(config: &ConsoleConfig, clock: Clock) -> Result<Self> {
        let figures = Figures::new("console")?;
        let site = ConsoleSite {
            db: ConsoleDb::open(&config.database_url, config.database_connections, clock.clone())?,
            passwords: Passwords::start()?,
            sealing: SealingKeys::read(&config.keys_directory)?,
            book: Book::new(shell::keys(&config.book)?),
            networks: config.networks.clone(),
            trusted_proxies: config.trusted_proxies,
            app_directory: config.app_directory.clone(),
            requests: Requests::new(&figures, PREFIX, &super::routes(), &[])?,
            figures,
            bell: bring_heads(config.book.clone(), clock.clone())?,
            clock,
        };
        Ok(Self { site: Data::new(site) })
    }

    /// Serves on this socket until its handle is told to stop; then lets what is under way finish.
    pub fn serve(self, socket: TcpListener, workers: usize) -> Result<Server> {
        let (site, routes): (_, Arc<[Route]>) = (self.site, super::routes().into());
        let server = HttpServer::new(move || app(site.clone(), Arc::clone(&routes)))
            .workers(workers)
            .client_request_timeout(Duration::from_secs(10))
            .shutdown_timeout(20)
            .disable_signals();
        Ok(server.listen(socket).context("cannot listen")?.run())
    }
}

/// The app of one worker.
pub fn app(
    site: Data<ConsoleSite>,
    routes: Arc<[Route]>,
) -> App<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(site.clone())
        .app_data(PayloadConfig::new(BODY_LIMIT))
        .app_data(PathConfig::default().error_handler(|_, _| ApiError::NotFound.into()))
        .configure(move |config| {
            config.service(
                actix_web::web::scope("")
                    .wrap(from_fn(context::context))
                    .configure(|config| routes::register_below(config, PREFIX, &routes, &site.requests))
                    .service(actix_web::web::scope(PREFIX).default_service(actix_web::web::to(not_found)))
                    .default_service(actix_web::web::to(file)),
            );
        })
        .wrap(from_fn(boundary::boundary))
}

/// What is not the API: the app's files, where it is served.
async fn file(request: HttpRequest, site: Data<ConsoleSite>) -> Result<HttpResponse, ApiError> {
    match &site.app_directory {
        Some(directory) => app_files::file_below(&request, directory).await,
        None => not_found(request).await,
    }
}

/// A thread that brings the newest head of the book off-site each time that something was written. What it cannot bring
/// `portico work` does.
fn bring_heads(config: BookConfig, clock: Clock) -> Result<mpsc::Sender<()>> {
    let (bell, rung) = mpsc::channel::<()>();
    let bring = move || -> Result<()> {
        let url = config.database_url.as_deref().context("the book has no database")?;
        shell::bring(&config, ConsoleShell::open(url, clock.clone())?)
    };
    std::thread::Builder::new().name("book heads".to_owned()).spawn(move || {
        while rung.recv().is_ok() {
            // Whatever was written meanwhile is vouched for by the same head.
            while rung.try_recv().is_ok() {}
            if let Err(error) = bring() {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the head of the operations book is not off-site"
                );
            }
        }
    })?;
    Ok(bell)
}

impl Administered for Data<ConsoleSite> {
    fn figures(&self) -> LocalBoxFuture<'_, Result<String, ApiError>> {
        Box::pin(async { self.figures.text() })
    }

    fn ready(&self) -> LocalBoxFuture<'_, Result<(), ApiError>> {
        Box::pin(self.db.ping())
    }
}
