//! Handing a mail to an SMTP server.
//!
//! A mail is the server's from the moment at which it has read the dot at the end, and nothing says how far it has read
//! when the connection breaks just then. So the job is marked right before the text is sent, when sender, recipient and
//! DATA were accepted: until then nothing can have been sent, afterwards something may have been, until the server says
//! yes or no. What is in between is not sent again by itself. The Message-ID is the job's id, so a mail that an
//! operator lets be sent again can be recognized by whoever gets it twice. Reasons: docs/adr/0021.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use url::{Host, Url};
use uuid::Uuid;

use super::letter::Letter;
use crate::{
    db::{
        operator::OperatorDb,
        queue::{self, Held, Hold},
    },
    work::Outcome,
};

/// How long the server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// An SMTP server, and how one talks to it.
#[expect(missing_debug_implementations, reason = "a password is not for showing")]
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    sender: Mailbox,
}

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte: `smtps://`.
    Tls,
    /// STARTTLS, and no word more where the server does not offer it: `smtp://`.
    StartTls,
    /// Not at all: `smtp://…?tls=none`.
    None,
}

impl Smtp {
    /// Reads the address of the server: `smtps://name:password@host:465`, `smtp://name:password@host:587`, or
    /// `smtp://host:25?tls=none`.
    pub fn new(url: &str, sender: &str) -> Result<Self> {
        // The address itself is not repeated in errors: it holds a password.
        let url = Url::parse(url.trim()).context("PORTICO_SMTP_URL is no address")?;
        let plain = match url.query() {
            None => false,
            Some("tls=none") => true,
            Some(other) => bail!("PORTICO_SMTP_URL ends with ?{other}; only ?tls=none is known"),
        };
        let (security, port) = match (url.scheme(), plain) {
            ("smtps", false) => (Security::Tls, 465),
            ("smtp", false) => (Security::StartTls, 587),
            ("smtp", true) => (Security::None, 25),
            _ => {
                bail!("PORTICO_SMTP_URL begins with smtps:// or smtp://, and only the latter takes ?tls=none")
            }
        };
        let host = url.host_str().context("PORTICO_SMTP_URL names no server")?;
        // Schemes that are not of the web have no parsed addresses, so the text is asked.
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let credentials = credentials(&url)?;
        if credentials.is_some() && security == Security::None && !is_here {
            bail!("PORTICO_SMTP_URL would send its password unencrypted: take ?tls=none away");
        }
        let sender: Mailbox =
            sender.parse().with_context(|| format!("PORTICO_MAIL_FROM is {sender:?}, which is no sender"))?;
        let host = Host::parse(host).map_or_else(
            |_| host.to_owned(),
            |host| match host {
                Host::Ipv6(address) => address.to_string(),
                other => other.to_string(),
            },
        );
        Ok(Self { host, port: url.port().unwrap_or(port), security, credentials, sender })
    }

    /// Hands the letter over, once.
    pub fn send(&self, db: &mut OperatorDb, held: &Held, letter: &Letter) -> Result<Outcome> {
        let now = db.clock().now();
        self.hand_over(held.id, letter, now, || Ok(queue::hand_over(db.global(), held, now)?))
    }

    /// Hands the letter over. Where nobody knows whether it arrived, it is for the caller to send it again.
    pub fn send_again(&self, id: Uuid, letter: &Letter, now: DateTime<Utc>) -> Result<Outcome> {
        self.hand_over(id, letter, now, || Ok(Hold::Kept))
    }

    /// `mark` is called right before the text is sent.
    fn hand_over(
        &self,
        id: Uuid,
        letter: &Letter,
        now: DateTime<Utc>,
        mark: impl FnOnce() -> Result<Hold>,
    ) -> Result<Outcome> {
        let recipient: Address = match letter.email.parse() {
            Ok(recipient) => recipient,
            Err(error) => return Ok(Outcome::Hopeless(format!("The e-mail cannot be written to: {error}"))),
        };
        let message = self.message(id, letter, &recipient, now)?;
        let mut connection = match self.announce(&recipient) {
            Ok(connection) => connection,
            Err(NotTaken::For(error)) => return Ok(Outcome::Failed(error)),
            Err(NotTaken::Ever(error)) => return Ok(Outcome::Hopeless(error)),
        };
        match mark() {
            Ok(Hold::Kept) => {}
            Ok(Hold::Lost) => {
                connection.abort();
                return Ok(Outcome::Lost);
            }
            Err(error) => {
                connection.abort();
                return Err(error);
            }
        }
        let outcome = match connection.message(&message) {
            Ok(_) => Outcome::Done,
            Err(error) if error.is_transient() => Outcome::Failed(said("The server did not take it", &error)),
            Err(error) if error.is_permanent() => Outcome::Hopeless(said("The server refused it", &error)),
            Err(error) => Outcome::Unknown(said("The server was lost while it took it", &error)),
        };
        // The mail is the server's, or is not, whatever it thinks of the farewell.
        connection.abort();
        Ok(outcome)
    }

    /// Whether the server is there, is who it says, and lets us in; nothing is sent.
    pub fn probe(&self) -> Result<(), String> {
        let mut connection = self.connect().map_err(|error| said("The server cannot be reached", &error))?;
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .map_err(|error| said("The server does not let us in", &error))?;
        }
        connection.abort();
        Ok(())
    }

    /// Connects, and says from whom to whom: nothing is sent yet.
    fn announce(&self, recipient: &Address) -> Result<SmtpConnection, NotTaken> {
        let later = |what: &'static str| move |error| NotTaken::For(said(what, &error));
        let mut connection = self.connect().map_err(later("The server cannot be reached"))?;
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .map_err(later("The server does not let us in"))?;
        }
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(recipient).is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                connection.abort();
                return Err(NotTaken::Ever(
                    "The server cannot write to such an e-mail (no SMTPUTF8)".to_owned(),
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let sender = self.sender.email.clone();
        connection
            .command(Mail::new(Some(sender), parameters))
            .map_err(later("The server refuses our sender"))?;
        // Whom the server does not know today it will not know tomorrow; all else may be mended on our side.
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).map_err(|error| {
            let text = said("The server refuses the recipient", &error);
            if error.is_permanent() { NotTaken::Ever(text) } else { NotTaken::For(text) }
        })?;
        connection.command(Data).map_err(later("The server takes no mail"))?;
        Ok(connection)
    }

    fn connect(&self) -> Result<SmtpConnection, lettre::transport::smtp::Error> {
        let us = ClientId::Domain(self.sender.email.domain().to_owned());
        let server = (self.host.as_str(), self.port);
        let tls = || TlsParameters::builder(self.host.clone()).build_rustls();
        match self.security {
            Security::Tls => SmtpConnection::connect(server, Some(PATIENCE), &us, Some(&tls()?), None),
            Security::None => SmtpConnection::connect(server, Some(PATIENCE), &us, None, None),
            Security::StartTls => {
                let mut connection = SmtpConnection::connect(server, Some(PATIENCE), &us, None, None)?;
                connection.starttls(&tls()?, &us)?;
                Ok(connection)
            }
        }
    }

    fn message(&self, id: Uuid, letter: &Letter, recipient: &Address, now: DateTime<Utc>) -> Result<Vec<u8>> {
        let header = |name: &'static str, value: &str| -> Result<HeaderValue> {
            Ok(HeaderValue::new(HeaderName::new_from_ascii(name.to_owned())?, value.to_owned()))
        };
        let message = Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(letter.name.clone(), recipient.clone()))
            .subject(&letter.subject)
            .message_id(Some(format!("<{id}@{}>", self.sender.email.domain())))
            .date(SystemTime::from(now))
            .raw_header(header("Content-Language", letter.language.code())?)
            // RFC 3834: whoever is away does not answer a program.
            .raw_header(header("Auto-Submitted", "auto-generated")?)
            .raw_header(header("X-Auto-Response-Suppress", "All")?)
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))?;
        Ok(message.formatted())
    }
}

/// Why a mail was not taken, before anything was sent.
enum NotTaken {
    /// For now.
    For(String),
    /// Neither now nor later.
    Ever(String),
}

fn credentials(url: &Url) -> Result<Option<Credentials>> {
    let decoded = |text: &str| -> Result<String> {
        // What stands in an address is escaped as in a form, but that a plus is a plus.
        let pair = format!("x={}", text.replace('+', "%2B"));
        let value = form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
        value.context("PORTICO_SMTP_URL has a password that cannot be read")
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => bail!("PORTICO_SMTP_URL has a name or a password, but not both"),
        (name, Some(password)) => Ok(Some(Credentials::new(decoded(name)?, decoded(password)?))),
    }
}

/// What was tried, and what came of it, for those who look at jobs.
fn said(what: &str, error: &lettre::transport::smtp::Error) -> String {
    super::letter::one_line(&format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: &str = "Portico <portico@example.org>";

    #[test]
    fn addresses_of_servers() {
        for (url, host, port, security) in [
            ("smtps://ana:secret@mail.example.org", "mail.example.org", 465, Security::Tls),
            ("smtp://ana:secret@mail.example.org", "mail.example.org", 587, Security::StartTls),
            ("smtp://mail.example.org:2525", "mail.example.org", 2525, Security::StartTls),
            ("smtp://relay?tls=none", "relay", 25, Security::None),
            ("smtp://[::1]:2525?tls=none", "::1", 2525, Security::None),
            ("smtp://a:b@127.0.0.1:25?tls=none", "127.0.0.1", 25, Security::None),
        ] {
            let smtp = Smtp::new(url, SENDER).unwrap_or_else(|error| panic!("{url}: {error:#}"));
            assert_eq!((smtp.host.as_str(), smtp.port, smtp.security), (host, port, security), "{url}");
        }
        for wrong in [
            "mail.example.org",
            "http://mail.example.org",
            "smtps://mail.example.org?tls=none",
            "smtp://mail.example.org?tls=maybe",
            "smtp://ana@mail.example.org",
            // A password on the open road.
            "smtp://ana:secret@mail.example.org?tls=none",
        ] {
            assert!(Smtp::new(wrong, SENDER).is_err(), "{wrong}");
        }
        assert!(Smtp::new("smtp://relay?tls=none", "nobody").is_err());
    }

    #[test]
    fn a_password_is_unescaped_and_stays_out_of_errors() {
        let smtp = Smtp::new("smtps://ana%40x.org:a%2Fb+c@mail.example.org", SENDER).expect("an address");
        assert_eq!(smtp.credentials, Some(Credentials::new("ana@x.org".into(), "a/b+c".into())));
        let error = Smtp::new("smtps://ana:hush@mail.example.org?tls=none", SENDER).err().expect("an error");
        assert!(!format!("{error:#}").contains("hush"));
    }
}
