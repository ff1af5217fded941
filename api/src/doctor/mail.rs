//! Mail: whether the server is there, speaks TLS and lets us in. Nothing is sent.

use super::Finding;
use crate::{
    config::{MailWay, WorkConfig},
    mail::smtp::Smtp,
};

pub(super) fn examine() -> Vec<Finding> {
    let Ok(config) = WorkConfig::from_environment() else { return Vec::new() };
    vec![match &config.mail.way {
        MailWay::Nowhere => Finding::warning(
            "mail.server",
            "PORTICO_SMTP_URL is not set: mails wait",
            "Nobody gets an invitation, a link to a new password, or a warning.",
            "Set it, or the file that PORTICO_SMTP_URL_FILE names.",
        ),
        MailWay::Shown { .. } => Finding::ok("mail.server", "mails are shown and sent to nobody"),
        MailWay::Smtp(url) => of_server(url, &config.mail.sender),
    }]
}

fn of_server(url: &str, sender: &str) -> Finding {
    let failed = |what: String| {
        Finding::error(
            "mail.server",
            what,
            "Mails wait until it works, and are given up after a day and a half.",
            "Correct PORTICO_SMTP_URL, or what stands in the way of the mail server.",
        )
    };
    match Smtp::new(url, sender) {
        Err(error) => failed(format!("{error:#}")),
        Ok(server) => match server.probe() {
            Ok(()) => Finding::ok("mail.server", "the mail server lets us in"),
            Err(error) => failed(error),
        },
    }
}
