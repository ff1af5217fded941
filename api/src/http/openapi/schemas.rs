//! Schemas as generators of clients understand them.
//!
//! utoipa writes the argument of a generic type and the keys of a map out in full; where that is a type of the document,
//! its name stands instead, so that generated clients have one type for it. And it makes the variant of an enum that
//! holds another type an `allOf` of that type and the variant's tag, which not every generator looks into; one object
//! stands instead.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Components, Ref, RefOr, Schema,
    schema::{AdditionalProperties, AllOf, AllOfBuilder, ArrayItems, Object},
};

/// Puts names for what is written out inside of other schemas.
pub fn refer_by_name(components: &mut Components) {
    let named: Named = components
        .schemas
        .iter()
        .filter_map(|(name, schema)| match schema {
            RefOr::T(schema) => Some((name.clone(), schema.clone())),
            RefOr::Ref(_) => None,
        })
        .collect();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            inside(schema, &named);
        }
    }
}

/// Whether the schema, by name or written out, is an object with this property.
pub fn has_property(components: &Components, schema: &RefOr<Schema>, property: &str) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key(property),
        RefOr::T(_) => false,
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            components.schemas.get(name).is_some_and(|schema| has_property(components, schema, property))
        }
    }
}

type Named = BTreeMap<String, Schema>;

fn name_of<'a>(schema: &Schema, named: &'a Named) -> Option<&'a str> {
    named.iter().find(|(_, one)| *one == schema).map(|(name, _)| name.as_str())
}

fn inside(schema: &mut Schema, named: &Named) {
    match schema {
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                one(items, named);
            }
        }
        Schema::Object(object) => {
            object.properties.values_mut().for_each(|property| one(property, named));
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                one(values, named);
            }
            if let Some(keys) = &mut object.property_names
                && let Some(name) = name_of(keys, named)
            {
                **keys = Schema::AllOf(AllOfBuilder::new().item(Ref::from_schema_name(name)).build());
            }
        }
        Schema::OneOf(any) => any.items.iter_mut().for_each(|item| {
            if let RefOr::T(Schema::AllOf(all)) = item
                && let Some(object) = as_one_object(all, named)
            {
                *item = RefOr::T(Schema::Object(object));
            }
            one(item, named);
        }),
        Schema::AllOf(all) => all.items.iter_mut().for_each(|item| one(item, named)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|item| one(item, named)),
        _ => {}
    }
}

/// All properties in one object, where every part is one.
fn as_one_object(all: &AllOf, named: &Named) -> Option<Object> {
    let mut whole = Object::new();
    whole.description.clone_from(&all.description);
    for item in &all.items {
        let part = match item {
            RefOr::T(part) => part,
            RefOr::Ref(reference) => named.get(reference.ref_location.rsplit('/').next()?)?,
        };
        let Schema::Object(part) = part else { return None };
        whole.properties.extend(part.properties.clone());
        whole.required.extend(part.required.iter().cloned());
    }
    Some(whole)
}

fn one(schema: &mut RefOr<Schema>, named: &Named) {
    let RefOr::T(written_out) = schema else { return };
    if let Some(name) = name_of(written_out, named) {
        *schema = RefOr::Ref(Ref::from_schema_name(name));
    } else {
        inside(written_out, named);
    }
}
