//! One's own sessions.

use leptos::prelude::*;
use shared::session::OwnSession;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Failure, Loader},
    locale,
    locales::profile as t,
    session::Session,
    ui::{AsyncView, Badge, Button, ButtonKind, ConfirmDialog, Icon, IconButton, IconView, Toasts, Tone},
};

const PATH: &str = "/profile/sessions";

#[component]
pub(super) fn Sessions() -> impl IntoView {
    let session = Session::expect();
    // A session that begins or ends elsewhere is told.
    let sessions = Loader::new(move || {
        session.told();
        api::get::<Vec<OwnSession>>(PATH)
    });
    let others = Memo::new(move |_| {
        let sessions = sessions.value().unwrap_or_default();
        i64::try_from(sessions.iter().filter(|session| !session.current).count()).unwrap_or(i64::MAX)
    });
    let list = move |mut all: Vec<OwnSession>| {
        all.sort_by_key(|session| !session.current);
        let line = |session: OwnSession| view! { <Line session sessions /> };
        view! { <ul class="sessions">{all.into_iter().map(line).collect_view()}</ul> }
    };
    view! {
        <AsyncView loader=sessions view=list />
        <Show
            when=move || others.get() != 0
            fallback=move || {
                sessions.value().map(|_| view! { <p class="field-help">{t::only_this()}</p> })
            }
        >
            <EndOthers sessions others=others.into() />
        </Show>
        <History />
    }
}

#[component]
fn Line(session: OwnSession, sessions: Loader<Vec<OwnSession>>) -> impl IntoView {
    let toasts = Toasts::expect();
    let OwnSession { id, current, device, address, created_at, last_used_at, expires_at } = session;
    let device = if device.is_empty() { t::unknown_device().to_owned() } else { locale::device(&device) };
    let used = if current { t::active_now().to_owned() } else { t::last_used(&locale::ago(last_used_at)) };
    let exactly = [
        t::last_used_exactly(&locale::instant(last_used_at)),
        t::began_exactly(&locale::instant(created_at)),
        t::ends_exactly(&locale::instant(expires_at)),
    ]
    .join("\n");
    let name = device.clone();
    let end = move |()| {
        let name = name.clone();
        spawn_local(async move {
            match api::delete(&format!("{PATH}/{id}"), None).await {
                Ok(()) => toasts.done(t::ended(&name)),
                Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
            }
            sessions.reload();
        });
    };
    view! {
        <li class="own-session">
            <span class="own-session-icon"><IconView icon=Icon::Device /></span>
            <span class="own-session-text">
                <span class="own-session-device">
                    {device.clone()} {current.then(|| view! { <Badge label=t::this_session() tone=Tone::Accent /> })}
                </span>
                <span class="own-session-detail">
                    <span class="numeric">{address}</span>
                    " · "
                    <span class="numeric" data-tooltip=exactly tabindex="0">
                        {used}
                    </span>
                </span>
            </span>
            {(!current).then(|| view! { <IconButton label=t::end_of(&device) icon=Icon::SignOut on_press=end /> })}
        </li>
    }
}

/// The file of what was, opened by a link that lasts a minute: a download sends no header.
#[component]
fn History() -> impl IntoView {
    let (toasts, busy) = (Toasts::expect(), RwSignal::new(false));
    let download = move |()| {
        busy.set(true);
        spawn_local(async move {
            if let Err(failure) = api::download("/profile/sessions/history/link").await {
                toasts.failed(format!("{}. {}", failure.title(), failure.advice()));
            }
            busy.try_set(false);
        });
    };
    view! {
        <div class="stack-tight">
            <div>
                <Button label=t::history() busy on_press=download />
            </div>
            <p class="field-help">{t::history_help()}</p>
        </div>
    }
}

#[component]
fn EndOthers(sessions: Loader<Vec<OwnSession>>, others: Signal<i64>) -> impl IntoView {
    let toasts = Toasts::expect();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let failure = RwSignal::new(None::<Failure>);
    let end = move |()| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let outcome = api::delete(PATH, None).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(()) => {
                    open.set(false);
                    toasts.done(t::others_ended());
                    sessions.reload();
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <div>
            <Button label=t::end_others() kind=ButtonKind::Secondary on_press=move |()| open.set(true) />
        </div>
        <ConfirmDialog
            title=Signal::derive(move || t::end_others_title(others.get()))
            text=t::end_others_text()
            verb=t::end_others()
            open
            busy
            failure
            on_confirm=end
        />
    }
}
