//! Texts of licence consumption, and the names of licence types.

use crate::locale::pick;

super::texts! {
    heading: "Licence consumption", "Consumo de licencias";
    intro:
        "What the organization holds and uses today. Each person uses one seat, of the highest licence among their roles.",
        "Lo que la organización tiene y usa hoy. Cada persona ocupa un puesto, el de la licencia más alta entre sus roles.";
    paid: "Paid", "De pago";
    free: "Free", "Gratuita";
    seats_used[n](held: &str): "{n} of {held} seats" | "{n} of {held} seats", "{n} de {held} puestos" | "{n} de {held} puestos";
    used[n]: "{n} seat used" | "{n} seats used", "{n} puesto ocupado" | "{n} puestos ocupados";
    reserved[n]: "{n} of them kept for a person who is invited" | "{n} of them kept for people who are invited", "{n} de ellos guardado para una persona invitada" | "{n} de ellos guardados para personas invitadas";
    unlimited: "Unlimited", "Sin límite";
    seats_free[n]: "{n} seat free" | "{n} seats free", "{n} puesto libre" | "{n} puestos libres";
    none_free: "No seat free", "Ningún puesto libre";
    over[n]: "{n} seat more than held" | "{n} seats more than held", "{n} puesto más de los contratados" | "{n} puestos más de los contratados";
    over_text:
        "Nobody loses access, but nobody can be added until seats are freed or bought.",
        "Nadie pierde el acceso, pero no se puede añadir a nadie hasta liberar o contratar puestos.";
    lapsed: "No licence of this type is valid today", "Hoy no hay ninguna licencia válida de este tipo";
    lapsed_text[n]:
        "The roles of {n} person grant nothing until a licence is valid again." |
        "The roles of {n} people grant nothing until a licence is valid again.",
        "Los roles de {n} persona no permiten nada hasta que vuelva a haber una licencia válida." |
        "Los roles de {n} personas no permiten nada hasta que vuelva a haber una licencia válida.";
    none_held: "None held", "Ninguna contratada";
    none_held_text: "Roles of this type grant nothing.", "Los roles de este tipo no permiten nada.";
    see_people: "See the people", "Ver las personas";

    licences: "Licences", "Licencias";
    licences_of(name: &str): "Licences of {name}", "Licencias de {name}";
    seats[n]: "{n} seat" | "{n} seats", "{n} puesto" | "{n} puestos";
    since(from: &str): "Since {from}", "Desde el {from}";
    from_until(from: &str, until: &str): "{from} to {until}", "Del {from} al {until}";
    valid: "Valid", "Válida";
    expired: "Expired", "Caducada";
    future: "Not yet valid", "Aún no válida";
    ends_today: "Ends today", "Termina hoy";
    ends_in[n]: "Ends in {n} day" | "Ends in {n} days", "Termina en {n} día" | "Termina en {n} días";

    full_title(names: &str): "No seat free: {names}", "Sin puestos libres: {names}";
    full_text:
        "Free a seat by deactivating somebody or giving them another role, or hold more seats.",
        "Libera un puesto desactivando a alguien o dándole otro rol, o contrata más puestos.";
    nearly_title(names: &str): "Nearly all seats are used: {names}", "Casi todos los puestos están ocupados: {names}";
    nearly_text:
        "The next people you add may find no seat.",
        "Puede que las próximas personas que añadas se queden sin puesto.";

    empty_title: "No licences yet", "Todavía no hay licencias";
    empty_text:
        "Without a licence, roles grant nothing. Whoever runs this Portico adds licences for your organization.",
        "Sin licencias, los roles no permiten nada. Quien opera este Portico añade las licencias de tu organización.";
}

/// The title: the menu's name.
pub fn title() -> &'static str {
    shared::Menu::ManageAccount.label(crate::locale::current())
}

/// The name of a licence type. The platform names its types in English; `name` is what is said of one that is newer
/// than this app.
pub fn licence_type(key: &str, name: &str) -> String {
    let known = match key {
        "full_access" => pick("Full Access", "Acceso total"),
        "portfolio_access" => pick("Corporate Portfolio Access", "Acceso al portafolio corporativo"),
        "project_manager" => pick("Project Manager", "Gestor de proyectos"),
        "team_member" => pick("Team Member", "Miembro del equipo"),
        "project_guest" => pick("Project Guest", "Invitado de proyecto"),
        _ => name,
    };
    known.to_owned()
}
