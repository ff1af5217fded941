//! Who is signed in, and what they may do.

use leptos::{ev, prelude::*};
use shared::{Menu, Operation, event::LiveEvent, session::CurrentSession};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Failure},
    locale::LanguageChoice,
};

/// What the app knows of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The server is being asked.
    Unknown,
    /// Nobody is signed in.
    Anonymous,
    /// This person is.
    SignedIn(Box<CurrentSession>),
    /// This person was, and their session is over. What they were doing waits for them to sign in again.
    Over(Box<CurrentSession>),
    /// The server could not be asked.
    Failed(Failure),
}

/// The session as a signal.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    standing: RwSignal<Standing>,
    /// Counts what the server has told.
    told: RwSignal<u32>,
    language: LanguageChoice,
}

impl Session {
    /// Provides the session, and asks the server whose it is.
    pub fn provide(language: LanguageChoice) -> Self {
        let session = Self { standing: RwSignal::new(Standing::Unknown), told: RwSignal::new(0), language };
        provide_context(session);
        api::on_lost_session(Callback::new(move |()| {
            session.standing.update(|standing| {
                *standing = match std::mem::replace(standing, Standing::Anonymous) {
                    Standing::SignedIn(current) | Standing::Over(current) => Standing::Over(current),
                    _ => Standing::Anonymous,
                };
            });
        }));
        // Somebody may have taken a right away since the session was read; what it gave must then leave the screen.
        api::on_denied(Callback::new(move |()| spawn_local(session.look_again())));
        session
    }

    /// Looks again whenever the person comes back to the window: what they may do may have changed meanwhile.
    pub fn watch_window(self) {
        let handle = window_event_listener(ev::focus, move |_| {
            if self.is_signed_in_untracked() {
                spawn_local(self.look_again());
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Listens to what the server says of the session, for as long as there is one: rights that change count on the
    /// screen at once, and a session that ends leads to the sign-in.
    pub fn listen(self) {
        let id = Memo::new(move |_| {
            self.standing.with(|standing| match standing {
                Standing::SignedIn(current) => Some(current.session),
                _ => None,
            })
        });
        Effect::new(move |_| {
            let Some(now) = id.get() else { return };
            let goes_on = move || id.try_get_untracked().flatten() == Some(now);
            let heard = move |event| {
                if event == LiveEvent::AccessChanged {
                    self.told.update(|told| *told = told.wrapping_add(1));
                    spawn_local(self.look_again());
                }
            };
            spawn_local(api::listen(goes_on, heard));
        });
    }

    /// Changes whenever the server has said that something of the person changed, tracked.
    pub fn told(self) -> u32 {
        self.told.get()
    }

    /// Whether the session is over while a screen still stands, tracked.
    pub fn is_over(self) -> bool {
        self.standing.with(|standing| matches!(standing, Standing::Over(_)))
    }

    /// The session of the app.
    pub fn expect() -> Self {
        expect_context()
    }

    /// What is known, tracked.
    pub fn standing(self) -> Standing {
        self.standing.get()
    }

    /// Whether somebody is signed in, not tracked.
    pub fn is_signed_in_untracked(self) -> bool {
        self.standing.with_untracked(|standing| matches!(standing, Standing::SignedIn(_)))
    }

    /// Goes on with the session that the cookie keeps.
    pub async fn resume(self) {
        match api::resume().await {
            Ok(true) => self.reload().await,
            Ok(false) => self.standing.set(Standing::Anonymous),
            Err(failure) => self.standing.set(Standing::Failed(failure)),
        }
    }

    /// Asks again who is signed in and what they may do, after signing in and when rights may have changed.
    pub async fn reload(self) {
        match api::get::<CurrentSession>("/session").await {
            Ok(current) => {
                self.language.set(current.language);
                self.standing.set(Standing::SignedIn(Box::new(current)));
            }
            Err(failure) if failure.code().is_some_and(|code| code.status() == 401) => {
                self.standing.set(Standing::Anonymous);
            }
            Err(failure) => self.standing.set(Standing::Failed(failure)),
        }
    }

    /// Asks again without disturbing anybody: a network that is away for a moment changes nothing, and an answer that
    /// is the same as before notifies nobody.
    pub async fn look_again(self) {
        let Ok(current) = api::get::<CurrentSession>("/session").await else { return };
        let is_known = self
            .standing
            .with_untracked(|standing| matches!(standing, Standing::SignedIn(known) if **known == current));
        if !is_known {
            self.language.set(current.language);
            self.standing.set(Standing::SignedIn(Box::new(current)));
        }
    }

    /// Ends the session here and on the server.
    pub async fn sign_out(self) -> Result<(), Failure> {
        api::delete("/session", None).await?;
        api::forget_token();
        self.standing.set(Standing::Anonymous);
        Ok(())
    }

    /// What the server said of the person whose screen this is, tracked. Absent when nobody is signed in.
    pub fn current(self) -> Option<CurrentSession> {
        self.standing.with(|standing| match standing {
            Standing::SignedIn(current) | Standing::Over(current) => Some((**current).clone()),
            _ => None,
        })
    }

    /// What the server said of the person, not tracked.
    pub fn current_untracked(self) -> Option<CurrentSession> {
        untrack(|| self.current())
    }

    /// Whether the person may do this, tracked. It decides what is shown; what is done is decided by the API.
    pub fn may(self, menu: Menu, operation: Operation) -> bool {
        self.standing.with(|standing| match standing {
            Standing::SignedIn(current) | Standing::Over(current) => {
                current.permissions.get(&menu).is_some_and(|operations| operations.has(operation))
            }
            _ => false,
        })
    }
}

/// Shows its children to those who may do this, and nothing to others.
#[component]
pub fn Can(
    /// On which menu.
    menu: Menu,
    /// Which operation.
    operation: Operation,
    /// What is shown.
    children: ChildrenFn,
) -> impl IntoView {
    let session = Session::expect();
    view! { <Show when=move || session.may(menu, operation)>{children()}</Show> }
}
