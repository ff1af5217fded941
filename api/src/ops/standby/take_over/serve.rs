//! The last two steps: what was brought back is tried, started, and led to.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use super::{Ground, Kind, version::Version};
use crate::ops::{
    standby::{check::Check, program, proxy, steps::Went},
    stream::recover::Running,
};

/// How long the servers may take to be ready once they are told to start.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

impl Ground<'_> {
    /// The fourth step.
    pub(super) fn check(
        &self,
        running: &Running,
        version: &Version,
        meanwhile: impl FnOnce(&str) -> Result<()>,
    ) -> Result<Went<()>> {
        let check = Check {
            running,
            database: &self.plan.database,
            program: &version.program,
            app: version.app.as_deref(),
            files: &self.files,
            aside: &self.aside,
        };
        let ((), words) = check.check(meanwhile)?;
        Ok(Went::Done((), words))
    }

    /// Lets PostgreSQL and the servers start, as they run here, and waits until they are ready.
    pub(super) fn start(&self, command: &Path, upstream: &str, version: &Version) -> Result<()> {
        let shown = |path: &Path| path.display().to_string();
        let (cluster, files, program) = (shown(&self.cluster), shown(&self.files), shown(&version.program));
        let app = version.app.as_deref().map(shown).unwrap_or_default();
        proxy::tell(
            command,
            "start",
            &[
                ("PORTICO_STANDBY_CLUSTER", &cluster),
                ("PORTICO_FILES_DIR", &files),
                ("PORTICO_STANDBY_PROGRAM", &program),
                ("PORTICO_APP_DIR", &app),
            ],
        )?;
        let started = Instant::now();
        while !program::is_ready(upstream) {
            if started.elapsed() > PATIENCE {
                bail!("no server is ready at {upstream} after {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// The fifth step.
    pub(super) fn redirect(&self, upstream: &str) -> Result<Went<()>> {
        match (&self.plan.proxy, &self.plan.kind) {
            (Some(proxy), _) => {
                proxy.open(upstream)?;
                Ok(Went::Done((), format!("the proxy leads to {upstream}")))
            }
            (None, Kind::Drill) => Ok(Went::Skipped((), "no proxy is there for drills".to_owned())),
            (None, Kind::Activation { .. }) => {
                Ok(Went::Skipped((), format!("no proxy is told: lead the addresses to {upstream}")))
            }
        }
    }
}
