//! Texts of Sign-in settings.

super::texts! {
    title: "Sign-In Settings", "Ajustes de inicio de sesión";
    sessions: "Sessions", "Sesiones";
    sessions_text:
        "After how long people have to sign in again.",
        "Al cabo de cuánto tiempo hay que volver a iniciar sesión.";
    idle: "Ends unused after", "Termina sin uso tras";
    idle_unit: "Unit of the time unused", "Unidad del tiempo sin uso";
    idle_help: "From 15 minutes to 30 days.", "De 15 minutos a 30 días.";
    lifetime: "Ends at the latest after", "Termina, como muy tarde, tras";
    lifetime_unit: "Unit of the longest time", "Unidad del tiempo máximo";
    lifetime_help: "From 1 hour to 90 days, however much it is used.", "De 1 hora a 90 días, por mucho que se use.";
    minutes: "minutes", "minutos";
    hours: "hours", "horas";
    days: "days", "días";
    shorter: "Some sessions may end at once", "Algunas sesiones pueden terminar al momento";
    shorter_text:
        "Those that have already lasted longer end when you save, and yours may be among them. What was typed there is not lost: whoever signs in again in the same window goes on.",
        "Las que ya hayan durado más terminan al guardar, y la tuya puede ser una. No se pierde lo escrito: quien vuelva a iniciar sesión en la misma ventana continúa.";
    saved: "Sign-in settings saved", "Ajustes de inicio de sesión guardados";
    read_only: "You can see these settings but not change them", "Puedes ver estos ajustes, pero no modificarlos";
    read_only_text:
        "None of your roles grants Update on Sign-In Settings. Ask whoever manages roles in your organization.",
        "Ninguno de tus roles permite modificar los ajustes de inicio de sesión. Consulta a quien gestiona los roles en tu organización.";
}
