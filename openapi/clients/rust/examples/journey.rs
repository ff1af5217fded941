//! One journey with an API token: what it is good for, a list page by page, and the life of a project, with all that
//! can come between. `PORTICO_URL` and `PORTICO_TOKEN` say where and as whom.

use anyhow::{Context as _, Result, bail, ensure};
use portico_client::{
    ApiOpError, DenialReason, HttpClient, Menu, Operation, Problem, ProblemCode, ProjectRow,
    UpdateProjectApiError,
};
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = HttpClient::new()
        .with_base_url(std::env::var("PORTICO_URL").context("PORTICO_URL is missing")?)
        .with_api_key(std::env::var("PORTICO_TOKEN").context("PORTICO_TOKEN is missing")?);
    what_the_token_is_good_for(&client).await?;
    all_projects(&client).await?;
    life_of_a_project(&client).await?;
    what_is_left_to_people(&client).await
}

async fn what_the_token_is_good_for(client: &HttpClient) -> Result<()> {
    let access = client.get_current_access().await?;
    let token = access.token.flatten().context("this is the session of a person")?;
    let projects = access.permissions.additional_properties.get("projects").cloned().unwrap_or_default();
    ensure!(projects.view == Some(true) && projects.insert == Some(true), "{projects:?}");
    println!("token: {} of {}, {}", token.name, access.user.name, access.organization.name);
    Ok(())
}

async fn all_projects(client: &HttpClient) -> Result<()> {
    let mut rows: Vec<ProjectRow> = vec![];
    let (mut pages, mut total, mut after) = (0, None, None);
    loop {
        // A cursor belongs to the order and the filters that it came with: send them with every page.
        let mut request = client.list_projects_builder().sort("name").limit(8).total(true);
        if let Some(cursor) = after {
            request = request.after(cursor);
        }
        let page = request.send().await?;
        pages += 1;
        total = total.or(page.total.flatten());
        rows.extend(page.items);
        after = page.next.flatten();
        if after.is_none() {
            break;
        }
    }
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ensure!(
        total == i64::try_from(rows.len()).ok() && ids.len() == rows.len(),
        "a row is missing, or comes twice"
    );
    println!("projects: {} on {pages} pages", rows.len());
    Ok(())
}

async fn life_of_a_project(client: &HttpClient) -> Result<()> {
    // The key is chosen before the request is sent for the first time: sent again after an answer that was lost, it
    // makes nothing twice.
    let key = Uuid::new_v4().to_string();
    let name = "Footbridge over the Rotte";
    let create = || {
        client
            .create_project_builder(name.to_owned())
            .idempotency_key(&key)
            .cost_centre("CC-7".to_owned())
            .send()
    };
    let (created, again) = (create().await?, create().await?);
    ensure!(created.id == again.id, "the same key made another project");
    let found = client.list_projects_builder().q(name).send().await?;
    ensure!(found.items.len() == 1, "{:?}", found.items);
    println!("created: {name}, once");

    let project = created.id.to_string();
    let read = client.get_project(&project).await?;
    ensure!(read.name == name && read.version == 1, "{read:?}");
    println!("read: version {}", read.version);

    // The version that was read stands between quotes, as in the answer's `ETag`.
    let seen = format!("\"{}\"", read.version);
    let rename = |to: &str| client.update_project_builder(&project, &seen).name(to.to_owned()).send();
    let changed = rename("Footbridge over the Schie").await?;
    ensure!(changed.version == 2 && changed.name == "Footbridge over the Schie", "{changed:?}");
    println!("changed: version {}", changed.version);

    let refusal = rename("Footbridge over the Maas").await.err().context("a stale version was taken")?;
    // Each operation says which statuses it may answer; `problem` below is for where one will do for all.
    let Some(UpdateProjectApiError::Status412(stale)) = refusal.api().and_then(|answer| answer.typed.clone())
    else {
        bail!(refusal);
    };
    let current = stale.current.flatten().context("the present state is missing")?;
    ensure!(stale.code == ProblemCode::StaleVersion, "{:?}", stale.code);
    ensure!(current["version"] == 2 && current["name"] == "Footbridge over the Schie", "{current}");
    println!("stale: {} {}, now version {}", stale.status, stale.code, current["version"]);

    let seen = format!("\"{}\"", changed.version);
    let backwards = client
        .update_project_builder(&project, &seen)
        .start_date("2027-03-01".parse()?)
        .end_date("2027-02-28".parse()?)
        .send()
        .await;
    let invalid = problem(backwards)?;
    let [field] = invalid.errors.as_deref().unwrap_or_default() else { bail!("{invalid:?}") };
    ensure!(invalid.status == 422 && field.pointer == "/end_date", "{invalid:?}");
    println!("invalid: {} {} {}", invalid.status, field.pointer, field.code);

    client.delete_project(&project, &seen).await?;
    let gone = problem(client.get_project(&project).await)?;
    ensure!(gone.status == 404 && gone.code == ProblemCode::NotFound, "{gone:?}");
    println!("deleted: {} {}", gone.status, gone.code);
    Ok(())
}

async fn what_is_left_to_people(client: &HttpClient) -> Result<()> {
    let refused = problem(client.list_users_builder().send().await)?;
    let denial = refused.denial.flatten().context("the reason is missing")?;
    ensure!(refused.status == 403 && denial.reason == DenialReason::TokenScope, "{denial:?}");
    ensure!(denial.menu == Menu::Users && denial.operation == Operation::View, "{denial:?}");
    println!("refused: {} {} for {} {}", refused.status, denial.reason, denial.menu, denial.operation);
    Ok(())
}

/// What the server refused with. Whatever operation it was, the body is a problem.
fn problem<T, E: std::fmt::Debug>(answer: Result<T, ApiOpError<E>>) -> Result<Problem> {
    match answer {
        Ok(_) => bail!("it was not refused"),
        Err(ApiOpError::Api(refused)) => Ok(serde_json::from_str(&refused.body)?),
        Err(ApiOpError::Transport(error)) => Err(error.into()),
    }
}
