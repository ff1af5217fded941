//! Signing in with e-mail, password and a code of the second factor.
//!
//! Invariant: all three have to be right at once, and whichever is wrong is answered alike. Guessing is slowed and never
//! locked, by the technique of the tenants' sign-in: per e-mail and address, per network, and, once the password was right,
//! per operator from wherever codes are tried.

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use shared::{
    ProblemCode,
    check::normal_email,
    console::{BookOutcome, OperatorSignIn, OperatorToken},
};
use uuid::Uuid;

use super::store;
use crate::{
    ApiError,
    access::network::network,
    console::{
        context::Origin,
        operators::store::{self as operators, SignInRow},
        second_factor,
        server::ConsoleSite,
    },
    db::{
        console::ConsoleConn,
        doors::{self, AttemptLimit},
    },
    http::{
        guards::{Public, why},
        input::Valid,
    },
    ops::book::{Action, Entry},
    passwords::Verdict,
    sessions::guessing::{key, refuse_until},
};

/// Signs in with e-mail, password and the code that the authenticator shows. A code is accepted once.
#[utoipa::path(post, path = "/session", operation_id = "sign_in_operator", request_body = OperatorSignIn,
    responses((status = 200, description = "Signed in.", body = OperatorToken)))]
pub async fn sign_in_operator(
    _who: Public<why::OperatorSignIn>,
    Origin(address): Origin,
    site: Data<ConsoleSite>,
    body: Valid<OperatorSignIn>,
) -> Result<Json<OperatorToken>, ApiError> {
    let OperatorSignIn { email, password, code } = body.0;
    let email = normal_email(&email);
    let from = address.to_string();
    let (own, shared) = (
        limit(&[b"operator sign-in", email.as_bytes(), from.as_bytes()], 5, 15 * 60, 5 * 60),
        limit(&[b"operator network", network(address).as_bytes()], 100, 30, 5),
    );
    let limits = vec![own.clone(), shared.clone()];
    let until = site.db.run(move |conn| reserve(conn, &limits)).await?;
    refuse_until(until, site.clock.now())?;

    let asked = email.clone();
    let found = site.db.run(move |conn| operators::find_to_sign_in(conn, &asked)).await?;
    let stored = found.as_ref().and_then(|one| one.password_hash.clone());
    let verdict = site.passwords.verify(password, stored.clone()).await?;
    let (Some(SignInRow { id, .. }), Some(verified)) = (found, stored) else { return Err(wrong()) };
    let rehashed = match verdict {
        Verdict::Wrong => return Err(wrong()),
        Verdict::Right => None,
        Verdict::RightButWeak(hash) => Some(hash),
    };
    // Who has the password and tries codes from many addresses is slowed too. Nobody is told that it is for this.
    let codes = limit(&[b"operator code", id.as_bytes()], 5, 15 * 60, 5 * 60);
    let of_codes = codes.clone();
    if site.db.run(move |conn| reserve(conn, &[of_codes])).await?.is_some() {
        return Err(wrong());
    }
    let attempt =
        Attempt { id, email, verified, rehashed, code, from, own: vec![own.key, codes.key], shared };
    let begun = {
        let (of_site, attempt) = (site.clone(), attempt);
        site.db.run(move |conn| attempt.finish(conn, &of_site)).await?
    };
    site.book_was_written();
    begun.map(Json).ok_or_else(wrong)
}

/// An attempt whose password was right.
struct Attempt {
    id: Uuid,
    email: String,
    verified: String,
    rehashed: Option<String>,
    code: String,
    from: String,
    own: Vec<Vec<u8>>,
    shared: AttemptLimit,
}

impl Attempt {
    /// Looks at the code, and begins the session. Nothing where the code is wrong, which the book is told.
    fn finish(
        self,
        conn: &mut ConsoleConn<'_>,
        site: &ConsoleSite,
    ) -> Result<Option<OperatorToken>, ApiError> {
        let now = conn.clock().now();
        // Two that come at once with one code come one after the other here.
        let Some(row) = operators::lock(conn, self.id)? else { return Ok(None) };
        if !row.active || row.password_hash.as_deref() != Some(self.verified.as_str()) {
            return Ok(None);
        }
        let secret = site.sealing.open(&row.second_factor, self.id)?;
        let step = second_factor::accept(&secret, &self.code, row.last_step, now)?;
        let doer = row.doer();
        let entry = Entry::new(conn.clock(), doer, Action::SignIn, self.email.clone());
        let entry = entry.with(&serde_json::json!({ "address": self.from }));
        let Some(step) = step else {
            let why = "the password was right and the code was not, or was used before";
            site.book.write(conn, &entry.but(BookOutcome::Refused, why))?;
            return Ok(None);
        };
        operators::note_sign_in(conn, self.id, step, self.rehashed.as_deref())?;
        doors::forgive_attempt(conn.sql(), &self.own, &[self.shared.key], now)?;
        let (token, expires_at) = store::begin(conn, self.id, &self.from)?;
        site.book.write(conn, &entry)?;
        Ok(Some(OperatorToken { token, expires_at, idle_seconds: store::IDLE.num_seconds() }))
    }
}

fn limit(parts: &[&[u8]], free: i32, longest_seconds: i32, forgiven_after_seconds: i32) -> AttemptLimit {
    AttemptLimit { key: key(parts), free, longest_seconds, forgiven_after_seconds }
}

fn reserve(conn: &mut ConsoleConn<'_>, limits: &[AttemptLimit]) -> Result<Option<DateTime<Utc>>, ApiError> {
    let now = conn.clock().now();
    doors::reserve_attempt(conn.sql(), limits, now)
}

fn wrong() -> ApiError {
    let detail = "Check e-mail and password, wait for the next code, and try again.";
    ApiError::BadRequest(ProblemCode::WrongCredentials, detail.to_owned())
}
