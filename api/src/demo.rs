//! Demo data worth looking at: two organizations in different trades, with people of all roles and licences, and
//! projects over two years in all statuses. Everything goes through the stores that serve requests, in the name of
//! the people who would have done it, on the days on which they would have.

mod atlas;
mod data;
mod viento_sur;

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use shared::{
    Position,
    ids::{OrganizationId, ProjectId, ProjectParameterId, RoleId, SessionId, UserId},
    project::{NewProject, NewTeamMember, Project, ProjectPatch},
    user::NewUser,
};
use uuid::Uuid;

use crate::{
    ApiError,
    access::{
        Caller, Credential, SessionSpan,
        span::{Lifetimes, Stored},
        store::find_person,
    },
    clock::Clock,
    db::{
        Actor, Organization, ProjectPlace, TenantConn,
        operator::OperatorDb,
        schema::{general_data, project_parameters, roles, users},
    },
    organizations::{self, NewOrganization},
    passwords, projects, users as people,
};
use data::{DemoOrganization, DemoPerson, DemoProject, State};

const ORGANIZATIONS: [DemoOrganization; 2] = [atlas::ATLAS, viento_sur::VIENTO_SUR];

/// The password of all demo accounts.
pub const PASSWORD: &str = "every door has a key";

/// How long ago the demo organizations began.
const BEGAN: TimeDelta = TimeDelta::days(760);

/// One account, to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The organization's name.
    pub organization: &'static str,
    /// The organization's slug.
    pub slug: &'static str,
    /// The e-mail.
    pub email: String,
    /// The name.
    pub name: String,
    /// The roles, or what stands for them.
    pub roles: String,
}

/// Makes what is missing of the demo data. Does nothing where the organizations are there.
pub fn create(url: &str, now: DateTime<Utc>) -> Result<()> {
    // One clock for all: it counts the ids too, so a second one would give the same ids once more.
    let clock = Clock::fixed(now - BEGAN);
    for one in ORGANIZATIONS {
        clock.advance(now - BEGAN - clock.now());
        let mut db = OperatorDb::open(url, clock.clone())?;
        if organizations::find(&mut db, one.slug)?.is_none() {
            Demo { db, clock: clock.clone(), now, one, people: HashMap::new() }.make()?;
        }
    }
    Ok(())
}

/// The accounts that can sign in.
pub fn accounts() -> Vec<Account> {
    ORGANIZATIONS
        .iter()
        .flat_map(|one| {
            one.people.iter().filter(|person| person.state == State::Active).map(|person| Account {
                organization: one.name,
                slug: one.slug,
                email: one.email(person.email),
                name: format!("{} {}", person.first_name, person.last_name),
                roles: if person.roles.is_empty() {
                    "Company admin".to_owned()
                } else {
                    person.roles.join(", ")
                },
            })
        })
        .collect()
}

struct Demo {
    db: OperatorDb,
    clock: Clock,
    now: DateTime<Utc>,
    one: DemoOrganization,
    /// By the e-mail before the `@`.
    people: HashMap<&'static str, UserId>,
}

impl Demo {
    fn make(mut self) -> Result<()> {
        let [admin, rest @ ..] = self.one.people else { bail!("{} has no people", self.one.name) };
        let new = self.new_organization(admin)?;
        let id = organizations::create(&mut self.db, &new)?;
        self.write_settings(id)?;
        let admin_id = self.user_with(id, admin)?;
        self.people.insert(admin.email, admin_id);
        let organization = Arc::new(self.organization(id)?);
        let password_hash = passwords::hash(PASSWORD)?;
        for person in rest {
            self.add_person(&organization, admin.email, person, &password_hash)?;
        }
        for project in self.one.projects {
            self.add_project(&organization, project).with_context(|| format!("project {}", project.name))?;
        }
        for person in rest.iter().filter(|person| person.state == State::Former) {
            self.at(TimeDelta::days(-40));
            self.deactivate(&organization, admin.email, person)?;
        }
        Ok(())
    }

    /// Moves the clock to so long from now.
    fn at(&self, offset: TimeDelta) {
        self.clock.advance(self.now + offset - self.clock.now());
    }

    fn new_organization(&self, admin: &DemoPerson) -> Result<NewOrganization> {
        let mut licences = self.one.licences.iter().map(|text| text.parse()).collect::<Result<Vec<_>>>()?;
        if let Some(text) = self.one.lapsed_licence {
            let (from, until) = (self.now - BEGAN, self.now - TimeDelta::days(7));
            licences.push(format!("{text}@{}..{}", from.date_naive(), until.date_naive()).parse()?);
        }
        Ok(NewOrganization {
            slug: self.one.slug.to_owned(),
            name: self.one.name.to_owned(),
            language: self.one.language,
            currency: self.one.currency.to_owned(),
            time_zone: self.one.time_zone.to_owned(),
            admin_email: self.one.email(admin.email),
            admin_first_name: admin.first_name.to_owned(),
            admin_last_name: admin.last_name.to_owned(),
            admin_password: PASSWORD.to_owned(),
            licences,
        })
    }

    fn write_settings(&mut self, id: OrganizationId) -> Result<()> {
        let one = self.one;
        self.db.in_organization(id, |conn| {
            diesel::update(general_data::table)
                .set((
                    general_data::street.eq(one.street),
                    general_data::city.eq(one.city),
                    general_data::country.eq(one.country),
                    general_data::phone.eq(one.phone),
                    general_data::email.eq(one.email("info")),
                ))
                .execute(conn.sql())?;
            Ok(())
        })?;
        Ok(())
    }

    fn organization(&mut self, id: OrganizationId) -> Result<Organization> {
        let row = organizations::find(&mut self.db, self.one.slug)?.context("the organization was made")?;
        Ok(Organization {
            id,
            number: row.number,
            short_id: row.short_id,
            slug: row.slug,
            name: row.name,
            suspended: false,
        })
    }

    fn user_with(&mut self, id: OrganizationId, person: &DemoPerson) -> Result<UserId> {
        let email = self.one.email(person.email);
        let found: Uuid = self.db.in_organization(id, |conn| {
            Ok(users::table.filter(users::email.eq(email)).select(users::id).first(conn.sql())?)
        })?;
        Ok(UserId(found))
    }

    /// Somebody of the demo, as the one who asks.
    fn caller(&mut self, organization: &Arc<Organization>, email: &str) -> Result<Caller> {
        let user = *self.people.get(email).with_context(|| format!("{email} is not among the people"))?;
        let mut person = self
            .db
            .in_organization(organization.id, |conn| find_person(conn, user))?
            .with_context(|| format!("{email} was made"))?;
        let (session, now) = (SessionId(self.clock.new_id()), self.clock.now());
        let until = now + TimeDelta::hours(1);
        let stored = Stored { created_at: now, last_used_at: now, idle_until: until, expires_at: until };
        let lifetimes = Lifetimes { idle: TimeDelta::hours(1), absolute: TimeDelta::hours(1) };
        // As if the password had just been shown: whoever makes the demo holds the operator's role.
        person.sessions.insert(session, SessionSpan::new(stored, lifetimes, Some(now)));
        Ok(Caller {
            organization: Arc::clone(organization),
            person: Arc::new(person),
            credential: Credential::Session(session),
            now,
            address: IpAddr::from([127, 0, 0, 1]),
            request_id: self.clock.new_id(),
            idempotency_key: None,
        })
    }

    /// Work in somebody's name.
    fn by<T>(
        &mut self,
        organization: &Arc<Organization>,
        email: &str,
        work: impl FnOnce(&mut TenantConn<'_>, &Caller) -> Result<T, ApiError>,
    ) -> Result<T> {
        let caller = self.caller(organization, email)?;
        Ok(self.db.in_organization_as(organization.id, Actor::of(&caller), |conn| work(conn, &caller))?)
    }

    fn add_person(
        &mut self,
        organization: &Arc<Organization>,
        admin: &str,
        person: &DemoPerson,
        password_hash: &str,
    ) -> Result<()> {
        let email = self.one.email(person.email);
        let (language, hash) = (self.one.language, password_hash.to_owned());
        let made = self.by(organization, admin, |conn, caller| {
            let new = NewUser {
                email,
                first_name: person.first_name.to_owned(),
                last_name: person.last_name.to_owned(),
                language: Some(language),
                no_login: person.state == State::NoLogin,
                roles: Some(role_ids(conn, person.roles)?),
                password: None,
            };
            let hash = (person.state != State::NoLogin).then_some(hash);
            people::store::create(conn, caller, &new, hash)
        })?;
        self.people.insert(person.email, made.id);
        Ok(())
    }

    fn deactivate(
        &mut self,
        organization: &Arc<Organization>,
        admin: &str,
        person: &DemoPerson,
    ) -> Result<()> {
        let user = *self.people.get(person.email).context("the person was made")?;
        self.by(organization, admin, |conn, caller| {
            let version =
                users::table.filter(users::id.eq(user.0)).select(users::version).first(conn.sql())?;
            people::store::deactivate(conn, caller, user, version)
        })?;
        Ok(())
    }

    /// A project as it came to be: drafted, staffed, approved, started, and closed or put on hold.
    fn add_project(&mut self, organization: &Arc<Organization>, project: &DemoProject) -> Result<()> {
        let [manager, team @ ..] = project.team else { bail!("nobody leads {}", project.name) };
        let first_day = (self.now + TimeDelta::days(project.start)).date_naive();
        let last_day = (self.now + TimeDelta::days(project.end)).date_naive();
        self.at(TimeDelta::days(project.start.min(0) - 30) + TimeDelta::hours(2));
        let made = self.by(organization, manager, |conn, caller| {
            let new = NewProject {
                name: project.name.to_owned(),
                type_id: Some(parameter(conn, "type", project.project_type)?),
                priority_id: Some(parameter(conn, "priority", project.priority)?),
                start_date: Some(first_day),
                end_date: Some(last_day),
                ..NewProject::default()
            };
            projects::store::create(conn, caller, new)
        })?;
        for (index, name) in team.iter().enumerate() {
            let user = *self.people.get(name).with_context(|| format!("{name} is not among the people"))?;
            let position = if self.is_guest(name) { Position::Guest } else { Position::TeamMember };
            self.clock.advance(TimeDelta::minutes(7 * (1 + i64::try_from(index)?)));
            self.by(organization, manager, |conn, caller| {
                let new = NewTeamMember { user_id: user, position };
                projects::team::store::create(conn, made.id, &new, caller.today())
            })?;
        }
        self.move_on(organization, manager, &made, project)
    }

    fn is_guest(&self, name: &str) -> bool {
        self.one.people.iter().any(|person| person.email == name && person.roles == ["Project Guest"])
    }

    fn move_on(
        &mut self,
        organization: &Arc<Organization>,
        manager: &str,
        made: &Project,
        project: &DemoProject,
    ) -> Result<()> {
        let changed_on = match project.status {
            "Draft" => {
                return self.decide(organization, manager, made.id, -2, "Draft", project.approval_status);
            }
            "Closed" => project.end,
            "On hold" => -12,
            _ => project.start.min(-3),
        };
        let approved_on = (project.start.min(0) - 14).min(changed_on - 1);
        self.decide(organization, manager, made.id, approved_on, "Planned", project.approval_status)?;
        if project.status == "Closed" || project.status == "On hold" {
            self.decide(
                organization,
                manager,
                made.id,
                project.start,
                "In progress",
                project.approval_status,
            )?;
        }
        self.decide(organization, manager, made.id, changed_on, project.status, project.approval_status)
    }

    fn decide(
        &mut self,
        organization: &Arc<Organization>,
        manager: &str,
        project: ProjectId,
        day: i64,
        status: &str,
        approval_status: &str,
    ) -> Result<()> {
        self.at(TimeDelta::days(day) + TimeDelta::hours(3));
        self.by(organization, manager, |conn, caller| {
            let patch = ProjectPatch {
                status_id: Some(parameter(conn, "status", status)?),
                approval_status_id: Some(parameter(conn, "approval_status", approval_status)?),
                ..ProjectPatch::default()
            };
            let place = ProjectPlace { project, assigned: Some(Position::Manager) };
            let version = projects::store::get(conn, place, caller)?.version;
            projects::store::update(conn, place, caller, version, patch)
        })?;
        Ok(())
    }
}

fn role_ids(conn: &mut TenantConn<'_>, names: &[&str]) -> Result<Vec<RoleId>, ApiError> {
    let ids: Vec<Uuid> = roles::table.filter(roles::name.eq_any(names)).select(roles::id).load(conn.sql())?;
    Ok(ids.into_iter().map(RoleId).collect())
}

fn parameter(conn: &mut TenantConn<'_>, kind: &str, name: &str) -> Result<ProjectParameterId, ApiError> {
    let id: Uuid = project_parameters::table
        .filter(project_parameters::kind.eq(kind).and(project_parameters::name_en.eq(name)))
        .select(project_parameters::id)
        .first(conn.sql())?;
    Ok(ProjectParameterId(id))
}
