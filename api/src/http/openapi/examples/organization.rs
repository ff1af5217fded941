//! Of the organization's settings, parameters and audit log.

use serde_json::json;
use shared::{
    audit::{AuditChain, AuditEntry, DeniedAccess},
    data_request::{DataRequest, NewDataRequest},
    general_data::{GeneralData, GeneralDataPatch},
    project_parameter::{NewProjectParameter, ProjectParameter, ProjectParameterPatch},
    sign_in_settings::{SignInSettings, SignInSettingsPatch},
};

use super::{CHANGE, LUCIA, PICTURE, PROJECT, REQUEST, Sample, TYPE};

pub(super) fn all() -> Vec<Sample> {
    let line = json!({"place": 4711, "hash": "9b1d…", "entry": {"entity": "project", "action": "updated"}});
    vec![
        Sample::given::<GeneralData>(json!({"version": 4, "name": "Acme", "street": "Rúa do Príncipe 1",
            "city": "Vigo", "country": "ES", "email": "office@acme.example", "phone": "+34 986 000 000",
            "currency": "EUR", "time_zone": "Europe/Madrid", "first_weekday": 1, "language": "es",
            "minimum_password_length": 15, "maximum_upload_megabytes": 50, "members_see_money": false,
            "invitations": true, "logo": PICTURE})),
        Sample::taken::<GeneralDataPatch>(json!({"city": "Vigo", "minimum_password_length": 16})),
        Sample::given::<SignInSettings>(
            json!({"version": 1, "session_idle_minutes": 10_080, "session_lifetime_minutes": 43_200}),
        ),
        Sample::taken::<SignInSettingsPatch>(json!({"session_idle_minutes": 600})),
        Sample::given::<ProjectParameter>(json!({"id": TYPE, "version": 1, "kind": "type",
            "name_en": "Construction", "name_es": "Construcción", "colour": "#336699", "order": 2,
            "default_for_new_projects": false, "system": false, "projects": 12})),
        Sample::taken::<NewProjectParameter>(json!({"kind": "type", "name_en": "Construction",
            "name_es": "Construcción", "colour": "#336699"})),
        Sample::taken::<ProjectParameterPatch>(json!({"colour": "#00aa77"})),
        Sample::given::<AuditEntry>(json!({"id": CHANGE, "at": "2026-11-28T10:00:00Z", "actor": "user",
            "user": LUCIA, "token": null, "address": "203.0.113.7", "request": REQUEST, "entity": "project",
            "entity_id": PROJECT, "label": "Apollo", "action": "updated",
            "fields": [{"field": "end_date", "before": "2027-06-30", "after": "2027-09-30"}], "erased": false,
            "place": 4711, "people": {LUCIA: "Lucía Ferro"}})),
        Sample::given::<AuditChain>(json!({"sealed": 4711, "unsealed": 2, "head": {"place": 4711,
            "hash": "9b1d6a0f3c5e7d8192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809",
            "signed_at": "2026-11-28T10:00:05Z"}})),
        Sample::text("export_audit_log", &format!("{line}\n")),
        Sample::given::<DataRequest>(json!({"id": REQUEST, "kind": "copy",
            "requester": "Lucía Ferro <lucia@acme.example>", "state": "requested",
            "requested_at": "2026-11-28T10:00:00Z", "changed_at": "2026-11-28T10:00:00Z"})),
        Sample::taken::<NewDataRequest>(json!({"kind": "copy",
            "recipient": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "message": ""})),
        Sample::given::<DeniedAccess>(json!({"id": REQUEST, "minute": "2026-11-28T10:00:00Z",
            "network": "203.0.113.0/24", "user": LUCIA, "user_name": "Lucía Ferro",
            "operation": "update_general_data", "code": "forbidden", "requests": 3})),
    ]
}
