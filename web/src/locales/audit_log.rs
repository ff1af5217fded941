//! Texts of the audit log and of refused requests.

use shared::{ProblemCode, audit::ActorKind, change::ChangeKind};

use super::sign_in_settings;
use crate::locale::pick;

super::texts! {
    title: "Audit log", "Registro de auditoría";
    changes: "Changes", "Cambios";
    denied: "Denied access", "Accesos denegados";
    views: "What is shown", "Qué se muestra";

    when: "When", "Cuándo";
    who: "Who", "Quién";
    what: "What", "Qué";
    thing: "Kind", "Tipo";
    action: "Action", "Acción";
    address: "From", "Desde";
    address_full: "Address", "Dirección";
    sealed: "Sealed", "Sellado";
    place(place: &str): "Row {place} of the chain", "Fila {place} de la cadena";
    waiting: "Waits for its seal", "Espera su sello";
    waiting_hint: "Rows are sealed within a second.", "Las filas se sellan en un segundo.";
    request: "Request", "Petición";
    token: "API token", "Token de API";
    from_day: "From this day", "Desde este día";
    until_day: "Until this day", "Hasta este día";
    everybody: "Everybody", "Todos";
    about_only: "Only what was done to one thing", "Solo lo hecho a una cosa";
    about_this: "Everything about this", "Todo sobre esto";
    by_this_person: "Everything by this person", "Todo lo de esta persona";

    by_system: "Portico", "Portico";
    by_operator: "Operators", "Operadores";
    unknown_person: "Somebody", "Alguien";
    erased_text:
        "An erasure has taken away something of what this row said. Its place in the chain holds.",
        "Un borrado se ha llevado algo de lo que decía esta fila. Su lugar en la cadena se mantiene.";
    nothing_said: "This row says nothing more.", "Esta fila no dice nada más.";

    empty_title: "Nothing was recorded yet", "Aún no hay nada registrado";
    empty_text: "Every change in the organization leaves a row here.", "Cada cambio en la organización deja aquí una fila.";
    denied_empty_title: "Nobody was refused", "No se ha rechazado a nadie";
    denied_empty_text:
        "Requests without the right to what they asked for are counted here, by minute and network.",
        "Aquí se cuentan, por minuto y red, las peticiones sin derecho a lo que pedían.";

    chain_sealed[n]: "{n} row sealed" | "{n} rows sealed", "{n} fila sellada" | "{n} filas selladas";
    chain_waiting[n]: "{n} row waits" | "{n} rows wait", "{n} fila espera" | "{n} filas esperan";
    chain_head: "Head", "Cabeza";
    chain_signed(instant: &str): "Signed {instant}.", "Firmada el {instant}.";
    chain_hint:
        "Note the head where the database's administrators cannot write: portico audit verify --head finds out what was cut off since.",
        "Anota la cabeza donde no escriban quienes administran la base de datos: portico audit verify --head descubre lo que se haya cortado desde entonces.";
    export: "Export", "Exportar";
    exported: "The audit log comes with your downloads", "El registro de auditoría llega a tus descargas";
    panel_loading: "Row of the audit log", "Fila del registro";

    minute: "Minute", "Minuto";
    network: "Network", "Red";
    account: "Account", "Cuenta";
    operation: "Request", "Petición";
    reason: "Reason", "Motivo";
    requests: "Requests", "Peticiones";
    nobody: "Not signed in", "Sin sesión";
    not_told_apart: "Several", "Varias";
}

/// What was taken out as a file.
pub fn taken_out(what: &str) -> String {
    match what {
        "organization" => pick("All of the organization", "Toda la organización").to_owned(),
        "audit_log" => pick("The audit log", "El registro de auditoría").to_owned(),
        other => readable(other),
    }
}

/// What kind of actor it was.
pub fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::User => unknown_person(),
        ActorKind::Operator => by_operator(),
        ActorKind::System => by_system(),
    }
}

/// What happened.
pub fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => pick("Created", "Creación"),
        ChangeKind::Updated => pick("Changed", "Cambio"),
        ChangeKind::Deleted => pick("Removed", "Eliminación"),
    }
}

/// The kinds of things, with their words.
pub fn entities() -> Vec<(String, String)> {
    [
        ("user", pick("Person", "Persona")),
        ("role", pick("Role", "Rol")),
        ("session", pick("Session", "Sesión")),
        ("api_token", pick("API token", "Token de API")),
        ("invitation", pick("Invitation", "Invitación")),
        ("project", pick("Project", "Proyecto")),
        ("team_member", pick("Position on a project", "Posición en un proyecto")),
        ("project_parameter", pick("Project parameter", "Parámetro de proyecto")),
        ("general_data", pick("General data", "Datos generales")),
        ("sign_in_settings", sign_in_settings::title()),
        ("licence", pick("Licence", "Licencia")),
        ("organization", pick("Organization", "Organización")),
        ("erasure", pick("Erasure of a person", "Borrado de una persona")),
        ("project_erasure", pick("Erasure of projects", "Borrado de proyectos")),
        ("data_request", pick("Request about data", "Solicitud sobre los datos")),
        ("export", pick("Export", "Exportación")),
    ]
    .map(|(key, words)| (key.to_owned(), words.to_owned()))
    .to_vec()
}

/// The word for a kind of thing; its key where this app is too old to know it.
pub fn entity(key: &str) -> String {
    entities().into_iter().find(|(known, _)| known == key).map_or_else(|| readable(key), |(_, words)| words)
}

/// `first_weekday` as people would write it.
pub fn readable(key: &str) -> String {
    let words = key.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Why a request was refused.
pub fn refusal(code: &str) -> String {
    let known = ProblemCode::ALL.iter().copied().find(|known| known.key() == code);
    known.map_or_else(|| readable(code), |code| super::problems::title(code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_thing_that_is_kept_has_a_name() {
        let text = include_str!("../../../api/src/db/record.rs");
        let keys = text.split_once("pub const fn key(self)").and_then(|(_, rest)| rest.split_once("\n    }"));
        let keys: Vec<&str> = keys.unwrap().0.split('"').skip(1).step_by(2).collect();
        assert!(keys.len() > 10, "{keys:?}");
        let known = entities();
        let nameless: Vec<_> =
            keys.into_iter().filter(|key| known.iter().all(|(name, _)| name != key)).collect();
        assert_eq!(nameless, Vec::<&str>::new());
    }
}
