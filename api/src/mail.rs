//! Mail to people: what there is to say, and to whom.
//!
//! `mail::send(conn, person, Mail::…)` inside of a write transaction leaves a job behind; `portico work` sends it, in the
//! language and to the e-mail that the person has at that moment. [`texts`] says what each mail says, [`letter`] what it
//! looks like, [`post`] which way it takes, [`smtp`] how it is handed over, [`page`] how it is shown where it is not sent;
//! [`operators`] is mail to those who run the installation.

pub mod letter;
pub mod operators;
pub mod page;
pub mod post;
pub mod smtp;
pub mod texts;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::{
    Language,
    ids::{ApiTokenId, UserId},
};

use crate::{
    ApiError,
    db::TenantConn,
    jobs::{Job, NewJob},
};

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum Mail {
    /// Somebody has asked for a new password: the link with which to set one.
    Recovery {
        /// Path (with `?` or `#`) at the organization's host; it holds the secret.
        path: String,
        /// Until when the link works. The mail is not sent later than that.
        expires_at: DateTime<Utc>,
    },
    /// Somebody is invited: the link with which to come in.
    Invitation {
        /// Path (with `?` or `#`) at the organization's host; it holds the secret.
        path: String,
        /// Who invites.
        inviter: String,
        /// Until when the link works. The mail is not sent later than that.
        expires_at: DateTime<Utc>,
    },
    /// To the one who invited: the invitation was accepted.
    InvitationAccepted {
        /// Who came.
        name: String,
        /// Their e-mail.
        email: String,
    },
    /// The password was changed.
    PasswordChanged {
        /// How.
        how: PasswordChange,
        /// When and from where.
        occasion: Occasion,
    },
    /// The e-mail was changed by somebody who manages people. Goes to the former one and to the new one.
    EmailChanged {
        /// Who changed it.
        by: String,
        /// The e-mail until now.
        former: String,
        /// The e-mail from now on.
        new: String,
        /// When.
        occasion: Occasion,
    },
    /// Signed in from a browser that the account was not used from before.
    NewDevice {
        /// When and from where.
        occasion: Occasion,
    },
    /// To the new company admin: complete access was handed over to them.
    CompanyAdminReceived {
        /// By whom.
        from: String,
    },
    /// To the former company admin: they have handed complete access over.
    CompanyAdminHandedOver {
        /// To whom.
        to: String,
    },
    /// An API token of the person ends soon. Not sent where it works no more by then.
    ApiTokenEnds {
        /// The token.
        token: ApiTokenId,
        /// Its name.
        name: String,
        /// When it ends.
        expires_at: DateTime<Utc>,
    },
    /// Somebody tries passwords at the account.
    Guessing {
        /// When and from where the last attempt came.
        occasion: Occasion,
    },
}

/// How a password was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum PasswordChange {
    /// By the person, with the old one.
    Person,
    /// By the link for a forgotten one.
    Recovery,
    /// By somebody who manages people.
    Administrator {
        /// Who.
        name: String,
    },
}

/// When and from where something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occasion {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The device in words, as `sessions::device` names it.
    pub device: Option<String>,
}

impl Mail {
    /// After this instant the mail is of no use to anybody, and is not sent.
    pub const fn useless_after(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Recovery { expires_at, .. } | Self::Invitation { expires_at, .. } => Some(*expires_at),
            _ => None,
        }
    }
}

/// Who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Recipient {
    /// A person of the organization, at the e-mail and in the language that they have when it is sent. Nothing is
    /// sent where they are deactivated or cannot sign in.
    Person {
        /// The person.
        id: UserId,
    },
    /// Somebody who is not there yet, or a former e-mail.
    Address {
        /// The e-mail.
        email: String,
        /// The language.
        language: Language,
    },
}

impl From<UserId> for Recipient {
    fn from(id: UserId) -> Self {
        Self::Person { id }
    }
}

/// The job of sending one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMail {
    /// Who gets it.
    pub recipient: Recipient,
    /// What it says.
    pub mail: Mail,
}

/// Sends a mail once this transaction has committed.
pub fn send(conn: &mut TenantConn<'_>, recipient: impl Into<Recipient>, mail: Mail) -> Result<(), ApiError> {
    conn.enqueue(job(recipient, mail))
}

/// The same, where further mails with this key are to be left out: see [`NewJob::once`].
pub fn send_once(
    conn: &mut TenantConn<'_>,
    key: impl Into<String>,
    recipient: impl Into<Recipient>,
    mail: Mail,
) -> Result<(), ApiError> {
    conn.enqueue(job(recipient, mail).once(key))
}

fn job(recipient: impl Into<Recipient>, mail: Mail) -> NewJob {
    Job::SendMail(SendMail { recipient: recipient.into(), mail }).into()
}
