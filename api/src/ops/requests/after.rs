//! What is to be done about requests that are carried out: it is said in the stores that tables were written anew, certificates
//! are heard, and copies go when their time is over.

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::console::{ClientRequestState, RequestStepKind};
use uuid::Uuid;

use super::{Requests, row, step};
use crate::{
    db::operator::{OperatorDb, tables::client_requests as requests},
    files::package_path,
    ops::{
        backup::Stores,
        book::{Action, Doer, Entry},
        certificate,
        ledger::{self, Rewriting},
        signing::SetKeys,
        stores::Store,
    },
};

impl Requests {
    /// Does all of it.
    pub(super) fn look_after_what_is_done(&self, db: &mut OperatorDb) -> Result<()> {
        // What goes wrong with one keeps none of the others from it.
        let done = [
            self.remove_old_packages(db),
            self.say_what_was_rewritten(db),
            self.enter_persons(db),
            self.hear_certificates(db),
        ];
        done.into_iter().collect()
    }

    /// Copies go when their time is over.
    fn remove_old_packages(&self, db: &mut OperatorDb) -> Result<()> {
        let now = db.clock().now();
        let old: Vec<(Uuid, Option<Uuid>)> = requests::table
            .filter(requests::package_kept_until.lt(now).and(requests::package_removed_at.is_null()))
            .filter(requests::state.ne(ClientRequestState::Executing.key()))
            .select((requests::id, requests::package_id))
            .load(db.global())?;
        for (id, package) in old {
            if let Some(package) = package {
                self.deliveries()?.delete(&package_path(package))?;
            }
            diesel::update(requests::table.find(id))
                .set((
                    requests::package_removed_at.eq(now),
                    requests::link_hash.eq(None::<Vec<u8>>),
                    requests::link_until.eq(None::<DateTime<Utc>>),
                ))
                .execute(db.global())?;
        }
        Ok(())
    }

    /// Says in both stores that tables were written anew: the backup environment certifies nothing before.
    fn say_what_was_rewritten(&self, db: &mut OperatorDb) -> Result<()> {
        let Some(backups) = &self.backups else { return Ok(()) };
        let unsaid: Vec<(Uuid, [Option<DateTime<Utc>>; 3])> = requests::table
            .filter(requests::rewritten_at.is_not_null().and(requests::rewriting_said_at.is_null()))
            .select((requests::id, (requests::erased_at, requests::files_removed_at, requests::rewritten_at)))
            .load::<(Uuid, (_, _, _))>(db.global())?
            .into_iter()
            .map(|(id, (erased, removed, rewritten))| (id, [erased, removed, rewritten]))
            .collect();
        for (id, done) in unsaid {
            let [Some(erased_at), Some(files_removed_at), Some(at)] = done else { continue };
            let (stores, keys) = (Stores::open(&backups.stores)?, SetKeys::read(&backups.keys_directory)?);
            let said = Rewriting { request: id.into(), erased_at, files_removed_at, at };
            for store in [&stores.local, &stores.off_site] {
                ledger::say_rewriting(store, &keys, &said)?;
            }
            let now = db.clock().now();
            diesel::update(requests::table.find(id))
                .set(requests::rewriting_said_at.eq(now))
                .execute(db.global())?;
        }
        Ok(())
    }

    /// Hears that the keys of erased organizations were destroyed.
    fn hear_certificates(&self, db: &mut OperatorDb) -> Result<()> {
        let (Some(backups), Some(signers)) = (&self.backups, &self.attendants) else { return Ok(()) };
        let waiting: Vec<Uuid> = requests::table
            .filter(requests::kind.ne("copy").and(requests::state.eq(ClientRequestState::Executed.key())))
            .filter(requests::rewriting_said_at.is_not_null())
            .select(requests::id)
            .load(db.global())?;
        if waiting.is_empty() {
            return Ok(());
        }
        let store = Store::at("the local store", &backups.stores.local)?;
        for id in waiting {
            let Some((said, signed)) = certificate::find(&store, id.into(), signers)? else { continue };
            let row = row(db, id.into())?;
            ensure!(
                said.organization.0 == row.organization,
                "the certificate of {id} is of another organization"
            );
            let done = step(db, RequestStepKind::Certify, &said.by);
            let details = serde_json::json!({ "certificate": said });
            let by = Doer { name: said.by.clone(), ..Doer::attendant() };
            let entry = Entry::new(db.clock(), by, Action::DestroyKeys, said.organization.to_string());
            diesel::update(requests::table.find(id))
                .set((
                    requests::certificate.eq(serde_json::to_value(&said)?),
                    requests::certificate_signed.eq(signed),
                ))
                .execute(db.global())?;
            self.move_on(db, &row, ClientRequestState::Certified, done, &entry.with(&details))?;
        }
        Ok(())
    }
}
