//! Reading what a question is about: the person, and their position on the project.

use diesel::prelude::*;
use shared::{
    Menu, Operation, Position,
    access::explain::{AccountLink, ExplainFilter, ExplainedProject, Explanation, TokenLink},
    ids::{ApiTokenId, ProjectId, UserId},
    user::UserName,
};

use crate::{
    ApiError,
    access::{
        Caller, Credential,
        explain::{Chain, Question},
        store::holders,
    },
    db::{
        TenantConn,
        schema::{api_tokens, project_positions, projects, users},
    },
    projects::visible,
};

/// The chain for somebody, asked by the caller.
pub fn explain(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    filter: &ExplainFilter,
) -> Result<Explanation, ApiError> {
    let (asked, day) = (filter.user.unwrap_or(caller.user()), caller.today());
    if asked != caller.user() {
        caller.holder().check(Menu::Users, Operation::View, day).map_err(ApiError::Forbidden)?;
    }
    let (user, active, no_login) = person(conn, asked)?;
    let project = match filter.project {
        Some(project) => Some(seen_project(conn, caller, project, asked)?),
        None => None,
    };
    // As the database has it, and not as some server has kept it.
    let holder = holders(conn, &[asked])?.remove(&asked).ok_or(ApiError::NotFound)?;
    let on_project = project.as_ref().map(|(.., assigned)| *assigned);
    let question = Question { menu: filter.menu, operation: filter.operation, on_project, day };
    let chain = holder.explain(question);
    // The links are the person's; where their token asks, its scopes are one link more, and decide with them.
    let token = match caller.credential {
        Credential::Token(id) if asked == caller.user() => Some((id, caller.holder().explain(question))),
        Credential::Token(_) | Credential::Session(_) | Credential::Link(_) => None,
    };
    let decisive = token.as_ref().map_or(&chain, |(_, narrowed)| narrowed);
    let account = AccountLink { active, no_login, company_admin: chain.company_admin };
    let (allowed, denial) = (account.opens() && decisive.allows(), decisive.denial.clone());
    let token = match &token {
        Some((id, narrowed)) => {
            Some(TokenLink { name: token_name(conn, *id)?, allows: narrowed.allows() || !chain.allows() })
        }
        None => None,
    };
    let Chain { roles, position, seen, .. } = chain;
    Ok(Explanation {
        user,
        menu: filter.menu,
        operation: filter.operation,
        project: project.map(|(code, name, id, _)| ExplainedProject { id, code, name, seen }),
        day,
        allowed,
        denial: denial.filter(|_| account.opens()),
        account,
        roles,
        position,
        token,
    })
}

fn token_name(conn: &mut TenantConn<'_>, id: ApiTokenId) -> Result<String, ApiError> {
    Ok(api_tokens::table.filter(api_tokens::id.eq(id.0)).select(api_tokens::name).first(conn.sql())?)
}

fn person(conn: &mut TenantConn<'_>, id: UserId) -> Result<(UserName, bool, bool), ApiError> {
    let (first_name, last_name, email, active, no_login): (String, String, String, bool, bool) = users::table
        .filter(users::id.eq(id.0))
        .select((users::first_name, users::last_name, users::email, users::active, users::no_login))
        .first(conn.sql())?;
    Ok((UserName { id, name: format!("{first_name} {last_name}"), email }, active, no_login))
}

/// A project that the caller sees, with the position on it of the person who is asked about.
fn seen_project(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    project: ProjectId,
    asked: UserId,
) -> Result<(String, String, ProjectId, Option<Position>), ApiError> {
    let (code, name): (String, String) = projects::table
        .filter(projects::id.eq(project.0))
        .filter(visible(caller))
        .select((projects::code, projects::name))
        .first(conn.sql())?;
    let assigned: Option<String> = project_positions::table
        .filter(project_positions::project_id.eq(project.0))
        .filter(project_positions::user_id.eq(asked.0))
        .select(project_positions::position)
        .first(conn.sql())
        .optional()?;
    Ok((code, name, project, assigned.as_deref().and_then(Position::from_key)))
}
