//! What somebody types in the backup environment to bring something back.

use chrono::{DateTime, SecondsFormat, Utc};
use shared::console::{BackupPlace, BackupRun, CopyState};

/// How far back the stream reaches, in days.
const STREAM_DAYS: i64 = 8;
/// The folder of a new cluster. It is empty or not there.
const CLUSTER: &str = "FOLDER_OF_THE_CLUSTER";

/// The store to read from: off-site where the set was verified there, since the local one may be gone with what it stands
/// beside. Absent where it can be read in neither.
pub(super) fn source(run: &BackupRun) -> Option<BackupPlace> {
    let is_verified = |place: BackupPlace| {
        run.copies.iter().any(|copy| copy.place == place && copy.state == CopyState::Verified)
    };
    [BackupPlace::OffSite, BackupPlace::Local].into_iter().find(|place| is_verified(*place))
}

const fn argument(place: BackupPlace) -> &'static str {
    match place {
        BackupPlace::Local => "local",
        BackupPlace::OffSite => "off-site",
    }
}

/// All of it.
pub(super) fn everything(set: &str, from: BackupPlace) -> String {
    let from = argument(from);
    format!(
        "portico ops restore --to {set} --from {from} --into postgres://portico_owner@HOST/portico --files-into FOLDER"
    )
}

/// One organization of it.
pub(super) fn one(set: &str, from: BackupPlace) -> String {
    let from = argument(from);
    format!(
        "portico ops restore --org ID --to {set} --from {from} --into postgres://portico_owner@HOST/portico --files-into FOLDER"
    )
}

/// Everything as it was at an instant, out of the stream.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("portico ops recover --to {at} --into-directory {CLUSTER}")
}

/// Whether the stream still reaches back to it.
pub(super) fn is_in_stream(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (now - at).num_days() < STREAM_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use serde_json::json;

    fn run(local: &str, off_site: &str) -> BackupRun {
        let copy = |place: &str, state: &str| json!({ "place": place, "state": state });
        serde_json::from_value(json!({
            "id": "01900000-0000-7000-8000-000000000001", "kind": "database",
            "started_at": "2026-11-29T10:00:00Z", "set": "database-20261129T100000Z",
            "copies": [copy("local", local), copy("off_site", off_site)],
        }))
        .unwrap()
    }

    #[test]
    fn a_set_is_read_off_site_where_it_can_be() {
        for (local, off_site, expected) in [
            ("verified", "verified", Some(BackupPlace::OffSite)),
            ("removed", "verified", Some(BackupPlace::OffSite)),
            ("verified", "damaged", Some(BackupPlace::Local)),
            ("put", "waiting", None),
        ] {
            assert_eq!(source(&run(local, off_site)), expected, "{local}, {off_site}");
        }
    }

    #[test]
    fn commands_are_what_the_program_takes() {
        assert_eq!(
            everything("database-20261129T100000Z", BackupPlace::OffSite),
            "portico ops restore --to database-20261129T100000Z --from off-site \
             --into postgres://portico_owner@HOST/portico --files-into FOLDER"
        );
        assert!(
            one("x", BackupPlace::Local)
                .starts_with("portico ops restore --org ID --to x --from local --into ")
        );
        let at = run("put", "put").started_at;
        assert_eq!(
            instant(at + TimeDelta::milliseconds(900)),
            "portico ops recover --to 2026-11-29T10:00:00Z --into-directory FOLDER_OF_THE_CLUSTER"
        );
        assert!(is_in_stream(at, at + TimeDelta::days(7)));
        assert!(!is_in_stream(at, at + TimeDelta::days(8)));
    }
}
