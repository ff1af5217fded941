//! Forgotten passwords.

use serde::{Deserialize, Serialize};

use crate::{
    Check, Violation, ViolationCode,
    check::{self, Violations},
    session::OrganizationName,
};

/// Whose password is forgotten. `POST /api/v1/password-recoveries`; the answer does not tell whether there is such an
/// account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryRequest {
    /// The e-mail.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The slug of the organization, at the shared host; all organizations where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-z0-9]([a-z0-9-]{0,38})[a-z0-9]$"))]
    pub organization: Option<String>,
}

/// The token of a link that came by mail: what stands behind its `#`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkShown {
    /// The token.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
}

impl std::fmt::Debug for LinkShown {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LinkShown")
    }
}

/// What the form of a new password needs to know. `POST /api/v1/password-recoveries/check`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryPage {
    /// The organization.
    pub organization: OrganizationName,
    /// The e-mail of the account.
    pub email: String,
    /// The least length of the new password, in characters.
    pub minimum_password_length: i16,
}

/// A new password by a link. `POST /api/v1/password-recoveries/use`; ends all sessions of the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordRecovery {
    /// The token of the link.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
    /// The password from now on.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub new_password: String,
}

impl std::fmt::Debug for PasswordRecovery {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordRecovery")
    }
}

impl Check for RecoveryRequest {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
        if let Some(slug) = &self.organization {
            violations.add("/organization", check::slug(slug));
        }
    }
}

impl Check for LinkShown {
    fn check(&self, violations: &mut Violations) {
        violations.add("/token", link_token(&self.token));
    }
}

impl Check for PasswordRecovery {
    fn check(&self, violations: &mut Violations) {
        violations.add("/token", link_token(&self.token));
        // The organization's minimum is checked by the server, which knows it.
        violations.add("/new_password", check::password_length(&self.new_password, 1));
    }
}

/// Something that may be the token of a link.
pub(crate) fn link_token(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::new(ViolationCode::Required, "The token of the link is needed."));
    }
    check::short_text(text, check::NAME_LENGTH)
}
