//! The rules of seats: which one somebody uses, how many are held, when one more is refused.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shared::problem::Seats;

use crate::access::person::Validity;

/// Uses of each licence type, by key.
pub type Uses = BTreeMap<String, i64>;

/// Somebody who may use a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Whether they are active.
    pub active: bool,
    /// Whether they cannot sign in.
    pub no_login: bool,
    /// Whether they have complete access.
    pub company_admin: bool,
}

/// The licence type of which somebody uses a seat: the highest among their roles, whether it is valid today or not.
/// Company admins, deactivated people and those who cannot sign in use none.
pub fn seat_used<'a>(candidate: Candidate, licence_types: &[(i16, &'a str)]) -> Option<&'a str> {
    if !candidate.active || candidate.no_login || candidate.company_admin {
        return None;
    }
    licence_types.iter().max_by_key(|(rank, _)| rank).map(|(_, key)| *key)
}

/// The seats held and valid on a day; absent when one of the licences is unlimited.
pub fn seats_held(licences: &[(Validity, Option<i32>)], day: NaiveDate) -> Option<i64> {
    licences
        .iter()
        .filter(|(validity, _)| validity.contains(day))
        .try_fold(0_i64, |sum, (_, seats)| seats.map(|seats| sum + i64::from(seats)))
}

/// The first of these licence types (the highest first) of which more is used than before and than is held. Use
/// that has not grown is never refused: an organization may hold less than it uses.
pub fn refusal(types: &[(String, Option<i64>)], before: &Uses, after: &Uses) -> Option<Seats> {
    let uses = |of: &Uses, key: &str| of.get(key).copied().unwrap_or(0);
    types.iter().find_map(|(key, held)| {
        let (was, is) = (uses(before, key), uses(after, key));
        let overrun = held.is_some_and(|held| is > held);
        (is > was && overrun).then(|| Seats { licence_type: key.clone(), used: was, held: *held })
    })
}

/// Whether a seat costs something, from what the licence type says and what the organization says of team members.
pub fn is_paid(seat: &str, team_member_seats_paid: bool) -> bool {
    match seat {
        "paid" => true,
        "per_organization" => team_member_seats_paid,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Candidate = Candidate { active: true, no_login: false, company_admin: false };

    #[test]
    fn which_seat_is_used() {
        let (guest, member, full) = ((10, "project_guest"), (20, "team_member"), (50, "full_access"));
        for (candidate, types, expected) in [
            (PLAIN, vec![], None),
            (PLAIN, vec![guest], Some("project_guest")),
            (PLAIN, vec![guest, member], Some("team_member")),
            (PLAIN, vec![member, full, guest], Some("full_access")),
            (PLAIN, vec![full, full], Some("full_access")),
            (Candidate { active: false, ..PLAIN }, vec![full], None),
            (Candidate { no_login: true, ..PLAIN }, vec![full], None),
            (Candidate { company_admin: true, ..PLAIN }, vec![full], None),
        ] {
            assert_eq!(seat_used(candidate, &types), expected, "{candidate:?} {types:?}");
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn licence(from: &str, until: Option<&str>, seats: Option<i32>) -> (Validity, Option<i32>) {
        (Validity { from: day(from), until: until.map(day) }, seats)
    }

    #[test]
    fn how_many_seats_are_held() {
        let past = licence("2020-01-01", Some("2026-02-28"), Some(5));
        let present = licence("2026-01-01", Some("2026-12-31"), Some(10));
        let endless = licence("2026-03-01", None, Some(3));
        let future = licence("2027-01-01", None, None);
        let unlimited = licence("2026-01-01", None, None);
        for (licences, on, expected) in [
            (vec![], "2026-03-01", Some(0)),
            (vec![past], "2026-02-28", Some(5)),
            (vec![past], "2026-03-01", Some(0)),
            (vec![past, present], "2026-02-28", Some(15)),
            (vec![past, present, endless], "2026-03-01", Some(13)),
            (vec![present, future], "2026-12-31", Some(10)),
            (vec![present, future], "2027-01-01", None),
            (vec![present, unlimited], "2026-06-01", None),
        ] {
            assert_eq!(seats_held(&licences, day(on)), expected, "{licences:?} {on}");
        }
    }

    #[test]
    fn growth_beyond_what_is_held_is_refused_and_nothing_else() {
        let uses = |full: i64, member: i64| -> Uses {
            BTreeMap::from([("full_access".to_owned(), full), ("team_member".to_owned(), member)])
        };
        let types = |full, member| vec![("full_access".to_owned(), full), ("team_member".to_owned(), member)];
        for (held, before, after, expected) in [
            // Room, the last seat, and one too many.
            (types(Some(5), Some(0)), uses(3, 0), uses(4, 0), None),
            (types(Some(5), Some(0)), uses(4, 0), uses(5, 0), None),
            (types(Some(5), Some(0)), uses(5, 0), uses(6, 0), Some(("full_access", 5))),
            (types(Some(5), Some(0)), uses(4, 0), uses(7, 0), Some(("full_access", 4))),
            // Unlimited.
            (types(None, Some(0)), uses(500, 0), uses(501, 0), None),
            // None held, or all of them over.
            (types(Some(0), None), uses(0, 0), uses(1, 0), Some(("full_access", 0))),
            (types(Some(0), None), uses(3, 0), uses(4, 0), Some(("full_access", 3))),
            // Held less than used: less and as much is fine, more is not.
            (types(Some(2), None), uses(5, 0), uses(5, 0), None),
            (types(Some(2), None), uses(5, 0), uses(4, 0), None),
            (types(Some(2), None), uses(5, 0), uses(4, 1), None),
            // Going from one type to another grows the other one.
            (types(Some(2), Some(1)), uses(2, 0), uses(1, 1), None),
            (types(Some(2), Some(1)), uses(2, 1), uses(1, 2), Some(("team_member", 1))),
            // The highest is named where several are overrun.
            (types(Some(1), Some(1)), uses(1, 1), uses(2, 2), Some(("full_access", 1))),
        ] {
            let refused = refusal(&held, &before, &after);
            let named = refused.as_ref().map(|seats| (seats.licence_type.as_str(), seats.used));
            assert_eq!(named, expected, "{held:?} {before:?} {after:?}");
        }
    }

    #[test]
    fn whether_a_seat_costs_something() {
        for (seat, of_team_members, expected) in [
            ("paid", false, true),
            ("free", true, false),
            ("per_organization", true, true),
            ("per_organization", false, false),
        ] {
            assert_eq!(is_paid(seat, of_team_members), expected, "{seat} {of_team_members}");
        }
    }
}
