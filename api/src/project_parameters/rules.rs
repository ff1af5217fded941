//! Places in a list, and what may be removed from it.

use shared::project_parameter::ProjectParameter;

/// The entries that make room when one moves: those from `first` to `last` go `by` places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// The first place that moves.
    pub first: i32,
    /// The last place that moves.
    pub last: i32,
    /// 1 down, or -1 up.
    pub by: i32,
}

/// Where an entry ends when it is sent to a place of a list with so many entries: behind the last is the last.
pub fn landing(wanted: i32, entries: i32) -> i32 {
    wanted.clamp(1, entries.max(1))
}

/// Who makes room when an entry goes from one place to another.
pub fn shift(from: i32, to: i32) -> Option<Shift> {
    match from.cmp(&to) {
        std::cmp::Ordering::Less => Some(Shift { first: from + 1, last: to, by: -1 }),
        std::cmp::Ordering::Greater => Some(Shift { first: to, last: from - 1, by: 1 }),
        std::cmp::Ordering::Equal => None,
    }
}

/// Why an entry cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotDelete {
    /// Portico itself refers to it.
    #[error("This entry is of the system: it may be renamed, not deleted.")]
    System,
    /// New projects get it.
    #[error("New projects get this entry. Make another one the default first.")]
    Default,
    /// Projects have it.
    #[error("Projects that have this entry: {0}. Give them another one first.")]
    InUse(i64),
}

/// Whether an entry may be removed.
pub fn may_delete(parameter: &ProjectParameter) -> Result<(), CannotDelete> {
    if parameter.system {
        Err(CannotDelete::System)
    } else if parameter.default_for_new_projects {
        Err(CannotDelete::Default)
    } else if parameter.projects > 0 {
        Err(CannotDelete::InUse(parameter.projects))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shared::{ids::ProjectParameterId, project_parameter::ProjectParameterKind};

    use super::*;

    #[test]
    fn the_others_make_room() {
        for (from, to, before, expected) in [
            (1, 3, "abcd", "bcad"),
            (3, 1, "abcd", "cabd"),
            (2, 2, "abcd", "abcd"),
            (1, 4, "abcd", "bcda"),
            (4, 1, "abcd", "dabc"),
            (2, 3, "abcd", "acbd"),
        ] {
            let shift = shift(from, to);
            let mut places: Vec<(i32, char)> = (1..)
                .zip(before.chars())
                .map(|(place, entry)| {
                    let moves = shift.is_some_and(|shift| (shift.first..=shift.last).contains(&place));
                    match shift {
                        _ if place == from => (to, entry),
                        Some(shift) if moves => (place + shift.by, entry),
                        _ => (place, entry),
                    }
                })
                .collect();
            places.sort_unstable();
            assert_eq!(places.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2, 3, 4]);
            assert_eq!(
                places.iter().map(|(_, entry)| *entry).collect::<String>(),
                expected,
                "{from} to {to}"
            );
        }
    }

    #[test]
    fn places_stay_within_the_list() {
        for (wanted, entries, expected) in [(1, 4, 1), (4, 4, 4), (9, 4, 4), (i32::MAX, 1, 1), (1, 0, 1)] {
            assert_eq!(landing(wanted, entries), expected, "{wanted} of {entries}");
        }
    }

    #[test]
    fn only_what_nothing_needs_is_removed() {
        for (system, default_for_new_projects, projects, expected) in [
            (false, false, 0, Ok(())),
            (true, false, 0, Err(CannotDelete::System)),
            (true, true, 3, Err(CannotDelete::System)),
            (false, true, 0, Err(CannotDelete::Default)),
            (false, true, 3, Err(CannotDelete::Default)),
            (false, false, 3, Err(CannotDelete::InUse(3))),
        ] {
            let parameter = ProjectParameter {
                id: ProjectParameterId(uuid::Uuid::nil()),
                version: 1,
                kind: ProjectParameterKind::Status,
                name_en: "A".to_owned(),
                name_es: "A".to_owned(),
                colour: "#000000".to_owned(),
                order: 1,
                default_for_new_projects,
                system,
                projects,
            };
            assert_eq!(may_delete(&parameter), expected);
        }
    }
}
