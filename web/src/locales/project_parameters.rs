//! Texts of Project parameters.

use shared::project_parameter::ProjectParameterKind;

use crate::locale::pick;

super::texts! {
    lists: "Lists", "Listas";
    entries_of(list: &str): "Entries of {list}", "Valores de {list}";
    add: "Add entry", "Añadir valor";
    add_title(list: &str): "Add an entry to {list}", "Añadir un valor a {list}";
    edit_title(name: &str): "Change \"{name}\"", "Modificar «{name}»";
    added(name: &str): "\"{name}\" was added", "Se ha añadido «{name}»";
    saved(name: &str): "\"{name}\" was saved", "Se ha guardado «{name}»";
    deleted(name: &str): "\"{name}\" was deleted", "Se ha eliminado «{name}»";
    now_default(name: &str): "New projects now get \"{name}\"", "Los proyectos nuevos reciben ahora «{name}»";
    moved(name: &str, place: &str, of: &str):
        "\"{name}\" is now number {place} of {of}", "«{name}» es ahora el número {place} de {of}";

    name_en: "Name in English", "Nombre en inglés";
    name_es: "Name in Spanish", "Nombre en español";
    in_english: "English", "Inglés";
    in_spanish: "Spanish", "Español";
    colour: "Colour", "Color";
    colour_code: "Colour code", "Código del color";
    colour_code_help: "Any other colour, as #rrggbb.", "Cualquier otro color, como #rrggbb.";
    preview: "Preview", "Vista previa";
    default_switch: "New projects get this entry", "Los proyectos nuevos reciben este valor";
    default_help:
        "One entry of each list is the default; the present one no longer will be.",
        "Un valor de cada lista es el habitual; el actual dejará de serlo.";

    default: "Default", "Habitual";
    default_hint: "New projects get this entry.", "Los proyectos nuevos reciben este valor.";
    system: "System", "Sistema";
    system_hint:
        "Portico itself refers to this entry: it can be renamed, not deleted.",
        "Portico se refiere a este valor: se puede renombrar, no eliminar.";
    projects[n]: "{n} project" | "{n} projects", "{n} proyecto" | "{n} proyectos";
    unused: "Not used", "Sin usar";

    move_up(name: &str): "Move \"{name}\" up", "Subir «{name}»";
    move_down(name: &str): "Move \"{name}\" down", "Bajar «{name}»";
    is_first: "This is the first entry", "Es el primer valor";
    is_last: "This is the last entry", "Es el último valor";
    actions_of(name: &str): "Actions of \"{name}\"", "Acciones de «{name}»";
    make_default: "Make it the default", "Usar como habitual";

    delete_title(name: &str): "Delete \"{name}\"?", "¿Eliminar «{name}»?";
    delete_text:
        "No project has it, so nothing else changes. This cannot be undone.",
        "Ningún proyecto lo tiene, así que nada más cambia. No se puede deshacer.";
    delete_verb: "Delete entry", "Eliminar valor";
    cannot_title(name: &str): "\"{name}\" cannot be deleted", "«{name}» no se puede eliminar";
    cannot_system:
        "Portico itself refers to this entry. Rename it or change its colour instead.",
        "Portico se refiere a este valor. Puedes cambiarle el nombre o el color.";
    cannot_default:
        "New projects get this entry. Make another one the default first, then delete this one.",
        "Los proyectos nuevos reciben este valor. Elige antes otro como habitual y elimina después este.";
    cannot_used[n]:
        "{n} project has this entry. Give it another one first, then delete this one." |
        "{n} projects have this entry. Give them another one first, then delete this one.",
        "{n} proyecto tiene este valor. Dale otro antes y elimina después este." |
        "{n} proyectos tienen este valor. Dales otro antes y elimina después este.";

    empty_title: "This list is empty", "Esta lista está vacía";
    empty_text: "Add the first entry; projects can then choose it.", "Añade el primer valor; los proyectos podrán elegirlo.";
}

/// The name of a list.
pub fn list_name(kind: ProjectParameterKind) -> &'static str {
    match kind {
        ProjectParameterKind::Status => pick("Status", "Estado"),
        ProjectParameterKind::ApprovalStatus => pick("Approval status", "Estado de aprobación"),
        ProjectParameterKind::Type => pick("Type", "Tipo"),
        ProjectParameterKind::Priority => pick("Priority", "Prioridad"),
    }
}

/// What a list is for, in a sentence.
pub fn list_text(kind: ProjectParameterKind) -> &'static str {
    match kind {
        ProjectParameterKind::Status => {
            pick("Where a project stands in its life.", "En qué momento de su vida está un proyecto.")
        }
        ProjectParameterKind::ApprovalStatus => pick(
            "Whether a project is approved, independent of its status.",
            "Si un proyecto está aprobado, aparte de su estado.",
        ),
        ProjectParameterKind::Type => pick("What sort of project it is.", "Qué clase de proyecto es."),
        ProjectParameterKind::Priority => pick("How urgent a project is.", "Cómo de urgente es un proyecto."),
    }
}

/// The names of the colours of the palette, in its order.
pub fn colours() -> [&'static str; 14] {
    pick(
        [
            "Slate", "Brown", "Crimson", "Red", "Orange", "Amber", "Ochre", "Green", "Teal", "Sky", "Blue",
            "Indigo", "Violet", "Pink",
        ],
        [
            "Pizarra", "Marrón", "Carmesí", "Rojo", "Naranja", "Ámbar", "Ocre", "Verde", "Turquesa",
            "Celeste", "Azul", "Índigo", "Violeta", "Rosa",
        ],
    )
}

/// The title: the menu's name.
pub fn title() -> &'static str {
    shared::Menu::ProjectParameters.label(crate::locale::current())
}
