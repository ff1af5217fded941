//! Texts of Users.

super::texts! {
    add: "Add person", "Añadir persona";
    search: "Search people", "Buscar personas";

    name: "Name", "Nombre";
    first_name: "First name", "Nombre";
    last_name: "Last name", "Apellidos";
    email: "E-mail", "Correo electrónico";
    roles: "Roles", "Roles";
    licence_used: "Licence used", "Licencia que usa";
    status: "Status", "Estado";
    sign_in: "Sign-in", "Acceso";
    company_admin: "Company admin", "Administración";
    admin: "Admin", "Admin.";
    last_sign_in: "Last sign-in", "Último acceso";
    created: "Added", "Alta";
    language: "Language", "Idioma";

    active: "Active", "Activo";
    deactivated: "Deactivated", "Desactivado";
    can_sign_in: "Yes", "Sí";
    cannot_sign_in: "No", "No";
    no_login: "No login", "Sin acceso";
    no_login_hint:
        "Can be planned, costed and reported for, cannot sign in and uses no seat.",
        "Se puede planificar, costear e informar; no puede entrar ni ocupa puesto.";
    no_password: "No password yet", "Sin contraseña aún";
    no_password_hint: "Cannot sign in until a password is set.", "No puede entrar hasta que tenga contraseña.";
    company_admins: "Company admins", "Administración";
    others: "All but them", "Todos los demás";
    no_licence: "None", "Ninguna";
    never: "Never", "Nunca";

    empty_title: "Nobody here yet", "Aún no hay nadie";
    empty_text: "Add the people who work here and give them roles.", "Añade a las personas que trabajan aquí y dales roles.";
    panel_loading: "Person", "Persona";
    gone_title: "This person is not here", "Esta persona no está aquí";

    details: "Details", "Datos";
    email_help: "The user name; notifications go there, too.", "Es el nombre de usuario; allí llegan también los avisos.";
    email_admin:
        "Only company admins change the e-mail of a company admin.",
        "Solo la administración de la empresa cambia el correo de alguien de la administración.";
    roles_help:
        "What the roles grant adds up. One seat is used, of the highest licence among them.",
        "Lo que permiten los roles se suma. Se ocupa un puesto, el de la licencia más alta entre ellos.";
    default_role: "Role of new people", "Rol de las personas nuevas";
    licence_lapsed: "Licence not valid today: grants nothing", "Licencia no válida hoy: no permite nada";
    no_login_switch: "No login", "Sin acceso";
    no_login_help:
        "Can be planned, costed and reported for, but cannot sign in and uses no seat. Switching it on ends their sessions.",
        "Se puede planificar, costear e informar, pero no puede entrar ni ocupa puesto. Al activarlo terminan sus sesiones.";
    no_login_self: "You cannot take your own sign-in away.", "No puedes quitarte tu propio acceso.";
    company_admin_help:
        "Complete access without licence or role limits; alone sees licence consumption.",
        "Acceso completo, sin límites de licencias ni roles; es quien ve el consumo de licencias.";
    admin_on(name: &str): "{name} will have complete access", "{name} tendrá acceso completo";
    admin_on_text:
        "To every project and setting, whatever the roles and licences say, and may make others company admin.",
        "A todos los proyectos y ajustes, digan lo que digan roles y licencias, y podrá nombrar a otros.";
    admin_off(name: &str): "{name} will lose complete access", "{name} perderá el acceso completo";
    admin_off_text: "From then on only the roles count, and a seat is used.", "A partir de ahí cuentan solo los roles y se ocupa un puesto.";
    admin_off_self: "You will lose complete access", "Perderás el acceso completo";
    admin_off_self_text:
        "Only another company admin can give it back to you.",
        "Solo otra persona de la administración podrá devolvértelo.";
    saved(name: &str): "{name} was saved", "Se ha guardado a {name}";
    read_only: "You can see people but not change them", "Puedes ver a las personas, pero no modificarlas";
    read_only_text:
        "None of your roles grants Update on Users. Ask whoever manages roles in your organization.",
        "Ninguno de tus roles permite modificar usuarios. Consulta a quien gestiona los roles en tu organización.";

    password: "Password", "Contraseña";
    password_set: "A password is set.", "Tiene contraseña.";
    password_missing: "No password is set, so this person cannot sign in yet.", "No tiene contraseña, así que aún no puede entrar.";
    password_none: "This person cannot sign in, so no password is needed.", "No puede entrar, así que no hace falta contraseña.";
    set_password: "Set a password", "Poner contraseña";
    set_password_title(name: &str): "Set a password for {name}", "Poner contraseña a {name}";
    set_password_text:
        "Tell it to the person in a safe way; they should change it in their profile. All their sessions end.",
        "Comunícasela por una vía segura; debería cambiarla en su perfil. Todas sus sesiones terminan.";
    new_password: "New password", "Contraseña nueva";
    password_length(minimum: i16): "At least {minimum} characters.", "Al menos {minimum} caracteres.";
    password_done(name: &str): "{name} has a new password", "{name} tiene contraseña nueva";
    own_password: "You change your own password in your profile, with the current one.", "Tu contraseña la cambias en tu perfil, con la actual.";
    to_profile: "Open my profile", "Abrir mi perfil";
    password_admin: "Only company admins set the password of a company admin.", "Solo la administración pone la contraseña de alguien de la administración.";
    first_password: "First password", "Primera contraseña";
    first_password_help(minimum: i16):
        "At least {minimum} characters. Without one, the person cannot sign in yet.",
        "Al menos {minimum} caracteres. Sin ella, la persona aún no puede entrar.";

    access: "Access", "Acceso";
    is_active: "Active: may sign in and uses a seat where a licence asks for one.", "En activo: puede entrar y ocupa un puesto si la licencia lo pide.";
    is_deactivated:
        "Deactivated: cannot sign in and uses no seat. Everything they did is still here.",
        "Desactivada: no puede entrar ni ocupa puesto. Todo lo que hizo sigue aquí.";
    deactivate: "Deactivate", "Desactivar";
    deactivate_title(name: &str): "Deactivate {name}?", "¿Desactivar a {name}?";
    deactivate_seat(licence: &str):
        "All their sessions end at once, they can no longer sign in, and their {licence} seat is freed. Projects, time and history stay. You can reactivate them later.",
        "Todas sus sesiones terminan al momento, ya no podrá entrar y su puesto de {licence} queda libre. Proyectos, horas e historial se conservan. Podrás reactivarla más tarde.";
    deactivate_no_seat:
        "All their sessions end at once and they can no longer sign in. No seat is freed, since none is used. Projects, time and history stay. You can reactivate them later.",
        "Todas sus sesiones terminan al momento y ya no podrá entrar. No se libera ningún puesto, porque no ocupa ninguno. Proyectos, horas e historial se conservan. Podrás reactivarla más tarde.";
    deactivate_self: "You cannot deactivate yourself. Ask somebody else to do it.", "No puedes desactivarte. Pídeselo a otra persona.";
    deactivate_admin: "Only company admins deactivate a company admin.", "Solo la administración desactiva a alguien de la administración.";
    reactivate: "Reactivate", "Reactivar";
    reactivate_title(name: &str): "Reactivate {name}?", "¿Reactivar a {name}?";
    reactivate_text:
        "They can sign in again with the same roles and password, and use a seat again.",
        "Podrá entrar de nuevo con los mismos roles y contraseña, y volverá a ocupar un puesto.";
    was_deactivated(name: &str): "{name} was deactivated", "{name} ya no está en activo";
    was_reactivated(name: &str): "{name} is active again", "{name} vuelve a estar en activo";

    erase: "Erase for good", "Borrar para siempre";
    erased: "Erased", "Borrada";
    erased_hint:
        "A pseudonym stands where this person was named. Nothing can be changed any more.",
        "Un seudónimo está donde se nombraba a esta persona. Ya no se puede cambiar nada.";
    erase_text:
        "A pseudonym takes the place of name and e-mail everywhere. What they did stays.",
        "Un seudónimo ocupa el lugar del nombre y el correo en todas partes. Lo que hizo se conserva.";
    erase_title(name: &str): "Erase {name} for good?", "¿Borrar a {name} para siempre?";
    erase_for_good:
        "There is no way back. Former names, e-mails and addresses can then be read nowhere, the audit log included; its chain still holds.",
        "No hay vuelta atrás. Nombres, correos y direcciones anteriores ya no se podrán leer en ningún sitio, tampoco en el registro de auditoría; su cadena se mantiene.";
    erase_head(pseudonym: &str): "“{pseudonym}” will stand here instead:", "En su lugar pondrá «{pseudonym}» aquí:";
    erase_backups(day: &str):
        "Backups until now lapse by {day}; whoever restores one of before erases the person again.",
        "Las copias de hasta ahora caducan como tarde el {day}; quien restaure una anterior vuelve a borrar a la persona.";
    erase_rows[n](place: &str): "{place}: {n} row" | "{place}: {n} rows", "{place}: {n} fila" | "{place}: {n} filas";
    erase_type(name: &str): "Type “{name}” to go on", "Escribe «{name}» para continuar";
    erase_reason: "Type the name first.", "Escribe antes el nombre.";
    was_erased(pseudonym: &str): "Erased. {pseudonym} stands in their place", "Borrado. En su lugar está {pseudonym}";

    language_organization: "As the organization", "El de la organización";
    added(name: &str): "{name} was added", "Se ha añadido a {name}";
}

/// The title: the menu's name.
pub fn title() -> &'static str {
    shared::Menu::Users.label(crate::locale::current())
}

/// Where somebody is named, in words.
pub fn erase_place(table: &str) -> String {
    use crate::locale::pick;
    match table {
        "audit_log" => pick("Audit log", "Registro de auditoría"),
        "changes" => pick("History", "Historial"),
        "projects" => pick("Projects", "Proyectos"),
        "project_parameters" => pick("Project parameters", "Parámetros de proyecto"),
        "roles" => pick("Roles", "Roles"),
        "general_data" => pick("General data", "Datos generales"),
        "idempotency_keys" => pick("Answers kept for a day", "Respuestas guardadas un día"),
        "jobs" => pick("Mails and jobs", "Correos y trabajos"),
        // A place that this app is too old to know.
        other => return other.replace('_', " "),
    }
    .to_owned()
}
