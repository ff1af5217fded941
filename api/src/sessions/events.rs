//! The live stream: tells a browser at once that its person's rights have changed, or that the session is over.
//!
//! Read by `fetch` with the header, one JSON object a line. A stream is a task that sleeps until the cache forgets
//! something of its person, or a heartbeat is due; it holds no thread and no connection to the database. It ends with
//! the session, when the server stops, and when its reader takes nothing any more.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Bytes, Data},
};
use futures_util::{
    future::{Either, select},
    stream,
};
use shared::{event::LiveEvent, ids::SessionId};
use tokio::{sync::mpsc, time};

use crate::{
    ApiError,
    access::{Caller, Person, cache::OrganizationKey, watch::Watching},
    http::{
        guards::{MayRead, SignedIn, why},
        server::Site,
    },
};

/// How often a stream says that it is there, and looks for itself whether its session is: notifications may be lost.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A reader that takes nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// Lines that may wait for the reader.
const WAITING: usize = 2;

/// What happens to this session, as it happens: one JSON object a line, the first at once. Read it with `Authorization`
/// and `fetch`; it ends with the session. Eight streams at a time are open to a session.
#[utoipa::path(get, path = "/events", operation_id = "get_events",
    responses((status = 200, description = "Lines, each an event.", content_type = "application/x-ndjson",
        body = LiveEvent)))]
pub async fn get_events(who: SignedIn<why::OwnSession>, site: Data<Site>) -> Result<HttpResponse, ApiError> {
    let caller = who.caller().clone();
    let session = caller.session()?;
    let watching = site.db.access().watch().enter(caller.organization.id, caller.user(), session)?;
    let (lines, taken) = mpsc::channel(WAITING);
    actix_web::rt::spawn(follow(site, caller, session, watching, lines));
    let body = stream::unfold(taken, |mut taken| async move {
        taken.recv().await.map(|line: Bytes| (Ok::<_, Infallible>(line), taken))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        // Proxies would wait for more.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

/// Writes the lines until the stream is over. Where the database is away it ends, and the browser asks again.
async fn follow(
    site: Data<Site>,
    caller: Caller,
    session: SessionId,
    watching: Watching,
    lines: mpsc::Sender<Bytes>,
) {
    let mut event = LiveEvent::Heartbeat;
    loop {
        let ends_at = match look(&site, &caller, session, &watching).await {
            Ok(Some(person)) => person.sessions.get(&session).map(crate::access::SessionSpan::ends_at),
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(%error, "a stream could not look whether its session is there");
                return;
            }
        };
        let Some(ends_at) = ends_at else {
            // Whether it is taken or not, nothing follows.
            tell(&lines, LiveEvent::SessionEnded).await;
            return;
        };
        if !tell(&lines, event).await {
            return;
        }
        let left = (ends_at - site.clock.now()).to_std().unwrap_or_default();
        let asleep = pin!(time::sleep(HEARTBEAT.min(left)));
        let (woken, gone) = (pin!(watching.woken()), pin!(lines.closed()));
        event = match select(select(woken, asleep), gone).await {
            Either::Right(_) => return,
            Either::Left((Either::Left(_), _)) => LiveEvent::AccessChanged,
            Either::Left((Either::Right(_), _)) => LiveEvent::Heartbeat,
        };
        if watching.is_closed() {
            return;
        }
    }
}

/// The person, where the session goes on.
async fn look(
    site: &Site,
    caller: &Caller,
    session: SessionId,
    watching: &Watching,
) -> Result<Option<Arc<Person>>, ApiError> {
    let _turn = watching.turn().await?;
    find_alive(site, caller, session).await
}

/// The person, where their session goes on: for answers that take longer than a moment.
pub(crate) async fn find_alive(
    site: &Site,
    caller: &Caller,
    session: SessionId,
) -> Result<Option<Arc<Person>>, ApiError> {
    let (access, organization) = (site.db.access(), caller.organization.id);
    let found = access.organization(&site.db, OrganizationKey::Id(organization)).await?;
    if found.is_none_or(|organization| organization.suspended) {
        return Ok(None);
    }
    let now = site.clock.now();
    let lives = |person: &Person| {
        person.may_sign_in && person.sessions.get(&session).is_some_and(|span| span.lives(now))
    };
    let person = access.person(&site.db, organization, caller.user(), lives).await?;
    Ok(person.filter(|person| lives(person)))
}

/// Hands a line over. Whether the reader still takes any.
async fn tell(lines: &mpsc::Sender<Bytes>, event: LiveEvent) -> bool {
    let Ok(mut line) = serde_json::to_vec(&event) else { return false };
    line.push(b'\n');
    matches!(time::timeout(PATIENCE, lines.send(line.into())).await, Ok(Ok(())))
}
