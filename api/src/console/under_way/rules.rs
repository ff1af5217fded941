//! What is shown of what is under way, and what may be cancelled. Which team somebody is of, the guards have looked at.

use chrono::{DateTime, TimeDelta, Utc};
use shared::console::{ActionUnderWay, BackupPlace, Cancelling, LongAction};

use crate::ops::{attendance::Statement, retention::Place};

/// Of what was not heard for so long, the process may be gone: it says something each second.
const SILENT_AFTER: TimeDelta = TimeDelta::seconds(60);
/// The same of the backup environment, which says something every ten seconds, and is heard every twenty.
const ATTENDANT_SILENT_AFTER: TimeDelta = TimeDelta::minutes(2);
/// After that its silence is an alarm of its own, and says nothing of what was under way.
const ATTENDANT_FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// Why something is not cancelled, in a sentence.
pub type Refusal = &'static str;

/// What is not there any more.
pub const OVER: Refusal = "It is over: nothing of it is under way any more.";

/// Whether nothing was heard of an action at production for too long.
pub fn is_silent(said_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now > said_at + SILENT_AFTER
}

/// Whether an action at production can be cancelled.
pub const fn cancelling(is_silent: bool, can_be: bool, was_asked: bool) -> Cancelling {
    match (is_silent, can_be, was_asked) {
        (_, false, _) => Cancelling::Never,
        (true, true, _) => Cancelling::Silent,
        (false, true, true) => Cancelling::Asked,
        (false, true, false) => Cancelling::Possible,
    }
}

/// Whether it may be cancelled now.
pub const fn may_cancel(action: &ActionUnderWay) -> Result<(), Refusal> {
    match action.cancelling {
        Cancelling::Possible => Ok(()),
        Cancelling::Asked => Err("Somebody has asked for that already: it ends as soon as it hears of it."),
        Cancelling::AtItsMachine => {
            Err("Production cannot tell the backup environment anything: cancel it at its own machine.")
        }
        Cancelling::Never => Err("What was begun of an erasure is gone: it goes on until nothing is left."),
        Cancelling::Silent => {
            Err("Nothing was heard of it for a while: nobody would hear that it is cancelled either.")
        }
    }
}

/// What the backup environment says that it is at.
pub fn attended(said: &Statement, now: DateTime<Utc>) -> Option<ActionUnderWay> {
    let under_way = said.under_way.clone()?;
    if now > said.written_at + ATTENDANT_FORGOTTEN_AFTER {
        return None;
    }
    Some(ActionUnderWay {
        id: None,
        action: under_way.action,
        subject: under_way.subject,
        place: (under_way.action != LongAction::Drill).then_some(match under_way.place {
            Place::Local => BackupPlace::Local,
            Place::OffSite => BackupPlace::OffSite,
        }),
        started_by: "portico ops attend".to_owned(),
        started_at: under_way.started_at,
        said_at: said.written_at,
        silent: now > said.written_at + ATTENDANT_SILENT_AFTER,
        seconds_left: under_way.progress.seconds_left(said.written_at),
        progress: under_way.progress,
        cancelling: Cancelling::AtItsMachine,
        cancel_requested_by: None,
        cancel_requested_at: None,
    })
}

#[cfg(test)]
mod tests {
    use shared::console::{ActionPhase, Measure, PhaseProgress};

    use super::*;
    use crate::ops::attendance::AttendedAction;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-30T{text}Z").parse().expect("an instant")
    }

    #[test]
    fn what_is_silent_for_a_minute_is_said_to_be() {
        for (said_at, now, expected) in [
            ("12:00:00", "12:00:00", false),
            ("12:00:00", "12:01:00", false),
            ("12:00:00", "12:01:01", true),
            // A clock that runs behind.
            ("12:05:00", "12:00:00", false),
        ] {
            assert_eq!(is_silent(at(said_at), at(now)), expected, "{said_at} {now}");
        }
        for (silent, can_be, asked, expected) in [
            (false, true, false, Cancelling::Possible),
            (false, true, true, Cancelling::Asked),
            (true, true, false, Cancelling::Silent),
            (true, true, true, Cancelling::Silent),
            (false, false, false, Cancelling::Never),
            (true, false, false, Cancelling::Never),
        ] {
            assert_eq!(cancelling(silent, can_be, asked), expected, "{silent} {can_be} {asked}");
        }
    }

    #[test]
    fn the_backup_environment_is_shown_until_its_silence_is_an_alarm_and_is_cancelled_by_nobody_here() {
        let progress = PhaseProgress {
            phase: ActionPhase::ReadSet,
            about: "a-set".to_owned(),
            began_at: at("12:00:00"),
            measure: Measure::Bytes,
            passed: 1000,
            expected: Some(4000),
        };
        let said = Statement {
            written_at: at("12:00:10"),
            sets: Vec::new(),
            wrong: Vec::new(),
            pruned_at: None,
            restored: None,
            drills: false,
            drill: None,
            drill_passed_at: None,
            stores: Vec::new(),
            entries: Vec::new(),
            under_way: Some(AttendedAction {
                action: LongAction::VerifySet,
                subject: "a-set".to_owned(),
                place: Place::OffSite,
                started_at: at("12:00:00"),
                progress,
            }),
        };
        let shown = |now| attended(&said, at(now));
        let found = shown("12:02:10").expect("it is shown");
        assert_eq!(
            (found.silent, found.seconds_left, found.place),
            (false, Some(30), Some(BackupPlace::OffSite))
        );
        assert!(may_cancel(&found).is_err());
        assert!(shown("12:02:11").is_some_and(|found| found.silent));
        assert!(shown("13:00:10").is_some() && shown("13:00:11").is_none());
        assert_eq!(attended(&Statement { under_way: None, ..said.clone() }, at("12:00:11")), None);
    }
}
