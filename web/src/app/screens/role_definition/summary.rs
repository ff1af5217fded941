//! What a role comes to, in sentences: how far it sees, how much it may change, and what is worth a second look.

use std::collections::BTreeSet;

use shared::{
    Language, Menu, Operation,
    licence::{Function, Reach},
    role::Grants,
};

use super::grid;

/// One thing to say about a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// It grants nothing.
    Nothing,
    /// How far it sees projects, and services.
    Sees(Scope, Scope),
    /// How many screens it opens, of how many there are.
    Opens(usize, usize),
    /// On how many screens it can add, change, and delete something.
    Writes(usize, usize, usize),
    /// Of what it can be Manager.
    Manages(BTreeSet<Function>),
    /// It sees what projects, services or programs cost or earn.
    Money,
    /// It adds, changes or deactivates people, and gives them roles.
    People,
    /// It changes roles, and so what anybody may do.
    Roles,
    /// It sees what everybody has done.
    Audit,
}

/// How far something is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Not at all.
    None,
    /// Where the person has a position.
    Own,
    /// In the whole organization.
    All,
}

/// What there is to say about grants within a licence of this reach. `grants` and `functions` lie within it.
pub fn facts(grants: &Grants, functions: &BTreeSet<Function>, reach: Reach) -> Vec<Fact> {
    let may = |menu: Menu, operation: Operation| grid::on(grants, menu).has(operation);
    let views = |menu: Menu| may(menu, Operation::View);
    let screens = |operation: Operation| grants.values().filter(|granted| granted.has(operation)).count();
    if screens(Operation::View) == 0 {
        return vec![Fact::Nothing];
    }
    let scope = |all: Menu, own: Menu| match reach {
        Reach::Organization if views(all) => Scope::All,
        _ if views(all) || views(own) => Scope::Own,
        _ => Scope::None,
    };
    let any_write = |menu: Menu| {
        [Operation::Insert, Operation::Update, Operation::Delete]
            .into_iter()
            .any(|operation| may(menu, operation))
    };
    let mut facts = vec![
        Fact::Sees(scope(Menu::Projects, Menu::MyProjects), scope(Menu::Services, Menu::MyServices)),
        Fact::Opens(screens(Operation::View), Menu::screens().count()),
        Fact::Writes(screens(Operation::Insert), screens(Operation::Update), screens(Operation::Delete)),
        Fact::Manages(functions.clone()),
    ];
    let notable = [
        (Menu::screens().any(|menu| menu.is_money() && views(menu)), Fact::Money),
        (any_write(Menu::Users), Fact::People),
        (any_write(Menu::RoleDefinition), Fact::Roles),
        (views(Menu::AuditLog), Fact::Audit),
    ];
    facts.extend(notable.into_iter().filter_map(|(holds, fact)| holds.then_some(fact)));
    facts
}

impl Fact {
    /// Whether it is a power that few people should have.
    pub const fn is_notable(&self) -> bool {
        matches!(self, Self::Money | Self::People | Self::Roles | Self::Audit)
    }

    /// The sentence.
    pub fn text(&self, language: Language) -> String {
        let say = |english: &str, spanish: &str| match language {
            Language::En => english.to_owned(),
            Language::Es => spanish.to_owned(),
        };
        match self {
            Self::Nothing => say("Grants nothing yet.", "Todavía no concede nada."),
            Self::Sees(projects, services) => sees(*projects, *services, language),
            Self::Opens(some, all) if some == all => say("Opens every screen.", "Abre todas las pantallas."),
            Self::Opens(some, all) => {
                say(&format!("Opens {some} of {all} screens."), &format!("Abre {some} de {all} pantallas."))
            }
            Self::Writes(0, 0, 0) => {
                say("Can add, change and delete nothing.", "No puede añadir, modificar ni eliminar nada.")
            }
            Self::Writes(insert, update, delete) => {
                let parts = [
                    (say("add", "añadir"), *insert),
                    (say("change", "modificar"), *update),
                    (say("delete", "eliminar"), *delete),
                ];
                writes(&parts, language)
            }
            Self::Manages(functions) if functions.is_empty() => {
                say("Cannot be Manager of anything.", "No puede ser gestor de nada.")
            }
            Self::Manages(functions) => {
                let things: Vec<String> =
                    functions.iter().map(|function| thing(*function, language)).collect();
                let list = listed(&things, language);
                say(&format!("Can be Manager of {list}."), &format!("Puede ser gestor de {list}."))
            }
            Self::Money => say("Sees costs and budgets.", "Ve costes y presupuestos."),
            Self::People => say(
                "Manages people and the roles they hold.",
                "Gestiona las personas y los roles que tienen.",
            ),
            Self::Roles => {
                say("Can change what every role grants.", "Puede cambiar lo que concede cada rol.")
            }
            Self::Audit => say("Sees what everybody has done.", "Ve lo que ha hecho cada persona."),
        }
    }
}

fn sees(projects: Scope, services: Scope, language: Language) -> String {
    let words = |scope: Scope, what: &str| match (scope, language) {
        (Scope::All, Language::En) => format!("all {what}"),
        (Scope::Own, Language::En) => format!("the {what} they have a position on"),
        (Scope::None, Language::En) => format!("no {what}"),
        (Scope::All, Language::Es) => format!("todos los {what}"),
        (Scope::Own, Language::Es) => format!("los {what} donde tiene una posición"),
        (Scope::None, Language::Es) => format!("ningún {}", what.trim_end_matches('s')),
    };
    match (projects == services, projects, language) {
        (true, Scope::None, Language::En) => "Sees no projects and no services.".to_owned(),
        (true, Scope::None, Language::Es) => "No ve proyectos ni servicios.".to_owned(),
        (true, _, Language::En) => format!("Sees {}.", words(projects, "projects and services")),
        (true, _, Language::Es) => format!("Ve {}.", words(projects, "proyectos y servicios")),
        (false, _, Language::En) => {
            format!("Sees {} and {}.", words(projects, "projects"), words(services, "services"))
        }
        (false, _, Language::Es) => {
            let (projects, services) = (words(projects, "proyectos"), words(services, "servicios"));
            format!("Ve {projects} y {services}.")
        }
    }
}

/// `Can add on 3 screens and change on 12; can delete nothing.`
fn writes(parts: &[(String, usize)], language: Language) -> String {
    let (can, cannot): (Vec<_>, Vec<_>) = parts.iter().partition(|(_, count)| *count > 0);
    let mut first = true;
    let can: Vec<String> = can
        .into_iter()
        .map(|(verb, count)| {
            let unit = match (language, std::mem::take(&mut first), count) {
                (_, false, _) => "",
                (Language::En, true, 1) => " screen",
                (Language::En, true, _) => " screens",
                (Language::Es, true, 1) => " pantalla",
                (Language::Es, true, _) => " pantallas",
            };
            match language {
                Language::En => format!("{verb} on {count}{unit}"),
                Language::Es => format!("{verb} en {count}{unit}"),
            }
        })
        .collect();
    let cannot: Vec<String> = cannot.into_iter().map(|(verb, _)| verb.clone()).collect();
    let can = listed(&can, language);
    match (cannot.is_empty(), language) {
        (true, Language::En) => format!("Can {can}."),
        (true, Language::Es) => format!("Puede {can}."),
        (false, Language::En) => format!("Can {can}; can {} nothing.", cannot.join(" or ")),
        (false, Language::Es) => format!("Puede {can}; no puede {} nada.", cannot.join(" ni ")),
    }
}

fn thing(function: Function, language: Language) -> String {
    let word = match (function, language) {
        (Function::ProjectManager, Language::En) => "projects",
        (Function::ServiceManager, Language::En) => "services",
        (Function::ProgramManager, Language::En) => "programs",
        (Function::ProjectManager, Language::Es) => "proyectos",
        (Function::ServiceManager, Language::Es) => "servicios",
        (Function::ProgramManager, Language::Es) => "programas",
    };
    word.to_owned()
}

fn listed(words: &[String], language: Language) -> String {
    let and = match language {
        Language::En => " and ",
        Language::Es => " y ",
    };
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Operations;

    fn written(grants: &[(Menu, Operations)], functions: &[Function], reach: Reach) -> [String; 2] {
        let facts = facts(&grants.iter().copied().collect(), &functions.iter().copied().collect(), reach);
        Language::ALL
            .map(|language| facts.iter().map(|fact| fact.text(language)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn roles_in_words() {
        let view = Operations::VIEW;
        let insert = Operations::VIEW.with(Operation::Insert);
        let update = Operations::VIEW.with(Operation::Update);
        let cases: [(&[(Menu, Operations)], &[Function], Reach, &str, &str); 6] = [
            (&[], &Function::ALL, Reach::Organization, "Grants nothing yet.", "Todavía no concede nada."),
            (
                &[(Menu::Home, view)],
                &[],
                Reach::Own,
                "Sees no projects and no services. Opens 1 of ALL screens. Can add, change and delete nothing. \
                 Cannot be Manager of anything.",
                "No ve proyectos ni servicios. Abre 1 de ALL pantallas. No puede añadir, modificar ni eliminar \
                 nada. No puede ser gestor de nada.",
            ),
            (
                &[(Menu::Projects, view), (Menu::Services, view), (Menu::ProjectBudget, view)],
                &[],
                Reach::Organization,
                "Sees all projects and services. Opens 3 of ALL screens. Can add, change and delete nothing. \
                 Cannot be Manager of anything. Sees costs and budgets.",
                "Ve todos los proyectos y servicios. Abre 3 de ALL pantallas. No puede añadir, modificar ni \
                 eliminar nada. No puede ser gestor de nada. Ve costes y presupuestos.",
            ),
            (
                &[(Menu::Projects, insert), (Menu::MyProjects, update)],
                &[Function::ProjectManager],
                Reach::Own,
                "Sees the projects they have a position on and no services. Opens 2 of ALL screens. \
                 Can add on 1 screen and change on 1; can delete nothing. Can be Manager of projects.",
                "Ve los proyectos donde tiene una posición y ningún servicio. Abre 2 de ALL pantallas. \
                 Puede añadir en 1 pantalla y modificar en 1; no puede eliminar nada. \
                 Puede ser gestor de proyectos.",
            ),
            (
                &[(Menu::Projects, Operations::ALL), (Menu::MyServices, Operations::ALL)],
                &[Function::ProjectManager, Function::ServiceManager],
                Reach::Organization,
                "Sees all projects and the services they have a position on. Opens 2 of ALL screens. \
                 Can add on 2 screens, change on 2 and delete on 2. Can be Manager of projects and services.",
                "Ve todos los proyectos y los servicios donde tiene una posición. Abre 2 de ALL pantallas. \
                 Puede añadir en 2 pantallas, modificar en 2 y eliminar en 2. \
                 Puede ser gestor de proyectos y servicios.",
            ),
            (
                &[(Menu::Users, update), (Menu::RoleDefinition, insert), (Menu::AuditLog, view)],
                &[],
                Reach::Organization,
                "Sees no projects and no services. Opens 3 of ALL screens. Can add on 1 screen and change on 1; \
                 can delete nothing. Cannot be Manager of anything. Manages people and the roles they hold. \
                 Can change what every role grants. Sees what everybody has done.",
                "No ve proyectos ni servicios. Abre 3 de ALL pantallas. Puede añadir en 1 pantalla y modificar \
                 en 1; no puede eliminar nada. No puede ser gestor de nada. Gestiona las personas y los roles \
                 que tienen. Puede cambiar lo que concede cada rol. Ve lo que ha hecho cada persona.",
            ),
        ];
        for (grants, functions, reach, english, spanish) in cases {
            let all = Menu::screens().count().to_string();
            let expected = [english, spanish].map(|text| text.replace("ALL", &all));
            assert_eq!(written(grants, functions, reach), expected);
        }
    }

    #[test]
    fn every_screen_means_every_screen() {
        let all = Menu::screens().count();
        assert_eq!(Fact::Opens(all, all).text(Language::En), "Opens every screen.");
        assert_eq!(Fact::Opens(all, all).text(Language::Es), "Abre todas las pantallas.");
    }
}
