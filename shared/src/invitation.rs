//! Invitations: people who are asked in by mail.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Language,
    check::{self, Violations},
    ids::InvitationId,
    recovery::link_token,
    session::OrganizationName,
    user::UserName,
};

/// An invitation that nobody has accepted yet. `GET /api/v1/invitations`, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The id.
    pub id: InvitationId,
    /// For `If-Match`.
    pub version: i32,
    /// Who is invited.
    pub email: String,
    /// The language of the mail.
    pub language: Language,
    /// Who invited them; absent where nobody can be named any more.
    pub invited_by: Option<UserName>,
    /// When the link was last sent.
    pub sent_at: DateTime<Utc>,
    /// Until when it works, and until when a seat is kept.
    pub expires_at: DateTime<Utc>,
    /// Whether its time is over; it may be sent again.
    pub expired: bool,
}

/// Somebody to be invited. `POST /api/v1/invitations`; keeps a seat of the role that new users get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInvitation {
    /// The e-mail.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The language of the mail; the organization's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// What the form of the invited needs to know. `POST /api/v1/invitations/check`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationPage {
    /// The organization that invites.
    pub organization: OrganizationName,
    /// Who is invited.
    pub email: String,
    /// The language that was chosen for them.
    pub language: Language,
    /// The name of who invites; absent where nobody can be named any more.
    pub invited_by: Option<String>,
    /// The least length of the password, in characters.
    pub minimum_password_length: i16,
}

/// Who comes in by an invitation. `POST /api/v1/session/invitation`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationAcceptance {
    /// The token of the link.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
    /// The first name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub first_name: String,
    /// The last name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub last_name: String,
    /// The language of the app and of mails.
    pub language: Language,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: String,
}

impl std::fmt::Debug for InvitationAcceptance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("InvitationAcceptance")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Check for NewInvitation {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
    }
}

impl Check for InvitationAcceptance {
    fn check(&self, violations: &mut Violations) {
        violations.add("/token", link_token(&self.token));
        violations.add("/first_name", check::person_name(&self.first_name));
        violations.add("/last_name", check::person_name(&self.last_name));
        // The organization's minimum is checked by the server, which knows it.
        violations.add("/password", check::password_length(&self.password, 1));
    }
}
