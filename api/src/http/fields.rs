//! `fields` of a list: which fields of its rows the client wants. The id always comes with them.

use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody};
use serde::Serialize;
use serde_json::Value;
use shared::Page;
use utoipa::{
    PartialSchema,
    openapi::{RefOr, Schema},
};

use super::cursor::parameter;
use crate::ApiError;

/// The fields asked for; all where none are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Option<Vec<String>>);

impl Fields {
    /// Reads `name,status`. A field that the rows do not have is refused, with the names of those that they have.
    pub fn of<T: PartialSchema>(asked: Option<&str>) -> Result<Self, ApiError> {
        let Some(asked) = asked else { return Ok(Self(None)) };
        let known = names::<T>();
        let fields: Vec<String> = asked.split(',').map(|field| field.trim().to_owned()).collect();
        match fields.iter().find(|field| !known.contains(field)) {
            Some(unknown) => {
                let known = known.join(", ");
                Err(parameter("fields", format!("{unknown:?} is no field of this list, which has {known}.")))
            }
            None => Ok(Self(Some(fields))),
        }
    }

    /// 200 with the page.
    pub fn list<T: Serialize>(self, page: Page<T>) -> Listed<T> {
        Listed { page, fields: self }
    }
}

/// A page of a list, trimmed to the fields asked for.
#[derive(Debug)]
pub struct Listed<T> {
    page: Page<T>,
    fields: Fields,
}

impl<T: Serialize> Responder for Listed<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Self { page, fields: Fields(fields) } = self;
        let Some(fields) = fields else { return HttpResponse::Ok().json(page) };
        let items = page.items.iter().map(|item| trimmed(item, &fields)).collect::<Result<Vec<Value>, _>>();
        match items {
            Ok(items) => HttpResponse::Ok().json(Page { items, next: page.next, total: page.total }),
            Err(error) => HttpResponse::from_error(ApiError::internal(error)),
        }
    }
}

fn trimmed(item: &impl Serialize, fields: &[String]) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(item)?;
    if let Value::Object(object) = &mut value {
        object.retain(|name, _| name == "id" || fields.contains(name));
    }
    Ok(value)
}

/// The names of a type's fields, as OpenAPI has them.
fn names<T: PartialSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use shared::{project::ProjectRow, user::User};

    use super::*;

    #[test]
    fn fields_are_those_of_the_rows() {
        assert_eq!(Fields::of::<User>(None).expect("all"), Fields(None));
        let some = Fields::of::<ProjectRow>(Some("name, type")).expect("two");
        assert_eq!(some, Fields(Some(vec!["name".to_owned(), "type".to_owned()])));
        for unknown in ["password_hash", "name,", ""] {
            assert!(Fields::of::<User>(Some(unknown)).is_err(), "{unknown:?}");
        }
    }

    #[test]
    fn the_id_always_comes_along() {
        let item = serde_json::json!({"id": 1, "name": "A", "code": "B"});
        assert_eq!(
            trimmed(&item, &["name".to_owned()]).expect("JSON"),
            serde_json::json!({"id": 1, "name": "A"})
        );
    }
}
