//! Projects over a real server: who sees and changes which, lists, teams, history, and the lists they choose from.

mod concurrency;
mod lists;
mod parameters;
mod project;
mod reach;
pub mod statements;
mod tabs;
mod team;

use serde_json::json;
use shared::{
    Position,
    ids::UserId,
    project::{NewProject, Project, TeamMember},
};

use crate::harness::Actor;

/// A project with nothing but a name.
fn create(by: &Actor, name: &str) -> Project {
    by.post("/projects", &NewProject { name: name.to_owned(), ..NewProject::default() }).expect(201).json()
}

/// The address of a project.
fn at(project: &Project) -> String {
    format!("/projects/{}", project.id)
}

/// Puts somebody on a project's team.
fn join(by: &Actor, project: &Project, user: UserId, position: Position) -> TeamMember {
    let member = json!({"user_id": user, "position": position});
    by.post(&format!("{}/team", at(project)), &member).expect(201).json()
}
