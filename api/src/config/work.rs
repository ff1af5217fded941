//! What the worker needs, mail first of all.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use lettre::Address;

use super::{
    FilesConfig, address, admin_listen, backups, book, keys_directory, operator_database_url, parsed, stream,
    variable,
};

/// What `portico work` needs.
#[derive(Debug, Clone)]
pub struct WorkConfig {
    /// `PORTICO_OPERATOR_DATABASE_URL`: PostgreSQL as the role `portico_operator`.
    pub operator_database_url: String,
    /// `PORTICO_KEYS_DIR`: the folder below which the keys lie that sign the audit log.
    pub keys_directory: PathBuf,
    /// `PORTICO_WORKERS`: how many jobs are done at one moment; 4 where absent.
    pub workers: usize,
    /// Where mails go.
    pub mail: MailConfig,
    /// `PORTICO_ADMIN_LISTEN`: where figures are given away, in the administration network; nowhere where absent.
    pub admin_listen: Option<SocketAddr>,
    /// Where files are kept that people upload, and whence those are swept that nothing refers to.
    pub files: FilesConfig,
    /// What the operations book needs.
    pub book: book::BookConfig,
    /// What backups need, where any variable of theirs is set.
    pub backups: Option<backups::BackupConfig>,
    /// Whether `PORTICO_STREAM_DATABASE_URL` is set, so that a stream that never ran is missed. One that has run is in any case.
    pub expects_stream: bool,
    /// `PORTICO_OPERATORS_MAIL`: the e-mails of those who run the installation, with commas between; nobody where absent.
    pub operators_mail: Vec<String>,
}

/// Where mails go, and what stands in them.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The way they take.
    pub way: MailWay,
    /// `PORTICO_MAIL_FROM`: who sends them; `Portico <portico@<domain>>` where absent.
    pub sender: String,
    /// `PORTICO_PUBLIC_ORIGIN`: the domain as browsers reach it, such as `https://portico.example.org`, from which the
    /// organizations' addresses are made; `https://<domain>` where absent.
    pub public_origin: String,
}

/// The way that mails take.
#[derive(Clone)]
pub enum MailWay {
    /// None is set: mails wait until a worker comes that knows one.
    Nowhere,
    /// `PORTICO_SMTP_URL`, or the file that `PORTICO_SMTP_URL_FILE` names: to this server.
    Smtp(String),
    /// To nobody: they are kept and shown.
    Shown {
        /// `PORTICO_MAIL_FOLDER`: where they are kept.
        folder: PathBuf,
        /// `PORTICO_MAIL_PAGE`: where on this machine they are shown.
        page: SocketAddr,
    },
}

impl std::fmt::Debug for MailWay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nowhere => f.write_str("Nowhere"),
            // The address holds a password.
            Self::Smtp(_) => f.write_str("Smtp"),
            Self::Shown { folder, page } => write!(f, "Shown({}, {page})", folder.display()),
        }
    }
}

impl WorkConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            operator_database_url: operator_database_url()?,
            keys_directory: keys_directory()?,
            workers: parsed("PORTICO_WORKERS", || 4)?,
            mail: MailConfig::from_environment()?,
            admin_listen: admin_listen()?,
            files: FilesConfig::from_environment()?,
            book: book::BookConfig::from_environment()?,
            backups: backups::is_begun().then(backups::BackupConfig::from_environment).transpose()?,
            expects_stream: stream::is_begun(),
            operators_mail: operators_mail()?,
        })
    }
}

impl MailConfig {
    pub(super) fn from_environment() -> Result<Self> {
        let domain = variable("PORTICO_DOMAIN").unwrap_or_else(|| "localhost".to_owned());
        let (smtp, folder) = (address("PORTICO_SMTP_URL")?, variable("PORTICO_MAIL_FOLDER"));
        let way = match (smtp, folder) {
            (Some(_), Some(_)) => bail!(
                "PORTICO_SMTP_URL sends mails and PORTICO_MAIL_FOLDER shows them instead: set one of the two"
            ),
            (Some(url), None) => MailWay::Smtp(url),
            (None, Some(folder)) => MailWay::Shown {
                folder: PathBuf::from(folder),
                page: parsed("PORTICO_MAIL_PAGE", || SocketAddr::from(([127, 0, 0, 1], 8025)))?,
            },
            (None, None) => MailWay::Nowhere,
        };
        Ok(Self {
            way,
            sender: variable("PORTICO_MAIL_FROM").unwrap_or_else(|| format!("Portico <portico@{domain}>")),
            public_origin: variable("PORTICO_PUBLIC_ORIGIN").unwrap_or_else(|| format!("https://{domain}")),
        })
    }
}

/// `PORTICO_OPERATORS_MAIL`: the e-mails of those who run the installation.
pub(super) fn operators_mail() -> Result<Vec<String>> {
    addresses(&variable("PORTICO_OPERATORS_MAIL").unwrap_or_default())
}

/// E-mails with commas between.
fn addresses(text: &str) -> Result<Vec<String>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let address = |word: &str| {
        let parsed = word.parse::<Address>();
        parsed.map(|address| address.to_string()).with_context(|| {
            format!(
                "PORTICO_OPERATORS_MAIL names {word:?}, which is no e-mail: write them with commas between"
            )
        })
    };
    words.map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mails_stand_with_commas_between() {
        for (text, expected) in [
            ("", vec![]),
            (" , ", vec![]),
            ("ana@example.org", vec!["ana@example.org"]),
            ("ana@example.org, ben@example.org,", vec!["ana@example.org", "ben@example.org"]),
        ] {
            assert_eq!(addresses(text).expect("e-mails"), expected, "{text:?}");
        }
        for wrong in ["ana", "ana@example.org ben@example.org", "Ana <ana@example.org>"] {
            assert!(addresses(wrong).expect_err(wrong).to_string().contains("no e-mail"), "{wrong}");
        }
    }
}
