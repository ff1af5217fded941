//! The page, and what is shown at which address.

use leptos::prelude::*;
use leptos_router::{
    StaticSegment, WildcardSegment,
    components::{Route as AnyRoute, Router, Routes},
    hooks::use_location,
};

use super::{
    account::Account,
    backups::Backups,
    book::Book,
    enrol::Enrol,
    operators::Operators,
    requests::{ClientCopies, Erasure},
    restore::Restore,
    route::Route,
    session::{OperatorState, Standing},
    sign_in::SignIn,
    standby::Standby,
    surround::Frame,
};
use crate::{
    frame::LeaveDialog,
    locale::LanguageChoice,
    locales::{console as t, frame},
    navigation::Guard,
    theme::ThemeChoice,
    ui::{Arrivals, ButtonKind, EmptyState, Icon, LinkButton, Page, Toasts, ToastsView, TooltipLayer},
};

/// The whole console. As in the organizations' app, a change of language builds everything inside anew.
#[component]
pub(super) fn Console() -> impl IntoView {
    Guard::provide();
    let language = LanguageChoice::provide();
    ThemeChoice::provide();
    Toasts::provide();
    Arrivals::provide();
    OperatorState::provide();
    move || {
        language.get();
        view! {
            <Router>
                <Routes fallback=|| ()>
                    <AnyRoute path=StaticSegment("") view=Shell />
                    <AnyRoute path=WildcardSegment("path") view=Shell />
                </Routes>
            </Router>
            <ToastsView />
            <TooltipLayer />
        }
    }
}

#[component]
fn Shell() -> impl IntoView {
    let (state, guard, toasts) = (OperatorState::expect(), expect_context::<Guard>(), Toasts::expect());
    let languages = expect_context::<LanguageChoice>();
    let location = use_location();
    let route = Memo::new(move |_| location.pathname.with(|path| Route::parse(path)));
    Effect::new(move |_| {
        location.pathname.track();
        location.search.track();
        // The address bar follows the signal a moment later.
        request_animation_frame(move || guard.arrived());
    });
    let who = Memo::new(move |_| match state.standing() {
        Standing::SignedIn(session) => Some(session),
        Standing::Anonymous | Standing::Over => None,
    });
    view! {
        {move || match (route.get(), who.get()) {
            (Some(Route::Enrol), _) => view! { <Enrol /> }.into_any(),
            (_, None) => view! { <SignIn /> }.into_any(),
            (_, Some(session)) => {
                let screen = move || {
                    let route = route.get();
                    untrack(|| screen(route))
                };
                view! { <Frame session route>{screen}</Frame> }.into_any()
            }
        }}
        <LeaveDialog
            on_language=move |language| languages.set(language)
            on_sign_out=move |()| state.sign_out(toasts)
        />
    }
}

fn screen(route: Option<Route>) -> AnyView {
    match route {
        Some(Route::Backups) => view! { <Backups /> }.into_any(),
        Some(Route::Standby) => view! { <Standby /> }.into_any(),
        Some(Route::Restore) => view! { <Restore /> }.into_any(),
        Some(Route::ClientCopies) => view! { <ClientCopies /> }.into_any(),
        Some(Route::Erasure) => view! { <Erasure /> }.into_any(),
        Some(Route::Book) => view! { <Book /> }.into_any(),
        Some(Route::Operators) => view! { <Operators /> }.into_any(),
        Some(Route::Account) => view! { <Account /> }.into_any(),
        Some(Route::Enrol) | None => view! {
            <Page title=frame::not_found()>
                <EmptyState icon=Icon::Search title=frame::not_found() text=t::not_found_text()>
                    <LinkButton href=Route::Backups.href() label=t::to_backups() kind=ButtonKind::Primary />
                </EmptyState>
            </Page>
        }
        .into_any(),
    }
}
