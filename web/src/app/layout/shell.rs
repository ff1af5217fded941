//! What is shown: the screen of the address to those who are signed in, the sign-in to others.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::session::CurrentSession;
use wasm_bindgen_futures::spawn_local;

use super::{
    again::SignInAgain,
    confirm::ConfirmPassword,
    menus::{choose_language, sign_out},
};
use crate::{
    api::{self, Failure, Load, Loader},
    frame::LeaveDialog,
    locale::LanguageChoice,
    navigation::{Go, Guard},
    pieces,
    route::{Place, Route},
    screens,
    session::{Session, Standing},
    ui::{FailureNotice, Toasts},
};

/// Everything below the router. The frame comes as a piece of its own: whoever signs in, or follows the link of a mail,
/// begins without it.
#[component]
pub fn Shell() -> impl IntoView {
    let session = Session::expect();
    let guard = expect_context::<Guard>();
    let (languages, toasts, go) = (expect_context::<LanguageChoice>(), Toasts::expect(), Go::new());
    let location = use_location();
    let route = Memo::new(move |_| location.pathname.with(|path| Route::parse(Place::split(path).1)));
    let shown = Memo::new_with_compare(
        move |_| route.get(),
        |before, now| {
            before != now && !screens::is_same(before.and_then(Option::as_ref), now.and_then(Option::as_ref))
        },
    );
    Effect::new(move |_| {
        location.pathname.track();
        location.search.track();
        // The address bar follows the signal a moment later.
        request_animation_frame(move || guard.arrived());
    });
    // What one may do may have changed since the last screen; what no longer holds goes with the step to the next.
    Effect::new(move |before: Option<()>| {
        shown.track();
        if before.is_some() && session.is_signed_in_untracked() {
            spawn_local(session.look_again());
        }
    });
    // The frame and what is being typed in it stay while the person's rights change under them. It is made anew for
    // what it shows itself: another person, another name or photo. A further session of the same person goes on where the last one
    // ended.
    let user = Memo::new(move |_| {
        session.current().map(|current| {
            let name = (current.first_name, current.last_name);
            (current.user, current.email, name, current.photo, current.organization.name)
        })
    });
    let is_entrance = move || route.with(|route| route.as_ref().is_some_and(Route::is_entrance));
    let is_over = Signal::derive(move || session.is_over() && !is_entrance());
    let frame = frame_loader(session);
    if api::is_session_expected() {
        screens::expect(route.get_untracked().as_ref());
    }
    let standing = Memo::new(move |_| match session.standing() {
        _ if is_entrance() => View::Entrance,
        Standing::Unknown => View::Waiting,
        Standing::Anonymous => View::Anonymous,
        Standing::SignedIn(_) | Standing::Over(_) => match frame.get() {
            Load::Ready(Some(_)) => View::SignedIn,
            Load::Ready(None) | Load::Waiting => View::Waiting,
            Load::Failed(failure) => View::Frameless(failure),
        },
        Standing::Failed(failure) => View::Failed(failure),
    });
    view! {
        {move || match standing.get() {
            View::Entrance => entrance(shown).into_any(),
            View::Waiting => view! { <screens::Splash /> }.into_any(),
            View::Anonymous => anonymous(route).into_any(),
            View::Failed(failure) => {
                let retry = Callback::new(move |()| spawn_local(session.resume()));
                failed(failure, retry)
            }
            View::Frameless(failure) => failed(failure, Callback::new(move |()| frame.reload())),
            View::SignedIn => {
                // Read and not only tracked: a memo that was never read counts its first value as a change.
                user.with(|_| ());
                let current = session.current_untracked().zip(untrack(|| frame.value()).flatten());
                current.map(|(current, build)| {
                    // Only the address makes a screen anew: what its components read while they are set up would
                    // otherwise do so too, and take along what is being typed.
                    let screen = move || {
                        let route = shown.get();
                        untrack(|| screens::screen(route))
                    };
                    let frame = untrack(|| build(current, route.into(), Box::new(move || screen.into_any())));
                    view! { <div class="standing" hidden=move || is_over.get()>{frame}</div> }
                })
                .into_any()
            }
        }}
        <LeaveDialog
            on_language=move |language| choose_language(languages, session, language)
            on_sign_out=move |()| sign_out(session, toasts, go.clone())
        />
        <ConfirmPassword />
        <SignInAgain is_over />
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum View {
    Entrance,
    Waiting,
    Anonymous,
    SignedIn,
    /// It is not known who is signed in.
    Failed(Failure),
    /// The frame did not come.
    Frameless(Failure),
}

/// What builds the frame; absent while nobody needs it.
type BuildFrame = Option<fn(CurrentSession, Signal<Option<Route>>, Children) -> AnyView>;

/// Has the frame come as soon as somebody is, or will probably be, signed in.
fn frame_loader(session: Session) -> Loader<BuildFrame> {
    let is_wanted = Memo::new(move |_| match session.standing() {
        Standing::SignedIn(_) | Standing::Over(_) => true,
        Standing::Unknown => api::is_session_expected(),
        Standing::Anonymous | Standing::Failed(_) => false,
    });
    Loader::new(move || {
        let is_wanted = is_wanted.get();
        async move { if is_wanted { pieces::arrived(super::frame()).await.map(Some) } else { Ok(None) } }
    })
}

/// What a link from a mail opens, and what leads to such a link.
fn entrance(shown: Memo<Option<Route>>) -> impl IntoView {
    move || {
        let route = shown.get();
        untrack(|| screens::screen(route))
    }
}

/// The gallery needs nobody; every other address waits behind the sign-in and is shown after it.
fn anonymous(route: Memo<Option<Route>>) -> impl IntoView {
    move || match route.get() {
        Some(Route::Gallery) => view! {
            <main class="main" id="main" tabindex="-1">
                {screens::screen(Some(Route::Gallery))}
            </main>
        }
        .into_any(),
        _ => screens::sign_in(),
    }
}

fn failed(failure: Failure, retry: Callback<()>) -> AnyView {
    screens::without_frame(view! { <FailureNotice failure on_retry=retry /> }.into_any())
}
