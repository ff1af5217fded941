//! API tokens: what people give to programs that act for them.

use chrono::{DateTime, NaiveDate, Utc};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{
    Check, Violation, ViolationCode,
    check::{self, Violations},
    ids::{ApiTokenId, UserId},
    page::SortField,
    role::Grants,
    session::OrganizationName,
    user::UserName,
};

/// What a token may do at most, menu by menu. A menu that is absent: nothing.
pub type Scopes = Grants;

/// The most address ranges of one token.
pub const ADDRESS_RANGES: usize = 50;
/// The longest life of a token, in days.
pub const LONGEST_LIFE_DAYS: u64 = 366;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// For `If-Match` and the merge.
    pub version: i32,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub user: UserName,
    /// Whether it works now.
    pub state: ApiTokenState,
    /// What it may do at most. What it may do is what its person may at that moment, of this.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<crate::Menu, crate::Operations>))]
    pub scopes: Scopes,
    /// From where it may be used, as CIDR (`203.0.113.0/24`); from everywhere where there are none.
    pub address_ranges: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends: at midnight after its last day, in the organization's time zone.
    pub expires_at: DateTime<Utc>,
    /// Its last day, in that time zone.
    pub expires_on: NaiveDate,
    /// The last use, to the minute; absent where it was never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
    /// The last time that it was refused although it is genuine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refused: Option<LastRefused>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// Whether a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApiTokenState {
    /// It does.
    Active,
    /// Its person may not sign in, so it does not.
    Idle,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl ApiTokenState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Active, Self::Idle, Self::Expired, Self::Revoked];
}

/// The last use of a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastUsed {
    /// When, to the minute.
    pub at: DateTime<Utc>,
    /// From where.
    pub address: String,
}

/// The last time that a token was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastRefused {
    /// When, to the minute.
    pub at: DateTime<Utc>,
    /// From where.
    pub address: String,
    /// Why.
    pub because: RefusedBecause,
}

/// Why a genuine token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefusedBecause {
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
    /// The address is in none of its ranges.
    Address,
    /// Its person is deactivated, or may not sign in.
    NoSignIn,
}

impl RefusedBecause {
    /// All reasons.
    pub const ALL: [Self; 4] = [Self::Revoked, Self::Expired, Self::Address, Self::NoSignIn];

    /// The word in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Address => "address",
            Self::NoSignIn => "no_sign_in",
        }
    }

    /// The reason with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.key() == key)
    }
}

/// A token to be made. `POST /api/v1/profile/api-tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiToken {
    /// What it is called: best after the program that gets it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// The last day on which it works, in the organization's time zone; at most a year from today.
    pub expires_on: NaiveDate,
    /// What it may do at most. Insert, Update and Delete imply View.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<crate::Menu, crate::Operations>))]
    pub scopes: Scopes,
    /// From where it may be used: addresses, or ranges as CIDR. From everywhere where there are none.
    #[serde(default)]
    pub address_ranges: Vec<String>,
}

/// A change of a token. `PATCH /api/v1/profile/api-tokens/{id}` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTokenPatch {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// All scopes: what is not named is no longer among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::BTreeMap<crate::Menu, crate::Operations>>))]
    pub scopes: Option<Scopes>,
    /// All address ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_ranges: Option<Vec<String>>,
}

/// The choices of a token's form. `GET /api/v1/profile/api-tokens/options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTokenOptions {
    /// The day in the organization's time zone: a token's last day is a year from it at most.
    pub today: NaiveDate,
    /// What a token of this person could do now: on some project by their position, and on every menu by their roles.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<crate::Menu, crate::Operations>))]
    pub scopes: Scopes,
}

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedApiToken {
    /// The token.
    pub token: ApiToken,
    /// What the program sends as `Authorization: Bearer …`. It is given this once and kept nowhere; absent where the
    /// answer is given again under an `Idempotency-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Who is asking, what they may do, and until when. `GET /api/v1/token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentAccess {
    /// The person.
    pub user: UserName,
    /// The organization.
    pub organization: OrganizationName,
    /// The token; absent for somebody who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<ApiTokenName>,
    /// When the token or the session ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// For each menu what may be done now; absent menus: nothing. On a project its position may open some of its tabs
    /// beyond that, within the token's scopes.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<crate::Menu, crate::Operations>))]
    pub permissions: Grants,
    /// The scopes of the token; absent for somebody who is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::BTreeMap<crate::Menu, crate::Operations>>))]
    pub scopes: Option<Scopes>,
}

/// A token in passing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTokenName {
    /// Its id.
    pub id: ApiTokenId,
    /// Its name.
    pub name: String,
}

/// Which tokens of all people. The query string of `GET /api/v1/api-tokens`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ApiTokenFilter {
    /// Words in the token's name, or in its person's name or e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Whether they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ApiTokenState>,
    /// `expires_at`, `name`, `created_at`, with `-` before it for descending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Rows of a page: 1 to 500, 50 where none is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether to count all rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<bool>,
    /// Which fields of the rows, such as `name,state`; all where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
}

/// By what the list of tokens can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiTokenSort {
    /// The end.
    ExpiresAt,
    /// The name.
    Name,
    /// The making.
    CreatedAt,
}

impl SortField for ApiTokenSort {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::ExpiresAt, "expires_at"), (Self::Name, "name"), (Self::CreatedAt, "created_at")];
}

impl Check for NewApiToken {
    fn check(&self, violations: &mut Violations) {
        violations.add("/name", check::name(&self.name));
        violations.add("/expires_on", check::date(self.expires_on));
        check_scopes(violations, &self.scopes);
        check_ranges(violations, &self.address_ranges);
    }
}

impl Check for ApiTokenPatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(name) = &self.name {
            violations.add("/name", check::name(name));
        }
        if let Some(scopes) = &self.scopes {
            check_scopes(violations, scopes);
        }
        if let Some(ranges) = &self.address_ranges {
            check_ranges(violations, ranges);
        }
    }
}

impl Check for ApiTokenFilter {
    fn check(&self, violations: &mut Violations) {
        if let Some(words) = &self.q {
            violations.add("/q", check::short_text(words, check::NAME_LENGTH));
        }
    }
}

fn check_scopes(violations: &mut Violations, scopes: &Scopes) {
    for (menu, operations) in scopes {
        let wrong = if menu.is_heading() {
            Some((ViolationCode::NotFound, "This is a heading: choose the menus under it."))
        } else if menu.is_beyond_tokens() && !operations.is_empty() {
            Some((ViolationCode::NotFound, "No token reaches this. It is done by people who are signed in."))
        } else {
            None
        };
        if let Some((code, message)) = wrong {
            violations.add(&format!("/scopes/{}", menu.key()), Err(Violation::new(code, message)));
        }
    }
    if scopes.values().all(|operations| operations.is_empty()) {
        let message = "A token without scopes could do nothing. Choose at least one.";
        violations.add("/scopes", Err(Violation::new(ViolationCode::AtLeastOne, message)));
    }
}

fn check_ranges(violations: &mut Violations, ranges: &[String]) {
    if ranges.len() > ADDRESS_RANGES {
        let limit = i64::try_from(ADDRESS_RANGES).unwrap_or(i64::MAX);
        let message = format!("At most {ADDRESS_RANGES} may be named.");
        violations.add("/address_ranges", Err(Violation::limit(ViolationCode::TooLong, limit, message)));
        return;
    }
    for (index, range) in ranges.iter().enumerate() {
        violations.add(&format!("/address_ranges/{index}"), address_range(range).map(|_| ()));
    }
}

/// An address or a range of addresses, as CIDR. What stands behind the range's length is cut off.
pub fn address_range(text: &str) -> Result<IpNet, Violation> {
    let text = text.trim();
    let parsed =
        text.parse::<IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    parsed.map(|range| range.trunc()).ok_or_else(|| {
        let message = "This is not an address or a range, such as 203.0.113.7 or 203.0.113.0/24.";
        Violation::new(ViolationCode::InvalidFormat, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Menu, Operations};

    #[test]
    fn address_ranges() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7/32")),
            (" 203.0.113.0/24 ", Some("203.0.113.0/24")),
            ("203.0.113.7/24", Some("203.0.113.0/24")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("2001:DB8::1", Some("2001:db8::1/128")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("203.0.113.0/33", None),
            ("203.0.113", None),
            ("office", None),
            ("", None),
        ] {
            assert_eq!(
                address_range(text).ok().map(|range| range.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_a_token_may_be_made_of() {
        let scopes = |menu: Menu, operations: Operations| Scopes::from([(menu, operations)]);
        for (scopes, ranges, expected) in [
            (scopes(Menu::Projects, Operations::VIEW), 0, None),
            (scopes(Menu::Projects, Operations::NONE), 0, Some("/scopes")),
            (Scopes::new(), 0, Some("/scopes")),
            (scopes(Menu::Management, Operations::VIEW), 0, Some("/scopes/management")),
            (scopes(Menu::ManageAccount, Operations::VIEW), 0, Some("/scopes/manage_account")),
            (scopes(Menu::Integrations, Operations::VIEW), 0, Some("/scopes/integrations")),
            (scopes(Menu::Users, Operations::ALL), ADDRESS_RANGES, None),
            (scopes(Menu::Users, Operations::ALL), ADDRESS_RANGES + 1, Some("/address_ranges")),
        ] {
            let new = NewApiToken {
                name: "Reports".to_owned(),
                expires_on: "2026-12-31".parse().expect("a day"),
                scopes,
                address_ranges: vec!["203.0.113.0/24".to_owned(); ranges],
            };
            let pointer = new.violations().0.first().map(|(pointer, _)| pointer.clone());
            assert_eq!(pointer.as_deref(), expected);
        }
    }
}
