//! On which tab what is remembered of a project stands: neither the history nor Home tells of a tab that somebody may
//! not view.

use shared::Menu;

use crate::{
    access::{Caller, rules::PROJECT_TABS},
    db::{Entity, ProjectPlace},
};

/// The fields in the history, by the tab that shows them. What is missing here is shown to nobody, so that a forgotten
/// field is found by who looks for it and not by who must not see it. Home's own are those that every list shows too.
const SHOWN: [(Entity, Menu, &[&str]); 4] = [
    (
        Entity::Project,
        Menu::ProjectHome,
        &["code", "name", "status", "approval_status", "start_date", "end_date"],
    ),
    (
        Entity::Project,
        Menu::ProjectGeneral,
        &["description", "project_code", "cost_centre", "type", "priority"],
    ),
    (Entity::Project, Menu::ProjectTeam, &["team"]),
    (Entity::TeamMember, Menu::ProjectTeam, &["position"]),
];

/// The tab on which this field of this kind of thing stands.
pub fn tab_of(entity: &str, field: &str) -> Option<Menu> {
    let found = SHOWN.iter().find(|(of, _, fields)| of.key() == entity && fields.contains(&field));
    found.map(|(_, tab, _)| *tab)
}

/// The tabs of one project that somebody may view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewed(Vec<Menu>);

impl Viewed {
    /// What the person at this place may view.
    pub fn by(caller: &Caller, place: ProjectPlace) -> Self {
        let (holder, today) = (caller.holder(), caller.today());
        let views = |tab: &Menu| holder.effective_on_project(place.assigned, *tab, today).view;
        Self(PROJECT_TABS.into_iter().filter(views).collect())
    }

    /// Whether this tab is among them.
    pub fn has(&self, tab: Menu) -> bool {
        self.0.contains(&tab)
    }

    /// Whether one of them shows this field.
    pub fn shows(&self, entity: &str, field: &str) -> bool {
        tab_of(entity, field).is_some_and(|tab| self.has(tab))
    }

    /// All that they show, as kinds of things and their fields.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let shown = SHOWN.into_iter().filter(|(_, tab, _)| self.has(*tab));
        shown.flat_map(|(entity, _, fields)| fields.iter().map(move |field| (entity.key(), *field)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_tab() {
        use Menu::{ProjectGeneral, ProjectHome, ProjectTeam};
        for (entity, field, expected) in [
            ("project", "name", Some(ProjectHome)),
            ("project", "end_date", Some(ProjectHome)),
            ("project", "approval_status", Some(ProjectHome)),
            ("project", "description", Some(ProjectGeneral)),
            ("project", "cost_centre", Some(ProjectGeneral)),
            ("project", "priority", Some(ProjectGeneral)),
            ("project", "team", Some(ProjectTeam)),
            ("team_member", "position", Some(ProjectTeam)),
            ("team_member", "name", None),
            ("project", "what_nobody_thought_of", None),
            ("user", "email", None),
        ] {
            assert_eq!(tab_of(entity, field), expected, "{entity} {field}");
        }
    }

    #[test]
    fn what_is_viewed_shows_its_own_fields_and_no_others() {
        for (tabs, shown, hidden) in [
            (vec![Menu::ProjectHome], ("project", "name"), ("project", "description")),
            (vec![Menu::ProjectGeneral], ("project", "description"), ("team_member", "position")),
            (vec![Menu::ProjectTeam], ("team_member", "position"), ("project", "name")),
        ] {
            let viewed = Viewed(tabs);
            assert!(viewed.shows(shown.0, shown.1) && viewed.fields().any(|one| one == shown));
            assert!(!viewed.shows(hidden.0, hidden.1) && viewed.fields().all(|one| one != hidden));
        }
        assert_eq!(Viewed(Vec::new()).fields().count(), 0);
    }
}
