//! People of an organization; [`many`] at once.

pub mod many;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    Check, Language, Violation, ViolationCode,
    check::{self, Violations},
    ids::{PictureId, RoleId, UserId},
    page::SortField,
    role::{RoleChoice, RoleName},
};

/// A person. `GET /api/v1/users/{id}`; the list is `GET /api/v1/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// The id.
    pub id: UserId,
    /// For `If-Match` and the merge.
    pub version: i32,
    /// The e-mail, which is the user name; lower case.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The language of the app and of mails.
    pub language: Language,
    /// Whether the person can be planned, costed and reported for, and cannot sign in.
    pub no_login: bool,
    /// Whether the person may sign in and uses a seat.
    pub active: bool,
    /// Whether the person was erased: the name is a pseudonym, and nothing can be changed any more.
    pub erased: bool,
    /// Whether the person has complete access.
    pub company_admin: bool,
    /// Whether a password is set.
    pub has_password: bool,
    /// The photo, for `GET /api/v1/pictures/{picture}`; absent when there is none.
    pub photo: Option<PictureId>,
    /// The roles, by name.
    pub roles: Vec<RoleName>,
    /// The licence type of which a seat is used; absent when none is.
    pub licence_used: Option<String>,
    /// The last sign-in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// When the person was added.
    pub created_at: DateTime<Utc>,
    /// When the person was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A person to be added. `POST /api/v1/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// The e-mail, unique in the organization.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    /// The first name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub first_name: String,
    /// The last name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub last_name: String,
    /// The language; the organization's first one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Cannot sign in.
    #[serde(default)]
    pub no_login: bool,
    /// The roles; the default for new users where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleId>>,
    /// A first password, which the person should change. Without one the person cannot sign in yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: Option<String>,
}

/// A change of a person. `PATCH /api/v1/users/{id}` with `If-Match`; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPatch {
    /// The e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: Option<String>,
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
    /// Cannot sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_login: Option<bool>,
    /// All roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleId>>,
    /// Complete access; only a company admin changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_admin: Option<bool>,
    /// A new password set for the person; ends all their sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub password: Option<String>,
}

/// What the list of people may be narrowed to; the query string of `GET /api/v1/users`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct UserFilter {
    /// Part of a name or of the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub q: Option<String>,
    /// Only active or only deactivated people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Only people who hold this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// Only people who use a seat of this licence type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_used: Option<String>,
    /// Only people who cannot, or who can, sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_login: Option<bool>,
    /// Only company admins, or all but them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_admin: Option<bool>,
    /// `last_name` (default), `first_name`, `email`, `licence_used`, `last_sign_in_at` or `created_at`; `-` before
    /// it for descending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Rows of a page, 1 to 500; 50 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 500))]
    pub limit: Option<u16>,
    /// The cursor `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The fields of the rows that are wanted, `name,status`; all where absent. The id always comes along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<String>,
    /// Whether to count all rows of the filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<bool>,
}

/// What people can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserSort {
    /// Last name, then first.
    LastName,
    /// First name, then last.
    FirstName,
    /// E-mail.
    Email,
    /// The licence type used.
    LicenceUsed,
    /// The last sign-in.
    LastSignInAt,
    /// When added.
    CreatedAt,
}

impl SortField for UserSort {
    const ALL: &'static [(Self, &'static str)] = &[
        (Self::LastName, "last_name"),
        (Self::FirstName, "first_name"),
        (Self::Email, "email"),
        (Self::LicenceUsed, "licence_used"),
        (Self::LastSignInAt, "last_sign_in_at"),
        (Self::CreatedAt, "created_at"),
    ];
}

/// A person in passing: in a team, in a picker, as the author of a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserName {
    /// The id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// The e-mail.
    pub email: String,
}

/// What the erasure of a person would change. `GET /api/v1/users/{user}/erasure`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErasurePreview {
    /// What will stand where they are named.
    pub pseudonym: String,
    /// Whether they can be erased now: deactivated, and not erased yet.
    pub possible: bool,
    /// Where they are named.
    pub traces: Vec<Traces>,
    /// From this day on, no set of backups holds any more what was there until now. A restore of one before erases them again.
    pub backups_lapse_on: NaiveDate,
}

/// How often somebody is named in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Traces {
    /// The place, such as `projects` or `audit_log`.
    pub place: String,
    /// How many rows of it.
    pub rows: i64,
}

/// The choices of a person's form. `GET /api/v1/users/options`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserOptions {
    /// The roles that there are, by name: without what they grant, which is for those who may view Role Definition.
    pub roles: Vec<RoleChoice>,
}

/// To whom complete access is handed over. `POST /api/v1/account/hand-over`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// The new company admin: somebody else, who can sign in.
    pub user_id: UserId,
}

/// Why somebody cannot take complete access over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotTakeOver {
    /// It is the person who hands it over.
    IsSelf,
    /// They are deactivated.
    Deactivated,
    /// They are meant never to sign in.
    NoLogin,
    /// They have no password yet.
    NoPassword,
}

impl CannotTakeOver {
    /// What stands in the way of this person, where something does.
    pub fn of(giver: UserId, heir: &User) -> Option<Self> {
        if heir.id == giver {
            Some(Self::IsSelf)
        } else if !heir.active {
            Some(Self::Deactivated)
        } else if heir.no_login {
            Some(Self::NoLogin)
        } else if !heir.has_password {
            Some(Self::NoPassword)
        } else {
            None
        }
    }

    /// A sentence.
    pub const fn message(self) -> &'static str {
        match self {
            Self::IsSelf => "You cannot hand over to yourself.",
            Self::Deactivated => "This person is deactivated. Reactivate them first.",
            Self::NoLogin => "This person cannot sign in. Let them sign in first.",
            Self::NoPassword => "This person has no password yet and could not sign in.",
        }
    }
}

impl Check for HandOver {
    fn check(&self, _: &mut Violations) {}
}

impl Check for NewUser {
    fn check(&self, violations: &mut Violations) {
        violations.add("/email", check::email(&self.email));
        violations.add("/first_name", check::person_name(&self.first_name));
        violations.add("/last_name", check::person_name(&self.last_name));
        if let Some(roles) = &self.roles {
            violations.add("/roles", roles_given(roles));
        }
    }
}

impl Check for UserPatch {
    fn check(&self, violations: &mut Violations) {
        if let Some(email) = &self.email {
            violations.add("/email", check::email(email));
        }
        if let Some(name) = &self.first_name {
            violations.add("/first_name", check::person_name(name));
        }
        if let Some(name) = &self.last_name {
            violations.add("/last_name", check::person_name(name));
        }
        if let Some(roles) = &self.roles {
            violations.add("/roles", roles_given(roles));
        }
    }
}

impl Check for UserFilter {
    fn check(&self, violations: &mut Violations) {
        if let Some(text) = &self.q {
            violations.add("/q", check::short_text(text, check::NAME_LENGTH));
        }
        if let Some(licence_type) = &self.licence_used {
            violations.add("/licence_used", check::short_text(licence_type, check::NAME_LENGTH));
        }
    }
}

/// Roles that somebody is given: at least one, none twice.
pub(crate) fn roles_given(roles: &[RoleId]) -> Result<(), Violation> {
    if roles.is_empty() {
        return Err(Violation::new(ViolationCode::AtLeastOne, "A person needs at least one role."));
    }
    check::list(roles)
}
