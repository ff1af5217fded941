//! Sending one mail: who gets it, what it says at this moment, and the way it takes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    Language,
    ids::{OrganizationId, UserId},
};
use uuid::Uuid;

use super::{
    Mail, Recipient, SendMail,
    letter::Letter,
    smtp::Smtp,
    texts::{self, Home, Reader},
};
use crate::{
    ApiError,
    access::store::parse_time_zone,
    api_tokens::ends,
    config::{MailConfig, MailWay},
    db::{
        TenantConn,
        operator::{
            OperatorDb,
            tables::{organization_domains, organizations},
        },
        queue::Held,
        schema::{general_data, users},
    },
    work::Outcome,
};

/// The way that mails take.
#[expect(missing_debug_implementations, reason = "a password is not for showing")]
pub struct Post {
    way: Way,
    origin: Origin,
}

enum Way {
    Nowhere,
    Smtp(Box<Smtp>),
    Shown(Shelf),
}

impl Post {
    /// Reads where mails go. Nothing is connected to yet: a server that is down at this moment is one that mails wait
    /// for.
    pub fn open(config: &MailConfig) -> Result<Self> {
        let way = match &config.way {
            MailWay::Nowhere => {
                tracing::warn!("PORTICO_SMTP_URL is not set: mails wait");
                Way::Nowhere
            }
            MailWay::Smtp(url) => Way::Smtp(Box::new(Smtp::new(url, &config.sender)?)),
            MailWay::Shown { folder, .. } => Way::Shown(Shelf::open(folder)?),
        };
        Ok(Self { way, origin: Origin::parse(&config.public_origin)? })
    }

    /// Whether mails go anywhere at all.
    pub fn goes_anywhere(&self) -> bool {
        !matches!(self.way, Way::Nowhere)
    }

    /// Sends the mail, once.
    pub fn send(&self, db: &mut OperatorDb, held: &Held, job: &SendMail) -> Result<Outcome> {
        let now = db.clock().now();
        if let Some(limit) = job.mail.useless_after().filter(|limit| *limit <= now) {
            return Ok(Outcome::Hopeless(format!("Not sent: its link was over at {limit}.")));
        }
        let home = self.home(db, held.organization())?;
        let reader = db.in_organization(held.organization(), |conn| {
            if still_holds(conn, &job.mail)? { reader(conn, &job.recipient) } else { Ok(None) }
        })?;
        let Some(reader) = reader else {
            tracing::info!(job = %held.id, "nobody to send a mail to any more, or nothing to say");
            return Ok(Outcome::Done);
        };
        let letter = texts::letter(&job.mail, reader, &home);
        match &self.way {
            Way::Nowhere => Ok(Outcome::Failed("no way to send mails is set".to_owned())),
            Way::Shown(shown) => shown.put(held.id, now, letter).map(|()| Outcome::Done),
            Way::Smtp(smtp) => smtp.send(db, held, &letter),
        }
    }

    /// Brings operators a letter. Where nobody knows whether it arrived, it is [`Outcome::Unknown`].
    pub fn bring(&self, id: Uuid, letter: Letter, now: DateTime<Utc>) -> Result<Outcome> {
        match &self.way {
            Way::Nowhere => Ok(Outcome::Failed("no way to send mails is set".to_owned())),
            Way::Shown(shown) => shown.put(id, now, letter).map(|()| Outcome::Done),
            Way::Smtp(smtp) => smtp.send_again(id, &letter, now),
        }
    }

    fn home(&self, db: &mut OperatorDb, organization: OrganizationId) -> Result<Home> {
        let (slug, name): (String, String) = organizations::table
            .filter(organizations::id.eq(organization.0))
            .select((organizations::slug, organizations::name))
            .first(db.global())?;
        let own_domain: Option<String> = organization_domains::table
            .filter(organization_domains::organization_id.eq(organization.0))
            .select(diesel::dsl::min(organization_domains::host))
            .first(db.global())?;
        let time_zone: String = db.in_organization(organization, |conn| {
            Ok(general_data::table.select(general_data::time_zone).first(conn.sql())?)
        })?;
        Ok(Home {
            organization: name,
            origin: self.origin.of(&slug, own_domain.as_deref()),
            time_zone: parse_time_zone(&time_zone)?,
        })
    }
}

/// Whether what the mail says is still so.
fn still_holds(conn: &mut TenantConn<'_>, mail: &Mail) -> Result<bool, ApiError> {
    match mail {
        Mail::ApiTokenEnds { token, .. } => ends::still_works(conn, *token),
        _ => Ok(true),
    }
}

/// Who reads it; nobody where the person may not sign in any more.
fn reader(conn: &mut TenantConn<'_>, recipient: &Recipient) -> Result<Option<Reader>, ApiError> {
    let user = match recipient {
        Recipient::Person { id } => *id,
        Recipient::Address { email, language } => {
            return Ok(Some(Reader {
                name: None,
                first_name: None,
                email: email.clone(),
                language: *language,
            }));
        }
    };
    person(conn, user)
}

fn person(conn: &mut TenantConn<'_>, user: UserId) -> Result<Option<Reader>, ApiError> {
    let found: Option<(String, String, String, String)> = users::table
        .filter(users::id.eq(user.0).and(users::active).and(diesel::dsl::not(users::no_login)))
        .select((users::email, users::first_name, users::last_name, users::language))
        .first(conn.sql())
        .optional()?;
    Ok(found.map(|(email, first_name, last_name, language)| Reader {
        name: Some(format!("{first_name} {last_name}")),
        first_name: Some(first_name),
        email,
        language: Language::from_code(&language).unwrap_or_default(),
    }))
}

/// The domain as browsers reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    /// With its colon; empty where the scheme says it.
    port: String,
}

impl Origin {
    fn parse(text: &str) -> Result<Self> {
        let parts = || {
            let (scheme, rest) = text.trim_end_matches('/').split_once("://")?;
            let (host, port) = match rest.split_once(':') {
                Some((host, port)) => (host, format!(":{}", port.parse::<u16>().ok()?)),
                None => (rest, String::new()),
            };
            let is_host = !host.is_empty()
                && host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'));
            (matches!(scheme, "http" | "https") && is_host)
                .then(|| (scheme.to_owned(), host.to_owned(), port))
        };
        let (scheme, host, port) = parts().with_context(|| {
            format!("PORTICO_PUBLIC_ORIGIN is {text:?}; write it as https://portico.example.org")
        })?;
        Ok(Self { scheme, host: host.to_lowercase(), port })
    }

    /// Where the people of an organization find it.
    fn of(&self, slug: &str, own_domain: Option<&str>) -> String {
        let Self { scheme, host, port } = self;
        match own_domain {
            Some(own) => format!("{scheme}://{own}{port}"),
            None => format!("{scheme}://{slug}.{host}{port}"),
        }
    }
}

/// Where mails are kept that are shown and not sent: a file each.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
}

/// A mail on the shelf.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shelved {
    /// The job that it came from.
    pub id: Uuid,
    /// When it would have been sent.
    pub at: DateTime<Utc>,
    /// The mail.
    pub letter: Letter,
}

impl Shelf {
    /// A shelf in this folder, which is made where it is missing.
    pub fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Puts a mail there. The same one put there again is there once.
    fn put(&self, id: Uuid, at: DateTime<Utc>, letter: Letter) -> Result<()> {
        let unfinished = self.folder.join(format!("{id}.new"));
        fs::write(&unfinished, serde_json::to_vec(&Shelved { id, at, letter })?)?;
        Ok(fs::rename(unfinished, self.file(id))?)
    }

    /// All mails, newest first.
    pub fn all(&self) -> Result<Vec<Shelved>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                let shelved: Shelved = serde_json::from_slice(&fs::read(&path)?)
                    .with_context(|| format!("{} is no mail", path.display()))?;
                all.push(shelved);
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
        Ok(all)
    }

    /// One mail.
    pub fn find(&self, id: Uuid) -> Result<Option<Shelved>> {
        let file = self.file(id);
        if !file.exists() {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&fs::read(file)?)?))
    }

    fn file(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organizations_have_addresses_below_the_public_one() {
        for (origin, own, expected) in [
            ("https://portico.example.org", None, "https://acme.portico.example.org"),
            ("https://portico.example.org/", Some("projects.acme.example"), "https://projects.acme.example"),
            ("http://localhost:8080", None, "http://acme.localhost:8080"),
        ] {
            assert_eq!(Origin::parse(origin).expect("an origin").of("acme", own), expected);
        }
        for wrong in ["portico.example.org", "ftp://x.org", "https://", "https://a b", "https://x.org:port"] {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
