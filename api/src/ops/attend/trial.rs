//! Somebody works with what was restored on trial: rows that compare equal are no proof that a server runs on them.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use uuid::Uuid;

use crate::{clock, config::backups::ScratchWork, db::looking, ops::standby::check::Work};

/// Signs in and works in an organization that is made for it, by a server of this program. `owner` is the database's address
/// as its owner. Gives in words what was done.
pub(super) fn work(with: &ScratchWork, owner: &str) -> Result<String> {
    let mut bytes = [0; 16];
    clock::random(&mut bytes);
    let (app, operator) = (&with.app_url, &with.operator_url);
    ensure!(
        looking::are_one(&[owner, app, operator])?,
        "the addresses of the scratch database are not of one database: nothing is done where somebody else may work"
    );
    let name = format!("portico-trial-{}", Uuid::from_bytes(bytes));
    let aside = std::env::temp_dir().join(name);
    fs::create_dir(&aside).with_context(|| aside.display().to_string())?;
    let url = |role: &str| match role {
        "portico_owner" => owner.to_owned(),
        "portico_operator" => with.operator_url.clone(),
        _ => with.app_url.clone(),
    };
    let files = aside.join("files");
    let work = Work { url: &url, program: &with.program, app: None, files: &files, aside: &aside };
    let worked = work.serve(|_| Ok(()));
    if let Err(error) = fs::remove_dir_all(&aside) {
        tracing::warn!(%error, folder = %aside.display(), "what a trial needed is left");
    }
    worked.map(|((), words)| words)
}
