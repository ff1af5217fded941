//! Where a request to the console comes from, and who sends it.

use std::{
    future::{Ready, ready},
    net::IpAddr,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use shared::{
    console::{BookActor, Team},
    ids::OperatorId,
};
use uuid::Uuid;

use super::{server::ConsoleSite, sessions::store};
use crate::{
    ApiError,
    http::context::{bearer, client_address},
    ops::book::Doer,
};

/// From where a request comes.
#[derive(Debug, Clone, Copy)]
pub struct Origin(pub IpAddr);

/// The operator who sends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorCaller {
    /// The operator.
    pub operator: OperatorId,
    /// The session.
    pub session: Uuid,
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The teams.
    pub teams: Vec<Team>,
    /// When the session ends at the latest.
    pub expires_at: DateTime<Utc>,
}

impl OperatorCaller {
    /// The first of these teams that the operator is in.
    pub fn as_one_of(&self, teams: &[Team]) -> Option<Team> {
        teams.iter().copied().find(|team| self.teams.contains(team))
    }

    /// How the operations book names them, as a member of this team.
    pub fn doer(&self, team: Option<Team>) -> Doer {
        Doer { kind: BookActor::Operator, id: Some(self.operator.0), name: self.email.clone(), team }
    }
}

impl FromRequest for Origin {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().copied().ok_or(ApiError::NotFound))
    }
}

/// The middleware: nothing for networks that are not let in, 401 for a bad token, anonymous for a missing one.
pub async fn context<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    match place(&request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

async fn place(request: &ServiceRequest) -> Result<(), ApiError> {
    let Some(site) = request.app_data::<Data<ConsoleSite>>().cloned() else {
        return Err(ApiError::internal(anyhow::anyhow!("the console has no site")));
    };
    let forwarded: Vec<&[u8]> =
        request.headers().get_all(header::X_FORWARDED_FOR).map(header::HeaderValue::as_bytes).collect();
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
    let address = client_address(peer, &forwarded, site.trusted_proxies);
    if !is_let_in(&site.networks, address) {
        // Not even that this is a console.
        return Err(ApiError::NotFound);
    }
    request.extensions_mut().insert(Origin(address));
    if let Some(token) = bearer(request)? {
        let caller = site.db.run(move |conn| store::caller(conn, &token)).await?;
        request.extensions_mut().insert(caller.ok_or(ApiError::Unauthenticated)?);
    }
    Ok(())
}

fn is_let_in(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_let_in() {
        let networks: Vec<IpNet> =
            ["10.1.0.0/16", "fd00::/8"].iter().map(|text| text.parse().expect("a network")).collect();
        for (address, expected) in [
            ("10.1.2.3", true),
            ("10.2.2.3", false),
            ("fd00::1", true),
            ("2001:db8::1", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(is_let_in(&networks, address.parse().expect("an address")), expected, "{address}");
        }
    }
}
