//! Texts of the console: its frame, the sign-in of operators, enrolment and account.

super::texts! {
    account: "My account", "Mi cuenta";
    account_changed: "Your password is changed. Sign in with it.", "Tu contraseña ha cambiado. Entra con la nueva.";
    account_text:
        "Another password ends all your sessions, also this one.",
        "Con otra contraseña terminan todas tus sesiones, también esta.";
    backups: "Backups", "Copias de seguridad";
    book: "Operations book", "Libro de operaciones";
    bytes[n]: "{n} byte" | "{n} bytes", "{n} byte" | "{n} bytes";
    change_password: "Change password", "Cambiar la contraseña";
    client_copies: "Client copies", "Copias para clientes";
    clients: "Clients", "Clientes";
    code: "Code", "Código";
    code_help:
        "The six digits that your authenticator shows now.",
        "Las seis cifras que muestra ahora tu aplicación de autenticación.";
    console: "Portico console", "Consola de Portico";
    enrol: "Enrol", "Darse de alta";
    enrol_again_text:
        "It was used, is older than a day, or another was made since. Ask somebody of the security team for a new one.",
        "Ya se usó, tiene más de un día o se ha creado otro. Pide uno nuevo al equipo de seguridad.";
    enrol_done: "You are enrolled", "Ya tienes acceso";
    enrol_done_text:
        "Sign in with your password and the next code that your authenticator shows.",
        "Entra con tu contraseña y el próximo código que muestre tu aplicación de autenticación.";
    enrol_by_hand: "The secret, to type it in", "El secreto, para teclearlo";
    enrol_next: "Continue", "Continuar";
    enrol_picture: "Picture to scan with an authenticator", "Imagen para escanear con una aplicación de autenticación";
    enrol_scan: "Add this to your authenticator", "Añádelo a tu aplicación de autenticación";
    enrol_scan_text:
        "Scan the picture with an authenticator on your phone, or type the secret into it.",
        "Escanea la imagen con la aplicación de tu móvil, o teclea en ella el secreto.";
    enrol_secret: "Enrolment secret", "Secreto de alta";
    enrol_secret_help: "You were given it by whoever made you an operator.", "Te lo dio quien te hizo operador.";
    enrol_text: "Choose a password and set up your second factor.", "Elige una contraseña y prepara tu segundo factor.";
    enrol_text_for(name: &str, email: &str): "{name}, {email}", "{name}, {email}";
    enrol_title: "Become an operator", "Alta de operador";
    enrolling: "I was given an enrolment secret", "Tengo un secreto de alta";
    erasure: "Erasure", "Borrado";
    installation: "Installation", "Instalación";
    new_password: "New password", "Nueva contraseña";
    not_found_text:
        "The address leads nowhere. Go back, or start again from the backups.",
        "La dirección no lleva a ninguna parte. Vuelve atrás o empieza por las copias.";
    old_password: "Password until now", "Contraseña actual";
    operators: "Operators", "Operadores";
    oversight: "Oversight", "Supervisión";
    restore: "Restore", "Restauración";
    session_over: "Your session is over", "Tu sesión ha terminado";
    session_over_text:
        "It ends a quarter of an hour after the last thing you did, and after eight hours in any case. You go on where you were.",
        "Termina un cuarto de hora después de lo último que hiciste y, en todo caso, a las ocho horas. Sigues donde estabas.";
    sign_in_text: "For those who run this installation.", "Para quienes mantienen esta instalación.";
    standby: "Standby and drills", "Reserva y simulacros";
    team_customer_service: "Customer service", "Atención al cliente";
    team_functional: "Functional", "Funcional";
    team_operations: "Operations", "Operaciones";
    team_product_development: "Product development", "Desarrollo de producto";
    team_security: "Security", "Seguridad";
    team_support: "Support", "Soporte";
    team_systems: "Systems", "Sistemas";
    teams: "Teams", "Equipos";
    to_backups: "Go to the backups", "Ir a las copias";
    to_sign_in: "Go to the sign-in", "Ir al inicio de sesión";
    wrong: "E-mail, password or code is wrong", "El correo, la contraseña o el código no son correctos";
    wrong_text:
        "Check all three. A code opens once: wait for the next one that your authenticator shows.",
        "Revisa los tres. Cada código sirve una vez: espera al siguiente que muestre tu aplicación.";
}
