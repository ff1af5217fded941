//! Texts of the console's list of operators.

super::texts! {
    active: "May sign in", "Puede entrar";
    active_help: "Off ends all their sessions at once.", "Al desactivarlo terminan al instante todas sus sesiones.";
    add: "Add operator", "Añadir operador";
    add_title: "Add an operator", "Añadir un operador";
    add_verb: "Add", "Añadir";
    awaits: "Not enrolled", "Sin alta";
    email: "E-mail", "Correo electrónico";
    empty_text: "`portico ops operator create` makes the first one.", "`portico ops operator create` crea el primero.";
    empty_title: "No operator", "Ningún operador";
    enrolled: "Enrolled", "Con acceso";
    inactive: "Deactivated", "Desactivado";
    last: "Last signed in", "Último acceso";
    link: "Enrolment link", "Enlace de alta";
    name: "Name", "Nombre";
    never: "Never", "Nunca";
    panel_loading: "An operator", "Un operador";
    reset: "Reset", "Restablecer";
    reset_done(name: &str): "{name} has to enrol again", "{name} tiene que darse de alta de nuevo";
    reset_text(name: &str):
        "Password and second factor of {name} are taken away, and all sessions end. You get a new enrolment link to hand over.",
        "Se retiran la contraseña y el segundo factor de {name} y terminan todas sus sesiones. Recibes un nuevo enlace de alta para entregar.";
    reset_title(name: &str): "Reset {name}?", "¿Restablecer a {name}?";
    saved(name: &str): "{name} is saved", "{name} se ha guardado";
    secret_text:
        "Hand this link over by a way that you trust. It is shown only now, works once, and for a day.",
        "Entrega este enlace por un medio en el que confíes. Solo se muestra ahora, sirve una vez y durante un día.";
    secret_title(name: &str): "{name} can enrol now", "{name} ya puede darse de alta";
    self_help: "Nobody changes their own teams, or deactivates or resets themself.", "Nadie cambia sus propios equipos, ni se desactiva o restablece a sí mismo.";
    state: "State", "Estado";
    teams: "Teams", "Equipos";
    teams_help: "What an operator may do follows from their teams.", "Lo que puede hacer un operador depende de sus equipos.";
    until(when: &str): "Until {when}", "Hasta {when}";
}
