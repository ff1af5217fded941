//! Which operator is signed in.

use leptos::prelude::*;
use shared::console::{OperatorSession, OperatorToken, Team};
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{self, Failure},
    ui::Toasts,
};

/// What the console knows of the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody is signed in. A page that is loaded anew knows nobody.
    Anonymous,
    /// This operator is.
    SignedIn(OperatorSession),
    /// Somebody was, and their session is over.
    Over,
}

/// It as a signal.
#[derive(Debug, Clone, Copy)]
pub(super) struct OperatorState(RwSignal<Standing>);

impl OperatorState {
    /// Set up once.
    pub(super) fn provide() {
        let state = Self(RwSignal::new(Standing::Anonymous));
        provide_context(state);
        api::on_lost_session(Callback::new(move |()| state.0.set(Standing::Over)));
    }

    /// That of the console.
    pub(super) fn expect() -> Self {
        expect_context()
    }

    /// What is known, tracked.
    pub(super) fn standing(self) -> Standing {
        self.0.get()
    }

    /// Goes on as the operator who has signed in.
    pub(super) async fn enter(self, token: OperatorToken) -> Result<(), Failure> {
        api::take_operators_token(token);
        let session = api::get::<OperatorSession>("/session").await?;
        self.0.set(Standing::SignedIn(session));
        Ok(())
    }

    /// Ends the session here and on the server.
    pub(super) fn sign_out(self, toasts: Toasts) {
        spawn_local(async move {
            match api::delete("/session", None).await {
                Ok(()) => self.forget(),
                Err(failure) => toasts.failed(format!("{}. {}", failure.title(), failure.advice())),
            }
        });
    }

    /// The session has ended on the server.
    pub(super) fn forget(self) {
        api::forget_operators_token();
        self.0.set(Standing::Anonymous);
    }

    /// Whether the operator is in one of these teams, tracked. It decides what is shown; what is done the API decides.
    pub(super) fn is_of(self, teams: &[Team]) -> bool {
        self.0.with(|standing| match standing {
            Standing::SignedIn(session) => session.teams.iter().any(|team| teams.contains(team)),
            Standing::Anonymous | Standing::Over => false,
        })
    }

    /// Who is signed in, not tracked.
    pub(super) fn current_untracked(self) -> Option<OperatorSession> {
        self.0.with_untracked(|standing| match standing {
            Standing::SignedIn(session) => Some(session.clone()),
            Standing::Anonymous | Standing::Over => None,
        })
    }
}
