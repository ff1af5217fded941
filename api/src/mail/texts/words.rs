//! What all mails have in common: how people are greeted, how instants are said, and both languages side by side.

use chrono::{DateTime, Datelike, Timelike, Utc};
use shared::{Language, session::spoken_device};

use super::Home;
use crate::mail::{Occasion, letter::one_line};

/// The words of one mail, in the language of whoever reads it.
pub(super) struct Words<'a> {
    pub language: Language,
    pub home: &'a Home,
}

impl Words<'_> {
    pub fn not_you(&self) -> String {
        self.pick(
            "If you know nothing of this, set a new password by “Forgot password?” on the sign-in screen, and tell somebody who manages people in your organization.",
            "Si no sabes nada de esto, elige una contraseña nueva con «¿Has olvidado la contraseña?» en la pantalla de entrada, y avisa a quien administra las personas de tu organización.",
        )
        .to_owned()
    }

    pub fn greeting(&self, first_name: Option<String>) -> String {
        match first_name.filter(|name| !name.is_empty()) {
            Some(name) => self.say(format!("Hello {name},"), format!("Hola, {name}:")),
            None => self.pick("Hello,", "Hola:").to_owned(),
        }
    }

    pub fn footer(&self) -> String {
        let Home { organization, origin, .. } = self.home;
        let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
        self.say(
            format!("{organization}, on Portico at {host}. This mail was sent by a program; nobody reads answers."),
            format!("{organization}, en Portico: {host}. Este correo lo envía un programa; nadie lee las respuestas."),
        )
    }

    pub fn facts(&self, occasion: &Occasion) -> Vec<(&'static str, String)> {
        let mut facts = vec![(self.pick("When", "Cuándo"), self.instant(occasion.at))];
        if let Some(name) = &occasion.device {
            facts.push((self.pick("Device", "Dispositivo"), spoken_device(&one_line(name), self.language)));
        }
        if let Some(address) = occasion.address {
            facts.push((self.pick("Address", "Dirección"), address.to_string()));
        }
        facts
    }

    /// An instant as people of the organization say it.
    pub fn instant(&self, instant: DateTime<Utc>) -> String {
        let here = instant.with_timezone(&self.home.time_zone);
        let (day, month, year) = (here.day(), self.month(here.month0()), here.year());
        let clock = format!("{:02}:{:02}", here.hour(), here.minute());
        let zone = self.home.time_zone.name();
        self.say(
            format!("{day} {month} {year}, {clock} ({zone})"),
            format!("{day} de {month} de {year}, {clock} ({zone})"),
        )
    }

    fn month(&self, number: u32) -> &'static str {
        const MONTHS: [(&str, &str); 12] = [
            ("January", "enero"),
            ("February", "febrero"),
            ("March", "marzo"),
            ("April", "abril"),
            ("May", "mayo"),
            ("June", "junio"),
            ("July", "julio"),
            ("August", "agosto"),
            ("September", "septiembre"),
            ("October", "octubre"),
            ("November", "noviembre"),
            ("December", "diciembre"),
        ];
        let month = usize::try_from(number).ok().and_then(|number| MONTHS.get(number));
        month.map_or("", |(english, spanish)| self.pick(english, spanish))
    }

    pub fn pick(&self, english: &'static str, spanish: &'static str) -> &'static str {
        match self.language {
            Language::En => english,
            Language::Es => spanish,
        }
    }

    pub fn say(&self, english: String, spanish: String) -> String {
        match self.language {
            Language::En => english,
            Language::Es => spanish,
        }
    }
}
