//! What the operator does about a request. What their teams or the state do not let is not there.

use leptos::prelude::*;
use shared::console::{ClientRequest, OperatorSession};

use super::{
    deliver::Deliver,
    dialogs::{Because, Execute, Plain},
    next::Act,
    panel::STANDING,
};
use crate::{api::Loader, browser, locales::console_requests as t, ui::Toasts};

/// A request that is being worked on. A handle.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    loader: Loader<ClientRequest>,
    toasts: Toasts,
}

impl Subject {
    /// As it is now, tracked.
    pub(super) fn get(self) -> Option<ClientRequest> {
        self.loader.value()
    }

    /// Something of it as it is now, tracked.
    pub(super) fn read<T: Default>(self, read: impl FnOnce(&ClientRequest) -> T) -> T {
        self.get().as_ref().map(read).unwrap_or_default()
    }

    /// Where something is done about it. Not tracked.
    pub(super) fn path(self, act: Act) -> Option<String> {
        let request = untrack(|| self.get())?;
        Some(format!("/client-requests/{}/{}", request.id, act.path()))
    }

    /// Takes in what doing something has answered.
    pub(super) fn done(self, request: ClientRequest, said: &str) {
        self.loader.set(request);
        self.toasts.done(said);
        // The button that had the focus is gone with its dialog.
        request_animation_frame(|| browser::focus(STANDING));
    }

    /// Takes in a change that leaves the button there.
    pub(super) fn changed(self, request: ClientRequest) {
        self.loader.set(request);
    }

    /// Looks how it stands, when something was refused.
    pub(super) fn look(self) {
        self.loader.reload();
    }
}

#[component]
pub(super) fn Actions(loader: Loader<ClientRequest>, operator: OperatorSession) -> impl IntoView {
    let subject = Subject { loader, toasts: Toasts::expect() };
    let may = move |act: Act| {
        let operator = operator.clone();
        Memo::new(move |_| subject.read(|request| act.is_for(&operator, request)))
    };
    let acts = [Act::Verify, Act::Authorize, Act::Execute, Act::Deliver, Act::Refuse, Act::Withdraw];
    let [verify, authorize, execute, deliver, refuse, withdraw] = acts.map(may);
    let any = Memo::new(move |_| {
        // All are read, so that all are tracked.
        [verify, authorize, execute, deliver, refuse, withdraw].map(|may| may.get()).contains(&true)
    });
    let kind = Memo::new(move |_| subject.get().map(|request| request.kind));
    view! {
        <div class="request-actions" class:request-actions-none=move || !any.get()>
            <Show when=move || verify.get()>
                <Plain subject act=Act::Verify />
            </Show>
            <Show when=move || authorize.get()>
                <Plain subject act=Act::Authorize />
            </Show>
            {move || {
                let kind = kind.get().filter(|_| execute.get());
                kind.map(|kind| view! { <Execute subject kind /> })
            }}
            <Show when=move || deliver.get()>
                <Deliver subject />
            </Show>
            <Show when=move || refuse.get()>
                <Because
                    subject
                    act=Act::Refuse
                    verb=t::refuse()
                    title=t::refuse_title()
                    done=t::refused_toast()
                />
            </Show>
            <Show when=move || withdraw.get()>
                <Because
                    subject
                    act=Act::Withdraw
                    verb=t::withdraw()
                    title=t::withdraw_title()
                    done=t::withdrawn_toast()
                />
            </Show>
        </div>
    }
}
