//! The second step: which program production ran.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use super::{Ground, Kind};
use crate::ops::{
    application::{APP, Application, PROGRAM},
    manifest,
    retention::SetKind,
    standby::steps::Went,
};

/// What runs.
pub(super) struct Version {
    pub program: PathBuf,
    pub app: Option<PathBuf>,
}

impl Ground<'_> {
    /// The second step: which program production ran, and where it is here.
    pub(super) fn check_version(&self) -> Result<Went<Version>> {
        let own = &self.plan.program;
        let Some((set, application)) = self.newest_application()? else {
            let nothing = "no set of files has a copy of the application";
            return match self.plan.kind {
                Kind::Drill => bail!("{nothing}: production has to make one"),
                Kind::Activation { .. } => Ok(Went::Skipped(
                    Version { program: own.clone(), app: None },
                    format!("{nothing}: this program, {}, goes on", env!("CARGO_PKG_VERSION")),
                )),
            };
        };
        let store = self.environment.store(self.plan.from);
        self.environment.application(store, &application, Some(&self.application))?;
        let program = self.application.join(PROGRAM);
        let is_same = hash(&program)? == hash(own)?;
        let app = Some(self.application.join(APP)).filter(|folder| folder.is_dir());
        let words = if is_same {
            format!("{} in {set} is this program", application.version)
        } else if matches!(self.plan.kind, Kind::Drill) {
            // What production signs is not run where the identity is, unless somebody says so by activating.
            bail!(
                "the program in {set} is another one than this: bring the program here to production's version ({})",
                application.version
            )
        } else {
            format!("{} of {set} takes the place of this program, which is another one", application.version)
        };
        Ok(Went::Done(Version { program, app }, words))
    }

    fn newest_application(&self) -> Result<Option<(String, Application)>> {
        for (set, _) in
            manifest::sets(self.environment.store(self.plan.from), SetKind::Files)?.into_iter().rev()
        {
            match self.environment.manifest(self.plan.from, &set) {
                Ok(manifest) => {
                    if let Some(application) = manifest.application {
                        return Ok(Some((set, application)));
                    }
                }
                Err(error) => {
                    tracing::warn!(set, error = format!("{error:#}"), "a set of files does not hold");
                }
            }
        }
        Ok(None)
    }
}

fn hash(path: &Path) -> Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut file = fs::File::open(path).with_context(|| path.display().to_string())?;
    io::copy(&mut file, &mut hasher)?;
    Ok(hasher.finalize())
}
