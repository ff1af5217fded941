//! What operators are told of backups.

use chrono::{DateTime, Utc};
use shared::console::TakeOverReport;

use super::{backup::Made, retention::SetKind, stream::state::Concern};
use crate::mail::letter::Content;

/// A set was made.
pub fn made(made: &Made) -> Content {
    let set = &made.manifest.set;
    let bytes = made.manifest.objects().map(|object| object.size).sum();
    let (subject, paragraph, off_site) = match &made.off_site {
        Ok(_) => (format!("Backed up: {set}"), "The set stands whole in both stores.", "whole".to_owned()),
        Err(error) => (
            format!("Backed up, but not off-site: {set}"),
            "The set stands whole in the local store alone. It is brought off-site with the next one at the latest.",
            format!("not there: {error:#}"),
        ),
    };
    let application =
        made.not_copied.as_ref().map(|why| format!("The application is in it as it was before: {why}"));
    Content {
        subject,
        paragraphs: std::iter::once(paragraph.to_owned()).chain(application).collect(),
        facts: vec![
            ("Set", set.clone()),
            ("Taken at", instant(made.manifest.taken_at)),
            ("Size", format!("{} ({} of them new)", spoken_bytes(bytes), spoken_bytes(made.put))),
            ("Duration", format!("{:.1} s", made.seconds)),
            ("Checksum", hex(&made.manifest_hash.0)),
            ("Local store", "whole".to_owned()),
            ("Off-site store", off_site),
        ],
        ..Content::default()
    }
}

/// None could be made.
pub fn failed(kind: SetKind, error: &anyhow::Error) -> Content {
    Content {
        subject: format!("No {} could be backed up", what(kind)),
        paragraphs: vec![
            format!("{error:#}"),
            "The worker tries again, soon and then every quarter of an hour. What was begun was given up; the sets of before \
             are what they were."
                .to_owned(),
        ],
        ..Content::default()
    }
}

/// One could be made again.
pub fn works_again(kind: SetKind, set: &str) -> Content {
    Content {
        subject: format!("The {} are backed up again", what(kind)),
        paragraphs: vec![format!("{set} is good.")],
        ..Content::default()
    }
}

/// None was made for too long.
pub fn missing(kind: SetKind, since: DateTime<Utc>, newest: Option<DateTime<Utc>>) -> Content {
    let newest = newest.map_or("There is none at all.".to_owned(), |at| {
        format!("The newest good one was begun on {}.", instant(at))
    });
    Content {
        subject: format!("No backup of the {} since {}", what(kind), instant(since)),
        paragraphs: vec![format!(
            "A set was due on {}. {newest} Look whether `portico work` runs, and what it says.",
            instant(since)
        )],
        ..Content::default()
    }
}

/// Sets wait for the off-site store.
pub fn not_off_site(error: &anyhow::Error) -> Content {
    Content {
        subject: "Backups do not reach the off-site store".to_owned(),
        paragraphs: vec![
            format!("{error:#}"),
            "Local sets go on. The worker tries every five minutes to bring off-site what is not there."
                .to_owned(),
        ],
        ..Content::default()
    }
}

/// None waits any more.
pub fn off_site_again(sets: usize) -> Content {
    Content {
        subject: "Backups reach the off-site store again".to_owned(),
        paragraphs: vec![format!("{sets} sets were brought there; none waits.")],
        ..Content::default()
    }
}

/// Something is wrong with the stream.
pub fn stream_wrong(concern: Concern, why: &str) -> Content {
    let subject = match concern {
        Concern::Down => "The stream of the database's log has stopped",
        Concern::Local => "The stream of the database's log does not reach the local store",
        Concern::OffSite => "The stream of the database's log does not reach the off-site store",
        Concern::Base => "The database has no new base backup",
        Concern::Gap => "The stream of the database's log has a gap",
    };
    let what = match concern {
        Concern::Down | Concern::Local | Concern::OffSite => {
            "What is committed meanwhile stays on the server, and is lost with it. Look whether `portico ops stream` runs, and \
             what it says; it goes on where it ended."
        }
        Concern::Base => "Until there is one, a recovery has to replay more of the log than it should.",
        Concern::Gap => "A base backup is made at once; sets of rows are not concerned.",
    };
    Content {
        subject: subject.to_owned(),
        paragraphs: vec![why.to_owned(), what.to_owned()],
        ..Content::default()
    }
}

/// It is well again.
pub fn stream_well(concern: Concern) -> Content {
    well_again(concern.alarm())
}

/// The backup environment has found something wrong.
pub fn wrong(about: &str, error: &anyhow::Error) -> Content {
    Content {
        subject: format!("Something is wrong with {about}"),
        paragraphs: vec![
            format!("{error:#}"),
            "The backup environment looks again every minute, and says when it is well again.".to_owned(),
        ],
        ..Content::default()
    }
}

/// Nothing was heard of the backup environment for too long.
pub fn silent(since: DateTime<Utc>, because: Option<&anyhow::Error>) -> Content {
    let mut paragraphs = vec![format!(
        "Nothing was heard of it since {}. Sets go on, but nobody verifies them, and nothing is removed that is not kept any \
         longer. Look whether `portico ops attend` runs, and what it says.",
        instant(since)
    )];
    paragraphs.extend(because.map(|error| format!("{error:#}")));
    Content { subject: "The backup environment is silent".to_owned(), paragraphs, ..Content::default() }
}

/// No drill has passed for too long.
pub fn drill_overdue(since: DateTime<Utc>, last: Option<&TakeOverReport>) -> Content {
    let mut paragraphs = vec![format!(
        "None has passed since {}, and one is due each week: whether the installation can be brought back elsewhere is not known. \
         `portico ops attend` makes them where PORTICO_DRILL_DIR is set, and `portico ops drill` makes one at once.",
        instant(since)
    )];
    let failed = last.filter(|report| !report.passed).and_then(|report| report.steps.last());
    paragraphs.extend(failed.map(|step| format!("The last one failed at {}: {}", step.step, step.details)));
    Content { subject: "The drill is overdue".to_owned(), paragraphs, ..Content::default() }
}

/// It is well again.
pub fn well_again(about: &str) -> Content {
    Content {
        subject: format!("Well again: {about}"),
        paragraphs: vec!["What was wrong is wrong no longer.".to_owned()],
        ..Content::default()
    }
}

/// Another environment has taken over, and this one takes no changes any more.
pub fn fenced(epoch: i64, later: i64, because: &str) -> Content {
    Content {
        subject: "This environment takes no changes any more".to_owned(),
        paragraphs: vec![
            format!(
                "Another environment has taken its place: epoch {later} has begun there, and this one is of epoch {epoch}. What \
                 people change here is refused, so that nothing is written that would be lost."
            ),
            "Lead the addresses to the other environment. The way back is a restore of what stands there, in an announced window."
                .to_owned(),
        ],
        facts: vec![("Because", because.to_owned())],
        ..Content::default()
    }
}

fn what(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Database => "rows",
        SetKind::Files => "files",
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d at %H:%M:%S UTC").to_string()
}

/// What clients have asked for is not carried out.
pub fn requests_wait(failures: &[String]) -> Content {
    Content {
        subject: "A request of a client waits".to_owned(),
        paragraphs: failures
            .iter()
            .cloned()
            .chain([
                "The worker tries again every few seconds. What it has done so far stays done.".to_owned()
            ])
            .collect(),
        ..Content::default()
    }
}

/// Bytes as people say them, in powers of 1,000.
pub fn spoken_bytes(bytes: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_thousands() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (1_949, "1.9 kB"),
            (24_100_000_000, "24.1 GB"),
            (u64::MAX, "18446744.0 TB"),
        ] {
            assert_eq!(spoken_bytes(bytes), expected);
        }
    }
}
