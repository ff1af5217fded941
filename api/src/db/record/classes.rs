//! Which fields of what is recorded identify a person. The whole list: what it does not know is sealed as if it did, and
//! fails a test.

use super::Entity;

/// What a field tells of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing: settings, choices, dates, ids.
    Plain,
    /// What somebody has written, in which others may be named. In clear, each in a part of its own: an erasure takes away
    /// those that name the person.
    Text,
    /// It identifies a person: the one whose id the row has, or whose the thing is. Sealed with that person's key.
    Person,
}

use Class::{Person, Plain, Text};

/// What the name of the thing tells.
pub const fn label(entity: Entity) -> Class {
    match entity {
        Entity::User | Entity::TeamMember => Person,
        Entity::Organization
        | Entity::GeneralData
        | Entity::Invitation
        | Entity::Role
        | Entity::ApiToken
        | Entity::Project
        | Entity::ProjectParameter => Text,
        // The device in words, the key of a licence's type, a pseudonym, what is asked for, and what is taken out.
        Entity::Session
        | Entity::Licence
        | Entity::SignInSettings
        | Entity::Erasure
        | Entity::ProjectErasure
        | Entity::DataRequest
        | Entity::Export => Plain,
    }
}

/// All fields that are recorded of a kind of thing.
pub const fn fields(entity: Entity) -> &'static [(&'static str, Class)] {
    match entity {
        Entity::Organization => &[("domain", Plain), ("state", Plain)],
        Entity::GeneralData => &[
            ("name", Text),
            ("street", Text),
            ("city", Text),
            ("country", Plain),
            ("email", Text),
            ("phone", Text),
            ("currency", Plain),
            ("time_zone", Plain),
            ("first_weekday", Plain),
            ("language", Plain),
            ("minimum_password_length", Plain),
            ("maximum_upload_megabytes", Plain),
            ("members_see_money", Plain),
            ("invitations", Plain),
            ("team_member_seats_paid", Plain),
            ("logo", Plain),
        ],
        Entity::SignInSettings => &[("session_idle_minutes", Plain), ("session_lifetime_minutes", Plain)],
        Entity::User => &[
            ("email", Person),
            ("first_name", Person),
            ("last_name", Person),
            ("language", Plain),
            ("no_login", Plain),
            ("active", Plain),
            ("company_admin", Plain),
            ("roles", Plain),
            ("password", Plain),
            ("photo", Plain),
        ],
        Entity::Role => &[
            ("name", Text),
            ("description", Text),
            ("licence_type", Plain),
            ("functions", Plain),
            ("grants", Plain),
            ("default_for_new_users", Plain),
        ],
        Entity::Licence => {
            &[("licence_type", Plain), ("seats", Plain), ("valid_from", Plain), ("valid_until", Plain)]
        }
        // Nobody is behind the e-mail yet.
        Entity::Invitation => {
            &[("email", Text), ("language", Plain), ("times_sent", Plain), ("ended_because", Plain)]
        }
        Entity::Session => {
            &[("user_id", Plain), ("device", Plain), ("ended_because", Plain), ("confirmed_at", Plain)]
        }
        Entity::ApiToken => &[
            ("name", Text),
            ("user_id", Plain),
            ("scopes", Plain),
            ("address_ranges", Person),
            ("expires_at", Plain),
            ("revoked", Plain),
            ("network", Person),
        ],
        Entity::Project => &[
            ("code", Plain),
            ("name", Text),
            ("description", Text),
            ("project_code", Text),
            ("cost_centre", Text),
            ("status", Plain),
            ("approval_status", Plain),
            ("type", Plain),
            ("priority", Plain),
            ("start_date", Plain),
            ("end_date", Plain),
            ("team", Text),
        ],
        Entity::Erasure => &[("taken_parts", Plain), ("photo", Plain)],
        Entity::ProjectErasure => &[("taken_parts", Plain), ("projects", Plain)],
        Entity::DataRequest => {
            &[("request", Plain), ("recipient", Plain), ("message", Text), ("projects", Text)]
        }
        Entity::Export => &[],
        Entity::TeamMember => &[("position", Plain)],
        Entity::ProjectParameter => &[
            ("kind", Plain),
            ("name_en", Text),
            ("name_es", Text),
            ("colour", Plain),
            ("order", Plain),
            ("default_for_new_projects", Plain),
        ],
    }
}

/// The class of a field; absent where nobody has thought about it.
pub fn of(entity: Entity, field: &str) -> Option<Class> {
    fields(entity).iter().find(|(name, _)| *name == field).map(|(_, class)| *class)
}
