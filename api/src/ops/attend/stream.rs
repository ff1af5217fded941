//! The same of the stream: base backups are read whole as they come, and the log is pruned and looked through.

use std::collections::BTreeSet;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use serde_json::json;
use shared::console::LongAction;

use super::{Attendant, Look};
use crate::ops::{book::Action, retention::Place, stream::base};

impl Attendant {
    /// Verifies the base backups that have come since the last look; of those that were there at the first one, the newest.
    pub(super) fn verify_bases(&mut self, place: Place, look: &mut Look) {
        let about = format!("base backups in {}", self.environment.store(place).name());
        let Some(there) = self.judge(&about, |it| it.environment.bases(place)) else { return };
        let names: BTreeSet<String> = there.iter().cloned().collect();
        let mut known = if let Some(known) = self.bases.remove(&place) {
            known.intersection(&names).cloned().collect()
        } else {
            let newest = there.len().saturating_sub(1);
            there.iter().take(newest).cloned().collect::<BTreeSet<String>>()
        };
        self.forget_gone_bases(place, &names);
        for path in &there {
            if known.contains(path) {
                continue;
            }
            let about = about_base(path, self.environment.store(place).name());
            let what = (LongAction::VerifySet, name(path), place);
            let found = self.judge_long(&about, what, |it| it.environment.verify_base(place, path));
            if let Some(bytes) = found {
                tracing::info!(
                    base = path,
                    bytes,
                    store = self.environment.store(place).name(),
                    "a base backup holds"
                );
                let store = self.environment.store(place).name().to_owned();
                self.note(Action::VerifySet, name(path), &json!({"store": store, "bytes": bytes}));
                known.insert(path.clone());
                look.verified.push((place, name(path).to_owned()));
            }
        }
        self.bases.insert(place, known);
    }

    /// Removes what is not kept any longer, and says what is missing.
    pub(super) fn prune_stream(&mut self, place: Place, now: DateTime<Utc>, look: &mut Look) {
        let about = format!("the stream in {}", self.environment.store(place).name());
        let pruned = self.judge(&about, |it| {
            let pruned = it.environment.prune_stream(place, now)?;
            match pruned.wrong.first() {
                Some(first) => Err(anyhow!("{first}")),
                None => Ok(pruned),
            }
        });
        if let Some(pruned) = pruned {
            look.removed.0 += pruned.bases.len();
            look.removed.1 += pruned.objects;
            if !pruned.bases.is_empty() {
                let store = self.environment.store(place).name().to_owned();
                let details = json!({
                    "store": store, "base_backups": pruned.bases, "objects": pruned.objects, "kept": pruned.kept,
                });
                self.note(Action::PruneSets, "stream", &details);
            }
        }
    }

    /// What was wrong with one that is not there any more is wrong no longer.
    fn forget_gone_bases(&mut self, place: Place, there: &BTreeSet<String>) {
        let store = self.environment.store(place).name().to_owned();
        let still: BTreeSet<String> = there.iter().map(|path| about_base(path, &store)).collect();
        let is_gone = |about: &&String| {
            about.starts_with(BASE) && about.ends_with(&format!(" in {store}")) && !still.contains(*about)
        };
        let gone: Vec<String> = self.wrong.keys().filter(is_gone).cloned().collect();
        for about in gone {
            self.wrong.remove(&about);
            self.tell(crate::ops::letters::well_again(&about));
        }
    }
}

const BASE: &str = "the base backup ";

fn about_base(path: &str, store: &str) -> String {
    format!("{BASE}{} in {store}", name(path))
}

fn name(path: &str) -> &str {
    base::parse_manifest_path(path).map_or(path, |(_, name)| name)
}
