use super::*;

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-11-29T{text}Z").parse().expect("an instant")
}

fn state() -> State {
    State {
        at: at("12:00:00"),
        began_at: at("00:00:00"),
        system: "1".to_owned(),
        deaf: None,
        has_gap: false,
        local: Reach::default(),
        off_site: Reach::default(),
        newest_base: Some(at("02:00:00")),
        base_error: None,
    }
}

fn found(state: Option<&State>, now: DateTime<Utc>) -> Vec<Concern> {
    concerns(state, at("00:00:00"), now).into_iter().map(|(concern, _)| concern).collect()
}

#[test]
fn what_is_wrong_is_said_after_its_time() {
    let waits = |since: &str| Reach { waiting_since: Some(at(since)), ..Reach::default() };
    let deaf = |since: &str| Some(Trouble { since: at(since), why: "no server".to_owned() });
    for (state, now, expected) in [
        (state(), "12:01:00", vec![]),
        (state(), "12:01:01", vec![Concern::Down]),
        (State { deaf: deaf("11:59:30"), ..state() }, "12:00:00", vec![]),
        (State { deaf: deaf("11:59:29"), ..state() }, "12:00:00", vec![Concern::Down]),
        (State { local: waits("11:59:29"), ..state() }, "12:00:00", vec![Concern::Local]),
        (State { off_site: waits("11:59:29"), ..state() }, "12:00:00", vec![Concern::OffSite]),
        (State { off_site: waits("11:59:31"), ..state() }, "12:00:00", vec![]),
        (State { has_gap: true, ..state() }, "12:00:00", vec![Concern::Gap]),
    ] {
        assert_eq!(found(Some(&state), at(now)), expected, "{state:?}");
    }
}

#[test]
fn a_base_backup_is_missing_after_26_hours() {
    let next_day = |text| State { at: at(text) + TimeDelta::days(1), ..state() };
    let now = |state: &State| found(Some(state), state.at);
    assert_eq!(now(&next_day("04:00:00")), vec![]);
    assert_eq!(now(&next_day("04:00:01")), vec![Concern::Base]);
    // There never was one: it counts from the beginning.
    let none = State { newest_base: None, ..next_day("02:00:01") };
    assert_eq!(now(&none), vec![Concern::Base]);
}

#[test]
fn a_stream_that_was_never_there_is_missing_soon() {
    assert_eq!(found(None, at("00:01:00")), vec![]);
    assert_eq!(found(None, at("00:01:01")), vec![Concern::Down]);
}

#[test]
fn every_concern_has_an_alarm_of_its_own() {
    let names: std::collections::BTreeSet<_> = Concern::ALL.map(Concern::alarm).into();
    assert_eq!(names.len(), Concern::ALL.len());
}
