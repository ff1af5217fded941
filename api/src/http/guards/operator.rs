//! The guard of the console: an operator of one of these teams.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use shared::console::Team;

use super::{Access, Guard};
use crate::{ApiError, console::OperatorCaller, ops::book::Doer};

/// Which teams pass.
pub trait Teams: Send + Sync + 'static {
    /// The teams, of which an operator needs one.
    const TEAMS: &'static [Team];
}

/// The sets of teams that routes ask for.
pub mod team {
    use super::{Team, Teams};

    macro_rules! sets {
        ($($(#[doc = $doc:literal])* $name:ident = $teams:expr;)*) => {$(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Teams for $name {
                const TEAMS: &'static [Team] = $teams;
            }
        )*};
    }

    sets! {
        /// Every operator, of whichever team.
        Any = Team::ALL;
        /// Who decides who is an operator.
        Security = &[Team::Security];
        /// Who sees whether the installation is well.
        Watchers = &[Team::Operations, Team::Security, Team::Systems, Team::CustomerService, Team::Support];
        /// Who speaks for clients.
        CustomerService = &[Team::CustomerService];
        /// Who runs the installation.
        Operations = &[Team::Operations];
        /// Who sees what clients ask for.
        RequestReaders = &[Team::CustomerService, Team::Operations, Team::Support, Team::Security];
        /// Who sees what operators do.
        Overseers = &[Team::Security, Team::Operations];
    }
}

/// An operator of one of the teams.
#[derive(Debug)]
pub struct Operator<T: Teams> {
    caller: OperatorCaller,
    team: Team,
    of: PhantomData<T>,
}

impl<T: Teams> Operator<T> {
    /// Who.
    pub fn caller(&self) -> &OperatorCaller {
        &self.caller
    }

    /// How the operations book names them.
    pub fn doer(&self) -> Doer {
        self.caller.doer(Some(self.team))
    }
}

impl<T: Teams> FromRequest for Operator<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<OperatorCaller>().cloned().ok_or(ApiError::Unauthenticated);
        ready(caller.and_then(|caller| match caller.as_one_of(T::TEAMS) {
            Some(team) => Ok(Self { caller, team, of: PhantomData }),
            None => Err(ApiError::OtherTeam(T::TEAMS)),
        }))
    }
}

impl<T: Teams> Guard for Operator<T> {
    fn access() -> Access {
        Access::Operator(T::TEAMS)
    }
}
