//! Another password of one's own. It asks for the old one and for a code, and ends all sessions, this one too.

use actix_web::web::Data;
use shared::{
    ViolationCode, check::Violations, console::OperatorPasswordChange, general_data::PASSWORD_MINIMUM_ADVISED,
};

use crate::{
    ApiError,
    console::{operators::store, second_factor, server::ConsoleSite},
    db::doors::{self, AttemptLimit},
    http::{
        answers::NoContent,
        guards::{Operator, team},
        input::Valid,
    },
    ops::book::{Action, Entry},
    passwords::Verdict,
    sessions::guessing::{key, refuse_until},
};

/// Changes one's own password. All sessions end: sign in again, with the next code.
#[utoipa::path(put, path = "/session/password", operation_id = "change_operator_password",
    request_body = OperatorPasswordChange,
    responses((status = 204, description = "Changed.")))]
pub async fn change_operator_password(
    who: Operator<team::Any>,
    site: Data<ConsoleSite>,
    body: Valid<OperatorPasswordChange>,
) -> Result<NoContent, ApiError> {
    let OperatorPasswordChange { old_password, new_password, code } = body.0;
    let (id, email, doer) = (who.caller().operator.0, who.caller().email.clone(), who.doer());
    // Whoever found a console open is not let guess.
    let limit = AttemptLimit {
        key: key(&[b"operator old password", id.as_bytes()]),
        free: 5,
        longest_seconds: 15 * 60,
        forgiven_after_seconds: 5 * 60,
    };
    let own = vec![limit.key.clone()];
    let (until, stored) = site
        .db
        .run(move |conn| {
            let now = conn.clock().now();
            let until = doors::reserve_attempt(conn.sql(), &[limit], now)?;
            Ok((until, store::lock(conn, id)?.and_then(|row| row.password_hash)))
        })
        .await?;
    refuse_until(until, site.clock.now())?;
    if site.passwords.verify(old_password, stored.clone()).await? == Verdict::Wrong {
        let message = "The old password is not right.";
        return Err(ApiError::invalid("/old_password", ViolationCode::WrongPassword, message));
    }
    let checked = site.passwords.check_new(
        new_password.clone(),
        PASSWORD_MINIMUM_ADVISED,
        email.clone(),
        String::new(),
    );
    checked
        .await?
        .map_err(|violation| ApiError::Invalid(Violations(vec![("/new_password".to_owned(), violation)])))?;
    let new_hash = site.passwords.hash(new_password).await?;
    let of_site = site.clone();
    site.db
        .run(move |conn| {
            let now = conn.clock().now();
            let row = store::lock(conn, id)?.filter(|row| row.active && row.password_hash == stored);
            // Reset or deactivated meanwhile: the session is over too.
            let row = row.ok_or(ApiError::Unauthenticated)?;
            let secret = of_site.sealing.open(&row.second_factor, id)?;
            let step = second_factor::accept(&secret, &code, row.last_step, now)?.ok_or_else(|| {
                let message = "This is not the code of now, or it was used before. Wait for the next one.";
                ApiError::invalid("/code", ViolationCode::NotAllowed, message)
            })?;
            store::enrol(conn, id, &new_hash, step)?;
            super::store::end_all(conn, id)?;
            doors::forgive_attempt(conn.sql(), &own, &[], now)?;
            of_site.book.write(conn, &Entry::new(conn.clock(), doer, Action::ChangePassword, email))
        })
        .await?;
    site.book_was_written();
    Ok(NoContent)
}
