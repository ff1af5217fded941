//! What is under way, in words.

use shared::console::{ActionPhase, ActionUnderWay, BackupPlace, Cancelling, LongAction, Measure};

use super::super::super::words::bytes;
use crate::{locale, locales::console_under_way as t, ui::Tone};

/// What is done, to what.
pub(super) fn title(action: &ActionUnderWay) -> String {
    let what = action.subject.as_str();
    let title = match action.action {
        LongAction::MakeSet if what == "files" => t::make_files().to_owned(),
        LongAction::MakeSet => t::make_rows().to_owned(),
        LongAction::BringSets => t::bring_sets().to_owned(),
        LongAction::VerifySet => t::verify_set(what),
        // The backup environment tries whether one comes back; whoever restores one does so at a shell.
        LongAction::RestoreSet if action.id.is_none() => t::try_restore(what),
        LongAction::RestoreSet => t::restore_set(what),
        LongAction::Drill => t::drill().to_owned(),
        LongAction::CopyOrganization => t::copy_organization(what),
        LongAction::EraseOrganization => t::erase_organization(what),
        LongAction::EraseProjects => t::erase_projects(what),
        LongAction::ExportOrganization => t::export_organization(what),
        LongAction::ImportOrganization => t::import_organization(what),
    };
    match action.place {
        None => title,
        Some(BackupPlace::Local) => t::local_store(&title),
        Some(BackupPlace::OffSite) => t::off_site_store(&title),
    }
}

/// How it stands, by a word and its colour.
pub(super) fn mark(action: &ActionUnderWay) -> (&'static str, Tone) {
    match action.cancelling {
        _ if action.silent => (t::mark_silent(), Tone::Bad),
        Cancelling::Asked => (t::mark_asked(), Tone::Warning),
        _ => (t::mark_under_way(), Tone::Info),
    }
}

/// Where it is.
pub(super) fn phase(action: &ActionUnderWay) -> String {
    let phase = match action.progress.phase {
        ActionPhase::Begin => t::phase_begin(),
        ActionPhase::MakeSet => t::phase_make_set(),
        ActionPhase::BringOffSite => t::phase_bring_off_site(),
        ActionPhase::ReadSet => t::phase_read_set(),
        ActionPhase::RestoreRows => t::phase_restore_rows(),
        ActionPhase::RestoreFiles => t::phase_restore_files(),
        ActionPhase::UnpackBase => t::phase_unpack_base(),
        ActionPhase::ReadLog => t::phase_read_log(),
        ActionPhase::ReplayLog => t::phase_replay_log(),
        ActionPhase::ReadRows => t::phase_read_rows(),
        ActionPhase::ReadExport => t::phase_read_export(),
        ActionPhase::WriteExport => t::phase_write_export(),
        ActionPhase::Suspend => t::phase_suspend(),
        ActionPhase::Package => t::phase_package(),
        ActionPhase::Store => t::phase_store(),
        ActionPhase::Enter => t::phase_enter(),
        ActionPhase::Erase => t::phase_erase(),
        ActionPhase::RemoveFiles => t::phase_remove_files(),
        ActionPhase::RenewKey => t::phase_renew_key(),
        ActionPhase::Secure => t::phase_secure(),
        ActionPhase::Finish => t::phase_finish(),
        ActionPhase::TakeBack => t::phase_take_back(),
    };
    // Only of these it says more than the title.
    match action.progress.phase {
        ActionPhase::MakeSet | ActionPhase::UnpackBase => t::about(phase, &action.progress.about),
        _ => phase.to_owned(),
    }
}

/// How far it is: `12.4 MB of 40.0 MB, 31 %, 20 s to go`.
pub(super) fn figure(action: &ActionUnderWay) -> String {
    let progress = &action.progress;
    let figure = |count: u64| {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if progress.measure == Measure::Bytes { bytes(count) } else { locale::number(count) }
    };
    let (Some(share), Some(expected)) = (progress.share(), progress.expected) else {
        return if progress.passed == 0 { String::new() } else { t::so_far(&figure(progress.passed)) };
    };
    let percent = format!("{}\u{a0}%", whole(share * 100.0));
    let mut parts = vec![t::steps_of(&figure(progress.passed), &figure(expected)), percent];
    parts.extend(action.seconds_left.filter(|_| !action.silent).map(|left| t::to_go(&duration(left))));
    parts.join(", ")
}

#[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 100")]
fn whole(percent: f64) -> i64 {
    // Never 100 before it is all.
    percent.floor() as i64
}

/// How long, by its two largest units.
fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}\u{a0}s"),
        (0, minutes, seconds) => format!("{minutes}\u{a0}min {seconds}\u{a0}s"),
        (hours, minutes, _) => format!("{hours}\u{a0}h {minutes}\u{a0}min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_said_by_its_two_largest_units() {
        for (seconds, expected) in [
            (0, "0\u{a0}s"),
            (59, "59\u{a0}s"),
            (61, "1\u{a0}min 1\u{a0}s"),
            (3600, "1\u{a0}h 0\u{a0}min"),
            (90_061, "25\u{a0}h 1\u{a0}min"),
        ] {
            assert_eq!(duration(seconds), expected);
        }
    }
}
