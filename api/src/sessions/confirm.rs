//! The password once more, for what changes who may do what.
//!
//! The sign-in itself does not count: it says who opened the session, and not who sits at it when something is to be
//! changed. Guesses are counted under the keys of the sign-in, so that a stolen access token opens no second door to
//! try passwords at; and the person is told of them, as they are of those.

use actix_web::{HttpRequest, web::Data};
use shared::{ViolationCode, session::Confirmation};

use super::{
    cookies, device,
    guesses::Guess,
    guessing::{self, Source},
    store,
};
use crate::{
    ApiError,
    db::doors,
    http::{
        answers::NoContent,
        context::Visit,
        guards::{MayRead, SignedIn, why},
        input::Valid,
        server::Site,
    },
    passwords::Verdict,
};

/// Confirms with the password that it is still the person who uses this session. For five minutes, what asks for a
/// confirmation is open to it, on every server.
#[utoipa::path(post, path = "/session/confirm", operation_id = "confirm_session",
    request_body = Confirmation, responses((status = 204, description = "The session is confirmed.")))]
pub async fn confirm_session(
    who: SignedIn<why::OwnSession>,
    request: HttpRequest,
    visit: Visit,
    site: Data<Site>,
    body: Valid<Confirmation>,
) -> Result<NoContent, ApiError> {
    let (user, session, now) = (who.caller().user(), who.caller().session()?, who.caller().now);
    let mark = cookies::device(&request).hash();
    let device_hash = mark.clone();
    let (knows_device, account, email) = site
        .db
        .read(&who, move |conn| {
            let knows_device = store::knows_device(conn, user, &device_hash)?;
            Ok((knows_device, store::find_account(conn, user)?, store::email(conn, user)?))
        })
        .await?;
    let source = if knows_device { Source::KnownDevice(&mark) } else { Source::Address(visit.address) };
    let slug = who.caller().organization.slug.clone();
    let limits =
        [guessing::sign_in_limit(Some(&slug), &email, source), guessing::network_limit(visit.address)];
    let [own, network] = limits.each_ref().map(|limit| vec![limit.key.clone()]);
    // From a browser that the account knows it is the person who mistypes.
    let guess = (!knows_device).then(|| Guess {
        id: site.clock.new_id(),
        keys: own.clone(),
        email,
        only_in: Some(who.caller().organization.id.0),
        address: visit.address,
        device: device::name(&visit.user_agent),
    });
    let until = site
        .db
        .write(&who, move |conn| {
            let until = doors::reserve_attempt(conn.sql(), &limits, now)?;
            if let (Some(_), Some(guess)) = (until, guess) {
                doors::note_guess(conn.sql(), &guess, now)?;
            }
            Ok(until)
        })
        .await?;
    guessing::refuse_until(until, now)?;
    let hash = account.and_then(|account| account.password_hash);
    if site.passwords.verify(body.0.password, hash.clone()).await? == Verdict::Wrong {
        return Err(ApiError::invalid(
            "/password",
            ViolationCode::WrongPassword,
            "This is not your password.",
        ));
    }
    site.db
        .write(&who, move |conn| {
            doors::forgive_attempt(conn.sql(), &own, &network, now)?;
            store::confirm(conn, user, session, hash.as_deref())
        })
        .await?;
    Ok(NoContent)
}
