//! Why somebody may not do something; [`explain`] has the whole chain, and [`simulate`] what a change would
//! come to.

pub mod explain;
pub mod simulate;

use serde::{Deserialize, Serialize};

use crate::{Language, Menu, Operation, Position};

/// Why access was denied: the first link of the chain licence → role → menu → position that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DenialReason {
    /// The person has no role.
    NoRole,
    /// No role grants it.
    NotGranted,
    /// A role grants it, but its licence is not valid today.
    LicenceNotValid,
    /// A role grants it, but its licence type does not unlock it.
    BeyondCeiling,
    /// Reserved to company admins.
    CompanyAdminOnly,
    /// The position on the project does not allow it.
    Position,
    /// The API token's scopes do not have it.
    TokenScope,
}

impl DenialReason {
    /// All reasons, for tests and translations.
    pub const ALL: [Self; 7] = [
        Self::NoRole,
        Self::NotGranted,
        Self::LicenceNotValid,
        Self::BeyondCeiling,
        Self::CompanyAdminOnly,
        Self::Position,
        Self::TokenScope,
    ];
}

/// A denied operation with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Denial {
    /// The menu that was asked for.
    pub menu: Menu,
    /// The operation that was asked for.
    pub operation: Operation,
    /// What is missing.
    pub reason: DenialReason,
    /// The roles concerned: those that grant it in vain, otherwise all of the person's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The position that counts, where the position is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

impl Denial {
    /// The reason in a sentence or two.
    pub fn text(&self, language: Language) -> String {
        let menu = self.menu.label(language);
        let roles = self.roles.join(", ");
        match language {
            Language::En => self.english(menu, &roles),
            Language::Es => self.spanish(menu, &roles),
        }
    }

    fn english(&self, menu: &str, roles: &str) -> String {
        let operation = match self.operation {
            Operation::Insert => "Insert",
            Operation::Update => "Update",
            Operation::Delete => "Delete",
            Operation::View => "View",
        };
        match self.reason {
            DenialReason::NoRole => format!("You have no role, so nothing grants you {operation} on {menu}."),
            DenialReason::NotGranted => format!("None of your roles ({roles}) grants {operation} on {menu}."),
            DenialReason::LicenceNotValid => {
                format!("{operation} on {menu} is granted by {roles}, but the licence is not valid today.")
            }
            DenialReason::BeyondCeiling => {
                format!("{operation} on {menu} is granted by {roles}, but the licence does not unlock it.")
            }
            DenialReason::CompanyAdminOnly => format!("{menu} is reserved to company admins."),
            DenialReason::Position => {
                let position = match self.position {
                    Some(Position::Manager) => "Manager",
                    Some(Position::TeamMember) => "Team Member",
                    Some(Position::Guest) => "Guest",
                    None => "none",
                };
                format!("Your position here ({position}) does not allow {operation} on {menu}.")
            }
            DenialReason::TokenScope => {
                format!("The scopes of this API token do not have {operation} on {menu}.")
            }
        }
    }

    fn spanish(&self, menu: &str, roles: &str) -> String {
        let operation = match self.operation {
            Operation::Insert => "Insertar",
            Operation::Update => "Modificar",
            Operation::Delete => "Eliminar",
            Operation::View => "Ver",
        };
        match self.reason {
            DenialReason::NoRole => {
                format!("No tienes ningún rol, así que nada te concede {operation} en {menu}.")
            }
            DenialReason::NotGranted => {
                format!("Ninguno de tus roles ({roles}) concede {operation} en {menu}.")
            }
            DenialReason::LicenceNotValid => {
                format!("{roles} concede {operation} en {menu}, pero la licencia no es válida hoy.")
            }
            DenialReason::BeyondCeiling => {
                format!("{roles} concede {operation} en {menu}, pero la licencia no lo permite.")
            }
            DenialReason::CompanyAdminOnly => {
                format!("{menu} está reservado a los administradores de la empresa.")
            }
            DenialReason::Position => {
                let position = match self.position {
                    Some(Position::Manager) => "Gestor",
                    Some(Position::TeamMember) => "Miembro del equipo",
                    Some(Position::Guest) => "Invitado",
                    None => "ninguna",
                };
                format!("Tu posición aquí ({position}) no permite {operation} en {menu}.")
            }
            DenialReason::TokenScope => {
                format!("Los ámbitos de este token de API no incluyen {operation} en {menu}.")
            }
        }
    }
}
