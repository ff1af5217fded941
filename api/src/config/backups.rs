//! What backups need. Production and the backup environment are told different things: the first has the public halves of
//! keys and signs, the second has the identity that opens the vault and knows whose signatures count.

mod places;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

pub use self::places::{SftpPlace, StoreConfig, StorePlace};
pub use super::bucket::S3Place;
use super::{
    MailConfig, application::ApplicationConfig, keys_directory, needed, secret, standby::DrillConfig,
    variable,
};

/// The two stores of backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoresConfig {
    /// `PORTICO_BACKUP_LOCAL_STORE` and what begins like it: at the production environment, which reads it too.
    pub local: StoreConfig,
    /// `PORTICO_BACKUP_OFF_SITE_STORE` and what begins like it: at another provider. Production adds to it, and does
    /// nothing else there; the backup environment has a credential of its own.
    pub off_site: StoreConfig,
}

impl StoresConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        Ok(Self { local: places::LOCAL.read()?, off_site: places::OFF_SITE.read()? })
    }

    /// The tag that both carry, where they do.
    pub fn shared_provider(&self) -> Option<&str> {
        (self.local.provider == self.off_site.provider).then_some(self.local.provider.as_str())
    }
}

/// `PORTICO_VAULT` and `PORTICO_SECOND_VAULT`: the two folders of the key vault.
pub fn vault_folders() -> Result<[PathBuf; 2]> {
    let what = "a folder of the key vault";
    let folders = [needed("PORTICO_VAULT", what)?, needed("PORTICO_SECOND_VAULT", what)?].map(PathBuf::from);
    let [first, second] = &folders;
    if first == second {
        bail!("PORTICO_VAULT and PORTICO_SECOND_VAULT are the same folder: the keys would be lost together");
    }
    Ok(folders)
}

/// What production needs to make sets.
#[derive(Debug, Clone)]
pub struct BackupConfig {
    /// `PORTICO_BACKUP_DATABASE_URL`: PostgreSQL as the role `portico_backup`.
    pub database_url: String,
    /// Where sets go.
    pub stores: StoresConfig,
    /// The vault.
    pub vault: [PathBuf; 2],
    /// `PORTICO_VAULT_RECIPIENTS`, or the file that `PORTICO_VAULT_RECIPIENTS_FILE` names: age recipients of the operators
    /// and of the backup environment, one a line.
    pub vault_recipients: String,
    /// `PORTICO_KEYS_DIR`: the folder below which the keys lie that sign sets.
    pub keys_directory: PathBuf,
    /// Where files are kept that people upload.
    pub files: super::FilesConfig,
    /// `PORTICO_ATTENDANCE_KEYS`, or the file that `PORTICO_ATTENDANCE_KEYS_FILE` names: the keys of the backup environment,
    /// as `portico ops attendance-key` prints them there, one a line. Where absent, nobody listens to what it says.
    pub attendance_keys: Option<String>,
    /// The application, which is copied with the files.
    pub application: Option<ApplicationConfig>,
}

impl BackupConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        if super::is_set("PORTICO_RESTORE_IDENTITY") {
            bail!(
                "PORTICO_RESTORE_IDENTITY is set where sets are made. It opens every set, so it belongs to the backup \
                 environment and must not be on this machine: take it away"
            );
        }
        let recipients = secret("PORTICO_VAULT_RECIPIENTS")?;
        Ok(Self {
            database_url: super::backup_database_url()?,
            stores: StoresConfig::from_environment()?,
            vault: vault_folders()?,
            vault_recipients: super::found(
                "PORTICO_VAULT_RECIPIENTS",
                "the age recipients of the vault",
                recipients,
            )?,
            keys_directory: keys_directory()?,
            files: super::FilesConfig::from_environment()?,
            attendance_keys: secret("PORTICO_ATTENDANCE_KEYS")?,
            application: Some(ApplicationConfig::from_environment()?),
        })
    }
}

/// What the backup environment needs to read sets.
#[derive(Clone)]
pub struct RestoreConfig {
    /// Where sets are.
    pub stores: StoresConfig,
    /// The vault.
    pub vault: [PathBuf; 2],
    /// `PORTICO_RESTORE_IDENTITY`, or the file that `PORTICO_RESTORE_IDENTITY_FILE` names: the age identity that opens the
    /// files of the vault.
    pub identity: String,
    /// `PORTICO_BACKUP_SIGNERS`, or the file that `PORTICO_BACKUP_SIGNERS_FILE` names: the keys whose signatures count, as
    /// `portico ops key` prints them, one a line.
    pub signers: String,
}

impl std::fmt::Debug for RestoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The identity is a secret.
        f.debug_struct("RestoreConfig").field("stores", &self.stores).finish_non_exhaustive()
    }
}

impl RestoreConfig {
    /// The identity alone.
    pub fn identity_from_environment() -> Result<String> {
        let name = "PORTICO_RESTORE_IDENTITY";
        super::found(name, "the identity that opens the vault", secret(name)?)
    }

    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        let signers = "PORTICO_BACKUP_SIGNERS";
        Ok(Self {
            stores: StoresConfig::from_environment()?,
            vault: vault_folders()?,
            identity: Self::identity_from_environment()?,
            signers: super::found(signers, "the keys whose signatures count", secret(signers)?)?,
        })
    }
}

/// What the backup environment needs to attend to the sets.
#[derive(Debug, Clone)]
pub struct AttendConfig {
    /// What it needs to read them.
    pub restore: RestoreConfig,
    /// `PORTICO_SCRATCH_DATABASE_URL`: PostgreSQL as the role `portico_owner`, a database whose content is thrown away each
    /// time that a set is restored on trial; none is where absent.
    pub scratch_database_url: Option<String>,
    /// What somebody works with in it afterwards; nobody does where absent.
    pub scratch_work: Option<ScratchWork>,
    /// Where mails go.
    pub mail: MailConfig,
    /// `PORTICO_OPERATORS_MAIL`: who gets them.
    pub operators_mail: Vec<String>,
    /// What a weekly drill needs; none is made where absent.
    pub drill: Option<DrillConfig>,
}

/// With what somebody works in a database that was restored on trial: a server of this very program.
#[derive(Debug, Clone)]
pub struct ScratchWork {
    /// `PORTICO_SCRATCH_APP_DATABASE_URL`: the same database as the role `portico_app`.
    pub app_url: String,
    /// `PORTICO_SCRATCH_OPERATOR_DATABASE_URL`: as the role `portico_operator`.
    pub operator_url: String,
    /// The program.
    pub program: PathBuf,
}

impl ScratchWork {
    fn from_environment() -> Result<Option<Self>> {
        let app = super::address("PORTICO_SCRATCH_APP_DATABASE_URL")?;
        match (app, super::address("PORTICO_SCRATCH_OPERATOR_DATABASE_URL")?) {
            (Some(app_url), Some(operator_url)) => {
                let program = std::env::current_exe().context("where this program lies")?;
                Ok(Some(Self { app_url, operator_url, program }))
            }
            (None, None) => Ok(None),
            _ => bail!(
                "PORTICO_SCRATCH_APP_DATABASE_URL and PORTICO_SCRATCH_OPERATOR_DATABASE_URL go together: set both, or neither"
            ),
        }
    }
}

impl AttendConfig {
    /// Reads it from the environment.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            restore: RestoreConfig::from_environment()?,
            scratch_database_url: super::address("PORTICO_SCRATCH_DATABASE_URL")?,
            scratch_work: ScratchWork::from_environment()?,
            mail: MailConfig::from_environment()?,
            operators_mail: super::operators_mail()?,
            drill: DrillConfig::from_environment()?,
        })
    }
}

/// Whether stores of backups are set.
pub fn has_stores() -> bool {
    variable("PORTICO_BACKUP_OFF_SITE_STORE").is_some()
}

/// Whether anything of backups is set at all.
pub fn is_begun() -> bool {
    ["PORTICO_BACKUP_LOCAL_STORE", "PORTICO_BACKUP_OFF_SITE_STORE", "PORTICO_VAULT"]
        .iter()
        .any(|name| variable(name).is_some())
}
