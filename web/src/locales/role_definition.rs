//! Texts of Role Definition.

use shared::{Menu, Operation, licence::Function};

use crate::locale;

super::texts! {
    add: "Add role", "Añadir rol";
    added: "Added, not saved yet", "Añadido, sin guardar";
    all: "All", "Todo";
    all_of(menu: &str): "All of {menu}", "Todo {menu}";
    all_operations: "all operations", "todas las operaciones";
    all_roles: "All roles", "Todos los roles";
    all_screens: "All screens", "Todas las pantallas";
    beyond_admin: "Reserved to company admins, whatever their roles.", "Reservado a los administradores de la empresa, sean cuales sean sus roles.";
    beyond_licence(licence: &str): "The licence {licence} does not include this.", "La licencia {licence} no incluye esto.";
    changes[n]: "{n} change" | "{n} changes", "{n} cambio" | "{n} cambios";
    collapse_all: "Collapse all", "Contraer todo";
    compare: "Compare with…", "Comparar con…";
    copied(name: &str): "{name} was created", "{name} se ha creado";
    copy: "Copy", "Copiar";
    copy_name(name: &str): "{name} (copy)", "{name} (copia)";
    copy_text:
        "The copy has the same licence, functions and grants. Nobody holds it yet.",
        "La copia tiene la misma licencia, funciones y permisos. Todavía no la tiene nadie.";
    copy_title(name: &str): "Copy {name}", "Copiar {name}";
    create: "Create role", "Crear rol";
    default: "Default for new users", "Predeterminado para nuevos usuarios";
    default_badge: "Default", "Predeterminado";
    default_help_is:
        "New users get this role. To change that, make another role the default.",
        "Los nuevos usuarios reciben este rol. Para cambiarlo, haz predeterminado otro rol.";
    default_help_not(name: &str):
        "New users get {name} today; this role would take its place.",
        "Los nuevos usuarios reciben hoy {name}; este rol ocuparía su lugar.";
    delete: "Delete role", "Eliminar rol";
    delete_default:
        "New users get this role. Make another role the default first.",
        "Los nuevos usuarios reciben este rol. Haz predeterminado otro rol primero.";
    delete_held[n]:
        "{n} person holds this role. Give them another one first; deactivated people count as well."
        | "{n} people hold this role. Give them another one first; deactivated people count as well.",
        "{n} persona tiene este rol. Asígnale otro primero; las personas desactivadas también cuentan."
        | "{n} personas tienen este rol. Asígnales otro primero; las personas desactivadas también cuentan.";
    delete_impossible(name: &str): "{name} cannot be deleted now", "{name} no se puede eliminar ahora";
    delete_text:
        "Nobody holds it, so nobody loses anything. It cannot be brought back.",
        "No lo tiene nadie, así que nadie pierde nada. No se puede recuperar.";
    delete_title(name: &str): "Delete the role {name}?", "¿Eliminar el rol {name}?";
    deleted(name: &str): "{name} was deleted", "{name} se ha eliminado";
    description: "Description", "Descripción";
    differences_only: "Only differences", "Solo diferencias";
    discard: "Discard", "Descartar";
    dropped[n]: "{n} grant lies beyond this licence" | "{n} grants lie beyond this licence",
        "{n} permiso queda fuera de esta licencia" | "{n} permisos quedan fuera de esta licencia";
    dropped_functions[n]: "{n} function lies beyond this licence" | "{n} functions lie beyond this licence",
        "{n} función queda fuera de esta licencia" | "{n} funciones quedan fuera de esta licencia";
    dropped_text: "Saving takes that out of the role.", "Al guardar se quitan del rol.";
    everything: "Everything the licence allows", "Todo lo que permite la licencia";
    expand_all: "Expand all", "Expandir todo";
    function_beyond(licence: &str): "Not with the licence {licence}", "No con la licencia {licence}";
    functions: "Functions", "Funciones";
    grid: "What the role grants", "Lo que concede el rol";
    held[n]: "{n} person" | "{n} people", "{n} persona" | "{n} personas";
    held_by_nobody: "Nobody", "Nadie";
    in_words: "In words", "En palabras";
    legend_added: "Added, not saved", "Añadido, sin guardar";
    legend_beyond: "Beyond the licence", "Fuera de la licencia";
    legend_pending: "Not available yet", "Aún no disponible";
    legend_removed: "Taken away, not saved", "Quitado, sin guardar";
    licence: "Licence", "Licencia";
    licence_invalid: "Licence not valid", "Licencia no válida";
    licence_invalid_text(licence: &str):
        "The organization holds no valid {licence} licence today, so this role grants nothing until it does.",
        "La organización no tiene hoy una licencia {licence} válida, así que este rol no concede nada hasta que la tenga.";
    licence_seats:
        "Each person who holds the role uses a seat of this licence, unless another role of theirs has a higher one.",
        "Cada persona con este rol ocupa una plaza de esta licencia, salvo que otro de sus roles tenga una superior.";
    list: "Roles", "Roles";
    name: "Name", "Nombre";
    new_title: "New role", "Nuevo rol";
    no_matches: "No screen of that name", "Ninguna pantalla con ese nombre";
    no_matches_text: "Look for another word, or clear the search.", "Busca otra palabra o borra la búsqueda.";
    no_differences: "No differences", "Sin diferencias";
    no_differences_text(name: &str): "This role and {name} grant the same.", "Este rol y {name} conceden lo mismo.";
    no_roles: "No roles yet", "Todavía no hay roles";
    no_roles_text: "A role says what the people who hold it may do.", "Un rol dice qué pueden hacer quienes lo tienen.";
    nothing: "Nothing", "Nada";
    not_here: "This role is not here", "Este rol no está aquí";
    not_here_text: "It may have been deleted. Choose another one from the list.", "Puede que se haya eliminado. Elige otro de la lista.";
    only_here: "Only here", "Solo aquí";
    only_there(name: &str): "Only in {name}", "Solo en {name}";
    pending: "Not available yet. It can be granted already.", "Aún no disponible. Ya se puede conceder.";
    pick: "Choose a role", "Elige un rol";
    pick_text: "It shows here what it grants, screen by screen.", "Aquí se muestra lo que concede, pantalla por pantalla.";
    read_only: "You can look at this role, not change it", "Puedes consultar este rol, no cambiarlo";
    read_only_text:
        "None of your roles grants Update on Role Definition. Someone who manages roles can give it to you.",
        "Ninguno de tus roles concede Modificar en Definición de roles. Quien gestiona los roles puede dártelo.";
    removed: "Taken away, not saved yet", "Quitado, sin guardar";
    save_first: "Save or discard your changes first", "Guarda o descarta primero tus cambios";
    screen: "Screen", "Pantalla";
    screen_itself: "own screen", "su pantalla";
    search: "Search screens", "Buscar pantallas";
    settings: "Settings", "Ajustes";
    show_all: "Show all screens", "Ver todas las pantallas";
    show_changes: "Show changes", "Ver cambios";
    start: "Begin with", "Empezar con";
    title: "Role Definition", "Definición de roles";
    users: "Go to Users", "Ir a Usuarios";
}

/// The name of an operation.
pub fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Insert => locale::pick("Insert", "Insertar"),
        Operation::Update => locale::pick("Update", "Modificar"),
        Operation::Delete => locale::pick("Delete", "Eliminar"),
        Operation::View => locale::pick("View", "Ver"),
    }
}

/// The name of a function.
pub fn function(function: Function) -> &'static str {
    match function {
        Function::ProjectManager => locale::pick("Project manager", "Gestor de proyectos"),
        Function::ServiceManager => locale::pick("Service manager", "Gestor de servicios"),
        Function::ProgramManager => locale::pick("Program manager", "Gestor de programas"),
    }
}

/// What a function is for.
pub fn function_help(function: Function) -> &'static str {
    match function {
        Function::ProjectManager => {
            locale::pick("May be Manager of projects", "Puede ser gestor de proyectos")
        }
        Function::ServiceManager => {
            locale::pick("May be Manager of services", "Puede ser gestor de servicios")
        }
        Function::ProgramManager => {
            locale::pick("May be Manager of programs", "Puede ser gestor de programas")
        }
    }
}

/// The name of a licence type by its key. `name` is what the platform calls one that is not known here.
pub fn licence_name(key: &str, name: &str) -> String {
    let known = match key {
        "full_access" => locale::pick("Full Access", "Acceso total"),
        "portfolio_access" => locale::pick("Corporate Portfolio Access", "Acceso al portafolio corporativo"),
        "project_manager" => locale::pick("Project Manager", "Gestor de proyectos"),
        "team_member" => locale::pick("Team Member", "Miembro del equipo"),
        "project_guest" => locale::pick("Project Guest", "Invitado de proyecto"),
        _ => name,
    };
    known.to_owned()
}

/// The name of a menu, with what it is a tab of.
pub fn menu_name(menu: Menu) -> String {
    let label = menu.label(locale::current());
    match menu.parent().filter(|parent| !parent.is_heading()) {
        Some(parent) => format!("{} › {label}", parent.label(locale::current())),
        None => label.to_owned(),
    }
}
