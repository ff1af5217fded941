//! Texts of Home.

super::texts! {
    add_person: "Add a person", "Añadir a una persona";
    add_person_text: "An account with its roles, and a first password.", "Una cuenta con sus roles y una primera contraseña.";
    all_mine: "All my projects", "Todos mis proyectos";
    all_projects: "All projects", "Todos los proyectos";
    all_projects_text: "Search and sort everything that you may see.", "Busca y ordena todo lo que puedes ver.";
    edit_roles: "Decide who may do what", "Decidir quién puede hacer qué";
    edit_roles_text: "Roles grant menus, within the licence.", "Los roles conceden menús dentro de la licencia.";

    good_afternoon(name: &str): "Good afternoon, {name}", "Buenas tardes, {name}";
    good_evening(name: &str): "Good evening, {name}", "Buenas noches, {name}";
    good_morning(name: &str): "Good morning, {name}", "Buenos días, {name}";
    in_days[n]: "in {n} day" | "in {n} days", "en {n} día" | "en {n} días";
    licences: "Look at the licences", "Ver las licencias";
    licences_text: "Seats held, seats used, and until when.", "Puestos contratados, puestos usados y hasta cuándo.";
    mine: "My projects", "Mis proyectos";
    mine_none: "You are on no project yet", "Todavía no estás en ningún proyecto";
    mine_none_text:
        "As soon as you have a position on one, it appears here with its dates.",
        "En cuanto tengas una posición en alguno, aparecerá aquí con sus fechas.";
    new_project_text: "A name is enough to begin; you become its Manager.", "Basta un nombre para empezar; serás su gestor.";
    next_ends: "Next to end", "Próximos en terminar";
    next_ends_none: "None of your projects has an end ahead.", "Ninguno de tus proyectos tiene un fin próximo.";
    nothing_granted: "None of your roles grants anything today", "Ninguno de tus roles concede nada hoy";
    nothing_granted_text:
        "That is why so little is open to you. A company admin of your organization can give you a role or renew its licence.",
        "Por eso ves tan poco. La administración de tu empresa puede darte un rol o renovar su licencia.";

    profile: "My profile", "Mi perfil";
    profile_text: "Your name, language, password and sessions.", "Tu nombre, idioma, contraseña y sesiones.";
    start: "What you can do from here", "Qué puedes hacer desde aquí";
    today: "today", "hoy";
    tomorrow: "tomorrow", "mañana";
}
