//! The commands of `portico`, each a few lines over the library. What they print is their result.
#![expect(clippy::print_stdout, reason = "a command's result goes to the standard output")]

pub mod audit_log;
pub mod jobs;
pub mod org;

use std::net::TcpListener;

use anyhow::{Context, Result};
use api::{
    access::cache::AccessCache,
    audit,
    clock::Clock,
    config::{self, MailWay, ServeConfig, WorkConfig},
    db::migrate,
    demo,
    http::{openapi as document, routes, server::Portico, tokens},
    mail::{page, post::Shelf},
    work::Crew,
};
use futures_util::future::select;
use tokio::signal::{
    ctrl_c,
    unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

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
    let made = [tokens::create_key(&directory, &clock)?, audit::keys::create(&directory, &clock)?];
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

pub fn openapi() -> Result<()> {
    println!("{}", document::document(&routes::all()).to_pretty_json()?);
    Ok(())
}

pub fn serve() -> Result<()> {
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(config::log_filter())).init();
    let config = ServeConfig::from_environment()?;
    let portico = Portico::open(&config, Clock::system(), AccessCache::default())?;
    let socket =
        TcpListener::bind(config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    actix_web::rt::System::new().block_on(async move {
        // A live stream never ends by itself: without this, stopping would wait for each until it is cut off.
        let watch = portico.site.db.access().watch().clone();
        actix_web::rt::spawn(async move {
            match told_to_stop().await {
                Ok(()) => watch.close(),
                Err(error) => tracing::warn!(%error, "the signal to stop cannot be heard"),
            }
        });
        let (server, listener) = portico.serve(socket, workers)?;
        tracing::info!(address = %config.listen, "serving");
        let outcome = server.await.context("the server stopped");
        drop(listener);
        outcome
    })
}

pub fn work() -> Result<()> {
    tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(config::log_filter())).init();
    let config = WorkConfig::from_environment()?;
    actix_web::rt::System::new().block_on(async move {
        let mut crew = Crew::start(&config, Clock::system())?;
        let page = match &config.mail.way {
            MailWay::Shown { folder, page: address } => Some(page::serve(Shelf::open(folder)?, *address)?),
            _ => None,
        };
        let page = page.map(|server| (server.handle(), actix_web::rt::spawn(server)));
        tracing::info!(mail = ?config.mail.way, "working");
        {
            let (told, left) = (std::pin::pin!(told_to_stop()), std::pin::pin!(crew.anybody_left()));
            select(told, left).await;
        }
        tracing::info!("stopping");
        if let Some((handle, page)) = page {
            handle.stop(false).await;
            page.await.context("the page of mails stopped")??;
        }
        crew.stop()
    })
}

/// Waits for the signal that ends a program.
async fn told_to_stop() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let (interrupt, terminate) = (std::pin::pin!(ctrl_c()), std::pin::pin!(terminate.recv()));
    select(interrupt, terminate).await;
    Ok(())
}
