//! Texts of the lists of projects, of what stands in their columns, and of the form for a new one.

use shared::Position;

use crate::locale;

super::texts! {
    add: "New project", "Nuevo proyecto";
    any: "Any", "Cualquiera";
    approval_status: "Approval", "Aprobación";
    as_usual: "Default", "Por defecto";
    code: "Code", "Código";
    cost_centre: "Cost centre", "Centro de coste";
    create: "Create project", "Crear proyecto";
    created(name: &str): "{name} was created", "Se ha creado {name}";
    description: "Description", "Descripción";
    description_help: "What it is for, and how one will know that it is done.", "Para qué es y cómo se sabrá que está terminado.";
    empty_all: "No projects yet", "Todavía no hay proyectos";
    empty_all_add:
        "A project holds dates, people and what happens in between. Begin with the first one; you become its Manager.",
        "Un proyecto reúne fechas, personas y lo que pasa entre medias. Empieza por el primero; serás su gestor.";
    empty_all_wait:
        "Projects appear here once somebody who may creates one.",
        "Los proyectos aparecerán aquí cuando los cree alguien que pueda hacerlo.";
    empty_mine: "You are on no project yet", "Todavía no estás en ningún proyecto";
    empty_mine_add:
        "Projects on which you have a position appear here. Create one, or ask its Manager to put you on the team.",
        "Aquí aparecen los proyectos en los que tienes una posición. Crea uno o pide a su gestor que te añada al equipo.";
    empty_mine_wait:
        "Projects appear here once a Manager puts you on the team. Ask the Manager of the project you expect.",
        "Los proyectos aparecerán aquí cuando un gestor te añada a su equipo. Pídeselo a quien lleve el que esperas.";
    end_date: "End", "Fin";
    ends_until: "Ends on or before", "Termina como tarde el";
    manager: "Manager", "Gestor";
    managers: "Managers", "Gestores";
    more_fields: "More about it", "Más datos";
    my_position: "My position", "Mi posición";
    my_projects: "My Projects", "Mis proyectos";
    my_projects_label: "Projects on which I have a position", "Proyectos en los que tengo una posición";
    name: "Name", "Nombre";
    no_date: "No date", "Sin fecha";
    nobody: "Nobody", "Nadie";
    others[n]: "and {n} more" | "and {n} more", "y {n} más" | "y {n} más";
    priority: "Priority", "Prioridad";
    project_code: "Own code", "Código propio";
    project_code_help: "The code your organization knows it by.", "El código con el que lo conoce tu organización.";
    projects: "Projects", "Proyectos";
    search: "Name or code", "Nombre o código";
    start_date: "Start", "Inicio";
    starts_from: "Starts on or after", "Empieza como pronto el";
    status: "Status", "Estado";
    type_label: "Type", "Tipo";
    updated: "Changed", "Modificado";
}

/// A position in words.
pub fn position(position: Position) -> &'static str {
    match position {
        Position::Manager => locale::pick("Manager", "Gestor"),
        Position::TeamMember => locale::pick("Team Member", "Miembro del equipo"),
        Position::Guest => locale::pick("Guest", "Invitado"),
    }
}
