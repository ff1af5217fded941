//! A link to the export, and the export.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web::{Data, Json},
};
use futures_util::stream;
use shared::{Menu, Operation, session::SignedLink};
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};

use super::outgoing::{Brake, Outgoing, outgoing};
use crate::{
    ApiError,
    access::{
        Caller,
        marks::{menu, op},
    },
    db::{arrival::Newcomer, export::owned},
    files::Waiting,
    http::{
        guards::{Allowed, Confirmed, Linked, MayRead},
        route::Route,
        server::Site,
        signed_link::{self, Resource},
    },
    ops::export::{Contents, leaving::Leaving},
    routes,
    sessions::events,
};

/// How often it is asked whether whoever takes it still may.
const ASK: Duration = Duration::from_secs(5);

/// A link to the export of the organization, for a minute in which it has to be opened. For company admins only.
#[utoipa::path(get, path = "/organization/export/link", operation_id = "get_organization_export_link",
    responses((status = 200, description = "The link.", body = SignedLink)))]
pub async fn get_organization_export_link(
    who: Confirmed<Allowed<menu::ManageAccount, op::View>>,
    site: Data<Site>,
) -> Result<Json<SignedLink>, ApiError> {
    signed_link::issue(&site, who.caller(), &Resource::at("/organization/export")).map(Json)
}

/// The organization with all rows and files, as an archive that another installation takes in; passwords, tokens and
/// sessions are not in it. The audit log says who took it. One without its last entry, `contents.json`, is cut off. A server writes one at a time.
#[utoipa::path(get, path = "/organization/export", operation_id = "export_organization",
    responses((status = 200, description = "The archive.", body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn export_organization(
    who: Linked<Confirmed<Allowed<menu::ManageAccount, op::View>>>,
    site: Data<Site>,
) -> Result<HttpResponse, ApiError> {
    let turn = Arc::clone(&site.exports).try_acquire_owned().map_err(|_| ApiError::Busy)?;
    site.db.note_export(&who, "organization").await?;
    let name = format!("attachment; filename=\"{}-export.tar.zst\"", who.caller().organization.slug);
    let (out, receiver, brake) = outgoing();
    actix_web::rt::spawn(go(who, site, out, brake, turn));
    let body = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(body))
}

/// Writes it, as long as whoever takes it may. One that breaks off has no end, and so is found out.
async fn go<G: MayRead>(who: G, site: Data<Site>, out: Outgoing, brake: Brake, turn: OwnedSemaphorePermit) {
    let caller = who.caller().clone();
    let sender = out.sender();
    let writing = write(&who, &site, out);
    let watching = async {
        loop {
            actix_web::rt::time::sleep(ASK).await;
            if let Err(error) = check_still_allowed(&site, &caller).await {
                tracing::info!(%error, organization = %caller.organization.id, "an export is broken off");
                brake.pull();
                return;
            }
        }
    };
    let mut writing = std::pin::pin!(writing);
    let written = tokio::select! {
        written = &mut writing => written,
        () = watching => writing.await,
    };
    if let Err(error) = written {
        tracing::warn!(error = format!("{error:#}"), organization = %caller.organization.id, "an export broke off");
        // Where nobody reads any more, nobody misses it.
        sender.send(Err(ApiError::Internal(error))).await.unwrap_or_default();
    }
    drop(turn);
}

async fn write<G: MayRead>(who: &G, site: &Site, out: Outgoing) -> anyhow::Result<()> {
    let (organization, now) = (who.caller().organization.clone(), site.clock.now());
    let leaving = site
        .db
        .snapshot(who, move |conn| {
            let mut rows = owned(conn).map_err(ApiError::Internal)?;
            let created_at = rows.created_at().map_err(ApiError::Internal)?;
            let newcomer = Newcomer {
                id: organization.id,
                number: organization.number,
                short_id: organization.short_id.clone(),
                slug: organization.slug.clone(),
                name: organization.name.clone(),
                created_at,
            };
            Leaving::begin(out, &newcomer, now, &mut rows).map_err(ApiError::Internal)
        })
        .await?;
    // Files need no connection.
    let (files, waiting) = (site.files.clone(), Waiting::Beside(Handle::current()));
    let contents = tokio::task::spawn_blocking(move || -> anyhow::Result<Contents> {
        let mut leaving = leaving;
        leaving.files_of(&files, &waiting)?;
        let (out, contents) = leaving.finish()?;
        out.end()?;
        Ok(contents)
    })
    .await??;
    tracing::info!(
        files = contents.files.len(),
        tables = contents.tables.len(),
        "an organization was exported"
    );
    Ok(())
}

/// Asks again: a long file goes on no longer than the session, and the right, of whoever takes it.
async fn check_still_allowed(site: &Site, caller: &Caller) -> Result<(), ApiError> {
    let alive = events::find_alive(site, caller, caller.session()?).await?;
    let person = alive.ok_or(ApiError::Unauthenticated)?;
    let today = site.clock.now().with_timezone(&person.time_zone).date_naive();
    person.holder.check(Menu::ManageAccount, Operation::View, today).map_err(ApiError::Forbidden)
}

/// All routes of this domain.
pub fn routes() -> Vec<Route> {
    routes![get_organization_export_link, export_organization]
}
