//! The menu catalogue: the screens of Portico as one enum.
//!
//! It drives the role screen, the navigation, the guards and the documentation. The names in both languages, and
//! what Insert, Update, Delete and View mean on each screen, stand in [`text`].

mod text;

use serde::{Deserialize, Deserializer, Serialize};

pub use text::MenuText;

use crate::{Language, Operation};

macro_rules! menus {
    ($($name:ident $key:tt $kind:ident $parent:ident;)*) => {
        /// A menu, or a heading under which menus stand.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Menu {
            $(#[doc = concat!("`", $key, "`")] #[serde(rename = $key)] $name,)*
        }

        impl Menu {
            /// The whole catalogue, headings included, in the order of the navigation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in the database, the API and the translations.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// Whether it is a heading: nothing to open and nothing to grant.
            pub const fn is_heading(self) -> bool {
                match self { $(Self::$name => matches!(Kind::$kind, Kind::Heading)),* }
            }

            /// What it stands under. The three roots have none.
            pub const fn parent(self) -> Option<Self> {
                match self { $(Self::$name => menus!(@parent $parent)),* }
            }
        }

        /// Calls the macro `$with` with all menus that can be granted: `Name` of each.
        #[macro_export]
        macro_rules! for_each_menu {
            ($with:path) => { $with! { $($name),* } };
        }
    };
    (@parent Root) => { None };
    (@parent $parent:ident) => { Some(Self::$parent) };
}

enum Kind {
    Heading,
    Screen,
}

menus! {
    Desktop "desktop" Heading Root;
    Home "home" Screen Desktop;
    MyProjects "my_projects" Screen Desktop;
    MyServices "my_services" Screen Desktop;
    MyTasks "my_tasks" Screen Desktop;
    MyTimesheet "my_timesheet" Screen Desktop;
    MyAuthorizations "my_authorizations" Screen Desktop;

    Management "management" Heading Root;
    MainDashboard "main_dashboard" Screen Management;
    DashboardSummary "dashboard_summary" Screen MainDashboard;
    DashboardClients "dashboard_clients" Screen MainDashboard;
    DashboardWorkforce "dashboard_workforce" Screen MainDashboard;
    DashboardProjects "dashboard_projects" Screen MainDashboard;
    DashboardProviders "dashboard_providers" Screen MainDashboard;
    Portfolio "portfolio" Screen Management;
    PortfolioGeneral "portfolio_general" Screen Portfolio;
    PortfolioFinancialAnalysis "portfolio_financial_analysis" Heading Portfolio;
    PortfolioCost "portfolio_cost" Screen PortfolioFinancialAnalysis;
    PortfolioRevenue "portfolio_revenue" Screen PortfolioFinancialAnalysis;
    PortfolioSchedule "portfolio_schedule" Screen Portfolio;
    PortfolioFollowUp "portfolio_follow_up" Screen Portfolio;
    PortfolioDashboard "portfolio_dashboard" Screen Portfolio;
    Programs "programs" Screen Management;
    ProgramHome "program_home" Screen Programs;
    ProgramGeneral "program_general" Screen Programs;
    ProgramGoals "program_goals" Screen Programs;
    ProgramBudget "program_budget" Screen Programs;
    ProgramComponents "program_components" Screen Programs;
    ProgramScenarios "program_scenarios" Screen Programs;
    ProgramSchedule "program_schedule" Screen Programs;
    ProgramFollowUp "program_follow_up" Screen Programs;
    ProgramTeam "program_team" Screen Programs;
    Projects "projects" Screen Management;
    ProjectHome "project_home" Screen Projects;
    ProjectGeneral "project_general" Screen Projects;
    ProjectTeam "project_team" Screen Projects;
    ProjectBudget "project_budget" Screen Projects;
    ProjectTasks "project_tasks" Screen Projects;
    ProjectSchedule "project_schedule" Screen Projects;
    ProjectBoard "project_board" Screen Projects;
    ProjectPurchases "project_purchases" Screen Projects;
    ProjectRevenues "project_revenues" Screen Projects;
    ProjectFollowUp "project_follow_up" Screen Projects;
    ProjectRisks "project_risks" Screen Projects;
    ProjectIssues "project_issues" Screen Projects;
    ProjectDocuments "project_documents" Screen Projects;
    Services "services" Screen Management;
    ServiceHome "service_home" Screen Services;
    ServiceGeneral "service_general" Screen Services;
    ServiceTeam "service_team" Screen Services;
    ServiceActivities "service_activities" Screen Services;
    ServiceBudget "service_budget" Screen Services;
    ServicePurchases "service_purchases" Screen Services;
    ServiceRevenues "service_revenues" Screen Services;
    ServiceFollowUp "service_follow_up" Screen Services;
    ServiceDocuments "service_documents" Screen Services;
    Resources "resources" Screen Management;
    Clients "clients" Screen Management;
    Providers "providers" Screen Management;

    Organization "organization" Heading Root;
    GeneralData "general_data" Screen Organization;
    OrganizationalUnits "organizational_units" Screen Organization;
    UserManagement "user_management" Heading Organization;
    Users "users" Screen UserManagement;
    RoleDefinition "role_definition" Screen UserManagement;
    Calendars "calendars" Screen UserManagement;
    WorkingHours "working_hours" Screen UserManagement;
    Costing "costing" Heading Organization;
    CategoriesRates "categories_rates" Screen Costing;
    PeriodClose "period_close" Screen Costing;
    ObjectivesProcesses "objectives_processes" Heading Organization;
    StrategicPlans "strategic_plans" Screen ObjectivesProcesses;
    Parameters "parameters" Heading Organization;
    ProjectParameters "project_parameters" Screen Parameters;
    TaskParameters "task_parameters" Screen Parameters;
    CustomFields "custom_fields" Screen Parameters;
    Security "security" Heading Organization;
    AuditLog "audit_log" Screen Security;
    SignInSettings "sign_in_settings" Screen Security;
    NetworkAccess "network_access" Screen Security;
    Integrations "integrations" Screen Security;
    ManageAccount "manage_account" Screen Organization;
}

/// By hand, as a string and not as an enum: as the key of a map it then stands in the path of an error.
impl<'de> Deserialize<'de> for Menu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        Self::from_key(&key).ok_or_else(|| serde::de::Error::custom(format!("there is no menu {key:?}")))
    }
}

impl Menu {
    /// The menus that can be opened and granted: all but the headings.
    pub fn screens() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|menu| !menu.is_heading())
    }

    /// The menu with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|menu| menu.key() == key)
    }

    /// What stands directly under it.
    pub fn children(self) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |menu| menu.parent() == Some(self))
    }

    /// How deep it stands; roots are 0.
    pub fn depth(self) -> usize {
        self.parent().map_or(0, |parent| parent.depth() + 1)
    }

    /// Whether it is the list of projects or a tab of one: what a position there may open.
    pub fn is_of_project(self) -> bool {
        self == Self::Projects || self.parent() == Some(Self::Projects)
    }

    /// Whether no API token reaches it, whatever its scopes: what decides over the organization as a whole, and over
    /// tokens themselves.
    pub const fn is_beyond_tokens(self) -> bool {
        matches!(self, Self::ManageAccount | Self::Integrations)
    }

    /// Whether it shows what a project, service or program costs or earns.
    pub const fn is_money(self) -> bool {
        matches!(
            self,
            Self::ProjectBudget
                | Self::ProjectPurchases
                | Self::ProjectRevenues
                | Self::ServiceBudget
                | Self::ServicePurchases
                | Self::ServiceRevenues
                | Self::ProgramBudget
        )
    }

    /// Whether it is of the ORGANIZATION: what lets people decide over others, their access and the whole.
    pub fn is_administration(self) -> bool {
        self == Self::Organization || self.parent().is_some_and(Self::is_administration)
    }

    /// Whether its screen is built. One that is not stands on the role screen and not in the navigation.
    pub const fn is_built(self) -> bool {
        matches!(
            self,
            Self::Home
                | Self::MyProjects
                | Self::Projects
                | Self::ProjectHome
                | Self::ProjectGeneral
                | Self::ProjectTeam
                | Self::GeneralData
                | Self::Users
                | Self::RoleDefinition
                | Self::ProjectParameters
                | Self::SignInSettings
                | Self::AuditLog
                | Self::Integrations
                | Self::ManageAccount
        )
    }

    /// The name that people read.
    pub fn label(self, language: Language) -> &'static str {
        self.text(language).label
    }

    /// What the operation lets one do on this screen; absent where it means nothing.
    pub fn meaning(self, operation: Operation, language: Language) -> Option<&'static str> {
        let text = self.text(language);
        match operation {
            Operation::Insert => text.insert,
            Operation::Update => text.update,
            Operation::Delete => text.delete,
            Operation::View => text.view,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_found() {
        for menu in Menu::ALL {
            assert_eq!(Menu::from_key(menu.key()), Some(*menu));
        }
    }

    #[test]
    fn every_menu_stands_after_its_parent() {
        for (index, menu) in Menu::ALL.iter().enumerate() {
            if let Some(parent) = menu.parent() {
                assert!(Menu::ALL[..index].contains(&parent), "{}", menu.key());
            }
        }
    }

    #[test]
    fn administration_is_what_stands_under_organization() {
        for (menu, expected) in [
            (Menu::Organization, true),
            (Menu::GeneralData, true),
            (Menu::Users, true),
            (Menu::ManageAccount, true),
            (Menu::Home, false),
            (Menu::Projects, false),
            (Menu::ProjectTeam, false),
            (Menu::Clients, false),
        ] {
            assert_eq!(menu.is_administration(), expected, "{}", menu.key());
        }
    }

    #[test]
    fn every_menu_is_named_and_every_screen_says_what_view_means_in_every_language() {
        for language in Language::ALL {
            for menu in Menu::ALL {
                assert!(!menu.label(language).is_empty(), "{} in {}", menu.key(), language.code());
                assert_eq!(
                    menu.meaning(Operation::View, language).is_some(),
                    !menu.is_heading(),
                    "{} in {}",
                    menu.key(),
                    language.code()
                );
            }
        }
    }

    #[test]
    fn an_operation_means_something_in_all_languages_or_in_none() {
        for menu in Menu::ALL {
            for operation in Operation::ALL {
                let english = menu.meaning(operation, Language::En).is_some();
                let spanish = menu.meaning(operation, Language::Es).is_some();
                assert_eq!(english, spanish, "{} {}", menu.key(), operation.key());
            }
        }
    }
}
