//! What ends what: every event that ends sessions or changes rights, against every credential, on two servers over one
//! database, within a second. Each cell is done.

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

use api::{
    db::operator::OperatorDb,
    organizations::{
        self,
        licences::{self, LicenceChange},
    },
};
use chrono::TimeDelta;
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Integer, Uuid as SqlUuid},
};
use serde_json::{Value, json};
use shared::{
    Menu, Operations, ProblemCode,
    event::LiveEvent,
    ids::SessionId,
    licence::Function,
    project::{Project, TeamMember},
    session::{AccessToken, CurrentSession, SignInOutcome, SignedLink},
    sign_in_settings::SignInSettings,
    user::User,
};
use ureq::http::Method;

use crate::harness::{Actor, Answer, Client, EventStream, Next, PASSWORD, TestApp, TestServer, Token};

/// What has become of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It opens nothing any more.
    Ends,
    /// It is let in, and may no longer do what the event took away.
    Less,
    /// It may do what it might before.
    Keeps,
    /// A stream goes on, and has said that something changed.
    Told,
    /// A stream goes on and says nothing.
    Silent,
}
use Then::{Ends, Keeps, Less, Silent, Told};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// The person changes their password in the session at hand.
    PasswordChanged,
    /// The person follows another link for a forgotten password.
    Recovered,
    /// Somebody who manages people sets another one.
    PasswordSet,
    /// Somebody who manages people gives them another e-mail address.
    EmailChanged,
    Deactivated,
    NoLogin,
    /// Another session of the person ends this one.
    SessionEnded,
    /// Another session of the person ends all others.
    OthersEnded,
    SignedOut,
    /// The person takes the API token back.
    TokenRevoked,
    OrganizationSuspended,
    RoleTaken,
    GrantTaken,
    /// An operator shortens the licence row.
    LicenceShortened,
    /// The licence's last day passes.
    LicenceRunsOut,
    PositionLowered,
    /// The person is taken off the team.
    PositionTaken,
    /// Sessions may last less long than this one has.
    LifetimeShortened,
    /// Sessions may be unused for less long, which this one was not.
    IdleShortened,
}

/// The access token of the session, that of another session of the person, the refresh cookie and a signed link of the
/// session, an API token of the person, a link for a forgotten password, and a stream of the session.
const TABLE: [(Event, [Then; 7]); 19] = [
    (Event::PasswordChanged, [Keeps, Ends, Keeps, Keeps, Keeps, Ends, Told]),
    (Event::Recovered, [Ends, Ends, Ends, Ends, Keeps, Ends, Ends]),
    (Event::PasswordSet, [Ends, Ends, Ends, Ends, Keeps, Ends, Ends]),
    (Event::EmailChanged, [Keeps, Keeps, Keeps, Keeps, Keeps, Ends, Told]),
    (Event::Deactivated, [Ends, Ends, Ends, Ends, Ends, Ends, Ends]),
    (Event::NoLogin, [Ends, Ends, Ends, Ends, Ends, Ends, Ends]),
    (Event::SessionEnded, [Ends, Keeps, Ends, Ends, Keeps, Keeps, Ends]),
    (Event::OthersEnded, [Ends, Keeps, Ends, Ends, Keeps, Keeps, Ends]),
    (Event::SignedOut, [Ends, Keeps, Ends, Ends, Keeps, Keeps, Ends]),
    (Event::TokenRevoked, [Keeps, Keeps, Keeps, Keeps, Ends, Keeps, Told]),
    (Event::OrganizationSuspended, [Ends, Ends, Ends, Ends, Ends, Ends, Ends]),
    (Event::RoleTaken, [Less, Less, Less, Keeps, Less, Keeps, Told]),
    (Event::GrantTaken, [Less, Less, Less, Keeps, Less, Keeps, Told]),
    (Event::LicenceShortened, [Less, Less, Less, Keeps, Less, Keeps, Told]),
    // Links last an hour at most, and nobody is told of what passes by itself: the browser asks at its next step.
    (Event::LicenceRunsOut, [Less, Less, Less, Ends, Less, Ends, Silent]),
    (Event::PositionLowered, [Less, Less, Less, Keeps, Less, Keeps, Silent]),
    (Event::PositionTaken, [Less, Less, Less, Keeps, Less, Keeps, Silent]),
    (Event::LifetimeShortened, [Ends, Ends, Ends, Ends, Keeps, Keeps, Ends]),
    (Event::IdleShortened, [Keeps, Keeps, Keeps, Keeps, Keeps, Keeps, Told]),
];

/// Somebody with two sessions who manages a project.
struct Stage {
    app: TestApp,
    second: TestServer,
    person: Actor,
    /// The session at hand, which began by a sign-in two hours ago.
    session: SessionId,
    /// The browser of that session at each server, and which of them has the newest cookie.
    browsers: [Client; 2],
    newest: Cell<usize>,
    /// A token for all that the person may do on their projects.
    token: Token,
    link: String,
    reset: String,
    project: Project,
}

impl Stage {
    fn set() -> Self {
        let app = TestApp::start();
        let second = app.second_server();
        let admin = app.acme.admin(&app);
        let manager = app.acme.person().licence("project_manager").function(Function::ProjectManager);
        let person = manager.grant(Menu::MyProjects, Operations::ALL).create(&app);
        let project: Project = admin.post("/projects", &json!({"name": "Apollo"})).expect(201).json();
        let position = json!({"user_id": person.id, "position": "manager"});
        admin.post(&format!("/projects/{}/team", project.id), &position).expect(201);
        give_password(&app, &person);

        let browsers = [app.client(&app.acme), second.client(&app.acme.host())];
        let sign_in = json!({"email": person.email, "password": PASSWORD});
        let SignInOutcome::SignedIn(token) = browsers[0].post("/session", &sign_in).expect(200).json() else {
            panic!("the host says which")
        };
        for (name, value) in browsers[0].cookies() {
            browsers[1].set_cookie(&name, &value);
        }
        let signed_in = app.client(&app.acme).with_token(&token.access_token);
        let session = signed_in.get("/session").expect(200).json::<CurrentSession>().session;
        app.clock.advance(TimeDelta::hours(2));
        let at = |server: &TestServer| client(&app, server, &person, session);
        let link: SignedLink = at(&app.server).get("/profile/sessions/history/link").expect(200).json();
        let link = link.href.strip_prefix("/api/v1").expect("a path of the API").to_owned();
        let token = person
            .api_token(&app, &[(Menu::MyProjects, Operations::ALL), (Menu::ProjectGeneral, Operations::ALL)]);
        let reset = app.reset_token(&app.acme, person.id);
        Self { app, second, person, session, browsers, newest: Cell::new(0), token, link, reset, project }
    }

    fn servers(&self) -> [&TestServer; 2] {
        [&self.app.server, &self.second]
    }

    /// Opens a stream of the session at hand at each server.
    fn listen(&self) -> [EventStream; 2] {
        self.servers().map(|server| {
            let stream = client(&self.app, server, &self.person, self.session).follow("/events");
            assert_eq!(stream.next(), Next::Event(LiveEvent::Heartbeat));
            stream
        })
    }

    /// What the person may do now by this client.
    fn may(&self, client: &Client) -> Then {
        let path = format!("/projects/{}", self.project.id);
        let version = project_version(&self.app, &self.project);
        let change = json!({"cost_centre": format!("CC-{version}")});
        match client.patch(&path, version, &change) {
            answer if is_out(&answer) => Ends,
            answer if [403, 404].contains(&answer.status) => Less,
            answer => {
                answer.expect(200);
                Keeps
            }
        }
    }

    /// Shows the refresh token of the one browser that talks to both servers.
    fn refresh(&self, server: usize) -> Answer {
        for (name, value) in self.browsers[1 - server].cookies() {
            if self.newest.get() != server {
                self.browsers[server].set_cookie(&name, &value);
            }
        }
        self.newest.set(server);
        self.browsers[server].post("/session/refresh", &json!({}))
    }

    /// What has become of the credential of this column at this server.
    fn found(&self, column: usize, server: usize) -> Then {
        let at = self.servers()[server];
        match column {
            0 => self.may(&client(&self.app, at, &self.person, self.session)),
            1 => self.may(&client(&self.app, at, &self.person, self.person.session)),
            2 => match self.refresh(server) {
                answer if is_out(&answer) => Ends,
                answer => {
                    let token: AccessToken = answer.expect(200).json();
                    self.may(&at.client(&self.app.acme.host()).with_token(&token.access_token))
                }
            },
            3 => match at.client(&self.app.acme.host()).get(&self.link) {
                answer if is_out(&answer) => Ends,
                answer => {
                    answer.expect(200);
                    Keeps
                }
            },
            4 => self.may(&self.token.at(at)),
            5 => {
                let shown = json!({"token": self.reset});
                match at.client(&self.app.acme.host()).post("/password-recoveries/check", &shown) {
                    answer if is_out(&answer) || answer.status == 410 => Ends,
                    answer => {
                        answer.expect(200);
                        Keeps
                    }
                }
            }
            other => panic!("no column {other}"),
        }
    }

    /// The path and the version of the person's position.
    fn position(&self, admin: &Actor) -> (String, i32) {
        let team = format!("/projects/{}/team", self.project.id);
        let members: Vec<TeamMember> = admin.get(&team).expect(200).json();
        let member = members.iter().find(|one| one.user.id == self.person.id).expect("on the team");
        (format!("{team}/{}", self.person.id), member.version)
    }

    /// Does it.
    fn happens(&self, event: Event) {
        let (app, admin) = (&self.app, self.app.acme.admin(&self.app));
        let (here, other) = (
            client(app, &app.server, &self.person, self.session),
            client(app, &app.server, &self.person, self.person.session),
        );
        let path = format!("/users/{}", self.person.id);
        let user: User = admin.get(&path).expect(200).json();
        let change = |change: Value| admin.patch(&path, user.version, &change).expect(200);
        match event {
            Event::PasswordChanged => {
                let new = json!({"old_password": PASSWORD, "new_password": "siete barcos junto al faro"});
                here.put("/profile/password", &new).expect(204);
            }
            Event::Recovered => {
                let token = app.reset_token(&app.acme, self.person.id);
                let new = json!({"token": token, "new_password": "siete barcos junto al faro"});
                app.client(&app.acme).post("/password-recoveries/use", &new).expect(204);
            }
            Event::PasswordSet => drop(change(json!({"password": "siete barcos junto al faro"}))),
            Event::EmailChanged => drop(change(json!({"email": "another@acme.example"}))),
            Event::Deactivated => {
                let deactivate = format!("{path}/deactivate");
                admin.send(Method::POST, &deactivate, Some(user.version), None).expect(200);
            }
            Event::NoLogin => drop(change(json!({"no_login": true}))),
            Event::SessionEnded => {
                other.delete(&format!("/profile/sessions/{}", self.session), 1).expect(204);
            }
            Event::OthersEnded => drop(other.delete("/profile/sessions", 1).expect(204)),
            Event::SignedOut => drop(here.delete("/session", 1).expect(204)),
            Event::TokenRevoked => {
                let path = format!("/profile/api-tokens/{}", self.token.id);
                other.delete(&path, 1).expect(204);
            }
            Event::OrganizationSuspended => organizations::suspend(&mut operator(app), "acme").expect("done"),
            Event::RoleTaken => {
                let default = app.acme.admin(app).get("/roles").expect(200).json::<Vec<Value>>();
                let default = default.iter().find(|role| role["default_for_new_users"] == json!(true));
                change(json!({"roles": [default.expect("there is one")["id"]]}));
            }
            Event::GrantTaken => {
                let role: Value = admin.get(&format!("/roles/{}", user.roles[0].id)).expect(200).json();
                let version = i32::try_from(role["version"].as_i64().expect("a version")).expect("small");
                let grants = json!({"grants": {"my_projects": {"view": true}}});
                admin.patch(&format!("/roles/{}", user.roles[0].id), version, &grants).expect(200);
            }
            Event::LicenceShortened => end_licence(app, -1),
            Event::LicenceRunsOut => app.clock.advance(TimeDelta::days(1)),
            Event::PositionLowered => {
                let (path, version) = self.position(&admin);
                admin.patch(&path, version, &json!({"position": "guest"})).expect(200);
            }
            Event::PositionTaken => {
                let (path, version) = self.position(&admin);
                admin.delete(&path, version).expect(204);
            }
            Event::LifetimeShortened => {
                settings(&admin, &json!({"session_idle_minutes": 60, "session_lifetime_minutes": 60}));
            }
            Event::IdleShortened => settings(&admin, &json!({"session_idle_minutes": 15})),
        }
    }
}

/// The version that the project has by now, whoever may see it.
fn project_version(app: &TestApp, project: &Project) -> i32 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        version: i32,
    }
    let row: Row = sql_query("SELECT version FROM projects WHERE id = $1")
        .bind::<SqlUuid, _>(project.id.0)
        .get_result(&mut app.database.superuser())
        .expect("it is there");
    row.version
}

fn settings(admin: &Actor, patch: &Value) {
    let now: SignInSettings = admin.get("/sign-in-settings").expect(200).json();
    admin.patch("/sign-in-settings", now.version, patch).expect(200);
}

fn operator(app: &TestApp) -> OperatorDb {
    OperatorDb::open(&app.database.url("portico_operator"), app.clock.clone()).expect("the operator comes in")
}

/// Lets the person's licence end so many days from today.
fn end_licence(app: &TestApp, days: i64) {
    let mut operator = operator(app);
    let held = licences::held(&mut operator, app.acme.id).expect("licences");
    let row = held.iter().find(|(row, _)| row.licence_type == "project_manager").expect("it is held");
    let until = app.clock.now().date_naive() + TimeDelta::days(days);
    let change = LicenceChange { valid_until: Some(Some(until)), ..LicenceChange::default() };
    licences::change(&mut operator, app.acme.id, shared::ids::LicenceId(row.0.id), change).expect("done");
}

/// Somebody's session at a server, by a token of this moment.
fn client(app: &TestApp, server: &TestServer, person: &Actor, session: SessionId) -> Client {
    let signed = server.site.keys.sign(app.acme.id, person.id, session, app.clock.now());
    server.client(&app.acme.host()).with_token(&signed.expect("a token is signed").0)
}

fn give_password(app: &TestApp, person: &Actor) {
    sql_query(
        "UPDATE users SET password_hash = (SELECT a.password_hash FROM users a WHERE a.org_id = users.org_id
                                           AND a.email = 'admin@acme.example') WHERE id = $1",
    )
    .bind::<SqlUuid, _>(person.id.0)
    .execute(&mut app.database.superuser())
    .expect("a password is set");
}

/// Whether the credential is refused as such.
fn is_out(answer: &Answer) -> bool {
    answer.status == 401
        || (answer.status == 403 && answer.problem().code == ProblemCode::OrganizationSuspended)
}

/// What is found, as soon as it is what is expected; after a second, whatever it is.
fn soon(expected: Then, find: impl Fn() -> Then) -> Then {
    let started = Instant::now();
    loop {
        let found = find();
        if found == expected || started.elapsed() > Duration::from_secs(1) {
            return found;
        }
    }
}

/// What a stream has said within a second.
fn heard(stream: &EventStream) -> Then {
    match stream.next() {
        Next::Nothing => Silent,
        Next::Event(LiveEvent::SessionEnded) => {
            assert_eq!(stream.next(), Next::Over);
            Ends
        }
        Next::Event(LiveEvent::AccessChanged) => match heard(stream) {
            Ends => Ends,
            _ => Told,
        },
        Next::Event(LiveEvent::Heartbeat) => heard(stream),
        Next::Over => panic!("over without a word"),
    }
}

/// What both streams say, at the same time, with the streams as they are afterwards.
fn both_heard(streams: [EventStream; 2]) -> [(Then, EventStream); 2] {
    streams
        .map(|stream| thread::spawn(|| (heard(&stream), stream)))
        .map(|heard| heard.join().expect("it is heard"))
}

const REFRESH: usize = 2;

#[test]
fn every_event_does_to_every_credential_what_the_table_says_on_both_servers_within_a_second() {
    for (event, row) in TABLE {
        let stage = Stage::set();
        if event == Event::LicenceRunsOut {
            end_licence(&stage.app, 0);
        }
        let [columns @ .., stream] = row;
        let cells = |wanted: &dyn Fn(usize, Then) -> bool| -> Vec<(usize, Then, usize)> {
            let all = columns.into_iter().enumerate().filter(|(column, then)| wanted(*column, *then));
            all.flat_map(|(column, then)| [(column, then, 0), (column, then, 1)]).collect()
        };
        let check = |cells: Vec<(usize, Then, usize)>| {
            for (column, expected, server) in cells {
                let found = soon(expected, || stage.found(column, server));
                assert_eq!(found, expected, "{event:?}: column {column} at server {server}");
            }
        };
        for (column, _, server) in cells(&|_, _| true) {
            assert_eq!(
                stage.found(column, server),
                Keeps,
                "before {event:?}: column {column} at server {server}"
            );
        }
        let mut streams = stage.listen();
        if stream == Silent {
            // What was done to get here may be heard late.
            streams = both_heard(streams).map(|(_, stream)| stream);
        }
        stage.happens(event);
        // Those that change settle first. A refresh that works tells the streams, so it waits until they were heard.
        check(cells(&|column, then| then == Ends || (then == Less && column != REFRESH)));
        for (server, (found, _)) in both_heard(streams).into_iter().enumerate() {
            assert_eq!(found, stream, "{event:?}: the stream at server {server}");
        }
        check(cells(&|column, then| then == Keeps || (then == Less && column == REFRESH)));
    }
}
