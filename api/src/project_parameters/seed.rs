//! The lists that every new organization starts with.

use diesel::prelude::*;
use serde_json::json;
use shared::project_parameter::ProjectParameterKind::{self, ApprovalStatus, Priority, Status, Type};

use crate::{
    ApiError,
    db::{Entity, TenantConn, record::Recorded, schema::project_parameters},
};

struct Starting {
    kind: ProjectParameterKind,
    name_en: &'static str,
    name_es: &'static str,
    colour: &'static str,
    is_default: bool,
    system: bool,
}

const fn entry(
    kind: ProjectParameterKind,
    english: &'static str,
    spanish: &'static str,
    colour: &'static str,
) -> Starting {
    Starting { kind, name_en: english, name_es: spanish, colour, is_default: false, system: false }
}

impl Starting {
    const fn default(self) -> Self {
        Self { is_default: true, ..self }
    }

    const fn system(self) -> Self {
        Self { system: true, ..self }
    }
}

/// The entries, list by list in order. The colours are marks beside the name, seen on the light and on the dark
/// ground alike.
const STARTING: [Starting; 18] = [
    entry(Status, "Draft", "Borrador", "#758195").system().default(),
    entry(Status, "Planned", "Planificado", "#0284c7"),
    entry(Status, "In progress", "En curso", "#16a34a"),
    entry(Status, "On hold", "En pausa", "#cc7006"),
    entry(Status, "Closed", "Cerrado", "#8a6d5c").system(),
    entry(ApprovalStatus, "Not requested", "No solicitada", "#758195").default(),
    entry(ApprovalStatus, "Requested", "Solicitada", "#cc7006"),
    entry(ApprovalStatus, "Approved", "Aprobada", "#16a34a"),
    entry(ApprovalStatus, "Rejected", "Rechazada", "#ef4444"),
    entry(Type, "Internal", "Interno", "#6366f1").default(),
    entry(Type, "Customer", "Cliente", "#0d9488"),
    entry(Type, "Product", "Producto", "#ec4899"),
    entry(Type, "Infrastructure", "Infraestructura", "#758195"),
    entry(Type, "Compliance", "Cumplimiento normativo", "#a16207"),
    entry(Priority, "Low", "Baja", "#758195"),
    entry(Priority, "Medium", "Media", "#3b82f6").default(),
    entry(Priority, "High", "Alta", "#ea580c"),
    entry(Priority, "Urgent", "Urgente", "#e11d48"),
];

/// Fills the lists of a new organization.
pub fn seed(conn: &mut TenantConn<'_>) -> Result<(), ApiError> {
    let mut places = std::collections::BTreeMap::new();
    for starting in &STARTING {
        let place: &mut i32 = places.entry(starting.kind).or_default();
        *place += 1;
        let (id, now) = (conn.clock().new_id(), conn.clock().now());
        diesel::insert_into(project_parameters::table)
            .values((
                project_parameters::id.eq(id),
                project_parameters::kind.eq(starting.kind.key()),
                project_parameters::name_en.eq(starting.name_en),
                project_parameters::name_es.eq(starting.name_es),
                project_parameters::colour.eq(starting.colour),
                project_parameters::sort_order.eq(*place),
                project_parameters::default_for_new_projects.eq(starting.is_default),
                project_parameters::system.eq(starting.system),
                project_parameters::created_at.eq(now),
                project_parameters::updated_at.eq(now),
            ))
            .execute(conn.sql())?;
        let after = json!({"kind": starting.kind, "name_en": starting.name_en, "name_es": starting.name_es,
            "colour": starting.colour, "order": *place, "default_for_new_projects": starting.is_default});
        conn.record(Recorded::created(Entity::ProjectParameter, id, starting.name_en, &after));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use shared::check;

    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value =
                f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("two hex digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, two: &str) -> f64 {
        let (one, two) = (luminance(one) + 0.05, luminance(two) + 0.05);
        one.max(two) / one.min(two)
    }

    #[test]
    fn colours_are_seen_on_light_and_dark_grounds() {
        for starting in &STARTING {
            for ground in ["#ffffff", "#f7f8fa", "#121418", "#1a1d22"] {
                let contrast = contrast(starting.colour, ground);
                assert!(
                    contrast >= 3.0,
                    "{} {} on {ground}: {contrast:.2}",
                    starting.name_en,
                    starting.colour
                );
            }
        }
    }

    #[test]
    fn each_list_has_one_default_and_no_name_or_colour_twice() {
        for kind in ProjectParameterKind::ALL {
            let list: Vec<&Starting> = STARTING.iter().filter(|one| one.kind == kind).collect();
            assert_eq!(list.iter().filter(|one| one.is_default).count(), 1, "{}", kind.key());
            for word in
                [|one: &Starting| one.name_en, |one: &Starting| one.name_es, |one: &Starting| one.colour]
            {
                let words: HashSet<&str> = list.iter().map(|one| word(one)).collect();
                assert_eq!(words.len(), list.len(), "{}", kind.key());
            }
            assert!(
                list.iter()
                    .all(|one| check::colour(one.colour).is_ok() && one.colour == one.colour.to_lowercase())
            );
        }
    }
}
