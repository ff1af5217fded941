//! Of people, invitations and roles.

use serde_json::{Value, json};
use shared::{
    invitation::{Invitation, NewInvitation},
    licence::LicenceType,
    role::{NewRole, Role, RoleCopy, RolePatch},
    user::{
        ErasurePreview, HandOver, NewUser, User, UserName, UserOptions, UserPatch,
        many::{BulkDeactivation, BulkUpdate, ManyUsers, UserImport},
    },
};

use super::{INVITATION, LUCIA, MARTIN, PICTURE, ROLE, Sample, session::lucia};

pub(super) fn all() -> Vec<Sample> {
    let with = |changes: Value| {
        let mut user = user();
        if let (Some(user), Value::Object(changes)) = (user.as_object_mut(), changes) {
            user.extend(changes);
        }
        user
    };
    let seen = json!([{"id": LUCIA, "version": 3}, {"id": MARTIN, "version": 1}]);
    let grants = json!({"home": {"view": true}, "projects": {"insert": true, "view": true},
        "project_general": {"update": true, "view": true}});
    let import = "email,first_name,last_name\nnia.nueva@acme.example,Nia,Nueva\n";
    vec![
        Sample::given::<User>(user()),
        Sample::given_by::<User>(
            "deactivate_user",
            with(json!({"active": false, "version": 4, "licence_used": null})),
        ),
        Sample::given_by::<User>(
            "erase_user",
            with(json!({"active": false, "erased": true, "version": 5, "licence_used": null, "roles": [],
                "email": "person-7c1e@erased.invalid", "first_name": "Person", "last_name": "7C1E",
                "has_password": false, "photo": null, "last_sign_in_at": null})),
        ),
        Sample::given_by::<User>("hand_over_account", with(json!({"company_admin": true, "version": 4}))),
        Sample::given::<UserName>(lucia()),
        Sample::taken::<NewUser>(json!({"email": "nia.nueva@acme.example", "first_name": "Nia",
            "last_name": "Nueva", "language": "es", "roles": [ROLE]})),
        Sample::taken::<UserPatch>(json!({"last_name": "Ferro Díaz"})),
        Sample::given::<UserOptions>(json!({"roles": [{"id": ROLE, "name": "Project Manager",
            "licence_type": "project_manager", "licence_valid": true, "default_for_new_users": false}]})),
        Sample::given::<ErasurePreview>(json!({"pseudonym": "Person 7C1E", "possible": true,
            "traces": [{"place": "users", "rows": 1}, {"place": "audit_log", "rows": 214}],
            "backups_lapse_on": "2027-12-14"})),
        Sample::taken::<HandOver>(json!({"user_id": LUCIA})),
        Sample::taken::<BulkDeactivation>(json!({"people": seen, "dry_run": true})),
        Sample::taken::<BulkUpdate>(json!({"people": seen, "add_roles": [ROLE], "dry_run": true})),
        Sample::taken::<UserImport>(
            json!({"content": UserImport::of(import.as_bytes(), false).content, "dry_run": true}),
        ),
        Sample::given::<ManyUsers>(json!({"applied": false, "created": 1, "updated": 0, "unchanged": 0,
            "refused": 1, "people": [
                {"line": 2, "email": "nia.nueva@acme.example", "name": "Nia Nueva", "fate": "created"},
                {"line": 3, "email": "nobody", "name": "No Body", "fate": "refused", "problems": [
                    {"pointer": "/email", "code": "invalid_format", "message": "This is no e-mail address."}]}]})),
        Sample::text(
            "export_users",
            "email,first_name,last_name,language,active,no_login,roles\r\n\
             lucia.ferro@acme.example,Lucía,Ferro,es,true,false,Project Manager\r\n",
        ),
        Sample::given::<Invitation>(
            json!({"id": INVITATION, "version": 1, "email": "nia.nueva@acme.example",
            "language": "es", "invited_by": lucia(), "sent_at": "2026-11-28T10:00:00Z",
            "expires_at": "2026-12-05T10:00:00Z", "expired": false}),
        ),
        Sample::taken::<NewInvitation>(json!({"email": "nia.nueva@acme.example", "language": "es"})),
        Sample::given::<Role>(json!({"id": ROLE, "version": 2, "name": "Project Manager",
            "description": "Leads projects.", "licence_type": "project_manager", "licence_valid": true,
            "functions": ["project_manager"], "default_for_new_users": false, "grants": grants, "holders": 7,
            "updated_at": "2026-11-20T09:00:00Z"})),
        Sample::taken::<NewRole>(json!({"name": "Project Office", "description": "Supports those who lead.",
            "licence_type": "project_manager", "functions": ["project_manager"], "grants": grants})),
        Sample::taken::<RolePatch>(json!({"grants": grants})),
        Sample::taken::<RoleCopy>(json!({"name": "Project Manager, north"})),
        Sample::given::<LicenceType>(json!({"key": "project_manager", "name": "Project Manager", "rank": 3,
            "functions": ["project_manager", "service_manager"], "reach": "own", "highest_position": "manager",
            "ceiling": {"home": {"insert": true, "update": true, "delete": true, "view": true},
                "resources": {"view": true}}})),
    ]
}

fn user() -> Value {
    json!({"id": LUCIA, "version": 3, "email": "lucia.ferro@acme.example", "first_name": "Lucía",
        "last_name": "Ferro", "language": "es", "no_login": false, "active": true, "erased": false,
        "company_admin": false, "has_password": true, "photo": PICTURE, "roles": [{"id": ROLE, "name": "Project Manager"}],
        "licence_used": "project_manager", "last_sign_in_at": "2026-11-28T08:00:00Z",
        "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-11-20T09:00:00Z"})
}
