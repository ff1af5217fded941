//! A picture of the organization's: a photo or the logo.

use leptos::prelude::*;
use shared::{ids::PictureId, picture::PictureSize};
use wasm_bindgen_futures::spawn_local;

use crate::api;

/// A picture, once it is there; nothing before, and nothing where it cannot be had: what it shows stands beside it.
#[component]
pub fn Picture(
    /// Which one.
    id: PictureId,
    /// How large.
    #[prop(optional)]
    size: PictureSize,
    /// The class of the image.
    class: &'static str,
    /// What it shows, where nothing beside it says so.
    #[prop(optional, into)]
    alt: String,
) -> impl IntoView {
    let address = RwSignal::new(api::known_picture(id, size));
    if address.with_untracked(Option::is_none) {
        spawn_local(async move {
            if let Ok(found) = api::picture(id, size).await {
                // The screen may be another one by now.
                let _ = address.try_set(Some(found));
            }
        });
    }
    move || address.get().map(|address| view! { <img class=class src=address alt=alt.clone() /> })
}
