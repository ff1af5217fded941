//! What a live stream says. `GET /api/v1/events`.

use serde::{Deserialize, Serialize};

/// One line of the stream. It never says what has changed, so it needs no rights of its own: read again what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LiveEvent {
    /// The stream is open. Comes first, and every 15 seconds.
    Heartbeat,
    /// The person's rights, sessions or data may have changed: read `GET /session` again.
    AccessChanged,
    /// The session is over. Nothing follows.
    SessionEnded,
}
