//! The endpoints of projects. Those of their teams stand in [`super::team`].

use actix_web::web::{Data, Json, Path};
use shared::{
    Page,
    change::{Change, ChangeFilter},
    ids::ProjectId,
    project::{
        NewProject, Project, ProjectDeletion, ProjectFilter, ProjectHead, ProjectHome, ProjectOptions,
        ProjectPatch, ProjectRow,
    },
};

use super::{
    history, home,
    list::{self, Wanted, Way},
    store,
    tabs::Viewed,
};
use crate::{
    ApiError,
    access::marks::{menu, op},
    db::{ProjectPlace, TenantConn},
    http::{
        answers::{Created, Current, NoContent},
        fields::{Fields, Listed},
        guards::{Allowed, InProject, MayRead, SeesProject, SignedIn, why},
        input::{IfMatch, Query, Valid},
        server::Site,
    },
};

/// The projects that one sees: all of the organization, or those with a position, as the licence reaches.
#[utoipa::path(get, path = "/projects", operation_id = "list_projects", params(ProjectFilter),
    responses((status = 200, description = "A page of projects.", body = Page<ProjectRow>)))]
pub async fn list_projects(
    who: Allowed<menu::Projects, op::View>,
    filter: Query<ProjectFilter>,
    site: Data<Site>,
) -> Result<Listed<ProjectRow>, ApiError> {
    let fields = Fields::of::<ProjectRow>(filter.0.fields.as_deref())?;
    let (caller, wanted) = (who.caller().clone(), Wanted::parse(filter.0)?);
    let page = site.db.read(&who, move |conn| list::page(conn, &caller, Way::Management, &wanted)).await?;
    Ok(fields.list(page))
}

/// My Projects: those on which one has a position that counts.
#[utoipa::path(get, path = "/my-projects", operation_id = "list_my_projects",
    params(ProjectFilter), responses((status = 200, description = "A page of projects.", body = Page<ProjectRow>)))]
pub async fn list_my_projects(
    who: Allowed<menu::MyProjects, op::View>,
    filter: Query<ProjectFilter>,
    site: Data<Site>,
) -> Result<Listed<ProjectRow>, ApiError> {
    let fields = Fields::of::<ProjectRow>(filter.0.fields.as_deref())?;
    let (caller, wanted) = (who.caller().clone(), Wanted::parse(filter.0)?);
    let page = site.db.read(&who, move |conn| list::page(conn, &caller, Way::Desktop, &wanted)).await?;
    Ok(fields.list(page))
}

/// Creates a project and makes the creator its Manager.
#[utoipa::path(post, path = "/projects", operation_id = "create_project",
    request_body = NewProject, responses((status = 201, description = "The project.", body = Project)))]
pub async fn create_project(
    who: Allowed<menu::Projects, op::Insert>,
    site: Data<Site>,
    body: Valid<NewProject>,
) -> Result<Created<Project>, ApiError> {
    let caller = who.caller().clone();
    site.db.write(&who, move |conn| store::create(conn, &caller, body.0)).await.map(Created)
}

/// The choices of a project's form: statuses, approval statuses, types and priorities, in order.
#[utoipa::path(get, path = "/projects/options", operation_id = "get_project_options",
    responses((status = 200, description = "The choices.", body = ProjectOptions)))]
pub async fn get_project_options(
    who: SignedIn<why::ProjectForm>,
    site: Data<Site>,
) -> Result<Json<ProjectOptions>, ApiError> {
    site.db.read(&who, store::options).await.map(Json)
}

/// What the page of a project begins with: its name and what one may do in it, for whoever sees the project on any of
/// its tabs.
#[utoipa::path(get, path = "/projects/{project}/head", operation_id = "get_project_head",
    params(("project" = ProjectId, Path)),
    responses((status = 200, description = "The head of the project.", body = ProjectHead)))]
pub async fn get_project_head(
    who: SeesProject,
    project: Path<ProjectId>,
    site: Data<Site>,
) -> Result<Current<ProjectHead>, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place| store::get(conn, place, &caller);
    let project = site.db.in_seen_project(&who, project.into_inner(), work).await?;
    Ok(Current(ProjectHead::from(project)))
}

/// A project's main data, and what one may do in it.
#[utoipa::path(get, path = "/projects/{project}", operation_id = "get_project",
    params(("project" = ProjectId, Path)),
    responses((status = 200, description = "The project.", body = Project)))]
pub async fn get_project(
    who: InProject<menu::ProjectGeneral, op::View>,
    project: Path<ProjectId>,
    site: Data<Site>,
) -> Result<Current<Project>, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place| store::get(conn, place, &caller);
    site.db.in_project(&who, project.into_inner(), work).await.map(Current)
}

/// Changes a project's main data.
#[utoipa::path(patch, path = "/projects/{project}", operation_id = "update_project",
    params(("project" = ProjectId, Path)),
    request_body = ProjectPatch, responses((status = 200, description = "The project as it is now.", body = Project)))]
pub async fn update_project(
    who: InProject<menu::ProjectGeneral, op::Update>,
    project: Path<ProjectId>,
    version: IfMatch,
    site: Data<Site>,
    body: Valid<ProjectPatch>,
) -> Result<Current<Project>, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place| store::update(conn, place, &caller, version.0, body.0);
    site.db.in_project(&who, project.into_inner(), work).await.map(Current)
}

/// Deletes a project with everything in it.
#[utoipa::path(delete, path = "/projects/{project}", operation_id = "delete_project",
    params(("project" = ProjectId, Path)),
    responses((status = 204, description = "The project is gone.")))]
pub async fn delete_project(
    who: InProject<menu::Projects, op::Delete>,
    project: Path<ProjectId>,
    version: IfMatch,
    site: Data<Site>,
) -> Result<NoContent, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place| store::delete(conn, place, &caller, version.0);
    site.db.in_project(&who, project.into_inner(), work).await?;
    Ok(NoContent)
}

/// What would go with a project if it were deleted: for those who may.
#[utoipa::path(get, path = "/projects/{project}/deletion", operation_id = "get_project_deletion",
    params(("project" = ProjectId, Path)),
    responses((status = 200, description = "The counts.", body = ProjectDeletion)))]
pub async fn get_project_deletion(
    who: InProject<menu::Projects, op::Delete>,
    project: Path<ProjectId>,
    site: Data<Site>,
) -> Result<Json<ProjectDeletion>, ApiError> {
    let work = |conn: &mut TenantConn<'_>, place: ProjectPlace| store::deletion(conn, place.project);
    site.db.read_in_project(&who, project.into_inner(), work).await.map(Json)
}

/// A project at a glance; of the team and of the changes what one may view on their tabs.
#[utoipa::path(get, path = "/projects/{project}/home", operation_id = "get_project_home",
    params(("project" = ProjectId, Path)),
    responses((status = 200, description = "How the project stands.", body = ProjectHome)))]
pub async fn get_project_home(
    who: InProject<menu::ProjectHome, op::View>,
    project: Path<ProjectId>,
    site: Data<Site>,
) -> Result<Json<ProjectHome>, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place| home::get(conn, place, &caller);
    site.db.in_project(&who, project.into_inner(), work).await.map(Json)
}

/// The history of a project, the newest change first: what stands on the tabs that one may view.
#[utoipa::path(get, path = "/projects/{project}/changes", operation_id = "list_project_changes",
    params(("project" = ProjectId, Path), ChangeFilter),
    responses((status = 200, description = "A page of changes.", body = Page<Change>)))]
pub async fn list_project_changes(
    who: InProject<menu::ProjectHome, op::View>,
    project: Path<ProjectId>,
    filter: Query<ChangeFilter>,
    site: Data<Site>,
) -> Result<Json<Page<Change>>, ApiError> {
    let caller = who.caller().clone();
    let work = move |conn: &mut TenantConn<'_>, place: ProjectPlace| {
        history::page(conn, place.project, &Viewed::by(&caller, place), &filter.0)
    };
    site.db.in_project(&who, project.into_inner(), work).await.map(Json)
}
