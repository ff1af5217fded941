//! The frame around every screen.

mod again;
mod confirm;
mod frame;
mod menus;
mod navigation;
mod palette;
mod shell;

use leptos::prelude::*;
use shared::session::CurrentSession;
use wasm_bindgen_futures::spawn_local;

use crate::{pieces::cut, route::Route, screens};

pub use shell::Shell;

cut! {
    inside {
        frame(session: CurrentSession, route: Signal<Option<Route>>, children: Children) =
            view! { <frame::Frame session route>{children()}</frame::Frame> };
    }
}

/// Has the frame and the screen of a route come for somebody who is signing in.
pub fn expect(route: &Route) {
    spawn_local(async {
        let _ = frame().await;
    });
    screens::expect(Some(route));
}
