//! What is seen of a piece: nothing for a moment, its shape while it comes, what it builds, or why it did not come.

use leptos::prelude::*;

use super::{Build, Piece, arrived};
use crate::{
    api::{Load, Loader},
    ui::FailureNotice,
};

/// Shows what a piece builds, once it has come.
#[component]
pub fn PieceView(
    /// The piece.
    piece: Piece,
    /// What stands there until then.
    #[prop(into)]
    waiting: ViewFn,
    /// What stands around the reason why it did not come.
    failed: Box<dyn Fn(AnyView) -> AnyView + Send>,
) -> impl IntoView {
    let loader = Loader::<Build>::new(move || arrived((piece.0)()));
    move || match loader.get() {
        Load::Waiting => waiting.run(),
        // Only the piece makes the view anew: what its components read while they are set up would otherwise do so too.
        Load::Ready(build) => untrack(|| build()),
        Load::Failed(failure) => {
            let retry = Callback::new(move |()| loader.reload());
            failed(view! { <FailureNotice failure on_retry=retry /> }.into_any())
        }
    }
}
