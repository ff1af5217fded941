//! What handlers answer with: JSON, with a version's `ETag` where there is one.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{StatusCode, header},
};
use serde::Serialize;
use shared::{
    api_token::ApiToken, console::Operator, general_data::GeneralData, invitation::Invitation,
    project::Project, project::ProjectHead, project::TeamMember, project_parameter::ProjectParameter,
    role::Role, session::CurrentSession, sign_in_settings::SignInSettings, user::User,
};

/// A resource with a version, for `ETag` and `If-Match`.
pub trait Versioned: Serialize {
    /// The version.
    fn version(&self) -> i32;
}

macro_rules! versioned {
    ($($name:ident),*) => {$(
        impl Versioned for $name {
            fn version(&self) -> i32 {
                self.version
            }
        }
    )*};
}

versioned!(
    ApiToken,
    CurrentSession,
    GeneralData,
    Invitation,
    Operator,
    Project,
    ProjectHead,
    ProjectParameter,
    Role,
    SignInSettings,
    TeamMember,
    User
);

/// 200 with the resource and its `ETag`.
#[derive(Debug)]
pub struct Current<T: Versioned>(pub T);

/// 201 with the resource and its `ETag`.
#[derive(Debug)]
pub struct Created<T: Versioned>(pub T);

/// 204.
#[derive(Debug)]
pub struct NoContent;

/// The `ETag` of a version.
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

fn with_etag<T: Versioned>(status: StatusCode, resource: &T) -> HttpResponse {
    HttpResponse::build(status).insert_header((header::ETAG, etag(resource.version()))).json(resource)
}

impl<T: Versioned> Responder for Current<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        with_etag(StatusCode::OK, &self.0)
    }
}

impl<T: Versioned> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        with_etag(StatusCode::CREATED, &self.0)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
