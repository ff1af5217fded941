//! `Idempotency-Key`: a POST that is sent again with the same key does nothing again and gets the same answer.
//!
//! The key is read where the caller is found and travels with them; `Db::write` and `Db::in_project` keep what they
//! give under it, in the transaction of the effect, so no handler can forget it. Start with [`applies`] (which routes
//! honour it) and [`IdempotencyKey`]. What is kept and given again is the value that the handler makes its answer of,
//! so that guards, and what else a handler checks before it writes, run each time.

use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI16, Ordering},
    },
};

use actix_web::{
    HttpMessage,
    dev::{Payload, ServiceRequest},
    http::header::{self, HeaderName},
};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use shared::ProblemCode;
use utoipa::openapi::path::HttpMethod;

use super::{
    guards::Access,
    patterns,
    route::Route,
    routes::{self, PREFIX},
    tokens::{MarkKey, TokenKeys},
};
use crate::ApiError;

/// The request header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says on an answer that it was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The most characters of a key.
pub const LONGEST: usize = 200;

/// POST routes that ignore the key, each with the reason.
pub const EXEMPT: &[(&str, &str)] = &[
    ("accept_invitation", "nobody is signed in yet, and the link is itself good for one use"),
    ("check_invitation", "it changes nothing"),
    ("check_recovery", "it changes nothing"),
    ("confirm_session", "the password is looked at each time that it is shown"),
    ("hand_over_account", "whoever has handed over has no right left to send it again with, and is told so"),
    ("recover_password", "nobody is signed in yet, and the link is itself good for one use"),
    ("refresh_session", "the refresh token is itself good for one use"),
    ("request_recovery", "nobody is signed in yet, and a further mail does no harm"),
    ("sign_in", "nobody is signed in yet, and an answer with credentials is never kept"),
    ("simulate_licence", "it changes nothing, and its answer is about this moment"),
    ("simulate_role", "it changes nothing, and its answer is about this moment"),
    ("simulate_user", "it changes nothing, and its answer is about this moment"),
];

/// Whether a route honours the key: every POST of somebody who is signed in but for the short list.
pub fn applies(route: &Route) -> bool {
    matches!(route.method, HttpMethod::Post)
        && !matches!(route.access, Access::Public(_))
        && !EXEMPT.iter().any(|(name, _)| *name == route.name)
}

/// The operations that honour the key, by the pattern of their path.
static OPERATIONS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let honouring = routes::all().into_iter().filter(applies);
    honouring.map(|route| (format!("{PREFIX}{}", route.path), route.name)).collect()
});

/// The key of one request. Clones share it.
#[derive(Clone)]
pub struct IdempotencyKey(Arc<Inner>);

impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("IdempotencyKey").field(&self.0.operation).field(&self.0.key).finish()
    }
}

struct Inner {
    operation: &'static str,
    /// The key, or what is wrong with it.
    key: Result<String, &'static str>,
    /// The request so far: its line, the version that it names, and its body as it is read.
    request: Mutex<Sha256>,
    marks: Arc<[MarkKey]>,
    steps: AtomicI16,
    replayed: AtomicBool,
}

impl IdempotencyKey {
    /// The key of this request, where it has one and the route honours it. Its body is hashed as it is read, without
    /// being held.
    pub fn take(request: &mut ServiceRequest, keys: &TokenKeys) -> Option<Self> {
        if request.method() != actix_web::http::Method::POST {
            return None;
        }
        let mut values = request.headers().get_all(HEADER);
        let first = values.next()?;
        let key = match values.next() {
            None => parse(first.as_bytes()),
            Some(_) => Err("There is more than one."),
        };
        let operation = *OPERATIONS.get(patterns::of(request)?)?;
        let mut hash = Sha256::new();
        let version =
            request.headers().get(header::IF_MATCH).map_or(b"".as_slice(), |value| value.as_bytes());
        for part in [request.uri().to_string().as_bytes(), version] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let taken = Self(Arc::new(Inner {
            operation,
            key,
            request: Mutex::new(hash),
            marks: keys.marks(),
            steps: AtomicI16::new(0),
            replayed: AtomicBool::new(false),
        }));
        let (payload, reader) = (request.take_payload(), taken.clone());
        let payload = Box::pin(payload.inspect_ok(move |bytes| reader.read(bytes)));
        request.set_payload(Payload::Stream { payload });
        Some(taken)
    }

    fn read(&self, bytes: &[u8]) {
        self.0.request.lock().unwrap_or_else(PoisonError::into_inner).update(bytes);
    }

    /// The operation's id.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// The key, or 400 where it cannot be one.
    pub fn text(&self) -> Result<&str, ApiError> {
        self.0.key.as_deref().map_err(|wrong| {
            let detail = format!(
                "`Idempotency-Key` takes 1 to {LONGEST} visible ASCII characters, such as a UUID. {wrong}"
            );
            ApiError::BadRequest(ProblemCode::MalformedBody, detail)
        })
    }

    /// By which the request, as far as it was read, is known again. A body may hold a password, which nobody is to find
    /// out by trying.
    pub fn fingerprint(&self) -> Vec<u8> {
        self.0.marks.first().map(|key| key.mark(&self.digest())).unwrap_or_default()
    }

    /// Whether a fingerprint is of this request. One that was made with the key before is, while that key is there.
    pub fn is_of(&self, fingerprint: &[u8]) -> bool {
        let digest = self.digest();
        self.0.marks.iter().any(|key| key.fits(&digest, fingerprint))
    }

    fn digest(&self) -> Vec<u8> {
        self.0.request.lock().unwrap_or_else(PoisonError::into_inner).clone().finalize().to_vec()
    }

    /// The number of the next write.
    pub fn next_step(&self) -> i16 {
        self.0.steps.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes that something was given again.
    pub fn note_replay(&self) {
        self.0.replayed.store(true, Ordering::Relaxed);
    }

    /// Whether something was given again.
    pub fn was_replayed(&self) -> bool {
        self.0.replayed.load(Ordering::Relaxed)
    }
}

/// The key of a header: a string between quotes, as the IETF's draft writes it, or the bare text.
fn parse(value: &[u8]) -> Result<String, &'static str> {
    let text = str::from_utf8(value).unwrap_or("\u{fffd}").trim();
    let key = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or("The closing quote is missing.")?,
        None => text,
    };
    if key.is_empty() {
        return Err("It is empty.");
    }
    if key.len() > LONGEST {
        return Err("It is too long.");
    }
    let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if is_visible { Ok(key.to_owned()) } else { Err("It has a character that is none of them, or a quote.") }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::{clock::Clock, http::tokens};

    #[test]
    fn keys() {
        let longest = "k".repeat(LONGEST);
        for (value, expected) in [
            ("8e03978e-40d5-43dd-bc93-6894a57f9324", Some("8e03978e-40d5-43dd-bc93-6894a57f9324")),
            ("\"8e03978e\"", Some("8e03978e")),
            ("  padded ", Some("padded")),
            (longest.as_str(), Some(longest.as_str())),
            (&format!("{longest}k"), None),
            ("", None),
            ("\"\"", None),
            ("\"open", None),
            ("a\"b", None),
            ("two words", None),
            ("ñ", None),
        ] {
            assert_eq!(parse(value.as_bytes()).ok().as_deref(), expected, "{value}");
        }
        assert!(parse(b"\xff\xfe").is_err());
    }

    #[test]
    fn a_fingerprint_tells_nothing_to_whoever_lacks_the_key() {
        let folder = std::env::temp_dir().join(format!("portico-marks-{}", std::process::id()));
        let key = |day: u32| {
            let clock = Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + i64::from(day)));
            let other = folder.join(day.to_string());
            let file = tokens::create_key(&other, &clock).expect("a key").expect("it is new");
            let name = file.file_name().expect("a name");
            std::fs::rename(&file, folder.join(name)).expect("it is moved");
            TokenKeys::read(&folder).expect("the keys")
        };
        let request = |keys: &TokenKeys, body: &[u8]| {
            IdempotencyKey(Arc::new(Inner {
                operation: "create_user",
                key: Ok("k".to_owned()),
                request: Mutex::new(Sha256::new().chain_update(body)),
                marks: keys.marks(),
                steps: AtomicI16::new(0),
                replayed: AtomicBool::new(false),
            }))
        };
        let (before, after) = (key(1), key(2));
        let one = request(&before, b"password");
        assert_ne!(one.fingerprint(), Sha256::digest(b"password").to_vec());
        assert_ne!(one.fingerprint(), Sha256::digest(Sha256::digest(b"password")).to_vec());
        assert!(one.is_of(&one.fingerprint()) && !request(&before, b"other").is_of(&one.fingerprint()));
        // A new key is laid beside the old one: what came before is still known again, by both servers.
        let later = request(&after, b"password");
        assert_ne!(later.fingerprint(), one.fingerprint());
        assert!(later.is_of(&one.fingerprint()) && !later.is_of(b""));
        std::fs::remove_dir_all(&folder).expect("it is taken away");
    }

    #[test]
    fn the_exempt_are_posts_that_exist() {
        let routes = routes::all();
        for (name, reason) in EXEMPT {
            let found = routes.iter().find(|route| route.name == *name).expect("a route");
            assert!(matches!(found.method, HttpMethod::Post) && reason.len() > 10, "{name}");
        }
    }
}
