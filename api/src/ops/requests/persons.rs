//! Persons who were erased are entered into the ledger, so that no restore brings them back.

use anyhow::Result;

use super::Requests;
use crate::{
    db::{
        erase::{note_entered, persons_to_enter},
        operator::OperatorDb,
    },
    ops::{
        backup::Stores,
        ledger::{self, Erasure, Subject},
        signing::SetKeys,
    },
};

impl Requests {
    /// Enters those who do not stand there yet, in both stores.
    pub(super) fn enter_persons(&self, db: &mut OperatorDb) -> Result<()> {
        let Some(backups) = &self.backups else { return Ok(()) };
        let persons = persons_to_enter(db)?;
        if persons.is_empty() {
            return Ok(());
        }
        let (stores, keys) = (Stores::open(&backups.stores)?, SetKeys::read(&backups.keys_directory)?);
        for person in persons {
            let erasure = Erasure {
                organization: person.organization.into(),
                subject: Subject::Person { user: person.user_id.into() },
                at: person.erased_at,
            };
            for store in [&stores.local, &stores.off_site] {
                ledger::enter(store, &keys, &erasure)?;
            }
            note_entered(db, &person)?;
        }
        Ok(())
    }
}
