//! Texts of General Data.

super::texts! {
    read_only: "You can see General Data but not change it", "Puedes ver los datos generales, pero no modificarlos";
    read_only_text:
        "None of your roles grants Update on General Data. Ask whoever manages roles in your organization.",
        "Ninguno de tus roles permite modificar los datos generales. Consulta a quien gestiona los roles en tu organización.";
    saved: "General Data saved", "Datos generales guardados";

    company: "Company", "Empresa";
    company_text: "How the organization appears to its people.", "Cómo aparece la organización ante su gente.";
    name: "Name", "Nombre";
    street: "Street and number", "Calle y número";
    city: "Postal code and city", "Código postal y ciudad";
    country: "Country", "País";
    no_country: "No country", "Sin país";
    email: "E-mail", "Correo electrónico";
    phone: "Phone", "Teléfono";

    locale: "Locale", "Región";
    locale_text:
        "The days, amounts and language that everybody starts with.",
        "Los días, importes e idioma con los que empieza todo el mundo.";
    language: "Language of new people", "Idioma de las personas nuevas";
    language_help: "Each person can choose another one for themselves.", "Cada persona puede elegir otro para sí.";
    time_zone: "Time zone", "Zona horaria";
    time_zone_help:
        "Decides when a day begins: for dates, deadlines and the validity of licences.",
        "Decide cuándo empieza un día: para fechas, plazos y la validez de las licencias.";
    time_there(time: &str): "It is {time} there now.", "Allí son ahora las {time}.";
    currency: "Currency", "Moneda";
    first_weekday: "First day of the week", "Primer día de la semana";

    security: "Security and limits", "Seguridad y límites";
    security_text:
        "What passwords must be like, what may be uploaded, and who sees money.",
        "Cómo deben ser las contraseñas, qué se puede subir y quién ve el dinero.";
    password_length: "Minimum password length", "Longitud mínima de la contraseña";
    password_length_help:
        "From 8 to 64 characters. A higher minimum applies when people next change their password.",
        "De 8 a 64 caracteres. Un mínimo mayor se aplica cuando cada persona cambie su contraseña.";
    password_warning(advised: i16):
        "Below {advised} characters, passwords are easier to guess",
        "Con menos de {advised} caracteres, las contraseñas son más fáciles de adivinar";
    password_warning_text(advised: i16):
        "A password is all that protects an account here, so keep the minimum at {advised} or more.",
        "La contraseña es lo único que protege una cuenta, así que mantén el mínimo en {advised} o más.";
    invitations: "People may be invited by mail", "Se puede invitar a personas por correo";
    invitations_help:
        "Who accepts gets the role for new users. Where this is off, links that were sent before do not work either.",
        "Quien acepta recibe el rol para personas nuevas. Si está desactivado, tampoco valen los enlaces ya enviados.";
    upload: "Largest upload, in MB", "Archivo más grande, en MB";
    upload_help: "From 1 to 1024 MB for each file.", "De 1 a 1024 MB por archivo.";
    members_see_money: "Team members see money on their projects", "Los miembros del equipo ven el dinero de sus proyectos";
    members_see_money_help:
        "Otherwise costs, rates and revenues are shown to managers alone.",
        "Si no, solo quienes gestionan un proyecto ven costes, tarifas e ingresos.";
}

/// The days of the week, 1 Monday to 7 Sunday.
pub fn weekdays() -> [(i16, &'static str); 7] {
    crate::locale::pick(
        [
            (1, "Monday"),
            (2, "Tuesday"),
            (3, "Wednesday"),
            (4, "Thursday"),
            (5, "Friday"),
            (6, "Saturday"),
            (7, "Sunday"),
        ],
        [
            (1, "lunes"),
            (2, "martes"),
            (3, "miércoles"),
            (4, "jueves"),
            (5, "viernes"),
            (6, "sábado"),
            (7, "domingo"),
        ],
    )
}

/// The title: the menu's name.
pub fn title() -> &'static str {
    shared::Menu::GeneralData.label(crate::locale::current())
}
