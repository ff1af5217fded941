//! Where a store of backups is: a folder, a bucket behind the S3 protocol, or a folder behind SFTP; and what opens it.

use std::{
    fmt::{self, Display},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Result, bail, ensure};

use super::super::{
    bucket::{BucketNames, S3Place, address},
    found, needed, parsed, secret,
};

/// A store, and who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// Where it is.
    pub place: StorePlace,
    /// A word for the provider. Two stores with one word would be lost together.
    pub provider: String,
    /// How long a single answer of the store is waited for.
    pub patience: Duration,
}

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// A folder of this machine.
    Folder(PathBuf),
    /// Objects of a bucket.
    S3(S3Place),
    /// A folder of another machine.
    Sftp(SftpPlace),
}

/// A folder of another machine.
#[derive(Clone, PartialEq, Eq)]
pub struct SftpPlace {
    /// The machine.
    pub host: String,
    /// Its port, usually 22.
    pub port: u16,
    /// Who signs in.
    pub user: String,
    /// The folder, from the root of what the server shows.
    pub path: String,
    /// What proves who it is: a private key as `ssh-keygen` writes it, without a passphrase.
    pub private_key: String,
    /// The machine's own public keys, one a line: no other machine is spoken to.
    pub host_keys: String,
}

impl fmt::Debug for SftpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest is a secret.
        write!(f, "{self}")
    }
}

impl Display for SftpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, host, port, path, .. } = self;
        write!(f, "sftp://{user}@{host}:{port}{path}")
    }
}

impl Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::S3(place) => place.fmt(f),
            Self::Sftp(place) => place.fmt(f),
        }
    }
}

/// The names of a store's variables.
#[derive(Debug)]
pub(super) struct Names {
    pub bucket: BucketNames,
    pub provider: &'static str,
    pub private_key: &'static str,
    pub host_keys: &'static str,
    pub patience: &'static str,
}

pub(super) const LOCAL: Names = Names {
    bucket: BucketNames {
        store: "PORTICO_BACKUP_LOCAL_STORE",
        endpoint: "PORTICO_BACKUP_LOCAL_ENDPOINT",
        region: "PORTICO_BACKUP_LOCAL_REGION",
        access_key_id: "PORTICO_BACKUP_LOCAL_ACCESS_KEY_ID",
        secret_access_key: "PORTICO_BACKUP_LOCAL_SECRET_ACCESS_KEY",
    },
    provider: "PORTICO_BACKUP_LOCAL_PROVIDER",
    private_key: "PORTICO_BACKUP_LOCAL_PRIVATE_KEY",
    host_keys: "PORTICO_BACKUP_LOCAL_HOST_KEYS",
    patience: "PORTICO_BACKUP_LOCAL_TIMEOUT_SECONDS",
};

pub(super) const OFF_SITE: Names = Names {
    bucket: BucketNames {
        store: "PORTICO_BACKUP_OFF_SITE_STORE",
        endpoint: "PORTICO_BACKUP_OFF_SITE_ENDPOINT",
        region: "PORTICO_BACKUP_OFF_SITE_REGION",
        access_key_id: "PORTICO_BACKUP_OFF_SITE_ACCESS_KEY_ID",
        secret_access_key: "PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY",
    },
    provider: "PORTICO_BACKUP_OFF_SITE_PROVIDER",
    private_key: "PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY",
    host_keys: "PORTICO_BACKUP_OFF_SITE_HOST_KEYS",
    patience: "PORTICO_BACKUP_OFF_SITE_TIMEOUT_SECONDS",
};

impl Names {
    /// Reads them from the environment.
    pub(super) fn read(&self) -> Result<StoreConfig> {
        let name = self.bucket.store;
        let store = needed(name, "a store of backups: a folder, s3://… or sftp://…")?;
        let place = match store.split_once("://") {
            None => StorePlace::Folder(store.into()),
            Some(("s3", _)) => StorePlace::S3(self.bucket.read(&store)?),
            Some(("sftp", _)) => StorePlace::Sftp(self.sftp(&store)?),
            Some((scheme, _)) => bail!(
                "{name} begins with {scheme}://, which is no store that is known: it is a folder, s3://… or sftp://…"
            ),
        };
        self.refuse_others(&place)?;
        let patience: u64 = parsed(self.patience, || 180)?;
        ensure!(patience > 0, "{} is 0: no store answers so fast", self.patience);
        Ok(StoreConfig {
            place,
            provider: needed(self.provider, "a word for the provider at whose place that store is")?,
            patience: Duration::from_secs(patience),
        })
    }

    fn sftp(&self, store: &str) -> Result<SftpPlace> {
        let url = address(self.bucket.store, store)?;
        let (host, path) = (url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'));
        if host.is_empty() || url.username().is_empty() || path.is_empty() {
            bail!(
                "{} is no address of a folder: it is sftp://user@host/folder, with :port where it is not 22",
                self.bucket.store
            );
        }
        ensure!(
            !path.contains('%'),
            "{} has a folder with signs that do not stand in an address: use letters, digits, - and _",
            self.bucket.store
        );
        let (private_key, host_keys) = (secret(self.private_key)?, secret(self.host_keys)?);
        Ok(SftpPlace {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(22),
            user: url.username().to_owned(),
            path: path.to_owned(),
            private_key: found(
                self.private_key,
                "the key that signs in there, as ssh-keygen writes it",
                private_key,
            )?,
            host_keys: found(
                self.host_keys,
                "the public keys of that machine, as ssh-keyscan shows them",
                host_keys,
            )?,
        })
    }

    /// What is set for another kind of store was meant to have an effect.
    fn refuse_others(&self, place: &StorePlace) -> Result<()> {
        let of_s3 = self.bucket.of_service();
        let of_sftp = [self.private_key, self.host_keys];
        let others: &[&[&str]] = match place {
            StorePlace::Folder(_) => &[&of_s3, &of_sftp],
            StorePlace::S3(_) => &[&of_sftp],
            StorePlace::Sftp(_) => &[&of_s3],
        };
        match others.iter().copied().flatten().find(|name| super::super::is_set(name)) {
            Some(name) => {
                bail!("{name} is set, and {} is {place}, which has no use for it", self.bucket.store)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_store_is_not_part_of_its_address() {
        for (text, why) in [
            ("sftp://portico:secret@host/folder", "holds a password"),
            ("s3://bucket?key=secret", "something behind its path"),
            ("sftp://portico@host:secret/folder", "no address"),
        ] {
            let error = format!("{:#}", address(OFF_SITE.bucket.store, text).expect_err(text));
            assert!(error.contains(why) && !error.contains("secret"), "{text}: {error}");
        }
    }
}
