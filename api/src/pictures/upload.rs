//! A file as the body of a request: its bytes and nothing around them.

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt as _, future::LocalBoxFuture};
use shared::ProblemCode;

use crate::ApiError;

/// The largest image, in bytes.
pub const UPLOAD_LIMIT: usize = 8 * 1024 * 1024;

/// What was uploaded, whole.
#[derive(Debug)]
pub struct Upload(pub Bytes);

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header(header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_file = kind == "application/octet-stream" || kind.starts_with("image/");
        let announced = header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        let mut payload = payload.take();
        async move {
            if !is_file {
                let detail =
                    "Send the file itself, as `Content-Type: application/octet-stream` or what it is.";
                return Err(ApiError::BadRequest(ProblemCode::UnsupportedMediaType, detail.to_owned()));
            }
            // What says itself that it is too large is not read.
            if announced.is_some_and(|length| length > UPLOAD_LIMIT) {
                return Err(too_large());
            }
            let mut bytes = BytesMut::new();
            while let Some(part) = payload.next().await {
                let cut = |_| {
                    ApiError::BadRequest(
                        ProblemCode::MalformedBody,
                        "The body did not arrive whole.".to_owned(),
                    )
                };
                let part = part.map_err(cut)?;
                if bytes.len() + part.len() > UPLOAD_LIMIT {
                    return Err(too_large());
                }
                bytes.extend_from_slice(&part);
            }
            Ok(Self(bytes.freeze()))
        }
        .boxed_local()
    }
}

fn too_large() -> ApiError {
    let detail = format!("An image may have at most {} MB.", UPLOAD_LIMIT / 1024 / 1024);
    ApiError::BadRequest(ProblemCode::TooLarge, detail)
}
