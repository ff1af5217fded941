//! The names of what the audit log keeps of things, and the words for values that are keys.

use super::{
    general_data, licence_consumption, pictures, project, project_parameters, projects, role_definition,
    users,
};
use crate::locale::{self, pick};
use shared::{Language, licence::Function};

/// The label of a field; its key as people would write it where this app is too old to know it.
pub fn field(name: &str) -> String {
    known(name).map_or_else(|| super::audit_log::readable(name), str::to_owned)
}

/// The label of a field that this app knows.
fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "active" => users::active(),
        "address_ranges" => pick("Only from these addresses", "Solo desde estas direcciones"),
        "approval_status" => projects::approval_status(),
        "city" => general_data::city(),
        "code" => projects::code(),
        "colour" => project_parameters::colour(),
        "company_admin" => users::company_admin(),
        "confirmed_at" => pick("Password confirmed", "Contraseña confirmada"),
        "cost_centre" => projects::cost_centre(),
        "country" => general_data::country(),
        "currency" => general_data::currency(),
        "default_for_new_projects" => {
            pick("Default for new projects", "Predeterminado para proyectos nuevos")
        }
        "default_for_new_users" => role_definition::default(),
        "description" => projects::description(),
        "device" => pick("Device", "Dispositivo"),
        "domain" => pick("Own domain", "Dominio propio"),
        "email" => users::email(),
        "end_date" => projects::end_date(),
        "ended_because" => pick("Ended because", "Terminó porque"),
        "expires_at" => pick("Expires", "Caduca"),
        "first_name" => users::first_name(),
        "first_weekday" => general_data::first_weekday(),
        "functions" => role_definition::functions(),
        "grants" => pick("Grants", "Permisos"),
        "invitations" => general_data::invitations(),
        "kind" => pick("List", "Lista"),
        "language" => users::language(),
        "last_name" => users::last_name(),
        "licence_type" => pick("Licence type", "Tipo de licencia"),
        "maximum_upload_megabytes" => general_data::upload(),
        "members_see_money" => general_data::members_see_money(),
        "minimum_password_length" => general_data::password_length(),
        "name" => projects::name(),
        "name_en" => pick("Name in English", "Nombre en inglés"),
        "name_es" => pick("Name in Spanish", "Nombre en español"),
        "network" => pick("Network", "Red"),
        "no_login" => users::no_login(),
        "message" => pick("Message", "Mensaje"),
        "order" => pick("Order", "Orden"),
        "password" => users::password(),
        "photo" => pictures::photo(),
        "recipient" => pick("Own key", "Clave propia"),
        "request" => pick("Request", "Solicitud"),
        "logo" => pictures::logo(),
        "phone" => general_data::phone(),
        "position" => project::position(),
        "priority" => projects::priority(),
        "project_code" => projects::project_code(),
        "revoked" => pick("Revoked", "Revocado"),
        "roles" => users::roles(),
        "scopes" => pick("Scopes", "Ámbitos"),
        "seats" => pick("Seats", "Puestos"),
        "session_idle_minutes" => {
            pick("Minutes unused until a session ends", "Minutos sin uso hasta que termina una sesión")
        }
        "session_lifetime_minutes" => {
            pick("Minutes until a session ends", "Minutos hasta que termina una sesión")
        }
        "start_date" => projects::start_date(),
        "state" => pick("State", "Estado"),
        "status" => projects::status(),
        "street" => general_data::street(),
        "projects" => pick("Projects", "Proyectos"),
        "taken_parts" => pick("Texts taken out of the log", "Textos retirados del registro"),
        "team" => pick("Team", "Equipo"),
        "team_member_seats_paid" => {
            pick("Team Member seats are paid", "Los puestos de miembro del equipo son de pago")
        }
        "time_zone" => general_data::time_zone(),
        "times_sent" => pick("Times sent", "Veces enviada"),
        "type" => projects::type_label(),
        "user_id" => super::audit_log::account(),
        "valid_from" => pick("Valid from", "Válida desde"),
        "valid_until" => pick("Valid until", "Válida hasta"),
        _ => return None,
    })
}

/// What a key that a field holds means; absent where the field holds what people have written.
pub fn value(field: &str, key: &str) -> Option<String> {
    Some(match field {
        "language" => locale::language_name(Language::from_code(key)?).to_owned(),
        "licence_type" => licence_consumption::licence_type(key, key),
        "functions" => role_definition::function(Function::from_key(key)?).to_owned(),
        "device" => locale::device(key),
        "kind" => known(key)?.to_owned(),
        "valid_from" | "valid_until" => locale::date(key.parse().ok()?),
        "expires_at" | "confirmed_at" => locale::instant(key.parse().ok()?),
        "ended_because" => reason(key)?.to_owned(),
        "state" => state(key)?.to_owned(),
        "password" => password(key)?.to_owned(),
        "photo" if key == "gone" => pick("gone", "eliminada").to_owned(),
        "photo" | "logo" => pick("an image", "una imagen").to_owned(),
        _ => return None,
    })
}

fn reason(key: &str) -> Option<&'static str> {
    Some(match key {
        "signed_out" => pick("the person signed out", "la persona cerró la sesión"),
        "ended_by_person" => pick("the person ended it", "la persona la terminó"),
        "password_changed" => pick("the password was changed", "se cambió la contraseña"),
        "deactivated" => pick("the person may no longer sign in", "la persona ya no puede entrar"),
        "token_reused" => pick("its token was shown twice", "su token se presentó dos veces"),
        "crowded" => pick("there were too many", "había demasiadas"),
        "restored" => pick("a backup was restored", "se restauró una copia de seguridad"),
        "used" => pick("it was accepted", "se aceptó"),
        "void" => pick("it was taken back", "se retiró"),
        _ => return None,
    })
}

fn state(key: &str) -> Option<&'static str> {
    Some(match key {
        "active" => users::active(),
        "suspended" => pick("Suspended", "Suspendida"),
        _ => return None,
    })
}

fn password(key: &str) -> Option<&'static str> {
    Some(match key {
        "old" => pick("the one before", "la anterior"),
        "new" => pick("another one", "otra"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the server says that it keeps. The quoted words before a comma are the fields.
    const KEPT: &str = include_str!("../../../api/src/db/record/classes.rs");

    #[test]
    fn every_field_that_is_kept_has_a_name() {
        let fields: Vec<&str> = KEPT
            .split("(\"")
            .skip(1)
            .filter_map(|rest| rest.split_once("\", "))
            .map(|(name, _)| name)
            .collect();
        assert!(fields.len() > 60, "{}", fields.len());
        let nameless: Vec<_> = fields.into_iter().filter(|name| known(name).is_none()).collect();
        assert_eq!(nameless, Vec::<&str>::new());
    }
}
