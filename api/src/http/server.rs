//! The server: what it is made of, and its life.

use std::{
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{Data, PathConfig, PayloadConfig},
};
use anyhow::{Context, Result};
use tokio::sync::Semaphore;

use super::{
    api_docs, app_files, boundary, context,
    denied::{self, Denied},
    figures::SiteFigures,
    input::BODY_LIMIT,
    rate_limit::RateLimiter,
    route::Route,
    routes,
    tokens::TokenKeys,
};
use crate::{
    ApiError,
    access::{api_token::Usage, cache::AccessCache},
    audit::{keys::HeadKeys, lines::PublicKey},
    clock::Clock,
    config::ServeConfig,
    db::{Db, listen::Listener, migrate},
    files::Files,
    passwords::Passwords,
    pictures::Studio,
    sheets::Sheets,
};

/// What every request may need of the server.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Site {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The keys of access tokens.
    pub keys: TokenKeys,
    /// The halves of keys that verify the heads of the audit log.
    pub audit_keys: Vec<PublicKey>,
    /// Refused requests that are not written yet.
    pub denied: Denied,
    /// Hashing of passwords.
    pub passwords: Passwords,
    /// When API tokens were last used.
    pub token_usage: Usage,
    /// Reading and writing of tables as files.
    pub sheets: Sheets,
    /// Files that people upload.
    pub files: Files,
    /// Making pictures of what people upload.
    pub studio: Studio,
    /// Who may write the export of an organization now: one at a time, since each keeps a connection from the others.
    pub exports: Arc<Semaphore>,
    /// Organizations are at `<slug>.<domain>`.
    pub domain: String,
    /// The host where people of all organizations sign in.
    pub shared_host: String,
    /// How much may be asked for.
    pub rate_limiter: RateLimiter,
    /// How long whoever asked for more has to wait for the answer that it is too much.
    pub refusal_delay: Duration,
    /// How many proxies stand in front.
    pub trusted_proxies: usize,
    /// Whether the database answers.
    pub readiness: app_files::Readiness,
    /// The folder with the built app.
    pub app_directory: Option<PathBuf>,
    /// What is counted.
    pub figures: SiteFigures,
    /// Whether the server is about to stop.
    stopping: AtomicBool,
}

/// How long what is under way may take when the server stops.
const LAST_REQUESTS: Duration = Duration::from_secs(20);
/// How long it may take to write what is left to be written then.
const LAST_WRITES: Duration = Duration::from_secs(5);

impl Site {
    /// Says that the server is about to stop: it answers as ever, but tells whoever asks to go elsewhere.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server is about to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Writes what was gathered in memory and is not written yet.
    pub async fn write_what_is_left(&self) -> Result<(), ApiError> {
        let writing = async {
            self.token_usage.settle().await;
            self.write_denied().await
        };
        tokio::time::timeout(LAST_WRITES, writing).await.map_err(ApiError::internal)?
    }
}

/// A server that is ready to run: its site, and the listener for changed rights that lives as long.
#[expect(missing_debug_implementations, reason = "keys are not for showing")]
pub struct Portico {
    /// What every request may need.
    pub site: Data<Site>,
    listener: Listener,
}

impl Portico {
    /// Opens the database, refusing a role that row-level security does not hold, and reads the keys.
    pub fn open(config: &ServeConfig, clock: Clock, cache: AccessCache) -> Result<Self> {
        migrate::check_tenants_role(&config.database_url)?;
        let listener = Listener::start(&config.database_url, cache.clone())?;
        let rate_limiter = RateLimiter::new(&config.rate_limits, &clock);
        let db = Db::open(&config.database_url, config.database_connections, clock.clone(), cache)?;
        let site = Site {
            figures: SiteFigures::new(&db, listener.connected())?,
            stopping: AtomicBool::new(false),
            db,
            clock,
            keys: TokenKeys::read(&config.keys_directory)?,
            audit_keys: HeadKeys::read(&config.keys_directory)?.public().to_vec(),
            denied: Denied::default(),
            passwords: Passwords::start()?,
            token_usage: Usage::default(),
            sheets: Sheets::start()?,
            files: Files::open(&config.files)?,
            studio: Studio::start()?,
            exports: Arc::new(Semaphore::new(1)),
            domain: config.domain.to_lowercase(),
            shared_host: config.shared_host.to_lowercase(),
            trusted_proxies: config.trusted_proxies,
            rate_limiter,
            refusal_delay: config.refusal_delay,
            readiness: app_files::Readiness::default(),
            app_directory: config.app_directory.clone(),
        };
        Ok(Self { site: Data::new(site), listener })
    }

    /// Serves on this socket until its handle is told to stop; then lets what is under way finish. Signals are for
    /// whoever calls this.
    pub fn serve(self, socket: TcpListener, workers: usize) -> Result<(Server, Listener)> {
        let Self { site, listener } = self;
        let routes: Arc<[Route]> = routes::all().into();
        actix_web::rt::spawn(write_denied(site.clone()));
        let server = HttpServer::new(move || app(site.clone(), Arc::clone(&routes)))
            .workers(workers)
            .keep_alive(Duration::from_secs(75))
            .client_request_timeout(Duration::from_secs(10))
            .shutdown_timeout(LAST_REQUESTS.as_secs())
            .disable_signals()
            // A browser that has gone away ends its live stream at once, and not with the next line that is written.
            .h1_allow_half_closed(false)
            .listen(socket)
            .context("cannot listen")?
            .run();
        Ok((server, listener))
    }
}

/// Writes what was refused, every few seconds, for as long as the server lives.
async fn write_denied(site: Data<Site>) {
    loop {
        actix_web::rt::time::sleep(denied::EVERY).await;
        if let Err(error) = site.write_denied().await {
            tracing::error!(%error, "refused requests are not written");
        }
    }
}

/// The app of one worker.
pub fn app(
    site: Data<Site>,
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
        // An id that cannot be one is nobody's.
        .app_data(PathConfig::default().error_handler(|_, _| ApiError::NotFound.into()))
        .configure(move |config| {
            app_files::health(config, &site.figures.requests);
            api_docs::register(config, &site.figures.requests);
            config.service(
                actix_web::web::scope("")
                    .wrap(from_fn(context::context))
                    .configure(|config| routes::register(config, &routes, &site.figures.requests))
                    .configure(|config| app_files::register(config, site.app_directory.as_deref())),
            );
        })
        .wrap(from_fn(boundary::boundary))
}
