//! Backups of an installation on this machine: two folders as stores and two as the vault, and beside them, in a folder of its
//! own, what only the backup environment has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::exec;

/// Who gets the mails about them.
const OPERATORS: &str = "operations@portico.example";

/// Where they stand.
#[derive(Debug, Clone)]
pub struct Backups {
    folder: PathBuf,
    /// The database, as `portico_backup`.
    database: String,
    /// The database, as `portico_stream`; absent where its log is not streamed.
    stream: Option<String>,
}

impl Backups {
    /// Below this folder.
    pub const fn new(folder: PathBuf, database: String, stream: Option<String>) -> Self {
        Self { folder, database, stream }
    }

    /// The file with what the backup environment is told, for a shell.
    pub fn environment(&self) -> PathBuf {
        self.folder.join("backup-environment/environment.sh")
    }

    /// Where a drill brings everything back, and throws it away.
    pub fn drills(&self) -> PathBuf {
        self.folder.join("backup-environment/drills")
    }

    /// Tells production.
    pub fn tell(&self, command: &mut Command) {
        command.envs(self.places());
        command.env("PORTICO_BACKUP_DATABASE_URL", &self.database);
        command.env("PORTICO_VAULT_RECIPIENTS_FILE", self.recipients());
        command.env("PORTICO_OPERATORS_MAIL", OPERATORS);
        command.env("PORTICO_ATTENDANCE_KEYS_FILE", self.attendance_keys());
    }

    /// Tells the stream, where there is one: whose folder is in memory, and another one for each clone.
    pub fn tell_stream(&self, command: &mut Command) -> bool {
        let (Some(database), Some(memory)) = (&self.stream, self.memory()) else { return false };
        command.envs(self.places()).env("PORTICO_VAULT_RECIPIENTS_FILE", self.recipients());
        command.env("PORTICO_STREAM_DATABASE_URL", database).env("PORTICO_STREAM_DIR", memory);
        true
    }

    /// What of the log is in memory.
    pub fn memory(&self) -> Option<PathBuf> {
        let parent = Path::new("/dev/shm");
        let hash = blake3::hash(self.folder.as_os_str().as_encoded_bytes()).to_hex();
        let name: String = hash.chars().take(12).collect();
        parent.is_dir().then(|| parent.join(format!("portico-stream-{name}")))
    }

    /// Tells the backup environment, which is told nothing of production's.
    pub fn tell_environment(&self, command: &mut Command, scratch: &str) {
        command.envs(self.places()).envs(self.of_environment());
        for (name, role) in [("APP", "portico_app"), ("OPERATOR", "portico_operator")] {
            let url = scratch.replacen("portico_owner", role, 1);
            command.env(format!("PORTICO_SCRATCH_{name}_DATABASE_URL"), url);
        }
        command.env("PORTICO_SCRATCH_DATABASE_URL", scratch).env("PORTICO_OPERATORS_MAIL", OPERATORS);
    }

    /// Makes what is missing: the identity that opens the vault, and the files that say who it is and who signs.
    pub fn prepare(&self, command: impl Fn(&[&str]) -> Command) -> Result<()> {
        let environment = self.environment();
        let folder = environment.parent().context("a folder")?;
        fs::create_dir_all(folder)?;
        let [(_, identity), (_, signers)] = self.of_environment();
        // One that is there already was made by an earlier version, or by this one.
        let mut init = command(&["ops", "init"]);
        exec::output(init.envs(self.places()))?;
        if !identity.exists() {
            let to = identity.to_string_lossy();
            let recipient = exec::output(&mut command(&["ops", "identity", "--to", &to]))?;
            fs::write(self.recipients(), recipient)?;
        }
        let mut attendance = command(&["ops", "attendance-key"]);
        fs::write(self.attendance_keys(), exec::output(attendance.envs(self.of_environment()))?)?;
        fs::write(&signers, exec::output(&mut command(&["ops", "key"]))?)?;
        let mut variables = self.places().to_vec();
        variables.extend(self.of_environment());
        let lines: Vec<String> =
            variables.iter().map(|(name, value)| format!("export {name}='{}'\n", value.display())).collect();
        Ok(fs::write(environment, lines.concat())?)
    }

    /// What the backup environment alone is told.
    fn of_environment(&self) -> [(&'static str, PathBuf); 2] {
        let folder = self.folder.join("backup-environment");
        [
            ("PORTICO_RESTORE_IDENTITY_FILE", folder.join("restore.identity")),
            ("PORTICO_BACKUP_SIGNERS_FILE", folder.join("signers")),
        ]
    }

    fn attendance_keys(&self) -> PathBuf {
        self.folder.join("attendance-keys")
    }

    /// The file with the recipients of the vault.
    pub fn recipients(&self) -> PathBuf {
        self.folder.join("recipients")
    }

    /// Takes the local store away, as if production were gone with it.
    pub fn lose_local(&self) -> Result<()> {
        let local = self.folder.join("local");
        fs::rename(&local, local.with_extension("lost"))
            .with_context(|| format!("{} cannot be moved", local.display()))
    }

    /// What both environments are told.
    fn places(&self) -> [(&'static str, PathBuf); 6] {
        [
            ("PORTICO_BACKUP_LOCAL_STORE", self.folder.join("local")),
            ("PORTICO_BACKUP_LOCAL_PROVIDER", "this folder".into()),
            ("PORTICO_BACKUP_OFF_SITE_STORE", self.folder.join("off-site")),
            ("PORTICO_BACKUP_OFF_SITE_PROVIDER", "the folder beside it".into()),
            ("PORTICO_VAULT", self.folder.join("vault")),
            ("PORTICO_SECOND_VAULT", self.folder.join("second-vault")),
        ]
    }
}
