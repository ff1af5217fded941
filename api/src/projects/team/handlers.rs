//! The endpoints of a project's team.

use actix_web::web::{Data, Json, Path};
use shared::{
    ids::{ProjectId, UserId},
    project::{CandidateFilter, NewTeamMember, TeamMember, TeamMemberPatch},
    user::UserName,
};

use super::store;
use crate::{
    ApiError,
    access::marks::{menu, op},
    db::{ProjectPlace, TenantConn},
    http::{
        answers::{Created, Current, NoContent},
        guards::InProject,
        input::{IfMatch, Query, Valid},
        server::Site,
    },
};

/// Everybody on the team, Managers first, with the position that counts and why it is lower than the assigned one.
#[utoipa::path(get, path = "/projects/{project}/team", operation_id = "list_team_members",
    params(("project" = ProjectId, Path)),
    responses((status = 200, description = "The team.", body = Vec<TeamMember>)))]
pub async fn list_team_members(
    who: InProject<menu::ProjectTeam, op::View>,
    project: Path<ProjectId>,
    site: Data<Site>,
) -> Result<Json<Vec<TeamMember>>, ApiError> {
    let today = who.caller().today();
    let work = move |conn: &mut TenantConn<'_>, place: ProjectPlace| store::list(conn, place.project, today);
    site.db.in_project(&who, project.into_inner(), work).await.map(Json)
}

/// Active people who could be put on the team, by name, twenty at most.
#[utoipa::path(get, path = "/projects/{project}/team/candidates", operation_id = "list_team_candidates",
    params(("project" = ProjectId, Path), CandidateFilter),
    responses((status = 200, description = "The people.", body = Vec<UserName>)))]
pub async fn list_team_candidates(
    who: InProject<menu::ProjectTeam, op::Insert>,
    project: Path<ProjectId>,
    filter: Query<CandidateFilter>,
    site: Data<Site>,
) -> Result<Json<Vec<UserName>>, ApiError> {
    let words = filter.0.q.unwrap_or_default();
    let work =
        move |conn: &mut TenantConn<'_>, place: ProjectPlace| store::candidates(conn, place.project, &words);
    site.db.read_in_project(&who, project.into_inner(), work).await.map(Json)
}

/// Puts somebody on the team. To be Manager, one of their roles must carry the function.
#[utoipa::path(post, path = "/projects/{project}/team", operation_id = "create_team_member",
    params(("project" = ProjectId, Path)), request_body = NewTeamMember,
    responses((status = 201, description = "The person on the team.", body = TeamMember)))]
pub async fn create_team_member(
    who: InProject<menu::ProjectTeam, op::Insert>,
    project: Path<ProjectId>,
    site: Data<Site>,
    body: Valid<NewTeamMember>,
) -> Result<Created<TeamMember>, ApiError> {
    let today = who.caller().today();
    let work = move |conn: &mut TenantConn<'_>, place: ProjectPlace| {
        store::create(conn, place.project, &body.0, today)
    };
    site.db.in_project(&who, project.into_inner(), work).await.map(Created)
}

/// Gives somebody of the team another position. The last Manager can be lowered only by those who see all projects.
#[utoipa::path(patch, path = "/projects/{project}/team/{user}", operation_id = "update_team_member",
    request_body = TeamMemberPatch,
    params(("project" = ProjectId, Path), ("user" = UserId, Path)),
    responses((status = 200, description = "The person on the team.", body = TeamMember)))]
pub async fn update_team_member(
    who: InProject<menu::ProjectTeam, op::Update>,
    path: Path<(ProjectId, UserId)>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<TeamMemberPatch>,
) -> Result<Current<TeamMember>, ApiError> {
    let (caller, (project, user)) = (who.caller().clone(), path.into_inner());
    let work = move |conn: &mut TenantConn<'_>, place| {
        store::update(conn, place, &caller, user, version.0, body.0.position)
    };
    site.db.in_project(&who, project, work).await.map(Current)
}

/// Takes somebody off the team. The last Manager can be taken off only by those who see all projects.
#[utoipa::path(delete, path = "/projects/{project}/team/{user}", operation_id = "delete_team_member",

    params(("project" = ProjectId, Path), ("user" = UserId, Path)),
    responses((status = 204, description = "The person is off the team.")))]
pub async fn delete_team_member(
    who: InProject<menu::ProjectTeam, op::Delete>,
    path: Path<(ProjectId, UserId)>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let (caller, (project, user)) = (who.caller().clone(), path.into_inner());
    let work = move |conn: &mut TenantConn<'_>, place| store::delete(conn, place, &caller, user, version.0);
    site.db.in_project(&who, project, work).await?;
    Ok(NoContent)
}
