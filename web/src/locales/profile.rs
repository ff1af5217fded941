//! Texts of My profile.

super::texts! {
    title: "My profile", "Mi perfil";
    person: "You", "Tú";
    person_text: "Your name as others see it, and your language.", "Tu nombre, tal como lo ven los demás, y tu idioma.";
    first_name: "First name", "Nombre";
    last_name: "Last name", "Apellidos";
    email: "E-mail", "Correo electrónico";
    email_help:
        "You sign in with it. Whoever manages users in your organization can change it.",
        "Con él inicias sesión. Puede cambiarlo quien gestiona los usuarios de tu organización.";
    language: "Language", "Idioma";
    language_help: "Applies at once, here and in mails.", "Se aplica al momento, aquí y en los correos.";
    saved: "Your profile is saved", "Tu perfil se ha guardado";

    password: "Password", "Contraseña";
    password_text:
        "Changing it ends all your other sessions.",
        "Al cambiarla, terminan todas tus demás sesiones.";
    old_password: "Current password", "Contraseña actual";
    new_password: "New password", "Contraseña nueva";
    change_password: "Change password", "Cambiar contraseña";
    password_changed:
        "Your password is changed; all other sessions are over",
        "Tu contraseña ha cambiado; las demás sesiones han terminado";

    sessions: "Sessions", "Sesiones";
    sessions_text:
        "Where you are signed in. End what you do not recognise, then change your password.",
        "Dónde has iniciado sesión. Termina lo que no reconozcas y cambia tu contraseña.";
    this_session: "This session", "Esta sesión";
    unknown_device: "Unknown device", "Dispositivo desconocido";
    last_used(when: &str): "Last used {when}", "Último uso: {when}";
    active_now: "In use now", "En uso ahora";
    last_used_exactly(when: &str): "Last used: {when}", "Último uso: {when}";
    began_exactly(when: &str): "Began: {when}", "Inicio: {when}";
    ends_exactly(when: &str): "Ends at the latest: {when}", "Termina, como muy tarde: {when}";
    end: "End session", "Terminar sesión";
    end_of(device: &str): "End the session of {device}", "Terminar la sesión de {device}";
    ended(device: &str): "The session of {device} is over", "La sesión de {device} ha terminado";
    end_others: "End all others", "Terminar las demás";
    end_others_title[n]: "End {n} other session?" | "End {n} other sessions?", "¿Terminar {n} sesión más?" | "¿Terminar las otras {n} sesiones?";
    end_others_text:
        "They are signed out at once, and what was not saved there is lost. This session goes on.",
        "Se cierran al momento y se pierde lo que no se haya guardado en ellas. Esta sesión continúa.";
    others_ended: "All other sessions are over", "Las demás sesiones han terminado";
    history: "Download all of them", "Descargar todas";
    history_help:
        "A file of every session of the last 90 days, those that are over included.",
        "Un archivo con todas las sesiones de los últimos 90 días, también las terminadas.";
    only_this: "You are signed in nowhere else.", "No has iniciado sesión en ningún otro sitio.";
}
