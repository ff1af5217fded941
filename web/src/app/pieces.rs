//! The pieces the app is cut into. The first holds the sign-in and what everybody needs; the frame and the screens come
//! with the piece they belong to, when they are first shown.
//!
//! `cargo xtask app` cuts at the functions that `cut!` makes: what one piece alone reaches goes into its file, what
//! several reach into files that come with each of them, and what the first piece reaches stays there. So what belongs
//! to a piece is named in its `cut!` and nowhere in the first one.

mod view;

use std::{future::Future, pin::Pin, rc::Rc, sync::Arc};

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::api::{self, Failure};

pub use view::PieceView;

/// `piece { name(argument: Type) = view; }` makes a function `name` that has the piece come and gives what builds the
/// view.
macro_rules! cut {
    ($($piece:ident { $($name:ident($($argument:ident: $kind:ty),*) = $view:expr;)+ })+) => {
        $($(
            #[wasm_split_helpers::wasm_split($piece, fallible)]
            // What is `pub` and `async` is compiled into every program, also into that of the tests.
            pub(crate) fn $name() -> Result<fn($($kind),*) -> leptos::prelude::AnyView, crate::api::Failure> {
                Ok(|$($argument),*| leptos::prelude::IntoAny::into_any($view))
            }
        )+)+
    };
}
pub(crate) use cut;

/// Builds a view.
type Build = Arc<dyn Fn() -> AnyView + Send + Sync>;
/// The way of a piece to here.
type Coming = Pin<Box<dyn Future<Output = Result<Build, Failure>>>>;

/// A view that a piece builds.
#[derive(Clone)]
pub struct Piece(Rc<dyn Fn() -> Coming>);

impl std::fmt::Debug for Piece {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Piece")
    }
}

impl Piece {
    /// `come` is a function that `cut!` has made, `build` calls what it gives.
    pub fn new<F, Fut>(
        come: fn() -> Fut,
        build: impl Fn(F) -> AnyView + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Copy + Send + Sync + 'static,
        Fut: Future<Output = Result<F, Failure>> + 'static,
    {
        Self(Rc::new(move || {
            let (coming, build) = (come(), build.clone());
            Box::pin(async move {
                let made = coming.await?;
                let build: Build = Arc::new(move || build(made));
                Ok(build)
            })
        }))
    }

    /// Has it come while it is still being found out who will see it. Whether it does is seen once it is shown.
    pub fn expect(&self) {
        let coming = (self.0)();
        spawn_local(async {
            let _ = coming.await;
        });
    }
}

/// What comes with a piece, and why it does not come. A server that was updated meanwhile has the files of its own app
/// and no others: what this page asks for will not come any more.
pub async fn arrived<T>(coming: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    match coming.await {
        Err(_) if api::is_outdated().await => Err(Failure::Outdated),
        outcome => outcome,
    }
}
