//! Guards: the first argument of every handler, saying who may call it.
//!
//! Guards are synchronous: they read what the session middleware has put into the request, so 401 and 403 answer
//! before a broken body does. A handler whose first argument is no guard does not compile:
//!
//! ```compile_fail,E0277
//! use api::http::{guards::{Public, why}, route::Route};
//!
//! #[utoipa::path(get, path = "/open", operation_id = "open", responses((status = 200)))]
//! async fn open() -> actix_web::HttpResponse {
//!     actix_web::HttpResponse::Ok().finish()
//! }
//!
//! let _ = Route::new::<__path_open, _, _>("open", open);
//! ```
//!
//! With a guard it does:
//!
//! ```
//! use api::http::{guards::{Public, why}, route::Route};
//!
//! #[utoipa::path(get, path = "/open", operation_id = "open", responses((status = 200)))]
//! async fn open(_who: Public<why::SignInPage>) -> actix_web::HttpResponse {
//!     actix_web::HttpResponse::Ok().finish()
//! }
//!
//! let _ = Route::new::<__path_open, _, _>("open", open);
//! ```

mod by_session;
mod confirmed;
mod linked;
mod operator;

use std::{any::TypeId, future::Ready, marker::PhantomData};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use shared::{Menu, Operation, console::Team};

use crate::{
    ApiError,
    access::{
        Caller,
        marks::{MenuMark, Mutates, OperationMark},
    },
    http::input::IfMatch,
};

pub use by_session::BySession;
pub(super) use confirmed::may_ask;
pub use confirmed::{Confirmation, Confirmed, ConfirmedFor};
pub use linked::Linked;
pub use operator::{Operator, Teams, team};

/// Who may call a route, as the access table and OpenAPI show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the text says why.
    Public(&'static str),
    /// Whoever is signed in; the text says why.
    SignedIn(&'static str),
    /// Who may do this on the menu.
    Allowed(Menu, Operation),
    /// Who may do this on the project of the path, by position or the management way.
    InProject(Menu, Operation),
    /// Who sees the project of the path, by whichever way, and on whichever tab.
    SeesProject,
    /// An operator of one of these teams, at the console.
    Operator(&'static [Team]),
}

impl std::fmt::Display for Access {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Public(why) => write!(formatter, "public ({why})"),
            Self::SignedIn(why) => write!(formatter, "signed in ({why})"),
            Self::Allowed(menu, operation) => write!(formatter, "{} {}", menu.key(), operation.key()),
            Self::InProject(menu, operation) => {
                write!(formatter, "{} {} in project", menu.key(), operation.key())
            }
            Self::SeesProject => formatter.write_str("sees the project"),
            Self::Operator(teams) if *teams == Team::ALL => formatter.write_str("operator (any team)"),
            Self::Operator(teams) => {
                let teams: Vec<&str> = teams.iter().map(|team| team.key()).collect();
                write!(formatter, "operator ({})", teams.join(", "))
            }
        }
    }
}

/// An extractor that decides who may call.
pub trait Guard: FromRequest {
    /// What it asks for.
    fn access() -> Access;

    /// Whether the person has to have shown their password a moment ago.
    fn confirmation() -> Confirmation {
        Confirmation::Never
    }

    /// Whether it lets API tokens in. A guard that does not say so does not.
    fn takes_tokens() -> bool {
        false
    }

    /// Whether a signed link opens it, too.
    fn by_link() -> bool {
        false
    }
}

/// A guard behind which somebody is signed in and may read.
pub trait MayRead: Guard {
    /// Who.
    fn caller(&self) -> &Caller;
}

/// A guard behind which somebody may change something.
pub trait MayWrite: MayRead {}

/// A guard of one project, accepted by `Db::in_project` alone.
pub trait OnProject: Guard {
    /// The tab.
    const TAB: Menu;
    /// The operation.
    const OPERATION: Operation;
    /// Whether it changes something.
    const WRITES: bool;
    /// Who.
    fn caller(&self) -> &Caller;
}

/// A guard that anybody passes.
pub trait OpenDoor: Guard {}

/// Why a route asks for less than a menu.
pub trait Why: Send + Sync + 'static {
    /// The reason, for the access table.
    const WHY: &'static str;
}

/// The reasons there are.
pub mod why {
    macro_rules! whys {
        ($($name:ident $text:literal;)*) => {$(
            #[doc = $text]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl super::Why for $name {
                const WHY: &'static str = $text;
            }
        )*};
    }

    whys! {
        SignIn "nobody is signed in before the sign-in";
        SignInPage "the sign-in screen shows whose it is";
        Recovery "whoever has forgotten the password cannot sign in";
        LinkToken "the token of the link is the credential";
        DeliveryLink "the link that operators have given is the credential, and what it leads to is sealed";
        RefreshCookie "the refresh cookie is the credential";
        Documentation "what the API offers is no secret";
        Health "load balancers ask without an account";
        OwnSession "one's own session";
        Picture "photos and the logo are for everybody in the organization";
        OwnProfile "one's own profile";
        OwnAccess "one's own access; that of others for those with users view";
        OwnTokens "one's own API tokens";
        OwnCredential "what one's own credential is good for";
        WiderToken "more scopes or other addresses";
        ProjectForm "everybody who sees a project reads its choices";
        WayIn "e-mail, password, complete access and roles with administration";
        OperatorSignIn "no operator is signed in before the sign-in";
        Enrolment "what a new operator was handed is the credential";
    }
}

/// By which credential a person is let in who needs no menu.
pub trait By: Send + Sync + 'static {
    /// Whether API tokens are, whatever their scopes.
    const TOKENS: bool;
}

/// The credentials there are.
pub mod by {
    /// Somebody who is signed in themself. API tokens are refused: they have scopes of menus, and here is none.
    #[derive(Debug, Clone, Copy)]
    pub struct Session;

    /// An API token, too.
    #[derive(Debug, Clone, Copy)]
    pub struct SessionOrToken;

    impl super::By for Session {
        const TOKENS: bool = false;
    }

    impl super::By for SessionOrToken {
        const TOKENS: bool = true;
    }
}

/// Anybody. Takes a reason, and gives `Db::platform` and nothing else.
#[derive(Debug)]
pub struct Public<W: Why>(PhantomData<W>);

/// Whoever is signed in, and an API token of theirs where the guard says so.
#[derive(Debug)]
pub struct SignedIn<W: Why, B: By = by::Session> {
    caller: Caller,
    of: PhantomData<(W, B)>,
}

/// Who may do the operation on the menu.
#[derive(Debug)]
pub struct Allowed<M: MenuMark, O: OperationMark> {
    caller: Caller,
    of: PhantomData<(M, O)>,
}

/// Who may do the operation on the tab of the project of the path. Refuses those who could not do it on any
/// project; `Db::in_project` decides about this one.
#[derive(Debug)]
pub struct InProject<M: MenuMark, O: OperationMark> {
    caller: Caller,
    of: PhantomData<(M, O)>,
}

/// Who sees the project of the path. Refuses those who could see none; `Db::in_seen_project` decides about this one.
#[derive(Debug)]
pub struct SeesProject {
    caller: Caller,
}

/// Who asks; refused where they show an API token and the guard takes none.
fn caller(request: &HttpRequest, takes_tokens: bool) -> Result<Caller, ApiError> {
    let caller = request.extensions().get::<Caller>().cloned().ok_or(ApiError::Unauthenticated)?;
    if !takes_tokens {
        caller.session()?;
    }
    Ok(caller)
}

macro_rules! extractor {
    ($guard:ident<$($parameter:ident: $bound:ident),*>, $request:ident => $body:expr) => {
        impl<$($parameter: $bound),*> FromRequest for $guard<$($parameter),*> {
            type Error = ApiError;
            type Future = Ready<Result<Self, ApiError>>;

            fn from_request($request: &HttpRequest, _: &mut Payload) -> Self::Future {
                std::future::ready($body)
            }
        }
    };
}

extractor!(Public<W: Why>, _request => Ok(Self(PhantomData)));
extractor!(SignedIn<W: Why, B: By>, request => {
    caller(request, B::TOKENS).map(|caller| Self { caller, of: PhantomData })
});
extractor!(Allowed<M: MenuMark, O: OperationMark>, request => caller(request, Self::takes_tokens()).and_then(|caller| {
    caller.holder().check(M::MENU, O::OPERATION, caller.today()).map_err(ApiError::Forbidden)?;
    Ok(Self { caller, of: PhantomData })
}));
extractor!(InProject<M: MenuMark, O: OperationMark>, request => caller(request, Self::takes_tokens()).and_then(|caller| {
    caller.holder().check_on_some_project(M::MENU, O::OPERATION, caller.today()).map_err(ApiError::Forbidden)?;
    Ok(Self { caller, of: PhantomData })
}));

extractor!(SeesProject<>, request => caller(request, Self::takes_tokens()).and_then(|caller| {
    caller.holder().check_sees_some_project(caller.today()).map_err(ApiError::Forbidden)?;
    Ok(Self { caller })
}));

impl<W: Why> Guard for Public<W> {
    fn access() -> Access {
        Access::Public(W::WHY)
    }
}

impl<W: Why> OpenDoor for Public<W> {}

impl<W: Why, B: By> Guard for SignedIn<W, B> {
    fn access() -> Access {
        Access::SignedIn(W::WHY)
    }

    fn takes_tokens() -> bool {
        B::TOKENS
    }
}

impl<W: Why, B: By> MayRead for SignedIn<W, B> {
    fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<W: Why, B: By> MayWrite for SignedIn<W, B> {}

impl<M: MenuMark, O: OperationMark> Guard for Allowed<M, O> {
    fn access() -> Access {
        Access::Allowed(M::MENU, O::OPERATION)
    }

    fn takes_tokens() -> bool {
        !M::MENU.is_beyond_tokens()
    }
}

impl<M: MenuMark, O: OperationMark> MayRead for Allowed<M, O> {
    fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<M: MenuMark, O: Mutates> MayWrite for Allowed<M, O> {}

impl<M: MenuMark, O: OperationMark> Guard for InProject<M, O> {
    fn access() -> Access {
        Access::InProject(M::MENU, O::OPERATION)
    }

    fn takes_tokens() -> bool {
        !M::MENU.is_beyond_tokens()
    }
}

impl<M: MenuMark, O: OperationMark> OnProject for InProject<M, O> {
    const TAB: Menu = M::MENU;
    const OPERATION: Operation = O::OPERATION;
    const WRITES: bool = !matches!(O::OPERATION, Operation::View);

    fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<M: MenuMark, O: OperationMark> InProject<M, O> {
    /// Who.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl Guard for SeesProject {
    fn access() -> Access {
        Access::SeesProject
    }

    fn takes_tokens() -> bool {
        true
    }
}

impl SeesProject {
    /// Who.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

/// The arguments of a handler, of which the first is a guard.
#[diagnostic::on_unimplemented(
    message = "the first argument of a handler must be a guard",
    label = "this handler's first argument does not say who may call it",
    note = "guards are Allowed<menu::…, op::…>, InProject<menu::…, op::…>, SeesProject, SignedIn<why::…> and \
            Public<why::…>, and Confirmed<…>, BySession<…> or Linked<…> around one of them; at the console \
            Operator<team::…>"
)]
pub trait Guarded {
    /// What the guard asks for.
    fn access() -> Access;

    /// Whether the guard asks for the password once more.
    fn confirmation() -> Confirmation;

    /// Whether the guard lets API tokens in.
    fn takes_tokens() -> bool;

    /// Whether a signed link opens it, too.
    fn by_link() -> bool;

    /// Whether the version that was read is among the arguments.
    fn takes_version() -> bool;
}

macro_rules! guarded {
    ($($argument:ident)*) => {
        impl<G: Guard, $($argument: 'static),*> Guarded for (G, $($argument,)*) {
            fn access() -> Access {
                G::access()
            }

            fn confirmation() -> Confirmation {
                G::confirmation()
            }

            fn takes_tokens() -> bool {
                G::takes_tokens()
            }

            fn by_link() -> bool {
                G::by_link()
            }

            fn takes_version() -> bool {
                let arguments: &[TypeId] = &[$(TypeId::of::<$argument>()),*];
                arguments.contains(&TypeId::of::<IfMatch>())
            }
        }
    };
}

guarded!();
guarded!(A);
guarded!(A B);
guarded!(A B C);
guarded!(A B C D);
guarded!(A B C D E);
guarded!(A B C D E F);
