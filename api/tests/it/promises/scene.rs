//! A stage for requests: one of everything in an organization, fresh each time, so that whatever is done to it
//! disturbs nothing else.

use std::{cell::OnceCell, fs, rc::Rc};

use api::{data_requests::delivery::DeliveryToken, http::route::Route};
use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{Binary, Uuid as SqlUuid},
};
use serde_json::json;
use shared::{
    Menu, Operations,
    general_data::GeneralData,
    ids::{ApiTokenId, LicenceId, PictureId, RoleId, SessionId, UserId},
    invitation::Invitation,
    licence::LicenceConsumption,
    project::{Project, TeamMember},
    project_parameter::{ProjectParameter, ProjectParameterKind},
    role::Role,
    sign_in_settings::SignInSettings,
    user::User,
};

use ureq::http::Method;

use crate::harness::{Actor, Person, TestApp, TestOrganization, png};

/// One of everything.
pub struct Scene {
    /// The company admin, who set the stage.
    pub admin: Actor,
    /// What was last recorded.
    pub audit_entry: uuid::Uuid,
    pub general_data: GeneralData,
    pub sign_in_settings: SignInSettings,
    /// Somebody without any position.
    pub person: User,
    /// Somebody with a password.
    pub heir: User,
    /// Somebody who was deactivated.
    pub inactive: User,
    /// The photo of that somebody. The organization has a logo, too.
    pub picture: PictureId,
    /// A role that nobody holds.
    pub role: Role,
    /// A role with administration.
    pub administration: RoleId,
    /// A licence that is held.
    pub licence: LicenceId,
    /// An entry that no project has.
    pub parameter: ProjectParameter,
    /// Somebody who is invited, and what stands in their link.
    pub invitation: Invitation,
    pub invitation_token: String,
    /// A copy that is ready for the client, and what stands in the link to it.
    pub delivery: String,
    /// A project, and somebody on its team.
    pub project: Project,
    pub member: TeamMember,
    /// An API token of the company admin's.
    pub token: ApiTokenId,
    /// Somebody who is on the team of another project alone.
    pub sibling_member: TeamMember,
}

impl Scene {
    pub fn set(app: &TestApp, organization: &TestOrganization) -> Self {
        let admin = organization.admin(app);
        let tag = app.clock.new_id();
        let person = |name: &str| -> User {
            let new = json!({"email": format!("{name}-{tag}@people.example"), "first_name": name, "last_name": "Sample"});
            admin.post("/users", &new).expect(201).json()
        };
        let inactive = person("idle");
        let deactivate = format!("/users/{}/deactivate", inactive.id);
        let inactive = admin.send(Method::POST, &deactivate, Some(inactive.version), None).expect(200).json();
        let role = json!({"name": format!("Role {tag}"), "licence_type": "team_member", "grants": {"home": {"view": true}}});
        let parameter = json!({"kind": ProjectParameterKind::Type, "name_en": format!("Type {tag}"),
            "name_es": format!("Tipo {tag}"), "colour": "#336699"});
        let project = |name: &str| -> Project {
            admin.post("/projects", &json!({"name": format!("{name} {tag}")})).expect(201).json()
        };
        let join = |project: &Project, user: UserId| -> TeamMember {
            let member = json!({"user_id": user, "position": "team_member"});
            admin.post(&format!("/projects/{}/team", project.id), &member).expect(201).json()
        };
        let heir = person("heir");
        sql_query(
            "UPDATE users SET password_hash = (SELECT a.password_hash FROM users a WHERE a.org_id = users.org_id
                                               AND a.email LIKE 'admin@%' AND a.password_hash IS NOT NULL)
             WHERE id = $1",
        )
        .bind::<SqlUuid, _>(heir.id.0)
        .execute(&mut app.database.superuser())
        .expect("a password is set");
        let held: Vec<LicenceConsumption> = admin.get("/licence-consumption").expect(200).json();
        let invited = json!({"email": format!("guest-{tag}@people.example")});
        let invitation: Invitation = admin.post("/invitations", &invited).expect(201).json();
        let invitation_token = app.invitation_token(organization, &invitation);
        let (one, other) = (project("Apollo"), project("Borealis"));
        let roles: Vec<Role> = admin.get("/roles").expect(200).json();
        let recorded: shared::Page<shared::audit::AuditEntry> =
            admin.get("/audit-log?limit=1").expect(200).json();
        let without = person("person");
        let path = format!("/users/{}/photo", without.id);
        let shown: User = admin.upload(&path, without.version, &png([200, 120, 40])).expect(200).json();
        let general_data: GeneralData = admin.get("/general-data").expect(200).json();
        let logo = admin.upload("/general-data/logo", general_data.version, &png([40, 120, 200]));
        Self {
            picture: shown.photo.expect("a photo"),
            general_data: logo.expect(200).json(),
            audit_entry: recorded.items[0].id.0,
            member: join(&one, person("member").id),
            sibling_member: join(&other, person("sibling").id),
            sign_in_settings: settings_as_at_first(&admin),
            person: shown,
            heir,
            inactive,
            role: admin.post("/roles", &role).expect(201).json(),
            administration: roles
                .into_iter()
                .find(|role| role.name == "Full Access")
                .expect("it is there")
                .id,
            licence: held[0].licences[0].id,
            parameter: admin.post("/project-parameters", &parameter).expect(201).json(),
            invitation,
            invitation_token,
            delivery: delivery(app, organization),
            project: one,
            token: admin.api_token(app, &[(Menu::Projects, Operations::VIEW)]).id,
            admin,
        }
    }

    /// A role that new people get.
    pub fn default_role(&self) -> RoleId {
        self.person.roles[0].id
    }
}

/// Lays a copy for the organization. Gives what stands in the link to it.
fn delivery(app: &TestApp, organization: &TestOrganization) -> String {
    let (token, id) = (DeliveryToken::random(), app.clock.new_id());
    let folder = app.database.files().join("deliveries/packages");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{id}.age")), "sealed").expect("it is written");
    sql_query(
        "INSERT INTO client_requests (id, kind, organization, requester, evidence, recipient, state, steps, packaged_at,
             package_id, package_bytes, link_hash, link_until)
         VALUES ($1, 'copy', $2, '', '', '', 'executed',
             '[{\"step\": \"request\", \"at\": \"2026-03-01T00:00:00Z\", \"by\": \"Ada\"}]', '2026-03-01', $1, 6, $3, '2200-01-01')",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(organization.id.0)
    .bind::<Binary, _>(token.hash())
    .execute(&mut app.database.superuser())
    .expect("it is laid");
    token.path().rsplit('/').next().expect("a path").to_owned()
}

/// What holds of sessions in the beginning, so that the sample changes something.
fn settings_as_at_first(admin: &Actor) -> SignInSettings {
    let now: SignInSettings = admin.get("/sign-in-settings").expect(200).json();
    let first = json!({"session_idle_minutes": 10_080});
    admin.patch("/sign-in-settings", now.version, &first).expect(200).json()
}

/// The scenes of a test: one for all that only read, and a fresh one for whatever changes something.
pub struct Stage<'a> {
    app: &'a TestApp,
    for_reading: OnceCell<Rc<Scene>>,
}

impl<'a> Stage<'a> {
    pub fn of(app: &'a TestApp) -> Self {
        Self { app, for_reading: OnceCell::new() }
    }

    /// Acme's scene for this route.
    pub fn scene(&self, route: &Route) -> Rc<Scene> {
        let fresh = || Rc::new(Scene::set(self.app, &self.app.acme));
        // What people see before they sign in belongs to no scene: another one may have taken it away.
        let is_shared = route.name == "get_sign_in_logo";
        if route.method() == "GET" && !is_shared {
            Rc::clone(self.for_reading.get_or_init(fresh))
        } else {
            fresh()
        }
    }
}

/// Somebody who acts.
pub struct Player {
    pub actor: Actor,
    /// Another session of theirs.
    pub other_session: SessionId,
    /// The token of a link for a new password.
    pub reset_token: String,
    /// An API token of theirs.
    pub token: ApiTokenId,
}

impl Player {
    /// Somebody new.
    pub fn enter(app: &TestApp, person: Person) -> Self {
        Self::of(app, person.create(app))
    }

    /// Somebody who is there, signed in once more, and with the password of the harness.
    pub fn of(app: &TestApp, actor: Actor) -> Self {
        sql_query(
            "UPDATE users SET password_hash = (SELECT a.password_hash FROM users a WHERE a.org_id = users.org_id
                                               AND a.email LIKE 'admin@%' AND a.password_hash IS NOT NULL)
             WHERE id = $1 AND password_hash IS NULL",
        )
        .bind::<SqlUuid, _>(actor.id.0)
        .execute(&mut app.database.superuser())
        .expect("a password is set");
        // A photo, of whatever is there. Whoever comes first has none.
        sql_query(
            "WITH picture AS (
                 INSERT INTO pictures (org_id, id, small_id, large_id, created_at)
                 SELECT org_id, gen_random_uuid(), small_id, large_id, created_at FROM pictures WHERE org_id = $2 LIMIT 1
                 RETURNING id)
             UPDATE users SET photo_id = picture.id FROM picture WHERE users.id = $1",
        )
        .bind::<SqlUuid, _>(actor.id.0)
        .bind::<SqlUuid, _>(actor.organization.id.0)
        .execute(&mut app.database.superuser())
        .expect("a photo is given");
        let other_session = app.sign_in(&actor.organization, actor.id, actor.email.clone()).session;
        let reset_token = app.reset_token(&actor.organization, actor.id);
        let token = actor.api_token(app, &[(Menu::Projects, Operations::VIEW)]).id;
        Self { actor, other_session, reset_token, token }
    }
}
