//! Forgotten passwords over HTTP.

use actix_web::web::{Data, Json};
use shared::{
    check::{Violations, normal_email},
    recovery::{LinkShown, PasswordRecovery, RecoveryPage, RecoveryRequest},
};

use super::{
    limits,
    store::{self, Recovering},
};
use crate::{
    ApiError,
    access::cache::OrganizationKey,
    db::Actor,
    http::{
        answers::NoContent,
        context::Visit,
        guards::{Public, why},
        input::Valid,
        server::Site,
    },
    link_token::{self, LinkKind},
    mail::Occasion,
    sessions::{
        device,
        guessing::{self, Source, sign_in_limit},
    },
};

/// Asks for a link by mail with which to set a new password. The answer is the same, in the same time, whether or not
/// there is such an account. At the shared host each account with this e-mail gets a mail of its own.
#[utoipa::path(post, path = "/password-recoveries", operation_id = "request_recovery",
    request_body = RecoveryRequest,
    responses((status = 204, description = "If there is such an account, a mail is on its way.")))]
pub async fn request_recovery(
    who: Public<why::Recovery>,
    visit: Visit,
    site: Data<Site>,
    body: Valid<RecoveryRequest>,
) -> Result<NoContent, ApiError> {
    let email = normal_email(&body.0.email);
    let only_in = match (&visit.organization, body.0.organization) {
        (Some(organization), _) => Some(organization.id.0),
        (None, Some(slug)) => {
            let found = site.db.access().organization(&site.db, OrganizationKey::Slug(slug)).await?;
            // In an organization that is none nobody is found, which is not told either.
            Some(found.map_or_else(uuid::Uuid::nil, |organization| organization.id.0))
        }
        (None, None) => None,
    };
    let (now, id, limits) =
        (site.clock.now(), site.clock.new_id(), limits::of_request(&email, visit.address));
    let until = site
        .db
        .platform(&who, move |platform| {
            let until = platform.reserve_attempt(&limits, now)?;
            if until.is_none() {
                platform.request_recovery(id, &email, only_in, now)?;
            }
            Ok(until)
        })
        .await?;
    guessing::refuse_until(until, now)?;
    Ok(NoContent)
}

/// Whose link this is, and what a new password needs. 410 where it works no more, with the reason.
#[utoipa::path(post, path = "/password-recoveries/check", operation_id = "check_recovery",
    request_body = LinkShown, responses(
        (status = 200, description = "The link works.", body = RecoveryPage),
        (status = 410, description = "The link works no more.", body = shared::Problem,
            content_type = "application/problem+json")))]
pub async fn check_recovery(
    who: Public<why::LinkToken>,
    visit: Visit,
    site: Data<Site>,
    body: Valid<LinkShown>,
) -> Result<Json<RecoveryPage>, ApiError> {
    let (organization, id) =
        link_token::follow(&site.db, &who, &visit, LinkKind::PasswordReset, &body.0.token).await?;
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    let found = site.db.sign_in(&who, organization.id, actor, move |conn| store::get_open(conn, id)).await?;
    Ok(Json(RecoveryPage {
        organization: organization.to_name(),
        email: found.email,
        minimum_password_length: found.minimum_password_length,
    }))
}

/// Sets a new password by a link. All sessions of the person end, their other links work no more, and they are told
/// by mail. Of two uses at one moment one works.
#[utoipa::path(post, path = "/password-recoveries/use", operation_id = "recover_password",
    request_body = PasswordRecovery, responses(
        (status = 204, description = "The new password is set."),
        (status = 410, description = "The link works no more.", body = shared::Problem,
            content_type = "application/problem+json")))]
pub async fn recover_password(
    who: Public<why::LinkToken>,
    visit: Visit,
    site: Data<Site>,
    body: Valid<PasswordRecovery>,
) -> Result<NoContent, ApiError> {
    let PasswordRecovery { token, new_password } = body.0;
    let (organization, id) =
        link_token::follow(&site.db, &who, &visit, LinkKind::PasswordReset, &token).await?;
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    let found = site.db.sign_in(&who, organization.id, actor, move |conn| store::get_open(conn, id)).await?;
    let mut violations = Violations::default();
    let judged = site.passwords.check_new(
        new_password.clone(),
        found.minimum_password_length,
        found.email.clone(),
        organization.name.clone(),
    );
    violations.add("/new_password", judged.await?);
    if !violations.is_empty() {
        return Err(ApiError::Invalid(violations));
    }
    let hash = site.passwords.hash(new_password).await?;
    let actor = Actor::at_the_door(Some(found.user), visit.address, visit.request_id);
    let occasion = Occasion {
        at: site.clock.now(),
        address: Some(visit.address),
        device: Some(device::name(&visit.user_agent)),
    };
    let recovering = Recovering { reset: id, user: found.user, password_hash: hash, occasion };
    site.db.sign_in(&who, organization.id, actor, move |conn| store::recover(conn, recovering)).await?;
    // Who has read the mail is no guesser: the delays of wrong passwords do not stand in the way of the new one.
    let from = Source::Address(visit.address);
    let own =
        [Some(organization.slug.as_str()), None].map(|slug| sign_in_limit(slug, &found.email, from).key);
    let now = site.clock.now();
    site.db.platform(&who, move |platform| platform.forgive_attempt(&own, &[], now)).await?;
    Ok(NoContent)
}
