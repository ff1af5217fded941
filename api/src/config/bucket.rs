//! A bucket behind the S3 protocol, and what opens it.

use std::fmt::{self, Display};

use anyhow::{Context as _, Result, bail, ensure};
use url::{Host, Url};

use super::{found, needed, secret, variable};

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

impl fmt::Debug for S3Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest is a secret.
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

impl S3Place {
    /// What begins with this word there.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let prefix = [self.prefix.as_str(), folder].join("/").trim_matches('/').to_owned();
        Self { prefix, ..self.clone() }
    }
}

/// The names of a bucket's variables.
#[derive(Debug)]
pub(super) struct BucketNames {
    pub store: &'static str,
    pub endpoint: &'static str,
    pub region: &'static str,
    pub access_key_id: &'static str,
    pub secret_access_key: &'static str,
}

impl BucketNames {
    /// What the address of a bucket and the variables beside it say.
    pub fn read(&self, store: &str) -> Result<S3Place> {
        let url = address(self.store, store)?;
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

    /// Requests tell of sets and organizations, and what a server keeps in a bucket is not sealed.
    fn endpoint(&self, text: &str) -> Result<String> {
        let name = self.endpoint;
        let url = address(name, text)?;
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
            _ => bail!("{name} is no address of a service: it begins with https://"),
        }
        ensure!(
            url.path() == "/" && url.username().is_empty(),
            "{name} is a host, and a port if need be, with nothing before or behind it"
        );
        Ok(text.trim_end_matches('/').to_owned())
    }

    /// The variables that only a bucket has.
    pub const fn of_service(&self) -> [&'static str; 4] {
        [self.endpoint, self.region, self.access_key_id, self.secret_access_key]
    }
}

/// An address in a variable. What opens it does not stand in it.
pub(super) fn address(name: &str, text: &str) -> Result<Url> {
    // A wrong one is not shown: it may hold a password.
    let url = Url::parse(text).with_context(|| format!("{name} is no address"))?;
    ensure!(
        url.password().is_none(),
        "{name} holds a password: what opens the store stands in variables of its own"
    );
    ensure!(url.query().is_none() && url.fragment().is_none(), "{name} has something behind its path");
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: BucketNames = BucketNames {
        store: "A_STORE",
        endpoint: "AN_ENDPOINT",
        region: "A_REGION",
        access_key_id: "AN_ACCESS_KEY_ID",
        secret_access_key: "A_SECRET_ACCESS_KEY",
    };

    #[test]
    fn what_is_an_endpoint() {
        for text in [
            "https://s3.example",
            "https://s3.example:9000/",
            "http://127.0.0.1:9000",
            "http://localhost",
            "http://[::1]:9",
        ] {
            assert!(NAMES.endpoint(text).is_ok_and(|endpoint| !endpoint.ends_with('/')), "{text}");
        }
        for (text, why) in [
            ("http://s3.example", "for this machine alone"),
            ("http://10.0.0.1:9000", "for this machine alone"),
            ("s3.example", "no address"),
            ("ftp://s3.example", "begins with https://"),
            ("https://s3.example/bucket", "nothing before or behind it"),
            ("https://key:secret@s3.example", "holds a password"),
            ("https://:secret@s3.example", "holds a password"),
            ("https://key@s3.example", "nothing before or behind it"),
        ] {
            let error = format!("{:#}", NAMES.endpoint(text).expect_err(text));
            assert!(error.contains(why) && error.contains("AN_ENDPOINT"), "{text}: {error}");
        }
    }

    #[test]
    fn what_opens_a_bucket_is_not_shown() {
        let place = S3Place {
            bucket: "backups".to_owned(),
            prefix: "portico".to_owned(),
            endpoint: Some("https://s3.example".to_owned()),
            region: String::new(),
            access_key_id: "key".to_owned(),
            secret_access_key: "secret".to_owned(),
        };
        assert_eq!(format!("{place:?}"), "s3://backups/portico at https://s3.example");
    }
}
