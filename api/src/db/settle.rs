//! What a restore must not bring back to life: sessions that may have been ended since, links that may have been used, mails
//! that were sent long ago.

use anyhow::Result;
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query};
use shared::ids::OrganizationId;

use super::{
    copies::OwnedRows,
    refill::Refill,
    schema::{api_tokens, jobs, password_resets, sessions},
};

/// What was settled, and what somebody has to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Sessions that were ended, those of operators among them.
    pub sessions: usize,
    /// Links for a new password that lead nowhere any more.
    pub links: usize,
    /// Jobs that were given up. Each can be tried again by name.
    pub jobs: usize,
    /// API tokens that work, those among them that were revoked since.
    pub tokens: usize,
}

impl Refill {
    /// Ends what belonged to the moment of the backup, in each of these organizations and outside of them.
    pub fn settle(
        &mut self,
        organizations: impl IntoIterator<Item = OrganizationId>,
        now: DateTime<Utc>,
    ) -> Result<Settled> {
        let mut settled = Settled::default();
        for organization in organizations {
            let of_one = self.of(Some(organization))?.settle(now)?;
            settled.sessions += of_one.sessions;
            settled.links += of_one.links;
            settled.jobs += of_one.jobs;
            settled.tokens += of_one.tokens;
        }
        settled.sessions +=
            sql_query("DELETE FROM operator_sessions").execute(self.of(None)?.connection())?;
        super::erase::end_what_was_under_way(self.of(None)?.connection())?;
        // Nobody waits for these any longer, and who asked can ask again.
        settled.links += self.of(None)?.forget_requests()?;
        Ok(settled)
    }
}

impl Refill {
    /// Lets the database take changes, as this epoch or the later one that it is of.
    pub fn begin_epoch(&mut self, epoch: i64) -> Result<()> {
        super::epoch::begin_on(self.of(None)?.connection(), epoch)
    }
}

impl OwnedRows<'_> {
    /// The same of one organization.
    pub(super) fn settle(&mut self, now: DateTime<Utc>) -> Result<Settled> {
        Ok(Settled {
            sessions: self.end_sessions(now)?,
            links: self.void_links(now)?,
            jobs: self.give_up_jobs(now)?,
            tokens: self.live_tokens(now)?,
        })
    }

    fn end_sessions(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let live = sessions::table.filter(sessions::ended_at.is_null());
        let ended = (sessions::ended_at.eq(now), sessions::ended_because.eq("restored"));
        Ok(diesel::update(live).set(ended).execute(self.connection())?)
    }

    fn void_links(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let live = password_resets::table.filter(password_resets::ended_at.is_null());
        let ended = (password_resets::ended_at.eq(now), password_resets::ended_because.eq("void"));
        Ok(diesel::update(live).set(ended).execute(self.connection())?)
    }

    fn give_up_jobs(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let waiting = jobs::table.filter(jobs::state.eq_any(["waiting", "running"]));
        let given_up = (
            jobs::state.eq("dead"),
            jobs::finished_at.eq(now),
            jobs::handing_over_since.eq(None::<DateTime<Utc>>),
            jobs::last_error.eq("it waited in a backup that was restored: it may have been done since"),
        );
        Ok(diesel::update(waiting).set(given_up).execute(self.connection())?)
    }

    fn live_tokens(&mut self, now: DateTime<Utc>) -> Result<usize> {
        let live = api_tokens::table
            .filter(api_tokens::revoked_at.is_null())
            .filter(api_tokens::expires_at.gt(now))
            .count();
        Ok(usize::try_from(live.get_result::<i64>(self.connection())?)?)
    }

    fn forget_requests(&mut self) -> Result<usize> {
        Ok(sql_query("DELETE FROM recovery_requests").execute(self.connection())?)
    }
}
