//! People as values: made straight in the database, signed in by a session of their own.

use std::{collections::BTreeMap, ops::Deref};

use api::access::api_token::Secret;
use api::link_token::LinkToken;
use chrono::TimeDelta;
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, Binary, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use shared::{
    Menu, Operations,
    ids::{ApiTokenId, SessionId, UserId},
    invitation::Invitation,
    licence::Function,
};
use uuid::Uuid;

use super::{
    http::Client,
    server::{TestApp, TestOrganization, TestServer},
};

/// Somebody who is signed in at their organization's host.
#[derive(Debug)]
pub struct Actor {
    /// The person.
    pub id: UserId,
    /// The session.
    pub session: SessionId,
    /// The e-mail.
    pub email: String,
    /// The organization.
    pub organization: TestOrganization,
    client: Client,
}

impl Deref for Actor {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Actor {
    /// The same session, with an `Idempotency-Key` on every request.
    pub fn keyed(&self, app: &TestApp, key: &str) -> Client {
        self.at(&app.server).with_header("idempotency-key", key)
    }

    /// The same session, to which the password was not shown lately.
    pub fn unconfirmed(self, app: &TestApp) -> Self {
        sql_query("UPDATE sessions SET confirmed_at = NULL WHERE id = $1")
            .bind::<SqlUuid, _>(self.session.0)
            .execute(&mut app.database.superuser())
            .expect("the session is there");
        app.server.site.db.access().forget_all();
        self
    }

    /// The same session at another server.
    pub fn at(&self, server: &TestServer) -> Client {
        server
            .client(&self.organization.host())
            .with_token(self.client.token().expect("actors are signed in"))
    }
}

/// An API token of somebody, with its secret, at their organization's host.
#[derive(Debug)]
pub struct Token {
    /// The token.
    pub id: ApiTokenId,
    /// What is sent.
    pub secret: String,
    organization: TestOrganization,
    client: Client,
}

impl Deref for Token {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Token {
    /// The same token at another server.
    pub fn at(&self, server: &TestServer) -> Client {
        server.client(&self.organization.host()).with_token(&self.secret)
    }

    /// The same token from another address.
    pub fn from(&self, app: &TestApp, address: &str) -> Client {
        self.at(&app.server).with_header("x-forwarded-for", address)
    }
}

impl Actor {
    /// A token of theirs with these scopes for the next thirty days, made straight in the database.
    pub fn api_token(&self, app: &TestApp, scopes: &[(Menu, Operations)]) -> Token {
        self.api_token_for(app, scopes, &[])
    }

    /// The same with every scope there is, those included that no token reaches.
    pub fn api_token_for_everything(&self, app: &TestApp) -> Token {
        let all: Vec<(Menu, Operations)> = Menu::screens().map(|menu| (menu, Operations::ALL)).collect();
        self.api_token(app, &all)
    }

    /// The same, for use from these ranges of addresses alone.
    pub fn api_token_for(&self, app: &TestApp, scopes: &[(Menu, Operations)], ranges: &[&str]) -> Token {
        let mut sql = app.database.superuser();
        enter(&mut sql, &self.organization);
        let short_id = text(
            &mut sql,
            "SELECT short_id AS text FROM organizations WHERE slug = $1",
            self.organization.slug,
        );
        let (id, now, secret) = (app.clock.new_id(), app.clock.now(), Secret::random(&short_id));
        sql_query(
            "INSERT INTO api_tokens (id, user_id, name, secret_hash, address_ranges, expires_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(self.id.0)
        .bind::<Text, _>(format!("Token {id}"))
        .bind::<Binary, _>(secret.hash().as_slice())
        .bind::<Array<Text>, _>(ranges)
        .bind::<Timestamptz, _>(now + TimeDelta::days(30))
        .bind::<Timestamptz, _>(now)
        .execute(&mut sql)
        .expect("a token is made");
        for (menu, operations) in scopes {
            let operations = operations.closed();
            sql_query(
                "INSERT INTO api_token_scopes (token_id, menu, can_insert, can_update, can_delete, can_view)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(menu.key())
            .bind::<Bool, _>(operations.insert)
            .bind::<Bool, _>(operations.update)
            .bind::<Bool, _>(operations.delete)
            .bind::<Bool, _>(operations.view)
            .execute(&mut sql)
            .expect("a scope is given");
        }
        let client = app.client(&self.organization).with_token(secret.text());
        let (id, secret) = (ApiTokenId(id), secret.text().to_owned());
        Token { id, secret, organization: self.organization.clone(), client }
    }
}

/// Somebody to be made.
#[derive(Debug, Clone)]
pub struct Person {
    organization: TestOrganization,
    licence_type: &'static str,
    functions: Vec<Function>,
    grants: BTreeMap<Menu, Operations>,
    starting_role: Option<&'static str>,
    company_admin: bool,
}

impl Person {
    pub(super) fn new(organization: TestOrganization) -> Self {
        Self {
            organization,
            licence_type: "full_access",
            functions: Vec::new(),
            grants: BTreeMap::new(),
            starting_role: None,
            company_admin: false,
        }
    }

    /// With a role of this licence type; `full_access` where none is named.
    pub fn licence(self, licence_type: &'static str) -> Self {
        Self { licence_type, ..self }
    }

    /// With a role that grants this.
    pub fn grant(mut self, menu: Menu, operations: Operations) -> Self {
        self.grants.insert(menu, operations.closed());
        self
    }

    /// With a role that carries this function.
    pub fn function(mut self, function: Function) -> Self {
        self.functions.push(function);
        self
    }

    /// With one of the roles that every organization starts with, by name.
    pub fn role(self, name: &'static str) -> Self {
        Self { starting_role: Some(name), ..self }
    }

    /// As a company admin.
    pub fn company_admin(self) -> Self {
        Self { company_admin: true, ..self }
    }

    /// Makes the person and a session.
    pub fn create(self, app: &TestApp) -> Actor {
        let id = app.clock.new_id();
        let mut sql = app.database.superuser();
        enter(&mut sql, &self.organization);
        let email = format!("{id}@{}.example", self.organization.slug);
        let now = app.clock.now();
        let licence_used = if self.company_admin { None } else { self.licence_used(&mut sql) };
        sql_query(
            "INSERT INTO users (id, email, first_name, last_name, language, company_admin, licence_used, created_at, updated_at)
             VALUES ($1, $2, 'Pat', $3, 'en', $4, $5, $6, $6)",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(&email)
        .bind::<Text, _>(format!("Person {}", &id.to_string()[24..]))
        .bind::<Bool, _>(self.company_admin)
        .bind::<diesel::sql_types::Nullable<Text>, _>(licence_used)
        .bind::<Timestamptz, _>(now)
        .execute(&mut sql)
        .expect("a person is made");
        if let Some(role) = self.role_id(&mut sql, app) {
            sql_query("INSERT INTO user_roles (user_id, role_id) VALUES ($1, $2)")
                .bind::<SqlUuid, _>(id)
                .bind::<SqlUuid, _>(role)
                .execute(&mut sql)
                .expect("a role is given");
        }
        app.sign_in(&self.organization, UserId(id), email)
    }

    fn licence_used(&self, sql: &mut PgConnection) -> Option<String> {
        match self.starting_role {
            Some(name) => Some(text(
                sql,
                "SELECT licence_type AS text FROM roles WHERE name = $1 AND org_id = portico.org_id()",
                name,
            )),
            None if self.grants.is_empty() && self.functions.is_empty() => None,
            None => Some(self.licence_type.to_owned()),
        }
    }

    fn role_id(&self, sql: &mut PgConnection, app: &TestApp) -> Option<Uuid> {
        if let Some(name) = self.starting_role {
            let id = text(
                sql,
                "SELECT id::text AS text FROM roles WHERE name = $1 AND org_id = portico.org_id()",
                name,
            );
            return id.parse().ok();
        }
        if self.grants.is_empty() && self.functions.is_empty() {
            return None;
        }
        let id = app.clock.new_id();
        let functions: Vec<&str> = self.functions.iter().map(|function| function.key()).collect();
        sql_query(
            "INSERT INTO roles (id, name, licence_type, functions, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(format!("Role {id}"))
        .bind::<Text, _>(self.licence_type)
        .bind::<Array<Text>, _>(functions)
        .bind::<Timestamptz, _>(app.clock.now())
        .execute(sql)
        .expect("a role is made");
        for (menu, operations) in &self.grants {
            sql_query("INSERT INTO role_grants (role_id, menu, can_insert, can_update, can_delete, can_view) VALUES ($1, $2, $3, $4, $5, $6)")
                .bind::<SqlUuid, _>(id)
                .bind::<Text, _>(menu.key())
                .bind::<Bool, _>(operations.insert)
                .bind::<Bool, _>(operations.update)
                .bind::<Bool, _>(operations.delete)
                .bind::<Bool, _>(operations.view)
                .execute(sql)
                .expect("a grant is made");
        }
        Some(id)
    }
}

impl TestApp {
    /// The company admin of the template, signed in.
    pub fn admin(&self, organization: &TestOrganization) -> Actor {
        let mut sql = self.database.superuser();
        enter(&mut sql, organization);
        let email = format!("admin@{}.example", organization.slug);
        let id = text(
            &mut sql,
            "SELECT id::text AS text FROM users WHERE email = $1 AND org_id = portico.org_id()",
            &email,
        );
        self.sign_in(organization, id.parse().expect("an id"), email)
    }

    /// A session of somebody, made straight in the database and confirmed a minute ago; its token is signed with the
    /// server's keys.
    pub fn sign_in(&self, organization: &TestOrganization, user: UserId, email: String) -> Actor {
        let session = SessionId(self.clock.new_id());
        let now = self.clock.now();
        let mut sql = self.database.superuser();
        enter(&mut sql, organization);
        sql_query(
            "INSERT INTO sessions (id, user_id, family_hash, refresh_hash, rotated_at, device, device_hash, address, created_at,
                                   last_used_at, idle_until, expires_at, confirmed_at)
             VALUES ($1, $2, $3, $3, $4, 'Test', $3, '127.0.0.1', $4, $4, $5, $5, $6)",
        )
        .bind::<SqlUuid, _>(session.0)
        .bind::<SqlUuid, _>(user.0)
        .bind::<Binary, _>(session.0.as_bytes().as_slice())
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now + TimeDelta::days(1000))
        .bind::<Timestamptz, _>(now - TimeDelta::minutes(1))
        .execute(&mut sql)
        .expect("a session is made");
        let (token, _) =
            self.server.site.keys.sign(organization.id, user, session, now).expect("a token is signed");
        let client = self.client(organization).with_token(&token);
        Actor { id: user, session, email, organization: organization.clone(), client }
    }
}

impl TestApp {
    /// The token of a link for a new password, made straight in the database.
    pub fn reset_token(&self, organization: &TestOrganization, user: UserId) -> String {
        let token = LinkToken::random("testtest");
        let mut sql = self.database.superuser();
        enter(&mut sql, organization);
        sql_query(
            "INSERT INTO password_resets (id, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind::<SqlUuid, _>(self.clock.new_id())
        .bind::<SqlUuid, _>(user.0)
        .bind::<Binary, _>(token.hash())
        .bind::<Timestamptz, _>(self.clock.now())
        .bind::<Timestamptz, _>(self.clock.now() + TimeDelta::minutes(30))
        .execute(&mut sql)
        .expect("a link is made");
        token.text().to_owned()
    }
}

impl TestApp {
    /// A token for a link that invites, in the place of the one that was sent.
    pub fn invitation_token(&self, organization: &TestOrganization, invitation: &Invitation) -> String {
        let token = LinkToken::random("testtest");
        let mut sql = self.database.superuser();
        enter(&mut sql, organization);
        let rows = sql_query("UPDATE invitations SET token_hash = $2 WHERE id = $1")
            .bind::<SqlUuid, _>(invitation.id.0)
            .bind::<Binary, _>(token.hash())
            .execute(&mut sql)
            .expect("the token is another one");
        assert_eq!(rows, 1);
        token.text().to_owned()
    }
}

/// Sets the organization for the whole connection, for inserts that leave `org_id` to its default.
fn enter(sql: &mut PgConnection, organization: &TestOrganization) {
    sql_query("SELECT set_config('portico.org_id', $1, false)")
        .bind::<Text, _>(organization.id.to_string())
        .execute(sql)
        .expect("the organization is set");
}

fn text(sql: &mut PgConnection, query: &str, parameter: &str) -> String {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let row: Row = sql_query(query).bind::<Text, _>(parameter).get_result(sql).expect("a row");
    row.text
}
