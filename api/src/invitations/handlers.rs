//! Invitations over HTTP.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Json, Path},
};
use shared::{
    check::Violations,
    ids::{InvitationId, UserId},
    invitation::{Invitation, InvitationAcceptance, InvitationPage, NewInvitation},
    recovery::LinkShown,
    session::AccessToken,
};

use super::store::{self, Accepting};
use crate::{
    ApiError,
    access::marks::{menu, op},
    db::Actor,
    http::{
        answers::{Created, Current, NoContent},
        context::Visit,
        guards::{Allowed, BySession, MayRead, Public, why},
        input::{IfMatch, Valid},
        server::Site,
    },
    link_token::{self, LinkKind},
    sessions::{cookies, device, handlers::begun, store::NewSession},
};

/// The invitations that nobody has accepted yet, those that have expired among them, the newest first.
#[utoipa::path(get, path = "/invitations", operation_id = "list_invitations",
    responses((status = 200, description = "The invitations.", body = Vec<Invitation>)))]
pub async fn list_invitations(
    who: Allowed<menu::Users, op::View>,
    site: Data<Site>,
) -> Result<Json<Vec<Invitation>>, ApiError> {
    site.db.read(&who, store::list).await.map(Json)
}

/// Invites somebody by mail, with a link that works once, for a week. Who accepts gets the role for new users; until
/// then a seat is kept for them.
#[utoipa::path(post, path = "/invitations", operation_id = "create_invitation",
    request_body = NewInvitation,
    responses((status = 201, description = "The invitation.", body = Invitation)))]
pub async fn create_invitation(
    // Who comes in stays when a token is revoked.
    who: BySession<Allowed<menu::Users, op::Insert>>,
    site: Data<Site>,
    body: Valid<NewInvitation>,
) -> Result<Created<Invitation>, ApiError> {
    let caller = who.caller().clone();
    site.db.write(&who, move |conn| store::create(conn, &caller, &body.0)).await.map(Created)
}

/// Sends a new link to who is invited, which works for a week from now. The link before works no more.
#[utoipa::path(post, path = "/invitations/{invitation}/resend", operation_id = "resend_invitation",
    params(("invitation" = InvitationId, Path)),
    responses((status = 200, description = "The invitation, sent again.", body = Invitation)))]
pub async fn resend_invitation(
    who: BySession<Allowed<menu::Users, op::Insert>>,
    invitation: Path<InvitationId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<Current<Invitation>, ApiError> {
    let (caller, id) = (who.caller().clone(), invitation.into_inner());
    site.db.write(&who, move |conn| store::resend(conn, &caller, id, version.0)).await.map(Current)
}

/// Takes an invitation back: its link works no more, and its seat is free.
#[utoipa::path(delete, path = "/invitations/{invitation}", operation_id = "delete_invitation",
    params(("invitation" = InvitationId, Path)),
    responses((status = 204, description = "The invitation is taken back.")))]
pub async fn delete_invitation(
    who: Allowed<menu::Users, op::Insert>,
    invitation: Path<InvitationId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (caller, id) = (who.caller().clone(), invitation.into_inner());
    site.db.write(&who, move |conn| store::delete(conn, &caller, id, version.0)).await?;
    Ok(NoContent)
}

/// Whom this link invites, and what a password needs. 410 where it works no more, with the reason.
#[utoipa::path(post, path = "/invitations/check", operation_id = "check_invitation",
    request_body = LinkShown, responses(
        (status = 200, description = "The link works.", body = InvitationPage),
        (status = 410, description = "The link works no more.", body = shared::Problem,
            content_type = "application/problem+json")))]
pub async fn check_invitation(
    who: Public<why::LinkToken>,
    visit: Visit,
    site: Data<Site>,
    body: Valid<LinkShown>,
) -> Result<Json<InvitationPage>, ApiError> {
    let (organization, id) =
        link_token::follow(&site.db, &who, &visit, LinkKind::Invitation, &body.0.token).await?;
    let (of, name) = (organization.id, organization.to_name());
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    site.db.sign_in(&who, of, actor, move |conn| store::get_page(conn, id, name)).await.map(Json)
}

/// Comes in by an invitation: the person is made and signed in, and who invited them is told by mail. Of two
/// acceptances at one moment one works.
#[utoipa::path(post, path = "/session/invitation", operation_id = "accept_invitation",
    request_body = InvitationAcceptance, responses(
        (status = 200, description = "The person is there and signed in.", body = AccessToken),
        (status = 410, description = "The link works no more.", body = shared::Problem,
            content_type = "application/problem+json")))]
pub async fn accept_invitation(
    who: Public<why::LinkToken>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<InvitationAcceptance>,
) -> Result<HttpResponse, ApiError> {
    let form = body.0;
    let (organization, id) =
        link_token::follow(&site.db, &who, &visit, LinkKind::Invitation, &form.token).await?;
    let (of, name) = (organization.id, organization.to_name());
    let actor = Actor::at_the_door(None, visit.address, visit.request_id);
    let page = site.db.sign_in(&who, of, actor, move |conn| store::get_page(conn, id, name)).await?;
    let mut violations = Violations::default();
    let judged = site.passwords.check_new(
        form.password.clone(),
        page.minimum_password_length,
        page.email,
        organization.name.clone(),
    );
    violations.add("/password", judged.await?);
    if !violations.is_empty() {
        return Err(ApiError::Invalid(violations));
    }
    let password_hash = site.passwords.hash(form.password.clone()).await?;
    let (user, mark) = (UserId(site.clock.new_id()), cookies::device(&request));
    let session = NewSession {
        user,
        device: device::name(&visit.user_agent),
        device_hash: mark.hash(),
        address: visit.address.to_string(),
        rehashed: None,
    };
    let accepting = Accepting { invitation: id, user, form, password_hash, session };
    let actor = Actor::at_the_door(Some(user), visit.address, visit.request_id);
    let session = site.db.sign_in(&who, of, actor, move |conn| store::accept(conn, accepting)).await?;
    begun(&site, &organization, user, &session, &mark, |access_token| access_token)
}
