//! What an S3 service has to say before something counts as put: the one place that decides it.
//!
//! Production may not read what it has put. So every request that puts bytes carries their SHA-256 (which is signed, and
//! which the service compares) and their MD5, and its answer has to give one of the two back: the checksum, or an `ETag` that
//! is the MD5 of what the service has.

use std::fmt;

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http_body_util::BodyExt as _;
use md5::{Digest as _, Md5};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
        HttpService, ReqwestConnector,
    },
};
use reqwest::{
    Method,
    header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH},
};

const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
const SHA_256: HeaderName = HeaderName::from_static("x-amz-checksum-sha256");

/// Makes clients that ask for this confirmation.
#[derive(Debug)]
pub(super) struct Confirming;

impl HttpConnector for Confirming {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Client(ReqwestConnector::default().connect(options)?)))
    }
}

#[derive(Debug)]
struct Client(HttpClient);

#[async_trait]
impl HttpService for Client {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if request.method() == Method::POST
            && request.uri().query().is_some_and(|query| query.contains("uploadId="))
        {
            // object_store says so for what goes in one request alone. Headers of this kind need not be signed.
            request.headers_mut().insert(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        if request.method() != Method::PUT {
            return self.0.execute(request).await;
        }
        let (mut head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let sums = Sums::of(&body, &head.headers);
        head.headers.insert(CONTENT_MD5, sums.header()?);
        let answer = self.0.execute(HttpRequest::from_parts(head, HttpRequestBody::from(body))).await?;
        if answer.status().is_success() && !sums.are_confirmed_by(answer.headers()) {
            // Of this kind, it is not tried again: it would be answered likewise.
            return Err(HttpError::new(HttpErrorKind::Unknown, Unconfirmed));
        }
        Ok(answer)
    }
}

/// The sums of what is put.
struct Sums {
    md5: [u8; 16],
    sha_256: Option<HeaderValue>,
}

impl Sums {
    fn of(body: &[u8], headers: &HeaderMap) -> Self {
        Self { md5: Md5::digest(body).into(), sha_256: headers.get(SHA_256).cloned() }
    }

    fn header(&self) -> Result<HeaderValue, HttpError> {
        let text = BASE64_STANDARD.encode(self.md5);
        HeaderValue::from_str(&text).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))
    }

    fn are_confirmed_by(&self, answer: &HeaderMap) -> bool {
        let tag = answer.get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
        let md5 = format!("{:032x}", u128::from_be_bytes(self.md5));
        let checksum = answer.get(SHA_256);
        match checksum {
            Some(_) => checksum == self.sha_256.as_ref(),
            None => tag.trim_matches('"').eq_ignore_ascii_case(&md5),
        }
    }
}

/// The service took it and did not say what.
#[derive(Debug)]
struct Unconfirmed;

impl fmt::Display for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the store took it, and did not confirm its checksum: neither as x-amz-checksum-sha256, nor as an ETag that is \
             the MD5 of what was put",
        )
    }
}

impl std::error::Error for Unconfirmed {}

/// Whether that is why something failed.
pub fn is_unconfirmed(error: &anyhow::Error) -> bool {
    error.chain().any(<dyn std::error::Error>::is::<Unconfirmed>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_confirms_what_was_put() {
        let mut asked = HeaderMap::new();
        asked.insert(SHA_256, HeaderValue::from_static("of-hello"));
        let sums = Sums::of(b"hello", &asked);
        assert_eq!(sums.header().expect("a header"), "XUFAKrxLKna5cZ2REBfFkg==");
        let md5 = "\"5d41402abc4b2a76b9719d911017c592\"";
        for (tag, checksum, confirmed) in [
            (Some(md5), None, true),
            (None, Some("of-hello"), true),
            // With a key of the service's own, the tag is no MD5.
            (Some("\"something else\""), Some("of-hello"), true),
            (Some(md5), Some("of-another"), false),
            (Some("\"5d41402abc4b2a76b9719d911017c593\""), None, false),
            (Some("\"5d41402abc4b2a76b9719d911017c592-1\""), None, false),
            (None, None, false),
        ] {
            let mut answer = HeaderMap::new();
            answer.extend(tag.map(|tag| (ETAG, HeaderValue::from_static(tag))));
            answer.extend(checksum.map(|sum| (SHA_256, HeaderValue::from_static(sum))));
            assert_eq!(sums.are_confirmed_by(&answer), confirmed, "{tag:?} {checksum:?}");
        }
    }
}
