//! Fields of a PATCH that may be absent (leave it), null (clear it) or a value (set it).

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "patch::nullable", skip_serializing_if = "Option::is_none")]` on an
/// `Option<Option<T>>`: absent is `None`, null is `Some(None)`.
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
