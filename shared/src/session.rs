//! Signing in, and what the app learns about the person who did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Language, Menu, Operations, Violation, ViolationCode,
    check::{self, Violations},
    ids::{OrganizationId, PictureId, SessionId, UserId},
};

/// E-mail and password. `POST /api/v1/session`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignIn {
    /// The e-mail.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: String,
    /// The slug of the organization, at the shared host, once the person has chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-z0-9]([a-z0-9-]{0,38})[a-z0-9]$"))]
    pub organization: Option<String>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SignIn").field("organization", &self.organization).finish_non_exhaustive()
    }
}

/// What a sign-in leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SignInOutcome {
    /// The person is signed in; the refresh cookie is set.
    SignedIn(AccessToken),
    /// The password fits accounts of several organizations: ask, and send the same again with the chosen slug.
    ChooseOrganization {
        /// The organizations, by name.
        organizations: Vec<OrganizationName>,
    },
}

/// An access token for the header `Authorization: Bearer …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    /// The token. Keep it in memory only.
    pub access_token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The organization it is for.
    pub organization: OrganizationName,
}

/// Which session to go on with. `POST /api/v1/session/refresh`, with the cookie of the sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refresh {
    /// The slug of the organization; needed at the shared host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[a-z0-9]([a-z0-9-]{0,38})[a-z0-9]$"))]
    pub organization: Option<String>,
}

/// An organization in passing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationName {
    /// The id.
    pub id: OrganizationId,
    /// The word in addresses: `<slug>.<domain>` and `/o/<slug>/`.
    pub slug: String,
    /// The name.
    pub name: String,
}

/// What the sign-in screen may know before anybody signed in. `GET /api/v1/sign-in-page`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInPage {
    /// The organization of this host; absent at the shared host.
    pub organization: Option<OrganizationName>,
    /// Its logo, which `GET /api/v1/sign-in-page/logo` gives; absent when there is none.
    pub logo: Option<PictureId>,
}

/// Who is signed in and what they may do now. `GET /api/v1/session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentSession {
    /// This session.
    pub session: SessionId,
    /// The person.
    pub user: UserId,
    /// The person's version, for `If-Match` on `PATCH /api/v1/profile`.
    pub version: i32,
    /// The e-mail.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The language of the app.
    pub language: Language,
    /// Whether the person has complete access.
    pub company_admin: bool,
    /// The person's photo, for `GET /api/v1/pictures/{picture}`; absent when there is none.
    pub photo: Option<PictureId>,
    /// The organization.
    pub organization: OrganizationName,
    /// For each menu what the person may do; absent menus: nothing.
    pub permissions: BTreeMap<Menu, Operations>,
    /// Roles that grant nothing today, and why people should know.
    pub roles_without_licence: Vec<String>,
    /// The organization's settings that screens need.
    pub settings: OrganizationSettings,
}

/// Settings of the organization that every screen may need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationSettings {
    /// The IANA name of the time zone.
    pub time_zone: String,
    /// The first day of the week: 1 Monday to 7 Sunday.
    pub first_weekday: i16,
    /// The ISO 4217 code of the currency.
    pub currency: String,
    /// The least length of a new password, in characters.
    pub minimum_password_length: i16,
    /// Whether people may be invited by mail.
    pub invitations: bool,
    /// The organization's logo, for `GET /api/v1/pictures/{picture}`; absent when there is none.
    pub logo: Option<PictureId>,
}

/// A change of one's own profile. `PATCH /api/v1/profile` with `If-Match`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProfilePatch {
    /// The first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub last_name: Option<String>,
    /// The language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// The person's password once more, for what changes who may do what. `POST /api/v1/session/confirm`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirmation {
    /// The password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: String,
}

impl std::fmt::Debug for Confirmation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Confirmation")
    }
}

/// A link that opens without a header, for a minute and for as long as the session lasts that asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedLink {
    /// Path and query at the same host.
    pub href: String,
    /// Until when it opens.
    pub expires_at: DateTime<Utc>,
}

/// A new password. `PUT /api/v1/profile/password`; ends all other sessions.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password until now.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub old_password: String,
    /// The password from now on.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub new_password: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordChange")
    }
}

/// One of one's own sessions. `GET /api/v1/profile/sessions`, last used first; `DELETE …/{id}` ends one,
/// `DELETE /api/v1/profile/sessions` all but this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSession {
    /// The id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Browser and system, as far as the browser says: `Firefox on Linux`.
    pub device: String,
    /// The address it was last used from.
    pub address: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
}

impl Check for SignIn {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
        violations.add("/password", given(&self.password));
        check_slug(violations, self.organization.as_deref());
    }
}

impl Check for Refresh {
    fn check(&self, violations: &mut Violations) {
        check_slug(violations, self.organization.as_deref());
    }
}

impl Check for ProfilePatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.first_name {
            violations.add("/first_name", check::person_name(name));
        }
        if let Some(name) = &self.last_name {
            violations.add("/last_name", check::person_name(name));
        }
    }
}

impl Check for Confirmation {
    fn check(&self, violations: &mut Violations) {
        violations.add("/password", given(&self.password));
    }
}

impl Check for PasswordChange {
    fn check(&self, violations: &mut Violations) {
        violations.add("/old_password", given(&self.old_password));
        // The organization's minimum is checked by the server, which knows it.
        violations.add("/new_password", check::password_length(&self.new_password, 1));
    }
}

fn check_slug(violations: &mut Violations, slug: Option<&str>) {
    if let Some(slug) = slug {
        violations.add("/organization", check::slug(slug));
    }
}

fn given(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(Violation::new(ViolationCode::Required, "The password is needed."));
    }
    check::password_length(text, 1)
}

/// What a device is called that says nothing of itself.
pub const UNKNOWN_DEVICE: &str = "Unknown device";

/// The name of a device, `Firefox on Linux`, as people of a language say it.
pub fn spoken_device(name: &str, language: Language) -> String {
    match (language, name.split_once(" on ")) {
        (Language::Es, Some((browser, system))) => format!("{browser} en {system}"),
        (Language::Es, None) if name == UNKNOWN_DEVICE => "Dispositivo desconocido".to_owned(),
        _ => name.to_owned(),
    }
}
