//! A sample request of every operation. An operation without one fails the tests that ask for it here.

use std::collections::BTreeMap;

use api::http::{guards::Confirmation, route::Route};
use serde_json::{Value, json};
use shared::user::many::UserImport;
use ureq::http::Method;
use uuid::Uuid;

use super::scene::{Player, Scene};
use crate::harness::{Answer, Client, PASSWORD, png};

/// What is sent, but for method and path, which are the route's.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// The parameters of the path.
    pub parameters: BTreeMap<String, String>,
    /// Behind the path, with its `?`.
    pub query: String,
    /// The version that was read.
    pub version: Option<i32>,
    pub body: Option<Value>,
    /// Instead of a body: a file.
    pub file: Option<Vec<u8>>,
}

/// The sample of a route: done by this player, it does what the operation is for.
#[track_caller]
#[expect(clippy::too_many_lines, reason = "one arm a route, so that none is forgotten")]
pub fn sample(route: &Route, scene: &Scene, player: &Player) -> Sample {
    let project = || read().at("project", scene.project.id);
    let member = || project().at("user", scene.member.user.id).version(scene.member.version);
    match route.name {
        "change_password" => {
            write(json!({"old_password": PASSWORD, "new_password": "siete barcos junto al faro"}))
        }
        "confirm_session" => write(json!({"password": PASSWORD})),
        "accept_invitation" => write(json!({"token": scene.invitation_token, "first_name": "Nia",
            "last_name": "Nueva", "language": "es", "password": "siete barcos junto al faro"})),
        "check_invitation" => write(json!({"token": scene.invitation_token})),
        "create_data_request" => write(json!({"kind": "copy", "message": "",
            "recipient": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"})),
        "get_delivery" => read().with("link", &scene.delivery),
        "check_recovery" => write(json!({"token": player.reset_token})),
        "copy_role" => {
            write(json!({"name": format!("Copy of {}", scene.role.name)})).at("role", scene.role.id)
        }
        "create_invitation" => write(json!({"email": format!("invited-{}@people.example", scene.role.id)})),
        "create_project" => write(json!({"name": "Cassini"})),
        "create_project_parameter" => {
            write(json!({"kind": "priority", "name_en": format!("One {}", scene.role.id),
            "name_es": format!("Uno {}", scene.role.id), "colour": "#aa3300"}))
        }
        "create_role" => {
            write(json!({"name": format!("New {}", scene.role.id), "licence_type": "team_member",
            "functions": [], "grants": {"home": {"view": true}}}))
        }
        "create_team_member" => {
            Sample { body: Some(json!({"user_id": scene.person.id, "position": "team_member"})), ..project() }
        }
        "create_user" => {
            write(json!({"email": format!("new-{}@people.example", scene.role.id), "first_name": "Nia",
            "last_name": "Nueva", "no_login": true, "roles": [scene.default_role()]}))
        }
        "get_audit_entry" => read().at("entry", scene.audit_entry),
        "get_user_erasure" => read().at("user", scene.inactive.id),
        "deactivate_user" | "delete_user_photo" => {
            read().at("user", scene.person.id).version(scene.person.version)
        }
        "delete_invitation" | "resend_invitation" => {
            read().at("invitation", scene.invitation.id).version(scene.invitation.version)
        }
        "delete_project" => project().version(scene.project.version),
        "delete_project_parameter" => {
            read().at("parameter", scene.parameter.id).version(scene.parameter.version)
        }
        "delete_role" => read().at("role", scene.role.id).version(scene.role.version),
        "delete_team_member" => member(),
        "explain_access" => Sample { query: "?menu=project_team&operation=update".to_owned(), ..read() },
        "end_session" => read().at("session", player.other_session),
        "get_project"
        | "get_project_deletion"
        | "get_project_head"
        | "get_project_home"
        | "list_project_changes"
        | "list_team_members" => project(),
        "get_role" => read().at("role", scene.role.id),
        "get_user" => read().at("user", scene.person.id),
        "hand_over_account" => write(json!({"user_id": scene.heir.id})),
        "import_users" => {
            let file =
                format!("email,first_name,last_name\nfile-{}@people.example,Nia,Nueva\n", scene.role.id);
            write(serde_json::to_value(UserImport::of(file.as_bytes(), false)).expect("a body"))
        }
        "deactivate_users" => {
            write(json!({"people": [{"id": scene.person.id, "version": scene.person.version}]}))
        }
        "update_users" => write(json!({"people": [{"id": scene.person.id, "version": scene.person.version}],
            "language": "es"})),
        "export_users" | "get_users_export_link" => Sample { query: "?format=csv".to_owned(), ..read() },
        "list_team_candidates" => Sample { query: "?q=pers".to_owned(), ..project() },
        "end_other_sessions"
        | "get_api_token_options"
        | "get_current_access"
        | "list_api_tokens"
        | "list_own_api_tokens"
        | "export_audit_log"
        | "get_audit_log_export_link"
        | "get_organization_export_link"
        | "export_organization"
        | "list_data_requests"
        | "get_audit_chain"
        | "list_audit_entries"
        | "list_denied_access"
        | "get_general_data"
        | "get_project_options"
        | "get_user_options"
        | "get_events"
        | "get_session"
        | "get_session_history"
        | "get_session_history_link"
        | "get_sign_in_settings"
        | "get_sign_in_logo"
        | "get_sign_in_page"
        | "list_invitations"
        | "list_licence_consumption"
        | "list_licence_types"
        | "list_my_projects"
        | "list_own_sessions"
        | "list_project_parameters"
        | "list_projects"
        | "list_roles"
        | "list_users"
        | "sign_out" => read(),
        "erase_user" | "reactivate_user" => {
            read().at("user", scene.inactive.id).version(scene.inactive.version)
        }
        "recover_password" => {
            write(json!({"token": player.reset_token, "new_password": "siete barcos junto al faro"}))
        }
        "refresh_session" => write(json!({})),
        "request_recovery" => write(json!({"email": player.actor.email})),
        "create_api_token" => write(json!({"name": "Reports", "expires_on": "2026-12-31",
            "scopes": {"projects": {"view": true}}, "address_ranges": ["203.0.113.0/24"]})),
        "update_api_token" => Sample { body: Some(json!({"name": "Reports, renamed"})), ..read() }
            .at("token", player.token.0)
            .version(1),
        "get_own_api_token" => read().at("token", player.token.0),
        "revoke_own_api_token" => read().at("token", player.token.0).version(1),
        "revoke_api_token" => read().at("token", scene.token.0).version(1),
        "sign_in" => write(json!({"email": player.actor.email, "password": PASSWORD})),
        "simulate_licence" => write(json!({"seats": 5})).at("licence", scene.licence),
        "simulate_role" => {
            write(json!({"grants": {"my_projects": {"view": true}}})).at("role", scene.role.id)
        }
        "simulate_user" => write(json!({"roles": [scene.default_role()]})).at("user", scene.person.id),
        "get_picture" => read().at("picture", scene.picture),
        "update_logo" => file([10, 90, 30]).version(scene.general_data.version),
        "delete_logo" => read().version(scene.general_data.version),
        "update_own_photo" => file([90, 10, 30]).version(1),
        "delete_own_photo" => read().version(1),
        "update_user_photo" => file([30, 10, 90]).at("user", scene.person.id).version(scene.person.version),
        "update_general_data" => write(json!({"city": "Vigo"})).version(scene.general_data.version),
        "update_profile" => write(json!({"first_name": "Pia"})).version(1),
        "update_project" => {
            Sample { body: Some(json!({"cost_centre": "CC-7"})), ..project().version(scene.project.version) }
        }
        "update_project_parameter" => write(json!({"colour": "#00aa77"}))
            .at("parameter", scene.parameter.id)
            .version(scene.parameter.version),
        "update_role" => write(json!({"description": "Other words."}))
            .at("role", scene.role.id)
            .version(scene.role.version),
        "update_sign_in_settings" => {
            write(json!({"session_idle_minutes": 600})).version(scene.sign_in_settings.version)
        }
        "update_team_member" => Sample { body: Some(json!({"position": "guest"})), ..member() },
        "update_user" => {
            write(json!({"first_name": "Pia"})).at("user", scene.person.id).version(scene.person.version)
        }
        other => panic!("say in samples.rs how a request for {other} looks"),
    }
}

/// A request of the route that asks for a confirmed session: the sample itself, or what of the route needs one.
#[track_caller]
pub fn sample_to_confirm(route: &Route, scene: &Scene, player: &Player) -> Sample {
    let sample = sample(route, scene, player);
    match (route.confirmation, route.name) {
        (Confirmation::Always, _) => sample,
        (Confirmation::For(_), "update_user") => {
            sample.with_body(json!({"email": format!("other-{}@people.example", scene.role.id)}))
        }
        (Confirmation::For(_), "create_user") => {
            let email = format!("another-{}@people.example", scene.role.id);
            let password = "seven boats beside the lighthouse";
            sample.with_body(
                json!({"email": email, "first_name": "Ana", "last_name": "Ros", "password": password}),
            )
        }
        (Confirmation::For(_), "update_users") => {
            let mut body = sample.body.clone().expect("a change");
            body["add_roles"] = json!([scene.administration]);
            sample.with_body(body)
        }
        (Confirmation::For(_), "update_api_token") => {
            sample.with_body(json!({"scopes": {"users": {"view": true}}}))
        }
        (Confirmation::Never | Confirmation::For(_), other) => {
            panic!("say in samples.rs what of {other} asks for the password")
        }
    }
}

fn read() -> Sample {
    Sample::default()
}

fn file(colour: [u8; 3]) -> Sample {
    Sample { file: Some(png(colour)), ..Sample::default() }
}

fn write(body: Value) -> Sample {
    Sample { body: Some(body), ..Sample::default() }
}

impl Sample {
    fn at(mut self, parameter: &str, id: impl Into<Uuid>) -> Self {
        self.parameters.insert(parameter.to_owned(), id.into().to_string());
        self
    }

    fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.insert(parameter.to_owned(), value.to_owned());
        self
    }

    fn version(self, version: i32) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The sample with another body.
    pub fn with_body(&self, body: Value) -> Self {
        Self { body: Some(body), ..self.clone() }
    }

    /// The sample with an id that nothing has, for this parameter.
    pub fn elsewhere(mut self, parameter: &str) -> Self {
        let id = self.parameters.get_mut(parameter).expect("a parameter of the sample");
        *id = Uuid::max().to_string();
        self
    }

    /// The path with its parameters filled in.
    #[track_caller]
    pub fn path(&self, route: &Route) -> String {
        let path = self
            .parameters
            .iter()
            .fold(route.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!path.contains('{'), "a parameter of {path} is missing in the sample");
        path + &self.query
    }

    /// Sends it.
    #[track_caller]
    pub fn send(&self, route: &Route, client: &Client) -> Answer {
        if let Some(file) = &self.file {
            let body = Some(("application/octet-stream", file.clone()));
            let sent = client.try_send_as(method(route), &self.path(route), self.version, body);
            return sent.expect("the server answers");
        }
        let body = self.body.as_ref().map(|body| body.to_string().into_bytes());
        client.send(method(route), &self.path(route), self.version, body)
    }
}

/// The route's method, for the client.
pub fn method(route: &Route) -> Method {
    Method::from_bytes(route.method().as_bytes()).expect("a method")
}

/// The names of the parameters in a route's path.
pub fn path_parameters(route: &Route) -> Vec<&str> {
    route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect()
}
