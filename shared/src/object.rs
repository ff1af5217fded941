//! Objects that stand inside of other values, and are nothing but objects.
//!
//! What serde derives for a struct takes a list, too, as its fields in order: `[true]` for `{"insert": true}`. The API
//! says objects, so lists are refused: of whole bodies by the server, inside of them by `only!`.

/// Makes of a struct that is derived with `#[serde(remote = "Self")]` one that is read from objects alone.
macro_rules! only {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Only;

                impl<'de> serde::de::Visitor<'de> for Only {
                    type Value = $name;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $name::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(Only)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        }
    };
}

pub(crate) use only;

#[cfg(test)]
mod tests {
    use crate::{Operations, user::many::SeenUser};

    #[test]
    fn a_list_is_no_object() {
        assert!(serde_json::from_str::<Operations>(r#"{"view": true}"#).is_ok_and(|set| set.view));
        assert!(serde_json::from_str::<Operations>("[true]").is_err());
        assert!(serde_json::from_str::<Operations>(r#"{"fly": true}"#).is_err());
        let id = "019a0c00-0000-7000-8000-000000000011";
        assert!(serde_json::from_str::<SeenUser>(&format!(r#"{{"id": "{id}", "version": 1}}"#)).is_ok());
        assert!(serde_json::from_str::<SeenUser>(&format!(r#"["{id}", 1]"#)).is_err());
    }
}
