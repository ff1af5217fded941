//! What the system must have, installed where the person may and spelled out where not.
