//! What a change would come to, for a terminal.

use std::{collections::BTreeMap, fmt::Write as _};

use shared::{
    Language, Menu, Operation, Operations, Position,
    access::simulate::{PersonEffect, SeatEffect, Simulation},
};

/// A few lines for the whole, and a few for each person.
pub fn in_words(simulation: &Simulation) -> String {
    let Simulation { day, people, gaining, losing, .. } = simulation;
    let mut text = format!(
        "From {day}: of {people} people concerned, {gaining} could do more and {losing} could do less.\n"
    );
    for seats in &simulation.seats {
        let _ = writeln!(text, "  {}", seats_in_words(seats));
    }
    for effect in &simulation.effects {
        let _ = writeln!(text, "  {} <{}>", effect.user.name, effect.user.email);
        for line in lines(effect) {
            let _ = writeln!(text, "    {line}");
        }
    }
    let named = i64::try_from(simulation.effects.len()).unwrap_or(i64::MAX);
    if gaining.max(losing) > &named {
        let _ = writeln!(text, "  and more people");
    }
    text
}

fn seats_in_words(seats: &SeatEffect) -> String {
    let held = |held: Option<i64>| held.map_or_else(|| "unlimited".to_owned(), |held| held.to_string());
    let SeatEffect { licence_type, used_after, held_before, held_after, .. } = seats;
    let over = held_after.is_some_and(|held| *used_after > held);
    let growth = if over { ": more used than held, nobody can be added" } else { "" };
    format!(
        "{licence_type}: {used_after} used of {} instead of {}{growth}",
        held(*held_after),
        held(*held_before)
    )
}

fn lines(effect: &PersonEffect) -> Vec<String> {
    let mut lines = Vec::new();
    for (verb, of) in [("gains", &effect.gains), ("loses", &effect.loses)] {
        if !of.is_empty() {
            lines.push(format!("{verb} {}", operations(of)));
        }
    }
    for one in &effect.positions {
        let (assigned, after) = (position(one.assigned), position(one.after));
        lines.push(format!("{assigned} on {} project(s) counts as {after}", one.projects));
    }
    if effect.projects_before != effect.projects_after {
        lines.push(format!("sees {} projects instead of {}", effect.projects_after, effect.projects_before));
    }
    lines
}

/// `Users (insert, view), Projects (view)`
fn operations(of: &BTreeMap<Menu, Operations>) -> String {
    let screen = |(menu, operations): (&Menu, &Operations)| {
        let keys: Vec<&str> = operations.iter().map(Operation::key).collect();
        format!("{} ({})", menu.label(Language::En), keys.join(", "))
    };
    of.iter().map(screen).collect::<Vec<_>>().join(", ")
}

const fn position(position: Position) -> &'static str {
    match position {
        Position::Manager => "Manager",
        Position::TeamMember => "Team Member",
        Position::Guest => "Guest",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operator_reads_what_a_change_comes_to() {
        let simulation = json!({
            "day": "2026-03-11", "people": 2, "gaining": 0, "losing": 1, "screens": [],
            "effects": [{
                "user": {"id": "0198c2a4-0000-7000-8000-000000000001", "name": "Eva Ruiz", "email": "eva@x.example"},
                "gains": {}, "loses": {"projects": {"insert": true, "view": true}},
                "positions": [{"assigned": "manager", "before": "manager", "after": "team_member", "projects": 2}],
                "projects_before": 2, "projects_after": 0,
            }],
            "seats": [{"licence_type": "project_manager", "used_before": 1, "used_after": 1, "held_before": 10,
                "held_after": 0}],
        });
        let simulation: Simulation = serde_json::from_value(simulation).expect("a simulation");
        let expected = "\
From 2026-03-11: of 2 people concerned, 0 could do more and 1 could do less.
  project_manager: 1 used of 0 instead of 10: more used than held, nobody can be added
  Eva Ruiz <eva@x.example>
    loses Projects (insert, view)
    Manager on 2 project(s) counts as Team Member
    sees 0 projects instead of 2
";
        assert_eq!(in_words(&simulation), expected);
    }
}
