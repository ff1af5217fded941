//! The addresses of the app as one type: every screen has a route, every route knows its address and its menu.
//!
//! At an organization's own host the app lives at `/`; at the shared host it lives at `/o/<slug>/`. [`Place`] takes
//! the address apart; the rest of the app only sees the part behind it.

use shared::{
    Menu,
    ids::{ApiTokenId, ProjectId, RoleId, UserId},
};

use crate::browser;

/// Where the app lives at this host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The organization's slug, at the shared host.
    pub slug: Option<String>,
}

impl Place {
    /// Takes a path apart: the place, and what follows it, which begins with `/`.
    pub fn split(path: &str) -> (Self, &str) {
        let Some(rest) = path.strip_prefix("/o/") else { return (Self::default(), path) };
        let (slug, rest) = rest.find('/').map_or((rest, "/"), |end| rest.split_at(end));
        if slug.is_empty() {
            return (Self::default(), path);
        }
        (Self { slug: Some(slug.to_owned()) }, rest)
    }

    /// The place of the present address.
    pub fn current() -> Self {
        Self::split(&browser::path()).0
    }

    /// The whole address of a route here.
    pub fn href(&self, route: &Route) -> String {
        match &self.slug {
            Some(slug) => format!("/o/{slug}{}", route.path()),
            None => route.path(),
        }
    }
}

/// A tab of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectTab {
    /// Health, dates, people at a glance.
    Home,
    /// What the project is.
    General,
    /// Who works on it, as what.
    Team,
    /// What changed, when, by whom.
    History,
}

impl ProjectTab {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Home, Self::General, Self::Team, Self::History];

    const fn segment(self) -> &'static str {
        match self {
            Self::Home => "",
            Self::General => "general",
            Self::Team => "team",
            Self::History => "history",
        }
    }
}

/// One screen with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// `/`
    Home,
    /// `/my-projects`
    MyProjects,
    /// `/projects`
    Projects,
    /// `/projects/{id}` and its tabs
    Project(ProjectId, ProjectTab),
    /// `/users`
    Users,
    /// `/users/{id}`
    User(UserId),
    /// `/users/explain`
    Explain,
    /// `/roles`
    Roles,
    /// `/roles/new`
    NewRole,
    /// `/roles/{id}`
    Role(RoleId),
    /// `/general-data`
    GeneralData,
    /// `/project-parameters`
    ProjectParameters,
    /// `/sign-in-settings`
    SignInSettings,
    /// `/audit-log`
    AuditLog,
    /// `/manage-account`
    ManageAccount,
    /// `/integrations`
    Integrations,
    /// `/profile`
    Profile,
    /// `/profile/api-tokens`
    ApiTokens,
    /// `/profile/api-tokens/new`
    NewApiToken,
    /// `/profile/api-tokens/{id}`
    ApiToken(ApiTokenId),
    /// `/sign-in`
    SignIn,
    /// `/forgot-password`
    ForgotPassword,
    /// `/accept-invitation`, with the token of the link behind a `#`
    AcceptInvitation,
    /// `/reset-password`, with the token of the link behind a `#`
    ResetPassword,
    /// `/_gallery`
    Gallery,
}

impl Route {
    /// The route of a path behind the place. Absent when there is no such screen.
    pub fn parse(path: &str) -> Option<Self> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let found = match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => Self::Home,
            (Some("my-projects"), None, _) => Self::MyProjects,
            (Some("projects"), None, _) => Self::Projects,
            (Some("projects"), Some(id), tab) => {
                let tab = tab.unwrap_or_default();
                let tab = ProjectTab::ALL.into_iter().find(|known| known.segment() == tab)?;
                Self::Project(id.parse().ok()?, tab)
            }
            (Some("users"), None, _) => Self::Users,
            (Some("users"), Some("explain"), None) => Self::Explain,
            (Some("users"), Some(id), None) => Self::User(id.parse().ok()?),
            (Some("roles"), None, _) => Self::Roles,
            (Some("roles"), Some("new"), None) => Self::NewRole,
            (Some("roles"), Some(id), None) => Self::Role(id.parse().ok()?),
            (Some("general-data"), None, _) => Self::GeneralData,
            (Some("project-parameters"), None, _) => Self::ProjectParameters,
            (Some("sign-in-settings"), None, _) => Self::SignInSettings,
            (Some("audit-log"), None, _) => Self::AuditLog,
            (Some("manage-account"), None, _) => Self::ManageAccount,
            (Some("integrations"), None, _) => Self::Integrations,
            (Some("profile"), None, _) => Self::Profile,
            (Some("profile"), Some("api-tokens"), None) => Self::ApiTokens,
            (Some("profile"), Some("api-tokens"), Some("new")) => Self::NewApiToken,
            (Some("profile"), Some("api-tokens"), Some(id)) => Self::ApiToken(id.parse().ok()?),
            (Some("sign-in"), None, _) => Self::SignIn,
            (Some("forgot-password"), None, _) => Self::ForgotPassword,
            (Some("accept-invitation"), None, _) => Self::AcceptInvitation,
            (Some("reset-password"), None, _) => Self::ResetPassword,
            (Some("_gallery"), None, _) => Self::Gallery,
            _ => return None,
        };
        segments.next().is_none().then_some(found)
    }

    /// The path behind the place.
    pub fn path(&self) -> String {
        match self {
            Self::Home => "/".to_owned(),
            Self::MyProjects => "/my-projects".to_owned(),
            Self::Projects => "/projects".to_owned(),
            Self::Project(id, ProjectTab::Home) => format!("/projects/{id}"),
            Self::Project(id, tab) => format!("/projects/{id}/{}", tab.segment()),
            Self::Users => "/users".to_owned(),
            Self::Explain => "/users/explain".to_owned(),
            Self::User(id) => format!("/users/{id}"),
            Self::Roles => "/roles".to_owned(),
            Self::NewRole => "/roles/new".to_owned(),
            Self::Role(id) => format!("/roles/{id}"),
            Self::GeneralData => "/general-data".to_owned(),
            Self::ProjectParameters => "/project-parameters".to_owned(),
            Self::SignInSettings => "/sign-in-settings".to_owned(),
            Self::AuditLog => "/audit-log".to_owned(),
            Self::ManageAccount => "/manage-account".to_owned(),
            Self::Integrations => "/integrations".to_owned(),
            Self::Profile => "/profile".to_owned(),
            Self::ApiTokens => "/profile/api-tokens".to_owned(),
            Self::NewApiToken => "/profile/api-tokens/new".to_owned(),
            Self::ApiToken(id) => format!("/profile/api-tokens/{id}"),
            Self::SignIn => "/sign-in".to_owned(),
            Self::ForgotPassword => "/forgot-password".to_owned(),
            Self::AcceptInvitation => "/accept-invitation".to_owned(),
            Self::ResetPassword => "/reset-password".to_owned(),
            Self::Gallery => "/_gallery".to_owned(),
        }
    }

    /// The whole address at the present place.
    pub fn href(&self) -> String {
        Place::current().href(self)
    }

    /// The entry of the navigation that is marked on this screen. A screen without one belongs to everybody.
    pub const fn menu(&self) -> Option<Menu> {
        match self {
            Self::Home => Some(Menu::Home),
            Self::MyProjects => Some(Menu::MyProjects),
            Self::Projects | Self::Project(..) => Some(Menu::Projects),
            Self::Users | Self::User(_) | Self::Explain => Some(Menu::Users),
            Self::Roles | Self::NewRole | Self::Role(_) => Some(Menu::RoleDefinition),
            Self::GeneralData => Some(Menu::GeneralData),
            Self::ProjectParameters => Some(Menu::ProjectParameters),
            Self::SignInSettings => Some(Menu::SignInSettings),
            Self::AuditLog => Some(Menu::AuditLog),
            Self::ManageAccount => Some(Menu::ManageAccount),
            Self::Integrations => Some(Menu::Integrations),
            Self::Profile
            | Self::ApiTokens
            | Self::NewApiToken
            | Self::ApiToken(_)
            | Self::SignIn
            | Self::ForgotPassword
            | Self::ResetPassword
            | Self::AcceptInvitation
            | Self::Gallery => None,
        }
    }

    /// Whether the screen stands before the frame, whoever is signed in: the link of the address says for whom it is.
    pub const fn is_entrance(&self) -> bool {
        matches!(self, Self::ForgotPassword | Self::ResetPassword | Self::AcceptInvitation)
    }

    /// The screen that a menu opens. Absent while it is not built, and for tabs, which need their project.
    pub const fn of_menu(menu: Menu) -> Option<Self> {
        match menu {
            Menu::Home => Some(Self::Home),
            Menu::MyProjects => Some(Self::MyProjects),
            Menu::Projects => Some(Self::Projects),
            Menu::Users => Some(Self::Users),
            Menu::RoleDefinition => Some(Self::Roles),
            Menu::GeneralData => Some(Self::GeneralData),
            Menu::ProjectParameters => Some(Self::ProjectParameters),
            Menu::SignInSettings => Some(Self::SignInSettings),
            Menu::AuditLog => Some(Self::AuditLog),
            Menu::Integrations => Some(Self::Integrations),
            Menu::ManageAccount => Some(Self::ManageAccount),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198c2a4-0000-7000-8000-000000000001";

    #[test]
    fn every_route_is_found_at_its_own_address() {
        let project: ProjectId = ID.parse().unwrap();
        let mut routes = vec![
            Route::Home,
            Route::MyProjects,
            Route::Projects,
            Route::Users,
            Route::User(ID.parse().unwrap()),
            Route::Explain,
            Route::Roles,
            Route::NewRole,
            Route::SignInSettings,
            Route::Role(ID.parse().unwrap()),
            Route::GeneralData,
            Route::ProjectParameters,
            Route::AuditLog,
            Route::ManageAccount,
            Route::Integrations,
            Route::Profile,
            Route::ApiTokens,
            Route::NewApiToken,
            Route::ApiToken(ID.parse().unwrap()),
            Route::SignIn,
            Route::ForgotPassword,
            Route::ResetPassword,
            Route::AcceptInvitation,
            Route::Gallery,
        ];
        routes.extend(ProjectTab::ALL.map(|tab| Route::Project(project, tab)));
        for route in routes {
            assert_eq!(Route::parse(&route.path()), Some(route.clone()), "{}", route.path());
        }
    }

    #[test]
    fn other_addresses_lead_nowhere() {
        for path in
            ["/nothing", "/users/12", "/projects/x/team", "/home/x", &format!("/projects/{ID}/team/x")]
        {
            assert_eq!(Route::parse(path), None, "{path}");
        }
    }

    #[test]
    fn the_place_is_taken_off_and_put_on() {
        for (path, slug, rest) in [
            ("/", None, "/"),
            ("/users", None, "/users"),
            ("/o/acme", Some("acme"), "/"),
            ("/o/acme/users", Some("acme"), "/users"),
            ("/o/", None, "/o/"),
        ] {
            let (place, found) = Place::split(path);
            assert_eq!((place.slug.as_deref(), found), (slug, rest), "{path}");
        }
        let place = Place { slug: Some("acme".to_owned()) };
        assert_eq!(place.href(&Route::Users), "/o/acme/users");
        assert_eq!(Place::default().href(&Route::Home), "/");
    }

    #[test]
    fn a_menu_with_a_screen_of_its_own_leads_there_and_back() {
        for menu in Menu::screens() {
            if let Some(route) = Route::of_menu(menu) {
                assert_eq!(route.menu(), Some(menu));
            }
        }
    }

    #[test]
    fn every_built_menu_has_a_screen() {
        let tabs = [Menu::ProjectHome, Menu::ProjectGeneral, Menu::ProjectTeam];
        for menu in Menu::screens().filter(|menu| menu.is_built() && !tabs.contains(menu)) {
            assert!(Route::of_menu(menu).is_some(), "{}", menu.key());
        }
    }
}
