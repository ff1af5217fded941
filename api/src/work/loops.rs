//! What follows the database all the time: loops of their own, which look by themselves every now and then, and at once
//! when the transactions on their channel say something at their COMMIT.
//!
//! A loop's work looks for what there is to do, does it, and returns. Where several workers run it at one moment, it has
//! to see to it that they do not hinder each other, by a lock of the database for instance.

use std::time::Duration;

use anyhow::Result;

use crate::{
    audit::{
        keys::HeadKeys,
        sealer::{self, Sealer},
    },
    config::WorkConfig,
    db::{epoch, operator::OperatorDb},
    files::{Files, sweep},
    mail::{operators, post::Post},
    ops::{attended, book, fence, requests, stream, under_way::board, watch},
    recovery,
    sessions::guesses,
};

/// Does all there is to do. What it remembers from one look to the next is its own.
pub type Round = Box<dyn FnMut(&mut OperatorDb) -> Result<()> + Send>;

/// One loop.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    /// What its thread is called.
    pub name: &'static str,
    /// The channel that wakes it, where one does.
    pub channel: Option<&'static str>,
    /// The longest that it sleeps without being woken.
    pub at_least_every: Duration,
    /// Whether it goes on where another environment has taken over: it writes what is never fenced alone.
    pub when_fenced: bool,
    /// Whether its thread gets little of the processor where others want it too: it reads or writes whole organizations.
    pub gives_way: bool,
    /// Makes its work ready. Fails where something that it needs is missing.
    pub prepare: fn(&WorkConfig) -> Result<Round>,
}

/// Whether another environment has taken over, so that nothing is to be done here.
pub fn is_fenced(db: &mut OperatorDb) -> Result<bool> {
    Ok(epoch::standing(db.global())?.fenced_by.is_some())
}

/// All loops there are.
pub const ALL: &[Loop] = &[
    Loop {
        name: "fence",
        channel: None,
        at_least_every: Duration::from_secs(5),
        when_fenced: true,
        gives_way: false,
        prepare: fence::look,
    },
    Loop {
        name: "audit sealer",
        channel: None,
        at_least_every: sealer::REST,
        when_fenced: false,
        gives_way: false,
        prepare: seal_audit_logs,
    },
    Loop {
        name: "recovery",
        channel: Some(recovery::work::CHANNEL),
        at_least_every: Duration::from_secs(10),
        when_fenced: false,
        gives_way: false,
        prepare: |_| Ok(Box::new(recovery::work::work)),
    },
    Loop {
        name: "guesses",
        channel: Some(guesses::CHANNEL),
        at_least_every: Duration::from_mins(1),
        when_fenced: false,
        gives_way: false,
        prepare: |_| Ok(Box::new(guesses::work)),
    },
    Loop {
        name: "operations book",
        channel: None,
        at_least_every: Duration::from_mins(10),
        when_fenced: false,
        gives_way: false,
        prepare: |config| {
            let config = config.book.clone();
            Ok(Box::new(move |db| book::shell::look_after(&config, db)))
        },
    },
    Loop {
        name: "files",
        channel: None,
        at_least_every: sweep::EVERY,
        when_fenced: false,
        gives_way: false,
        prepare: sweep_files,
    },
    Loop {
        name: "backups",
        channel: None,
        at_least_every: Duration::from_secs(10),
        when_fenced: false,
        gives_way: true,
        prepare: watch::make_sets,
    },
    Loop {
        name: "missing backups",
        channel: None,
        at_least_every: Duration::from_mins(1),
        when_fenced: false,
        gives_way: false,
        prepare: watch::look_for_missing,
    },
    Loop {
        name: "backup environment",
        channel: None,
        at_least_every: Duration::from_secs(20),
        when_fenced: false,
        gives_way: false,
        prepare: attended::listen,
    },
    Loop {
        name: "requests of clients",
        channel: None,
        at_least_every: Duration::from_secs(5),
        when_fenced: false,
        gives_way: true,
        prepare: requests::look,
    },
    Loop {
        name: "stream",
        channel: None,
        at_least_every: Duration::from_secs(10),
        when_fenced: false,
        gives_way: false,
        prepare: stream::watch::look,
    },
    Loop {
        name: "under way",
        channel: None,
        at_least_every: Duration::from_mins(1),
        when_fenced: false,
        gives_way: false,
        prepare: board::sweep,
    },
    Loop {
        name: "letters to operators",
        channel: None,
        at_least_every: Duration::from_secs(10),
        when_fenced: true,
        gives_way: false,
        prepare: send_letters_to_operators,
    },
];

fn send_letters_to_operators(config: &WorkConfig) -> Result<Round> {
    let post = Post::open(&config.mail)?;
    Ok(Box::new(move |db| operators::send_due(db, &post)))
}

fn sweep_files(config: &WorkConfig) -> Result<Round> {
    let files = Files::open(&config.files)?;
    Ok(Box::new(move |db| sweep::sweep(db, &files)))
}

fn seal_audit_logs(config: &WorkConfig) -> Result<Round> {
    let mut sealer = Sealer::new(HeadKeys::read(&config.keys_directory)?);
    Ok(Box::new(move |db| {
        sealer.look(db)?;
        Ok(())
    }))
}
