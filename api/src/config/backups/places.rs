//! Where a store of backups is: a folder, a bucket behind the S3 protocol, or a folder behind SFTP; and what opens it.

use std::{
    fmt::{self, Display},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use url::{Host, Url};

use super::super::{found, needed, parsed, secret, variable};

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

/// Objects of a bucket, of Amazon's or of any other service that speaks its protocol.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Place {
    /// The bucket.
    pub bucket: String,
    /// What the names of all objects begin with; empty for all of the bucket.
    pub prefix: String,
    /// The address of the service; Amazon's own where absent.
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// Who asks.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: String,
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

impl fmt::Debug for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest is a secret.
        write!(f, "{self}")
    }
}

impl fmt::Debug for SftpPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Display for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        self.endpoint.as_ref().map_or(Ok(()), |endpoint| write!(f, " at {endpoint}"))
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
    pub store: &'static str,
    pub provider: &'static str,
    pub endpoint: &'static str,
    pub region: &'static str,
    pub access_key_id: &'static str,
    pub secret_access_key: &'static str,
    pub private_key: &'static str,
    pub host_keys: &'static str,
    pub patience: &'static str,
}

pub(super) const LOCAL: Names = Names {
    store: "PORTICO_BACKUP_LOCAL_STORE",
    provider: "PORTICO_BACKUP_LOCAL_PROVIDER",
    endpoint: "PORTICO_BACKUP_LOCAL_ENDPOINT",
    region: "PORTICO_BACKUP_LOCAL_REGION",
    access_key_id: "PORTICO_BACKUP_LOCAL_ACCESS_KEY_ID",
    secret_access_key: "PORTICO_BACKUP_LOCAL_SECRET_ACCESS_KEY",
    private_key: "PORTICO_BACKUP_LOCAL_PRIVATE_KEY",
    host_keys: "PORTICO_BACKUP_LOCAL_HOST_KEYS",
    patience: "PORTICO_BACKUP_LOCAL_TIMEOUT_SECONDS",
};

pub(super) const OFF_SITE: Names = Names {
    store: "PORTICO_BACKUP_OFF_SITE_STORE",
    provider: "PORTICO_BACKUP_OFF_SITE_PROVIDER",
    endpoint: "PORTICO_BACKUP_OFF_SITE_ENDPOINT",
    region: "PORTICO_BACKUP_OFF_SITE_REGION",
    access_key_id: "PORTICO_BACKUP_OFF_SITE_ACCESS_KEY_ID",
    secret_access_key: "PORTICO_BACKUP_OFF_SITE_SECRET_ACCESS_KEY",
    private_key: "PORTICO_BACKUP_OFF_SITE_PRIVATE_KEY",
    host_keys: "PORTICO_BACKUP_OFF_SITE_HOST_KEYS",
    patience: "PORTICO_BACKUP_OFF_SITE_TIMEOUT_SECONDS",
};

impl Names {
    /// Reads them from the environment.
    pub(super) fn read(&self) -> Result<StoreConfig> {
        let store = needed(self.store, "a store of backups: a folder, s3://… or sftp://…")?;
        let place = match store.split_once("://") {
            None => StorePlace::Folder(store.into()),
            Some(("s3", _)) => StorePlace::S3(self.s3(&store)?),
            Some(("sftp", _)) => StorePlace::Sftp(self.sftp(&store)?),
            Some((scheme, _)) => bail!(
                "{} begins with {scheme}://, which is no store that is known: it is a folder, s3://… or sftp://…",
                self.store
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

    fn s3(&self, store: &str) -> Result<S3Place> {
        let url = self.url(store)?;
        let bucket = url.host_str().unwrap_or_default();
        if bucket.is_empty() || !url.username().is_empty() || url.port().is_some() {
            bail!(
                "{} is no address of objects: it is s3://bucket or s3://bucket/prefix, and the service's own address \
                 stands in {}",
                self.store,
                self.endpoint
            );
        }
        let endpoint = variable(self.endpoint).map(|text| self.endpoint(&text)).transpose()?;
        let region = match (variable(self.region), &endpoint) {
            (Some(region), _) => region,
            // What services of others are content with.
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => {
                bail!("{} is not set. It says in which region of Amazon's the bucket is.", self.region)
            }
        };
        let secret_access_key = secret(self.secret_access_key)?;
        Ok(S3Place {
            bucket: bucket.to_owned(),
            prefix: url.path().trim_matches('/').to_owned(),
            endpoint,
            region,
            access_key_id: needed(self.access_key_id, "the name of the key of that store")?,
            secret_access_key: found(self.secret_access_key, "the key of that store", secret_access_key)?,
        })
    }

    /// What is put is sealed; the requests are not, and tell of sets and organizations.
    fn endpoint(&self, text: &str) -> Result<String> {
        let name = self.endpoint;
        let url = Url::parse(text).with_context(|| format!("{name} is {text:?}, which is no address"))?;
        let is_here = match url.host() {
            Some(Host::Domain(domain)) => domain == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match url.scheme() {
            "https" => {}
            "http" if is_here => {}
            "http" => bail!("{name} begins with http://, which is for this machine alone: use https://"),
            _ => bail!("{name} is {text:?}; it begins with https://"),
        }
        ensure!(
            url.path() == "/" && url.query().is_none() && url.username().is_empty(),
            "{name} is {text:?}; it is a host, and a port if need be, with nothing behind it"
        );
        Ok(text.trim_end_matches('/').to_owned())
    }

    fn sftp(&self, store: &str) -> Result<SftpPlace> {
        let url = self.url(store)?;
        let (host, path) = (url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'));
        if host.is_empty() || url.username().is_empty() || path.is_empty() {
            bail!(
                "{} is no address of a folder: it is sftp://user@host/folder, with :port where it is not 22",
                self.store
            );
        }
        ensure!(
            !path.contains('%'),
            "{} has a folder with signs that do not stand in an address: use letters, digits, - and _",
            self.store
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

    fn url(&self, store: &str) -> Result<Url> {
        let name = self.store;
        // A wrong one is not shown: it may hold a password.
        let url = Url::parse(store).with_context(|| format!("{name} is no address"))?;
        ensure!(
            url.password().is_none(),
            "{name} holds a password: what opens the store stands in variables of its own"
        );
        ensure!(url.query().is_none() && url.fragment().is_none(), "{name} has something behind its path");
        Ok(url)
    }

    /// What is set for another kind of store was meant to have an effect.
    fn refuse_others(&self, place: &StorePlace) -> Result<()> {
        let of_s3 = [self.endpoint, self.region, self.access_key_id, self.secret_access_key];
        let of_sftp = [self.private_key, self.host_keys];
        let others: &[&[&str]] = match place {
            StorePlace::Folder(_) => &[&of_s3, &of_sftp],
            StorePlace::S3(_) => &[&of_sftp],
            StorePlace::Sftp(_) => &[&of_s3],
        };
        match others.iter().copied().flatten().find(|name| super::super::is_set(name)) {
            Some(name) => bail!("{name} is set, and {} is {place}, which has no use for it", self.store),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_endpoint() {
        for text in [
            "https://s3.example",
            "https://s3.example:9000/",
            "http://127.0.0.1:9000",
            "http://localhost",
            "http://[::1]:9",
        ] {
            assert!(OFF_SITE.endpoint(text).is_ok_and(|endpoint| !endpoint.ends_with('/')), "{text}");
        }
        for (text, why) in [
            ("http://s3.example", "for this machine alone"),
            ("http://10.0.0.1:9000", "for this machine alone"),
            ("s3.example", "no address"),
            ("ftp://s3.example", "begins with https://"),
            ("https://s3.example/bucket", "nothing behind it"),
            ("https://key:secret@s3.example", "nothing behind it"),
        ] {
            let error = format!("{:#}", OFF_SITE.endpoint(text).expect_err(text));
            assert!(
                error.contains(why) && error.contains("PORTICO_BACKUP_OFF_SITE_ENDPOINT"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn what_opens_a_store_is_not_part_of_its_address_and_is_not_shown() {
        for (text, why) in [
            ("sftp://portico:secret@host/folder", "holds a password"),
            ("s3://bucket?key=secret", "something behind its path"),
            ("sftp://portico@host:secret/folder", "no address"),
        ] {
            let error = format!("{:#}", OFF_SITE.url(text).expect_err(text));
            assert!(error.contains(why) && !error.contains("secret"), "{text}: {error}");
        }
        let place = S3Place {
            bucket: "backups".to_owned(),
            prefix: "portico".to_owned(),
            endpoint: Some("https://s3.example".to_owned()),
            region: String::new(),
            access_key_id: "key".to_owned(),
            secret_access_key: "secret".to_owned(),
        };
        assert_eq!(format!("{:?}", StorePlace::S3(place)), "S3(s3://backups/portico at https://s3.example)");
    }
}
