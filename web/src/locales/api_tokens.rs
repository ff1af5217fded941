//! Texts of API tokens.

use shared::api_token::{ApiTokenState, RefusedBecause};

super::texts! {
    title: "API tokens", "Tokens de API";
    text:
        "Let programs act for you, each with a token of its own that may do no more than you choose.",
        "Deja que otros programas actúen por ti, cada uno con un token propio que solo puede hacer lo que elijas.";
    documentation: "Documentation of the API", "Documentación de la API";
    open: "Manage API tokens", "Gestionar tokens de API";
    add: "Create token", "Crear token";
    empty_title: "No API tokens yet", "Aún no hay tokens de API";
    empty_text:
        "A token lets a script, a report or another system read and change what you choose, without your password. Create one for each program, with as little as it needs, so that you can revoke it alone.",
        "Un token permite que un script, un informe u otro sistema lea y cambie lo que elijas, sin tu contraseña. Crea uno para cada programa, con lo mínimo que necesite, y así podrás revocarlo sin tocar los demás.";
    name: "Name", "Nombre";
    name_help: "Best after the program that gets it.", "Lo mejor es el nombre del programa que lo usará.";
    expires: "Works until", "Funciona hasta";
    days_30: "30 days", "30 días";
    days_90: "90 days", "90 días";
    one_year: "One year", "Un año";
    on_a_day: "A day that you choose", "Un día que elijas";
    last_day: "Last day", "Último día";
    last_day_help: "A year from today at the latest.", "Como muy tarde, dentro de un año.";
    ranges: "Only from these addresses", "Solo desde estas direcciones";
    ranges_help:
        "One address or range a line, such as 203.0.113.0/24. From everywhere if you leave it empty.",
        "Una dirección o rango por línea, por ejemplo 203.0.113.0/24. Si lo dejas vacío, desde cualquier sitio.";
    scopes: "What it may do", "Qué puede hacer";
    scopes_text:
        "At most this, and never more than you may yourself at that moment. Projects also need View on Projects or My Projects.",
        "Como máximo esto, y nunca más de lo que tú puedas en ese momento. Los proyectos necesitan además Ver en Proyectos o Mis proyectos.";
    search: "Search screens", "Buscar pantallas";
    beyond_tokens: "No API token reaches this.", "Ningún token de API llega aquí.";
    beyond_you: "You may not do this yourself.", "Tú tampoco puedes hacerlo.";
    created: "Token created", "Token creado";
    secret_title: "Copy the token now", "Copia el token ahora";
    secret_text:
        "It is shown this once and kept nowhere. Whoever has it can do what it may: keep it like a password.",
        "Solo se muestra esta vez y no se guarda en ningún sitio. Quien lo tenga podrá hacer lo que permite: guárdalo como una contraseña.";
    secret: "Token", "Token";
    example: "Try it", "Pruébalo";
    example_text: "This asks who the token acts for and what it may do.", "Esto pregunta por quién actúa el token y qué puede hacer.";
    done: "I have copied it", "Ya lo he copiado";
    change: "Change API token", "Cambiar token de API";
    change_of(name: &str): "Change {name}", "Cambiar {name}";
    changed(name: &str): "\"{name}\" is changed", "«{name}» se ha cambiado";
    works_until(when: &str): "Works until {when}.", "Funciona hasta el {when}.";
    until_help:
        "Its last day stays: when the time comes, create another token.",
        "Su último día no se cambia: cuando llegue, crea otro token.";
    over: "This token works no more", "Este token ya no funciona";
    over_text:
        "It was revoked or its time is over, and nothing brings it back. Create another one instead.",
        "Se ha revocado o ha caducado, y no se puede recuperar. Crea otro en su lugar.";
    back: "Back to your tokens", "Volver a tus tokens";
    revoke: "Revoke", "Revocar";
    revoke_of(name: &str): "Revoke {name}", "Revocar {name}";
    revoke_title(name: &str): "Revoke \"{name}\"?", "¿Revocar «{name}»?";
    revoke_text:
        "The program that uses it is refused within a second. A revoked token never works again.",
        "El programa que lo usa dejará de tener acceso en un segundo. Un token revocado no vuelve a funcionar.";
    revoked(name: &str): "\"{name}\" is revoked", "«{name}» se ha revocado";
    expires_soon: "Expires soon", "Caduca pronto";
    never_used: "Never used", "Sin usar";
    last_used(when: &str, address: &str): "Last used {when} from {address}", "Último uso {when} desde {address}";
    until(when: &str): "until {when}", "hasta el {when}";
    ended(when: &str): "ended {when}", "terminó el {when}";
    from_everywhere: "from everywhere", "desde cualquier sitio";
    from(ranges: &str): "from {ranges}", "desde {ranges}";
    may[n]: "{n} screen" | "{n} screens", "{n} pantalla" | "{n} pantallas";
    refused(when: &str, address: &str, why: &str): "Refused {when} from {address}: {why}", "Rechazado {when} desde {address}: {why}";
    because_revoked: "it was revoked.", "se había revocado.";
    because_expired: "its time was over.", "había caducado.";
    because_address: "the address is in none of its ranges.", "la dirección no está en ninguno de sus rangos.";
    because_no_sign_in: "its person may not sign in.", "su persona no puede iniciar sesión.";
    active: "Active", "Activo";
    idle: "Idle", "En pausa";
    expired: "Expired", "Caducado";
    is_revoked: "Revoked", "Revocado";

    all_title: "Integrations", "Integraciones";
    all_label: "API tokens of all people", "Tokens de API de todas las personas";
    all_search: "Search tokens and people", "Buscar tokens y personas";
    all_empty_text:
        "People create API tokens in their profile. Here you see all of them, and revoke what should no longer work.",
        "Cada persona crea sus tokens de API en su perfil. Aquí los ves todos y revocas los que ya no deban funcionar.";
    person: "Person", "Persona";
    state: "State", "Estado";
    used: "Last used", "Último uso";
    ends: "Expires", "Caduca";
    addresses: "Addresses", "Direcciones";
    scope: "Scopes", "Ámbitos";
    any_state: "All", "Todos";
}

/// The word for a state.
pub fn state_name(state: ApiTokenState) -> &'static str {
    match state {
        ApiTokenState::Active => active(),
        ApiTokenState::Idle => idle(),
        ApiTokenState::Expired => expired(),
        ApiTokenState::Revoked => is_revoked(),
    }
}

/// Why a token was refused.
pub fn because(because: RefusedBecause) -> &'static str {
    match because {
        RefusedBecause::Revoked => because_revoked(),
        RefusedBecause::Expired => because_expired(),
        RefusedBecause::Address => because_address(),
        RefusedBecause::NoSignIn => because_no_sign_in(),
    }
}
