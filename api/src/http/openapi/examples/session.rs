//! Of sessions, one's own profile and API tokens.

use serde_json::{Value, json};
use shared::{
    api_token::{ApiToken, ApiTokenOptions, ApiTokenPatch, CreatedApiToken, CurrentAccess, NewApiToken},
    event::LiveEvent,
    invitation::{InvitationAcceptance, InvitationPage},
    recovery::{LinkShown, PasswordRecovery, RecoveryPage, RecoveryRequest},
    session::{
        AccessToken, Confirmation, CurrentSession, OwnSession, PasswordChange, ProfilePatch, Refresh, SignIn,
        SignInOutcome, SignInPage, SignedLink,
    },
};

use super::{LUCIA, ORGANIZATION, PICTURE, SESSION, Sample, TOKEN};

const PASSWORD: &str = "seven boats beside the lighthouse";
const LINK: &str = "acme.Qm9hdHMgYmVzaWRlIHRoZSBsaWdodGhvdXNl";
const ACCESS_TOKEN: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJzdWIiOiIwMTlhMGMwMCJ9.c2lnbmF0dXJl";

pub(super) fn all() -> Vec<Sample> {
    let scopes = json!({"projects": {"view": true}, "project_general": {"view": true, "update": true}});
    let signed_in = json!({"access_token": ACCESS_TOKEN, "expires_at": "2026-11-28T10:10:00Z",
        "organization": organization()});
    let mut outcome = signed_in.clone();
    if let Some(outcome) = outcome.as_object_mut() {
        outcome.insert("outcome".to_owned(), json!("signed_in"));
    }
    let token = json!({"id": TOKEN, "version": 1, "name": "Reporting", "user": lucia(), "state": "active",
        "scopes": scopes, "address_ranges": ["203.0.113.0/24"], "created_at": "2026-11-28T10:00:00Z",
        "expires_at": "2027-06-30T22:00:00Z", "expires_on": "2027-06-30",
        "last_used": {"at": "2026-11-28T11:30:00Z", "address": "203.0.113.7"}});
    let link = json!({"href": "/api/v1/users/export?format=csv&link=eyJzdWIiOiIwMTlhMGMwMCJ9",
        "expires_at": "2026-11-28T10:01:00Z"});
    vec![
        Sample::taken::<SignIn>(json!({"email": "lucia.ferro@acme.example", "password": PASSWORD})),
        Sample::given::<SignInOutcome>(outcome),
        Sample::given::<AccessToken>(signed_in),
        Sample::taken::<Refresh>(json!({"organization": "acme"})),
        Sample::given::<SignInPage>(json!({"organization": organization(), "logo": PICTURE})),
        Sample::given::<CurrentSession>(json!({"session": SESSION, "user": LUCIA, "version": 3,
            "email": "lucia.ferro@acme.example", "first_name": "Lucía", "last_name": "Ferro", "language": "es",
            "company_admin": false, "photo": PICTURE, "organization": organization(),
            "permissions": {"projects": {"insert": true, "view": true}, "users": {"view": true}},
            "roles_without_licence": [], "settings": {"time_zone": "Europe/Madrid", "first_weekday": 1,
            "currency": "EUR", "minimum_password_length": 15, "invitations": true, "logo": PICTURE}})),
        Sample::taken::<Confirmation>(json!({"password": PASSWORD})),
        Sample::taken::<ProfilePatch>(json!({"language": "en"})),
        Sample::taken::<PasswordChange>(
            json!({"old_password": PASSWORD, "new_password": "eight kites above the harbour"}),
        ),
        Sample::given::<OwnSession>(json!({"id": SESSION, "current": true, "device": "Firefox on Linux",
            "address": "203.0.113.7", "created_at": "2026-11-28T08:00:00Z", "last_used_at": "2026-11-28T10:00:00Z",
            "expires_at": "2026-12-28T08:00:00Z"})),
        Sample::text(
            "get_session_history",
            "at,event,device,address\r\n2026-11-28T08:00:00Z,began,Firefox on Linux,203.0.113.7\r\n",
        ),
        Sample::given::<SignedLink>(link),
        Sample::given::<LiveEvent>(json!({"event": "access_changed"})),
        Sample::taken::<LinkShown>(json!({"token": LINK})),
        Sample::given::<InvitationPage>(
            json!({"organization": organization(), "email": "nia.nueva@acme.example",
            "language": "es", "invited_by": "Lucía Ferro", "minimum_password_length": 15}),
        ),
        Sample::taken::<InvitationAcceptance>(
            json!({"token": LINK, "first_name": "Nia", "last_name": "Nueva",
            "language": "es", "password": PASSWORD}),
        ),
        Sample::taken::<RecoveryRequest>(json!({"email": "lucia.ferro@acme.example"})),
        Sample::given::<RecoveryPage>(json!({"organization": organization(),
            "email": "lucia.ferro@acme.example", "minimum_password_length": 15})),
        Sample::taken::<PasswordRecovery>(json!({"token": LINK, "new_password": PASSWORD})),
        Sample::given::<CreatedApiToken>(json!({"token": token,
            "secret": "prt_7f3k2a_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"})),
        Sample::given::<ApiToken>(token),
        Sample::taken::<NewApiToken>(
            json!({"name": "Reporting", "expires_on": "2027-06-30", "scopes": scopes,
            "address_ranges": ["203.0.113.0/24"]}),
        ),
        Sample::taken::<ApiTokenPatch>(json!({"name": "Reporting, weekly"})),
        Sample::given::<ApiTokenOptions>(json!({"today": "2026-11-28", "scopes": scopes})),
        Sample::given::<CurrentAccess>(json!({"user": lucia(), "organization": organization(),
            "token": {"id": TOKEN, "name": "Reporting"}, "expires_at": "2027-06-30T22:00:00Z",
            "permissions": {"projects": {"view": true}}, "scopes": scopes})),
    ]
}

pub(super) fn organization() -> Value {
    json!({"id": ORGANIZATION, "slug": "acme", "name": "Acme"})
}

pub(super) fn lucia() -> Value {
    json!({"id": LUCIA, "name": "Lucía Ferro", "email": "lucia.ferro@acme.example"})
}
