//! Texts of the frame: navigation, menus of organization and person, what stands between screens.

super::texts! {
    close_navigation: "Close navigation", "Cerrar navegación";
    confirm: "Confirm", "Confirmar";
    confirm_text:
        "Not everybody who finds your browser open may do this. Type your password to go on; for five minutes you will not be asked again.",
        "Esto no puede hacerlo cualquiera que encuentre tu navegador abierto. Escribe tu contraseña para seguir; no se te volverá a pedir en cinco minutos.";
    confirm_title: "Confirm that it is you", "Confirma que eres tú";
    company_admin: "Company admin", "Administración de la empresa";
    language: "Language", "Idioma";
    leave: "Leave", "Salir";
    leave_text:
        "What you changed here has not been saved. If you leave now, it is lost.",
        "Lo que has cambiado aquí no se ha guardado. Si sales ahora, se pierde.";
    leave_title: "Leave without saving?", "¿Salir sin guardar?";
    navigation: "Main navigation", "Navegación principal";
    not_found: "There is nothing here", "Aquí no hay nada";
    not_found_text:
        "The address leads nowhere, or to something you may not see. Go back, or start again from Home.",
        "La dirección no lleva a ninguna parte, o a algo que no puedes ver. Vuelve atrás o empieza desde Inicio.";
    open_navigation: "Open navigation", "Abrir navegación";
    organization_menu(name: &str): "{name}, organization", "{name}, organización";
    other_organization: "Sign in to another organization", "Entrar en otra organización";
    person_menu(name: &str, email: &str): "{name} {email}, your menu", "{name} {email}, tu menú";
    profile: "My profile", "Mi perfil";
    roles_without_licence[n](roles: &str):
        "Your role {roles} grants nothing today" | "Your roles {roles} grant nothing today",
        "Tu rol {roles} no concede nada hoy" | "Tus roles {roles} no conceden nada hoy";
    roles_without_licence_text:
        "The licence they need is not valid today. A company admin can say more.",
        "La licencia que necesitan no es válida hoy. La administración de la empresa puede decirte más.";
    sign_out: "Sign out", "Cerrar sesión";
    skip: "Skip to content", "Ir al contenido";
    stay: "Stay here", "Seguir aquí";
    theme: "Theme", "Tema";
    theme_dark: "Dark", "Oscuro";
    theme_light: "Light", "Claro";
    theme_system: "As the system", "Como el sistema";
    your_password: "Your password", "Tu contraseña";
    to_home: "Go to Home", "Ir a Inicio";
}
