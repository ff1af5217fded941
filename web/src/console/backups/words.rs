//! The words of states.

use shared::console::{BackupKind, BackupPlace, CopyState, SlotLength, SlotState};

use crate::{locales::console_backups as t, ui::Tone};

/// What a set holds.
pub(super) fn kind(kind: BackupKind) -> &'static str {
    match kind {
        BackupKind::Database => t::database(),
        BackupKind::Files => t::files(),
    }
}

/// A store.
pub(super) fn place(place: BackupPlace) -> &'static str {
    match place {
        BackupPlace::Local => t::local(),
        BackupPlace::OffSite => t::off_site(),
    }
}

/// How a set stands in a store.
pub(in super::super) fn copy(state: CopyState) -> &'static str {
    match state {
        CopyState::Verified => t::verified(),
        CopyState::Put => t::put(),
        CopyState::Waiting => t::waiting(),
        CopyState::Damaged => t::damaged(),
        CopyState::Removed => t::removed(),
    }
}

/// What that means.
pub(in super::super) const fn copy_tone(state: CopyState) -> Tone {
    match state {
        CopyState::Verified => Tone::Good,
        CopyState::Put => Tone::Info,
        CopyState::Waiting => Tone::Warning,
        CopyState::Damaged => Tone::Bad,
        CopyState::Removed => Tone::Neutral,
    }
}

/// What became of a slot.
pub(super) fn slot(state: SlotState) -> &'static str {
    match state {
        SlotState::Kept => t::kept(),
        SlotState::UnderWay => t::under_way(),
        SlotState::Failed => t::failed(),
        SlotState::Missing => t::missing(),
        SlotState::Before => t::before(),
    }
}

/// The name of a tier.
pub(super) fn tier(slot: SlotLength) -> &'static str {
    match slot {
        SlotLength::TwoHours => t::every_two_hours(),
        SlotLength::Day => t::daily(),
        SlotLength::Week => t::weekly(),
    }
}
