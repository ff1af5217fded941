//! Moving entries: at once on the screen, then on the server.
//!
//! Several steps in a row are one change on the server: while one is on its way, the entry goes on moving here, and
//! its last place is sent when the answer is there.

use leptos::prelude::*;
use shared::{
    ids::ProjectParameterId,
    project_parameter::{ProjectParameter, ProjectParameterPatch},
};
use wasm_bindgen_futures::spawn_local;

use super::{PATH, name_of};
use crate::{
    api::{self, Etag, Failure, Loader},
    browser, locale,
    locales::project_parameters as t,
    ui::Toasts,
};

/// Where an entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// The element around an entry's button, which keeps the focus while the entry moves.
pub(super) fn button_id(id: ProjectParameterId, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("up-{id}"),
        Direction::Down => format!("down-{id}"),
    }
}

/// Moves entries. A handle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moves {
    all: Loader<Vec<ProjectParameter>>,
    /// Entries whose place is on its way.
    under_way: StoredValue<Vec<ProjectParameterId>>,
    toasts: Toasts,
    /// What a screen reader hears of the last move.
    pub said: RwSignal<String>,
}

impl Moves {
    pub fn new(all: Loader<Vec<ProjectParameter>>) -> Self {
        Self {
            all,
            under_way: StoredValue::new(Vec::new()),
            toasts: Toasts::expect(),
            said: RwSignal::new(String::new()),
        }
    }

    /// Moves an entry by one place.
    pub fn step(self, id: ProjectParameterId, direction: Direction) {
        let Some(mut all) = untrack(|| self.all.value()) else { return };
        let Some(entry) = step(&mut all, id, direction) else { return };
        let count = all.iter().filter(|other| other.kind == entry.kind).count();
        let figure = |number| locale::number(i64::try_from(number).unwrap_or(i64::MAX));
        let place = usize::try_from(entry.order).unwrap_or_default();
        self.said.set(t::moved(&name_of(&entry), &figure(place), &figure(count)));
        self.all.set(all);
        // The rows are built anew.
        request_animation_frame(move || browser::focus(&button_id(id, direction)));
        let is_under_way = self.under_way.with_value(|ids| ids.contains(&id));
        if !is_under_way {
            self.under_way.update_value(|ids| ids.push(id));
            spawn_local(self.send(id));
        }
    }

    async fn send(self, id: ProjectParameterId) {
        let outcome = self.send_last_place(id).await;
        // The screen may be gone.
        if self.under_way.try_update_value(|ids| ids.retain(|other| *other != id)).is_none() {
            return;
        }
        if let Err(failure) = outcome {
            self.toasts.failed(format!("{}. {}", failure.title(), failure.advice()));
            self.all.reload();
        }
    }

    async fn send_last_place(self, id: ProjectParameterId) -> Result<(), Failure> {
        while let Some(entry) = self.find(id) {
            let patch = ProjectParameterPatch { order: Some(entry.order), ..Default::default() };
            let etag = Etag::of_version(entry.version);
            let answer = api::patch::<ProjectParameter>(&format!("{PATH}/{id}"), &etag, &patch).await?.value;
            let Some(mut all) = untrack(|| self.all.value()) else { break };
            let Some(moved) = all.iter_mut().find(|other| other.id == id) else { break };
            moved.version = answer.version;
            let is_there = moved.order == answer.order;
            self.all.set(all);
            if is_there {
                break;
            }
        }
        Ok(())
    }

    fn find(self, id: ProjectParameterId) -> Option<ProjectParameter> {
        untrack(|| self.all.value())?.into_iter().find(|entry| entry.id == id)
    }
}

/// Exchanges the entry with its neighbour and gives it as it is then. Absent when there is no neighbour.
fn step(
    all: &mut [ProjectParameter],
    id: ProjectParameterId,
    direction: Direction,
) -> Option<ProjectParameter> {
    let here = all.iter().position(|entry| entry.id == id)?;
    let neighbour = match direction {
        Direction::Up => here.checked_sub(1)?,
        Direction::Down => here + 1,
    };
    let (kind, place) = all.get(here).map(|entry| (entry.kind, entry.order))?;
    let other = all.get_mut(neighbour).filter(|other| other.kind == kind)?;
    let taken = std::mem::replace(&mut other.order, place);
    all.get_mut(here)?.order = taken;
    all.swap(here, neighbour);
    all.get(neighbour).cloned()
}

#[cfg(test)]
mod tests {
    use shared::project_parameter::ProjectParameterKind;
    use uuid::Uuid;

    use super::*;

    fn entry(number: u128, kind: ProjectParameterKind, order: i32) -> ProjectParameter {
        ProjectParameter {
            id: ProjectParameterId(Uuid::from_u128(number)),
            version: 1,
            kind,
            name_en: String::new(),
            name_es: String::new(),
            colour: String::new(),
            order,
            default_for_new_projects: false,
            system: false,
            projects: 0,
        }
    }

    #[test]
    fn an_entry_changes_places_within_its_list() {
        let start = vec![
            entry(1, ProjectParameterKind::Status, 1),
            entry(2, ProjectParameterKind::Status, 2),
            entry(3, ProjectParameterKind::Type, 1),
        ];
        for (number, direction, expected) in [
            (1, Direction::Up, [1, 2, 3]),
            (1, Direction::Down, [2, 1, 3]),
            (2, Direction::Up, [2, 1, 3]),
            (2, Direction::Down, [1, 2, 3]),
            (3, Direction::Up, [1, 2, 3]),
        ] {
            let mut all = start.clone();
            step(&mut all, ProjectParameterId(Uuid::from_u128(number)), direction);
            let order: Vec<_> = all.iter().map(|entry| entry.id.0.as_u128()).collect();
            assert_eq!(order, expected, "{number} {direction:?}");
            let places: Vec<_> = all.iter().map(|entry| entry.order).collect();
            assert_eq!(places, [1, 2, 1]);
        }
    }
}
