//! The page: what lives as long as it does, and the router.

use leptos::prelude::*;
use leptos_router::{
    StaticSegment, WildcardSegment,
    components::{Route, Router, Routes},
};
use wasm_bindgen_futures::spawn_local;

use crate::{
    layout::Shell,
    locale::LanguageChoice,
    navigation::Guard,
    session::Session,
    theme::ThemeChoice,
    ui::{Arrivals, Toasts, ToastsView, TooltipLayer},
};

/// The whole app.
///
/// The router only keeps the address: `Shell` reads it as our own [`crate::route::Route`], so that a screen without
/// a route, or a route without a screen, does not compile. A change of language builds everything inside anew.
#[component]
pub fn App() -> impl IntoView {
    // The guard listens before the router does, so it comes first.
    Guard::provide();
    let language = LanguageChoice::provide();
    ThemeChoice::provide();
    Toasts::provide();
    Arrivals::provide();
    let session = Session::provide(language);
    session.watch_window();
    session.listen();
    spawn_local(session.resume());
    move || {
        language.get();
        view! {
            <Router>
                <Routes fallback=|| ()>
                    <Route path=StaticSegment("") view=Shell />
                    <Route path=WildcardSegment("path") view=Shell />
                </Routes>
            </Router>
            <ToastsView />
            <TooltipLayer />
        }
    }
}
