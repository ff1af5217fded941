//! The commands of `portico`, each a few lines over the library. What they print is their result.
#![expect(clippy::print_stdout, reason = "a command's result goes to the standard output")]

mod attend;
pub mod audit_log;
pub mod files;
pub mod jobs;
mod noted;
pub mod ops;
pub mod org;
mod repeating;
mod stream;

use std::{
    net::{SocketAddr, TcpListener},
    pin::pin,
    sync::Arc,
};

use actix_web::{
    dev::{Server, ServerHandle},
    rt::task::JoinHandle,
};
use anyhow::{Context, Result, bail};
use api::{
    access::cache::AccessCache,
    audit,
    clock::Clock,
    config::{self, LogConfig, MailWay, ServeConfig, WorkConfig, console::ConsoleConfig},
    console::{sealing, server::Console},
    db::migrate,
    demo,
    doctor::{self, Finding, Level},
    http::{admin, openapi as document, routes, server::Portico, tokens},
    mail::{page, post::Shelf},
    ops::{book, signing},
    telemetry::{logs, traces::Traces},
    work::{Crew, figures::WorkFigures},
};
use futures_util::future::{Either, select};
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};

pub fn bootstrap(database: &str) -> Result<()> {
    migrate::bootstrap(&config::admin_database_url()?, database)?;
    println!("the database {database} and its roles are there");
    Ok(())
}

pub fn migrate() -> Result<()> {
    for name in migrate::up(&config::owner_database_url()?)? {
        println!("migrated {name}");
    }
    println!("the schema is up to date");
    Ok(())
}

pub fn create_key() -> Result<()> {
    let (directory, clock) = (config::keys_directory()?, Clock::system());
    let made = [
        tokens::create_key(&directory, &clock)?,
        audit::keys::create(&directory, &clock)?,
        signing::create_key(&directory, &clock)?,
        book::keys::create(&directory, &clock)?,
        sealing::create_key(&directory, &clock)?,
    ];
    if made.iter().all(Option::is_none) {
        println!("there are keys already");
    }
    for path in made.into_iter().flatten() {
        println!("made {}", path.display());
    }
    Ok(())
}

pub fn demo() -> Result<()> {
    demo::create(&config::operator_database_url()?, Clock::system().now())?;
    println!("Accounts, all with the password `{}`:", demo::PASSWORD);
    let mut organization = "";
    for account in demo::accounts() {
        if account.organization != organization {
            organization = account.organization;
            println!("\n  {organization}");
        }
        println!("    {:<40} {:<22} {}", account.email, account.name, account.roles);
    }
    Ok(())
}

pub fn openapi(of_console: bool) -> Result<()> {
    let document = if of_console {
        document::console::document(&api::console::routes())
    } else {
        document::document(&routes::all())
    };
    println!("{}", document.to_pretty_json()?);
    Ok(())
}

pub fn doctor(json: bool) -> Result<()> {
    let findings = doctor::examine(&Clock::system());
    if json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for Finding { name, level, what, why, mend } in &findings {
            let level = match level {
                Level::Ok => "ok",
                Level::Warning => "WARNING",
                Level::Error => "ERROR",
            };
            println!("{level:<8} {name:<28} {what}");
            for (word, text) in [("why", why), ("mend", mend)].iter().filter(|(_, text)| !text.is_empty()) {
                println!("{:>37} {word}: {text}", "");
            }
        }
    }
    match findings.iter().filter(|finding| finding.level == Level::Error).count() {
        0 => Ok(()),
        errors => bail!("{errors} errors were found"),
    }
}

pub fn serve() -> Result<()> {
    let _traces = observe("portico-serve")?;
    let config = ServeConfig::from_environment()?;
    let portico = Portico::open(&config, Clock::system(), AccessCache::default())?;
    let socket = listen(config.listen)?;
    let admin_socket = config.admin_listen.map(listen).transpose()?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    actix_web::rt::System::new().block_on(async move {
        let site = portico.site.clone();
        let (server, listener) = portico.serve(socket, workers)?;
        let administration =
            admin_socket.map(|socket| admin::serve(Arc::new(site.clone()), socket)).transpose()?;
        let administration = administration.map(Background::spawn);
        tracing::info!(address = %config.listen, administration = ?config.admin_listen, "serving");
        let mut server = Background::spawn(server);
        if let Either::Right((ended, _)) = select(pin!(told_to_stop()), &mut server.task).await {
            bail!("the server ended by itself: {ended:?}");
        }
        tracing::info!(drain_seconds = config.drain.as_secs(), "stopping");
        site.begin_to_stop();
        // Whoever cannot wait says so by another signal.
        select(pin!(actix_web::rt::time::sleep(config.drain)), pin!(told_to_stop())).await;
        // A live stream never ends by itself: without this, stopping would wait for each until it is cut off.
        site.db.access().watch().close();
        server.stop().await.context("the server stopped")?;
        drop(listener);
        if let Err(error) = site.write_what_is_left().await {
            tracing::error!(%error, "what was gathered in memory is not written");
        }
        if let Some(administration) = administration {
            administration.stop().await.context("the administration network")?;
        }
        tracing::info!("stopped");
        Ok(())
    })
}

pub fn console() -> Result<()> {
    let _traces = observe("portico-console")?;
    let config = ConsoleConfig::from_environment()?;
    let console = Console::open(&config, Clock::system())?;
    let socket = listen(config.listen)?;
    let admin_socket = config.admin_listen.map(listen).transpose()?;
    actix_web::rt::System::new().block_on(async move {
        let site = console.site.clone();
        let mut server = Background::spawn(console.serve(socket, 1)?);
        let administration =
            admin_socket.map(|socket| admin::serve(Arc::new(site), socket)).transpose()?.map(Background::spawn);
        tracing::info!(address = %config.listen, administration = ?config.admin_listen, "serving the console");
        if let Either::Right((ended, _)) = select(pin!(told_to_stop()), &mut server.task).await {
            bail!("the console ended by itself: {ended:?}");
        }
        tracing::info!("stopping");
        server.stop().await.context("the console stopped")?;
        if let Some(administration) = administration {
            administration.stop().await.context("the administration network")?;
        }
        tracing::info!("stopped");
        Ok(())
    })
}

pub fn work() -> Result<()> {
    let _traces = observe("portico-work")?;
    let config = WorkConfig::from_environment()?;
    let admin_socket = config.admin_listen.map(listen).transpose()?;
    actix_web::rt::System::new().block_on(async move {
        let mut crew = Crew::start(&config, Clock::system())?;
        let mut beside = Vec::new();
        if let MailWay::Shown { folder, page: address } = &config.mail.way {
            beside.push(Background::spawn(page::serve(Shelf::open(folder)?, *address)?));
        }
        if let Some(socket) = admin_socket {
            let figures = WorkFigures::new(&config.operator_database_url, Clock::system(), crew.rounds())?;
            beside.push(Background::spawn(admin::serve(Arc::new(figures), socket)?));
        }
        tracing::info!(mail = ?config.mail.way, administration = ?config.admin_listen, "working");
        let left = matches!(select(pin!(told_to_stop()), pin!(crew.anybody_left())).await, Either::Right(_));
        tracing::info!("stopping");
        for one in beside {
            one.stop().await.context("a page of the worker stopped")?;
        }
        crew.stop()?;
        if left {
            bail!("a thread of the worker ended by itself");
        }
        tracing::info!("stopped");
        Ok(())
    })
}

/// Begins to log and, where that is asked for, to trace. Traces end with what is given back.
fn observe(process: &'static str) -> Result<Option<Traces>> {
    let config = LogConfig::from_environment()?;
    let traces = config.traces.as_deref().map(|endpoint| Traces::start(endpoint, process)).transpose()?;
    logs::start(&config, traces.as_ref().map(Traces::provider))?;
    Ok(traces)
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// A server that runs beside what this process waits for.
struct Background {
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl Background {
    fn spawn(server: Server) -> Self {
        Self { handle: server.handle(), task: actix_web::rt::spawn(server) }
    }

    /// Takes no more requests, and lets what is under way finish.
    async fn stop(self) -> Result<()> {
        self.handle.stop(true).await;
        Ok(self.task.await??)
    }
}

/// Waits for the signal that ends a program. Where none can be heard it waits for ever.
async fn told_to_stop() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                terminate.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "the signal to stop cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    select(pin!(terminate), pin!(ctrl_c())).await;
}
