//! Texts of the chain from licence to verdict, and of the screen that asks for it.

use shared::{Operation, access::DenialReason, licence::Reach};

use super::role_definition;

super::texts! {
    title: "Explain access", "Explicar el acceso";
    intro:
        "Choose a person, a screen and what they want to do there. The chain says whether they may, and which link decides.",
        "Elige una persona, una pantalla y qué quiere hacer allí. La cadena dice si puede y qué eslabón decide.";
    person: "Person", "Persona";
    person_help: "Search by name or e-mail.", "Busca por nombre o correo.";
    screen: "Screen", "Pantalla";
    operation_label: "Operation", "Operación";
    project: "Project", "Proyecto";
    project_help: "Without one, only the roles are looked at.", "Sin proyecto solo se miran los roles.";
    any_project: "No particular project", "Ningún proyecto en concreto";
    choose_title: "Who, and what?", "¿Quién y qué?";
    choose_text: "Choose a person to see the chain behind what they may do.", "Elige una persona para ver la cadena de lo que puede hacer.";
    why: "Why?", "¿Por qué?";
    why_title(operation: &str, screen: &str): "{operation} on {screen}", "{operation} en {screen}";
    explain_person: "Explain their access", "Explicar su acceso";

    chain: "The chain", "La cadena";
    passed: "holds", "se cumple";
    failed: "is missing", "falta";
    skipped: "not asked", "no se mira";

    may(name: &str, operation: &str, screen: &str): "{name} may: {operation} on {screen}", "{name} puede: {operation} en {screen}";
    may_not(name: &str, operation: &str, screen: &str): "{name} may not: {operation} on {screen}", "{name} no puede: {operation} en {screen}";
    may_own(operation: &str, screen: &str): "You may: {operation} on {screen}", "Puedes: {operation} en {screen}";
    may_not_own(operation: &str, screen: &str): "You may not: {operation} on {screen}", "No puedes: {operation} en {screen}";
    on_day(day: &str): "As of {day}, in the time zone of the organization.", "A {day}, en el huso horario de la organización.";

    account_opens: "The account is active and can sign in", "La cuenta está activa y puede entrar";
    account_inactive: "The account is deactivated", "La cuenta está desactivada";
    account_no_login: "The account cannot sign in", "La cuenta no puede entrar";
    admin: "Company admin: complete access, whatever roles and licences say", "Administración de la empresa: acceso completo, digan lo que digan roles y licencias";
    no_roles: "No role", "Ningún rol";
    no_roles_text: "Nothing grants anything without a role.", "Sin un rol, nada concede nada.";
    one_role_is_enough: "One role in which nothing is missing is enough.", "Basta un rol en el que no falte nada.";
    role(name: &str): "Role {name}", "Rol {name}";
    licence_valid(licence: &str, days: &str): "The organization holds {licence} on this day ({days})", "La organización tiene {licence} ese día ({days})";
    licence_invalid(licence: &str, days: &str): "The organization does not hold {licence} on this day ({days})", "La organización no tiene {licence} ese día ({days})";
    licence_never(licence: &str): "The organization does not hold {licence}", "La organización no tiene {licence}";
    within(licence: &str, operation: &str): "{licence} unlocks {operation} here", "{licence} permite {operation} aquí";
    beyond(licence: &str, operation: &str): "{licence} does not unlock {operation} here", "{licence} no permite {operation} aquí";
    granted(operation: &str): "The role grants {operation} here", "El rol concede {operation} aquí";
    not_granted(operation: &str): "The role does not grant {operation} here", "El rol no concede {operation} aquí";
    leads_all: "It reaches every project of the organization", "Alcanza todos los proyectos de la organización";
    leads_own: "It reaches the projects with a position, and there is one", "Alcanza los proyectos con posición, y la hay";
    leads_not_own: "It reaches only projects with a position, or does not grant View on Projects", "Solo alcanza proyectos con posición, o no concede Ver en Proyectos";
    leads_not: "It does not grant View on Projects, which leads to every project", "No concede Ver en Proyectos, que es lo que lleva a los proyectos";
    position_none: "No position on this project", "Sin posición en este proyecto";
    position_none_text: "My Projects shows only projects with a position.", "Mis proyectos solo muestra proyectos con posición.";
    position(assigned: &str): "Position {assigned}", "Posición {assigned}";
    counts_fully: "It counts as assigned", "Cuenta tal como se asignó";
    counts_as(effective: &str): "It counts as {effective} only", "Solo cuenta como {effective}";
    my_projects(operation: &str): "A role grants {operation} on My Projects", "Un rol concede {operation} en Mis proyectos";
    my_projects_not(operation: &str): "No valid role grants {operation} on My Projects", "Ningún rol válido concede {operation} en Mis proyectos";
    opens(effective: &str, operation: &str): "{effective} opens {operation} on this tab", "{effective} permite {operation} en esta pestaña";
    opens_not(effective: &str, operation: &str): "{effective} does not open {operation} on this tab", "{effective} no permite {operation} en esta pestaña";
    unseen: "The project is not even seen: for this person it does not exist", "El proyecto ni se ve: para esta persona no existe";
    token(name: &str): "Token {name}", "Token {name}";
    token_allows(operation: &str): "Its scopes have {operation} on this screen", "Sus ámbitos incluyen {operation} en esta pantalla";
    token_denies(operation: &str): "Its scopes do not have {operation} on this screen", "Sus ámbitos no incluyen {operation} en esta pantalla";

    no_role: "There is no role, so nothing is granted.", "No hay ningún rol, así que no se concede nada.";
    none_grants(roles: &str): "None of the roles ({roles}) grants it.", "Ninguno de los roles ({roles}) lo concede.";
    not_valid(roles: &str): "{roles} grants it, but the licence is not valid on this day.", "{roles} lo concede, pero la licencia no es válida ese día.";
    beyond_ceiling(roles: &str): "{roles} grants it, but the licence does not unlock it.", "{roles} lo concede, pero la licencia no lo permite.";
    company_admin_only: "It is reserved to company admins.", "Está reservado a la administración de la empresa.";
    position_denies: "The position on the project does not allow it.", "La posición en el proyecto no lo permite.";
    token_closed: "The scopes of the token do not have it.", "Los ámbitos del token no lo incluyen.";
    cannot_sign_in: "Whoever cannot sign in may do nothing, whatever the roles say.", "Quien no puede entrar no puede hacer nada, digan lo que digan sus roles.";

    from_until(from: &str, until: &str): "{from} to {until}", "{from} a {until}";
    since(from: &str): "since {from}", "desde {from}";
}

/// Why somebody else may not, in a sentence.
pub fn because(reason: DenialReason, roles: &str) -> String {
    match reason {
        DenialReason::NoRole => no_role().to_owned(),
        DenialReason::NotGranted => none_grants(roles),
        DenialReason::LicenceNotValid => not_valid(roles),
        DenialReason::BeyondCeiling => beyond_ceiling(roles),
        DenialReason::CompanyAdminOnly => company_admin_only().to_owned(),
        DenialReason::Position => position_denies().to_owned(),
        DenialReason::TokenScope => token_closed().to_owned(),
    }
}

/// Whether a role leads to the project.
pub fn leads(reach: Reach, leads: bool) -> &'static str {
    match (reach, leads) {
        (Reach::Organization, true) => leads_all(),
        (Reach::Own, true) => leads_own(),
        (Reach::Own, false) => leads_not_own(),
        (Reach::Organization, false) => leads_not(),
    }
}

/// The name of an operation.
pub fn operation(one: Operation) -> &'static str {
    role_definition::operation(one)
}
