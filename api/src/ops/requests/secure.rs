//! What is left of an organization of which projects were erased: another key, and sets under it in both stores. From then on the keys
//! of before open nothing but what is to be forgotten.

use anyhow::{Context as _, Result, bail};
use diesel::prelude::*;

use super::Requests;
use crate::{
    config::FilesConfig,
    console::requests::store::Row,
    db::operator::{OperatorDb, tables::project_erasures},
    ops::{owner::Owner, retention::SetKind, runs, signing::SetKeys, vault, vault::Vault, watch::Maker},
};

impl Requests {
    /// Makes another key. Whoever is killed before it is written down makes one more, which harms nobody.
    pub(super) fn renew_key(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let backups = self.backups()?;
        let recipients = vault::parse_recipients(&backups.vault_recipients)?;
        let keys = SetKeys::read(&backups.keys_directory)?;
        let owner = Owner::Organization(row.organization.into());
        // A set that is being made has read its state before, and may not be sealed with the key of after.
        let made = db.alone(runs::LOCK, |_| Vault::open(&backups.vault)?.renew(owner, &recipients, &keys))?;
        made.context("another worker makes sets at this moment: it is tried again")?;
        let now = db.clock().now();
        diesel::update(project_erasures::table.find(row.id))
            .set(project_erasures::key_renewed_at.eq(now))
            .execute(db.global())?;
        Ok(())
    }

    /// Makes a set of each kind under it, like those that are due, and is content when both stand off-site too.
    pub(super) fn secure(&self, db: &mut OperatorDb, row: &Row) -> Result<()> {
        let backups = self.backups()?;
        let mut maker = Maker::new(backups.clone(), self.readers.clone(), self.book.clone());
        let kinds: &[SetKind] = match backups.files {
            FilesConfig::Nowhere => &[SetKind::Database],
            FilesConfig::Folder(_) | FilesConfig::Bucket(_) => &SetKind::ALL,
        };
        let made = db.alone(runs::LOCK, |db| {
            kinds.iter().try_for_each(|kind| match maker.make(db, *kind)? {
                None => bail!("the set of {} could not be made: the book says why", kind.word()),
                Some(made) => match made.off_site {
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.context(format!("{} is not off-site yet", made.manifest.set))),
                },
            })
        })?;
        made.context("another worker makes sets at this moment: it is tried again")?;
        let now = db.clock().now();
        diesel::update(project_erasures::table.find(row.id))
            .set(project_erasures::secured_at.eq(now))
            .execute(db.global())?;
        Ok(())
    }
}
