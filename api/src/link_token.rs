//! Tokens of links that are sent by mail and work once: for a new password, or to come in by an invitation.
//!
//! A token is `<organization's short id>.<256 bits>`. It stands in the fragment of the link, which browsers send to no
//! server, and in the body of the requests that show it. The server keeps its hash alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use shared::{ProblemCode, ids::OrganizationId};
use uuid::Uuid;

use crate::{
    ApiError,
    access::cache::OrganizationKey,
    clock,
    db::{Db, Organization},
    http::{context::Visit, guards::OpenDoor},
};

/// A token.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "a secret is not for showing")]
pub struct LinkToken(String);

impl LinkToken {
    /// A new one of the organization with this short id.
    pub fn random(short_id: &str) -> Self {
        let mut bytes = [0; 32];
        clock::random(&mut bytes);
        Self(format!("{short_id}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What somebody shows, where it can be a token at all.
    pub fn parse(text: &str) -> Option<Self> {
        let (short_id, secret) = text.split_once('.')?;
        let well_formed =
            short_id.len() == 8 && URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == 32);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// What stands in the link.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the server keeps.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// To come in as somebody who is invited.
    Invitation,
    /// A new password.
    PasswordReset,
}

impl LinkKind {
    /// The table of what it is for.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Invitation => "invitations",
            Self::PasswordReset => "password_resets",
        }
    }
}

/// The organization and the row that a token leads to. A token of another organization than the host's leads nowhere.
pub async fn follow<G: OpenDoor>(
    db: &Db,
    who: &G,
    visit: &Visit,
    kind: LinkKind,
    text: &str,
) -> Result<(std::sync::Arc<Organization>, Uuid), ApiError> {
    let hash = LinkToken::parse(text).ok_or(ApiError::NotFound)?.hash();
    let found: Option<(OrganizationId, Uuid)> =
        db.platform(who, move |platform| platform.link_by_token(kind, &hash)).await?;
    let (of, id) = found.ok_or(ApiError::NotFound)?;
    if visit.organization.as_ref().is_some_and(|organization| organization.id != of) {
        return Err(ApiError::NotFound);
    }
    let organization = db.access().organization(db, OrganizationKey::Id(of)).await?;
    Ok((organization.ok_or(ApiError::NotFound)?, id))
}

/// How a link ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkEnd {
    /// It was used.
    Used,
    /// What it was sent for no longer holds.
    Void,
}

impl LinkEnd {
    /// The word in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Void => "void",
        }
    }

    /// The one with this word.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Used, Self::Void].into_iter().find(|one| one.key() == key)
    }
}

/// Refuses a link that works no more, and says why: whoever shows it was sent it.
pub fn check_open(
    ended: Option<LinkEnd>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let refused = |code, detail: &str| Err(ApiError::BadRequest(code, detail.to_owned()));
    match ended {
        Some(LinkEnd::Used) => {
            refused(ProblemCode::LinkUsed, "A link works once. Ask for a new one if you need it.")
        }
        Some(LinkEnd::Void) => refused(
            ProblemCode::LinkVoid,
            "What it was sent for has changed meanwhile. Ask for a new one if you need it.",
        ),
        None if now >= expires_at => {
            refused(ProblemCode::LinkExpired, "Its time is over. Ask for a new one.")
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let token = LinkToken::random("abcd1234");
        let read = LinkToken::parse(token.text()).expect("it is one");
        assert_eq!(read.hash(), token.hash());
        assert_ne!(LinkToken::random("abcd1234").hash(), token.hash());
        let short = &token.text()[..token.text().len() - 4];
        for text in
            ["", ".", "abcd1234.", "abcd1234.x", short, &format!("{}x", token.text()), &token.text()[1..]]
        {
            assert!(LinkToken::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn why_a_link_works_no_more() {
        let now = DateTime::UNIX_EPOCH;
        let code = |ended, seconds| {
            let checked = check_open(ended, now + TimeDelta::seconds(seconds), now);
            checked.err().map(|error| error.to_problem().code)
        };
        for (ended, seconds, expected) in [
            (None, 1, None),
            (None, 0, Some(ProblemCode::LinkExpired)),
            (None, -1, Some(ProblemCode::LinkExpired)),
            // What was used has not just expired.
            (Some(LinkEnd::Used), -1, Some(ProblemCode::LinkUsed)),
            (Some(LinkEnd::Used), 1, Some(ProblemCode::LinkUsed)),
            (Some(LinkEnd::Void), 1, Some(ProblemCode::LinkVoid)),
        ] {
            assert_eq!(code(ended, seconds), expected, "{ended:?} {seconds}");
        }
    }

    #[test]
    fn ends_have_words_of_their_own() {
        for end in [LinkEnd::Used, LinkEnd::Void] {
            assert_eq!(LinkEnd::from_key(end.key()), Some(end));
        }
        assert_eq!(LinkEnd::from_key(""), None);
    }
}
