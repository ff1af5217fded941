//! Texts of one project: its head, its tabs, and what can be done in them.

use shared::{Menu, Position, change::ChangeKind, project::LoweredBecause};

use crate::{locale, locales::projects, route::ProjectTab};

super::texts! {
    add_person: "Add person", "Añadir persona";
    added(name: &str): "{name} is on the team", "{name} está en el equipo";
    by_system: "Portico", "Portico";
    candidates_help: "Type a part of the name or of the e-mail.", "Escribe parte del nombre o del correo.";
    changed_position(name: &str, position: &str): "{name} is {position} now", "{name} es ahora {position}";
    changes_empty: "Nothing has changed yet", "Todavía no ha cambiado nada";
    changes_empty_text:
        "Every change of the project and of its team will be listed here, field by field.",
        "Aquí aparecerá cada cambio del proyecto y de su equipo, campo por campo.";
    counts_as(position: &str): "Counts as {position}.", "Cuenta como {position}.";
    day_of(day: &str, total: &str): "Day {day} of {total}", "Día {day} de {total}";
    days_left[n]: "{n} day left" | "{n} days left", "queda {n} día" | "quedan {n} días";
    days_over[n]: "Ended {n} day ago" | "Ended {n} days ago", "Terminó hace {n} día" | "Terminó hace {n} días";
    days_total[n]: "{n} day" | "{n} days", "{n} día" | "{n} días";
    deactivated: "Deactivated", "Desactivada";
    deactivated_hint: "Cannot sign in any more.", "Ya no puede iniciar sesión.";
    delete: "Delete project", "Eliminar proyecto";
    delete_changes[n]: "{n} recorded change; the audit log keeps it" | "{n} recorded changes; the audit log keeps them", "{n} cambio registrado; el registro de auditoría lo conserva" | "{n} cambios registrados; el registro de auditoría los conserva";
    delete_head: "This goes with it:", "Esto se elimina con él:";
    delete_positions[n]: "{n} position on the team" | "{n} positions on the team", "{n} posición en el equipo" | "{n} posiciones en el equipo";
    delete_text: "The project is gone for everybody, at once and for good.", "El proyecto desaparece para todos, al momento y para siempre.";
    delete_title(name: &str): "Delete {name}?", "¿Eliminar {name}?";
    deleted(name: &str): "{name} was deleted", "Se ha eliminado {name}";
    details: "Details", "Detalles";
    details_text: "What the project is, and how your organization files it.", "Qué es el proyecto y cómo lo archiva tu organización.";
    ends_today: "Ends today", "Termina hoy";
    history: "History", "Historial";
    home: "Home", "Inicio";
    gone: "This project cannot be shown", "Este proyecto no se puede mostrar";
    gone_text:
        "It was deleted, never existed, or you have no position on it. Ask its Manager to put you on the team.",
        "Se ha eliminado, nunca ha existido o no tienes ninguna posición en él. Pide a su gestor que te añada al equipo.";
    last_manager(name: &str):
        "{name} is the last Manager of this project. Make somebody else Manager first.",
        "{name} es la única persona que gestiona este proyecto. Antes, nombra gestor a alguien más.";
    lowered_title(assigned: &str, effective: &str):
        "You are assigned as {assigned}, and count as {effective}",
        "Tu posición asignada es {assigned}, pero cuentas como {effective}";
    managers_none: "Nobody manages this project.", "Nadie gestiona este proyecto.";
    more_changes: "See the whole history", "Ver todo el historial";
    no_dates: "No dates yet", "Aún sin fechas";
    no_dates_edit: "Set start and end in General to see how far along it is.", "Indica inicio y fin en General para ver cuánto lleva.";
    no_description: "No description.", "Sin descripción.";
    not_allowed: "This is not open to you", "Esto no está abierto para ti";
    not_open:
        "None of your roles opens this part of the project. Its Manager can give you a position.",
        "Ninguno de tus roles abre esta parte del proyecto. Su gestor puede darte una posición.";
    not_open_as(position: &str):
        "Your position here is {position}, which does not open this part. The Manager of the project can change it.",
        "Tu posición aquí es {position}, que no abre esta parte. El gestor del proyecto puede cambiarla.";
    not_started[n]: "Starts in {n} day" | "Starts in {n} days", "Empieza en {n} día" | "Empieza en {n} días";
    open_tab(tab: &str): "Open {tab}", "Abrir {tab}";
    open_team: "Open the team", "Abrir el equipo";
    people[n]: "{n} person" | "{n} people", "{n} persona" | "{n} personas";
    person: "Person", "Persona";
    person_needed: "Choose a person.", "Elige a una persona.";
    planning: "Classification", "Clasificación";
    planning_text: "Where it stands, and how it compares with others.", "En qué punto está y cómo se compara con otros.";
    position: "Position", "Posición";
    position_help_guest: "Sees General and what is shared with them.", "Ve General y lo que se comparta con ella.";
    position_help_manager: "Reads and writes everything here, the team included.", "Lee y modifica todo, también el equipo.";
    position_help_member: "Reads everything but the money.", "Lee todo, salvo el dinero.";
    position_of(name: &str): "Position of {name}", "Posición de {name}";
    recent: "Recent changes", "Cambios recientes";
    remove: "Remove from the team", "Quitar del equipo";
    remove_text(name: &str):
        "{name} loses the position on this project, and with it what only the position opens. What they did stays.",
        "{name} pierde su posición en este proyecto y lo que solo esa posición permite. Lo que hizo se conserva.";
    remove_title(name: &str): "Remove {name} from the team?", "¿Quitar a {name} del equipo?";
    removed(name: &str): "{name} is off the team", "{name} ya no está en el equipo";
    schedule: "Dates", "Fechas";
    schedule_text: "The first and the last day. Either may still be open.", "El primer y el último día. Ambos pueden quedar abiertos.";
    saved: "The project was saved", "Se ha guardado el proyecto";
    tabs: "Parts of the project", "Partes del proyecto";
    team: "Team", "Equipo";
    team_empty: "Nobody is on the team", "No hay nadie en el equipo";
    team_empty_text: "Add the people who work on it, and say as what.", "Añade a quienes trabajan en él y di con qué posición.";
    team_empty_wait: "Somebody who manages it will add the people.", "Quien lo gestione añadirá a las personas.";
    time: "Time", "Plazo";
    to_projects: "Go to the list", "Ir a la lista";
    tomorrow: "Starts tomorrow", "Empieza mañana";
    untitled: "Project", "Proyecto";
    without_end: "No end yet", "Sin fin todavía";
    without_start: "No start yet", "Sin inicio todavía";
    you: "You", "Tú";
}

/// The words of a tab.
pub fn tab(tab: ProjectTab) -> &'static str {
    match tab {
        ProjectTab::Home => home(),
        ProjectTab::General => Menu::ProjectGeneral.label(locale::current()),
        ProjectTab::Team => team(),
        ProjectTab::History => history(),
    }
}

/// What a position lets one do, in a sentence.
pub fn position_help(position: Position) -> &'static str {
    match position {
        Position::Manager => position_help_manager(),
        Position::TeamMember => position_help_member(),
        Position::Guest => position_help_guest(),
    }
}

/// Why one's own position counts for less.
pub fn lowered_own(because: LoweredBecause) -> &'static str {
    match because {
        LoweredBecause::NoValidLicence => locale::pick(
            "None of your roles has a licence that is valid today. A company admin can say more.",
            "Ninguno de tus roles tiene hoy una licencia válida. La administración de tu empresa puede decirte más.",
        ),
        LoweredBecause::Licence => locale::pick(
            "Your licence does not reach higher. A role with another licence would change that.",
            "Tu licencia no llega más alto. Un rol con otra licencia lo cambiaría.",
        ),
        LoweredBecause::Function => locale::pick(
            "None of your roles that are valid today carries the function of a project manager.",
            "Ninguno de tus roles válidos hoy tiene la función de gestor de proyectos.",
        ),
    }
}

/// Why somebody's position counts for less.
pub fn lowered(because: LoweredBecause) -> &'static str {
    match because {
        LoweredBecause::NoValidLicence => locale::pick(
            "No role of theirs has a licence that is valid today, so nothing is granted at all.",
            "Ninguno de sus roles tiene hoy una licencia válida, así que no se le concede nada.",
        ),
        LoweredBecause::Licence => {
            locale::pick("Their licence does not reach higher.", "Su licencia no llega más alto.")
        }
        LoweredBecause::Function => locale::pick(
            "No valid role of theirs carries the function of a project manager.",
            "Ningún rol válido suyo tiene la función de gestor de proyectos.",
        ),
    }
}

/// A field of a change, by its name in the API.
pub fn field(name: &str) -> String {
    match name {
        "code" => projects::code(),
        "name" => projects::name(),
        "description" => projects::description(),
        "project_code" => projects::project_code(),
        "cost_centre" => projects::cost_centre(),
        "status" => projects::status(),
        "approval_status" => projects::approval_status(),
        "type" => projects::type_label(),
        "priority" => projects::priority(),
        "start_date" => projects::start_date(),
        "end_date" => projects::end_date(),
        "position" => position(),
        // A field that this app is too old to know.
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What somebody did, in words that follow their name.
pub fn happened(kind: ChangeKind, entity: &str, label: &str) -> String {
    match (entity, kind) {
        ("project", ChangeKind::Created) => {
            locale::pick("created the project", "ha creado el proyecto").to_owned()
        }
        ("project", ChangeKind::Updated) => {
            locale::pick("changed the project", "ha modificado el proyecto").to_owned()
        }
        ("team_member", ChangeKind::Created) => {
            locale::pick(format!("put {label} on the team"), format!("ha añadido a {label} al equipo"))
        }
        ("team_member", ChangeKind::Updated) => locale::pick(
            format!("changed the position of {label}"),
            format!("ha cambiado la posición de {label}"),
        ),
        ("team_member", ChangeKind::Deleted) => {
            locale::pick(format!("took {label} off the team"), format!("ha quitado a {label} del equipo"))
        }
        (_, ChangeKind::Created) => locale::pick(format!("created {label}"), format!("ha creado {label}")),
        (_, ChangeKind::Updated) => {
            locale::pick(format!("changed {label}"), format!("ha modificado {label}"))
        }
        (_, ChangeKind::Deleted) => locale::pick(format!("removed {label}"), format!("ha eliminado {label}")),
    }
}
