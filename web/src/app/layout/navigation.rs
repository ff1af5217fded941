//! Which entries the navigation has: the catalogue ∩ what one may view ∩ what is built.

use shared::{Menu, Operation, session::CurrentSession};

use crate::{route::Route, ui::Icon};

/// A heading with the entries below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub heading: Menu,
    pub entries: Vec<Menu>,
}

/// The groups in the order of the catalogue. A heading without entries is left out.
pub(super) fn groups(session: &CurrentSession) -> Vec<Group> {
    let may_view = |menu: Menu| session.permissions.get(&menu).is_some_and(|held| held.has(Operation::View));
    let mut groups: Vec<Group> = Vec::new();
    for heading in Menu::ALL.iter().copied().filter(|menu| menu.is_heading()) {
        groups.push(Group { heading, entries: Vec::new() });
    }
    for menu in
        Menu::screens().filter(|menu| menu.is_built() && Route::of_menu(*menu).is_some() && may_view(*menu))
    {
        let heading = heading_of(menu);
        if let Some(group) = groups.iter_mut().find(|group| Some(group.heading) == heading) {
            group.entries.push(menu);
        }
    }
    groups.retain(|group| !group.entries.is_empty());
    groups
}

/// The nearest heading above a menu.
pub(super) fn heading_of(menu: Menu) -> Option<Menu> {
    let parent = menu.parent()?;
    if parent.is_heading() { Some(parent) } else { heading_of(parent) }
}

/// The picture of a menu, which is all that is left of it in a narrow window.
pub(super) const fn icon(menu: Menu) -> Icon {
    match menu {
        Menu::Home => Icon::Home,
        Menu::MyProjects => Icon::Folder,
        Menu::Projects => Icon::Layers,
        Menu::GeneralData => Icon::Building,
        Menu::Users => Icon::Team,
        Menu::RoleDefinition => Icon::Shield,
        Menu::ProjectParameters => Icon::Sliders,
        Menu::SignInSettings => Icon::Lock,
        Menu::AuditLog => Icon::History,
        Menu::Integrations => Icon::Key,
        Menu::ManageAccount => Icon::Ticket,
        _ => Icon::Grid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        Language, Operations,
        session::{OrganizationName, OrganizationSettings},
    };

    fn session(permissions: &[(Menu, Operations)]) -> CurrentSession {
        let id = "0198c2a4-0000-7000-8000-000000000001";
        CurrentSession {
            session: id.parse().unwrap(),
            user: id.parse().unwrap(),
            version: 1,
            email: "ana@example.org".to_owned(),
            first_name: "Ana".to_owned(),
            last_name: "López".to_owned(),
            language: Language::En,
            company_admin: false,
            photo: None,
            organization: OrganizationName {
                id: id.parse().unwrap(),
                slug: "acme".to_owned(),
                name: "Acme".to_owned(),
            },
            permissions: permissions.iter().copied().collect(),
            roles_without_licence: Vec::new(),
            settings: OrganizationSettings {
                time_zone: "Europe/Madrid".to_owned(),
                first_weekday: 1,
                currency: "EUR".to_owned(),
                minimum_password_length: 15,
                invitations: true,
                logo: None,
            },
        }
    }

    #[test]
    fn only_what_is_built_and_may_be_viewed_has_an_entry() {
        let session = session(&[
            (Menu::Home, Operations::ALL),
            (Menu::MyTimesheet, Operations::ALL),
            (Menu::Users, Operations::VIEW),
            (Menu::RoleDefinition, Operations::NONE),
            (Menu::ProjectGeneral, Operations::ALL),
            (Menu::GeneralData, Operations::VIEW),
        ]);
        let expected = [
            Group { heading: Menu::Desktop, entries: vec![Menu::Home] },
            Group { heading: Menu::Organization, entries: vec![Menu::GeneralData] },
            Group { heading: Menu::UserManagement, entries: vec![Menu::Users] },
        ];
        assert_eq!(groups(&session), expected);
    }

    #[test]
    fn a_tab_stands_under_the_heading_of_its_screen() {
        assert_eq!(heading_of(Menu::ProjectTeam), Some(Menu::Management));
        assert_eq!(heading_of(Menu::PortfolioCost), Some(Menu::PortfolioFinancialAnalysis));
    }
}
