//! Requests and answers.

use std::sync::LazyLock;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use shared::{Page, Problem, ProblemCode, session::SignedLink};

use super::{confirmation, failure::Failure, token};
use crate::browser;

#[expect(clippy::disallowed_methods, reason = "this is the one client")]
static CLIENT: LazyLock<Client> = LazyLock::new(Client::new);

/// The version of a resource as the server names it. Sent back with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The tag of a resource that came in a list, whose rows carry their version in the body.
    pub fn of_version(version: i32) -> Self {
        Self(format!("\"{version}\""))
    }
}

/// A resource with its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The resource.
    pub value: T,
    /// Its version.
    pub etag: Etag,
}

/// Reads something.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    body(send(|| request(&Method::GET, path)).await?).await
}

/// Reads something that may be changed.
pub async fn get_versioned<T: DeserializeOwned>(path: &str) -> Result<Versioned<T>, Failure> {
    versioned(send(|| request(&Method::GET, path)).await?).await
}

/// Reads a page of a list. The filter's fields become the query string.
pub async fn list<T: DeserializeOwned>(path: &str, filter: &impl Serialize) -> Result<Page<T>, Failure> {
    let query = serde_urlencoded::to_string(filter).map_err(|_| Failure::Unreadable)?;
    get(&if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }).await
}

/// Asks for the link to a file and has the browser keep it: a download sends no header, and is written to the disk as it
/// comes.
pub async fn download(link: &str) -> Result<(), Failure> {
    let link: SignedLink = get(link).await?;
    browser::download(&link.href);
    Ok(())
}

/// Adds something, or does something.
pub async fn post<T: DeserializeOwned>(path: &str, value: &impl Serialize) -> Result<T, Failure> {
    body(send(|| request(&Method::POST, path).json(value)).await?).await
}

/// Adds something that may be changed.
pub async fn post_versioned<T: DeserializeOwned>(
    path: &str,
    value: &impl Serialize,
) -> Result<Versioned<T>, Failure> {
    versioned(send(|| request(&Method::POST, path).json(value)).await?).await
}

/// Does something with the version one has seen, and no later one.
pub async fn act<T: DeserializeOwned>(path: &str, etag: &Etag) -> Result<Versioned<T>, Failure> {
    versioned(send(|| request(&Method::POST, path).header(header::IF_MATCH, &etag.0)).await?).await
}

/// Puts something in its place.
pub async fn put<T: DeserializeOwned>(path: &str, value: &impl Serialize) -> Result<T, Failure> {
    body(send(|| request(&Method::PUT, path).json(value)).await?).await
}

/// Changes the version that one has seen, and no later one.
pub async fn patch<T: DeserializeOwned>(
    path: &str,
    etag: &Etag,
    value: &impl Serialize,
) -> Result<Versioned<T>, Failure> {
    versioned(send(|| request(&Method::PATCH, path).header(header::IF_MATCH, &etag.0).json(value)).await?)
        .await
}

/// Removes the version that one has seen, and no later one. What has no versions needs no tag.
pub async fn delete(path: &str, etag: Option<&Etag>) -> Result<(), Failure> {
    send(|| {
        let request = request(&Method::DELETE, path);
        match etag {
            Some(etag) => request.header(header::IF_MATCH, &etag.0),
            None => request,
        }
    })
    .await
    .map(|_| ())
}

/// Puts a file in its place, or takes away what stands there, of the version that one has seen; gives the thing that it
/// belongs to.
pub async fn replace_file<T: DeserializeOwned>(
    path: &str,
    etag: &Etag,
    file: Option<Vec<u8>>,
) -> Result<Versioned<T>, Failure> {
    let build = || match &file {
        Some(file) => request(&Method::PUT, path)
            .header(header::IF_MATCH, &etag.0)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(file.clone()),
        None => request(&Method::DELETE, path).header(header::IF_MATCH, &etag.0),
    };
    versioned(send(build).await?).await
}

/// A file with its kind.
pub(super) async fn file(path: &str) -> Result<(String, Vec<u8>), Failure> {
    let answer = send(|| request(&Method::GET, path)).await?;
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_owned();
    Ok((kind, answer.bytes().await.map_err(|_| Failure::Unreachable)?.to_vec()))
}

/// Whether the server gives another app by now than the one that runs in this page. A server that does not answer gives
/// none.
pub async fn is_outdated() -> bool {
    let Some(script) = browser::script() else { return false };
    let Ok(answer) = once(CLIENT.get(format!("{}/", browser::origin()))).await else { return false };
    answer.status().is_success() && answer.text().await.is_ok_and(|page| !page.contains(&script))
}

/// For the renewal itself, which must not wait for itself.
pub(super) async fn post_without_renewal<T: DeserializeOwned>(
    path: &str,
    value: &impl Serialize,
) -> Result<T, Failure> {
    body(checked(once(request(&Method::POST, path).json(value)).await?).await?).await
}

fn request(method: &Method, path: &str) -> RequestBuilder {
    let prefix = token::prefix();
    let request = CLIENT.request(method.clone(), format!("{}{prefix}{path}", browser::origin()));
    request.header(header::ACCEPT, "application/json, application/problem+json")
}

/// Sends the request; where the API asks for the password, asks the person, and sends the request once more.
async fn send(build: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
    match renewing(&build).await {
        Err(failure)
            if failure.code() == Some(ProblemCode::ConfirmationRequired) && confirmation::ask().await =>
        {
            renewing(&build).await
        }
        outcome => outcome,
    }
}

/// Sends the request; when the token is over, renews it and sends the request once more.
async fn renewing(build: &impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
    let sent_with = token::bearer();
    let response = once(authorized(build(), sent_with.as_deref())).await?;
    let is_over = response.status() == StatusCode::UNAUTHORIZED && sent_with.is_some();
    if !is_over {
        return checked(response).await;
    }
    // Another call may have renewed the token while this one was on its way.
    let renewed = token::bearer().is_some_and(|now| Some(now) != sent_with) || token::renew().await;
    if !renewed {
        return checked(response).await;
    }
    checked(once(authorized(build(), token::bearer().as_deref())).await?).await
}

fn authorized(request: RequestBuilder, token: Option<&str>) -> RequestBuilder {
    match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    }
}

async fn once(request: RequestBuilder) -> Result<Response, Failure> {
    request.send().await.map_err(|_| Failure::Unreachable)
}

/// Turns what the API refused into a failure.
async fn checked(response: Response) -> Result<Response, Failure> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let problem =
        response.json::<Problem>().await.ok().or_else(|| problem_of(status)).ok_or(Failure::Unreadable)?;
    if problem.denial.is_some() {
        token::denied();
    }
    Err(Failure::Refused(Box::new(problem)))
}

/// Proxies answer these without a body of ours.
fn problem_of(status: StatusCode) -> Option<Problem> {
    let code = match status {
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            ProblemCode::Busy
        }
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::TooLarge,
        StatusCode::TOO_MANY_REQUESTS => ProblemCode::RateLimited,
        _ => return None,
    };
    Some(Problem::new(code))
}

async fn body<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    if response.status() == StatusCode::NO_CONTENT {
        // Such an answer is read as `()`.
        return serde_json::from_str("null").map_err(|_| Failure::Unreadable);
    }
    let text = response.text().await.map_err(|_| Failure::Unreachable)?;
    serde_json::from_str(&text).map_err(|_| Failure::Unreadable)
}

async fn versioned<T: DeserializeOwned>(response: Response) -> Result<Versioned<T>, Failure> {
    let etag = response.headers().get(header::ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let etag = etag.map(Etag).ok_or(Failure::Unreadable)?;
    Ok(Versioned { value: body(response).await?, etag })
}
