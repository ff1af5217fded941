//! What each mail says, both languages in one line; what they have in common stands in [`words`].

mod words;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use shared::Language;

use self::words::Words;
use super::{
    Mail, Occasion, PasswordChange,
    letter::{Content, Letter, one_line},
};

/// Who reads a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// First and last name, where there is somebody yet.
    pub name: Option<String>,
    /// The first name, for the greeting.
    pub first_name: Option<String>,
    /// The e-mail.
    pub email: String,
    /// The language.
    pub language: Language,
}

/// Where a mail comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The organization's name.
    pub organization: String,
    /// Where its people find it: scheme and host.
    pub origin: String,
    /// Its time zone.
    pub time_zone: Tz,
}

/// Writes the mail.
pub fn letter(mail: &Mail, reader: Reader, home: &Home) -> Letter {
    let home = Home { organization: one_line(&home.organization), ..home.clone() };
    let language = reader.language;
    let words = Words { language, home: &home };
    let mut content = words.of(mail);
    content.subject = one_line(&content.subject);
    content.greeting = words.greeting(reader.first_name.as_deref().map(one_line));
    content.footer = words.footer();
    content.address_hint = words.pick(
        "If the button does not work, open this address:",
        "Si el botón no funciona, abre esta dirección:",
    );
    let (text, html) = (content.to_text(), content.to_html(language));
    Letter {
        name: reader.name.as_deref().map(one_line).filter(|name| !name.is_empty()),
        email: reader.email,
        language,
        subject: content.subject,
        text,
        html,
    }
}

impl Words<'_> {
    fn of(&self, mail: &Mail) -> Content {
        match mail {
            Mail::Recovery { path, expires_at } => self.recovery(path, *expires_at),
            Mail::Invitation { path, inviter, expires_at } => {
                self.invitation(path, &one_line(inviter), *expires_at)
            }
            Mail::InvitationAccepted { name, email } => {
                self.invitation_accepted(&one_line(name), &one_line(email))
            }
            Mail::PasswordChanged { how, occasion } => self.password_changed(how, occasion),
            Mail::EmailChanged { by, former, new, occasion } => {
                self.email_changed(&one_line(by), &one_line(former), &one_line(new), occasion)
            }
            Mail::NewDevice { occasion } => self.new_device(occasion),
            Mail::Guessing { occasion } => self.guessing(occasion),
            Mail::ApiTokenEnds { name, expires_at, .. } => self.api_token_ends(&one_line(name), *expires_at),
            Mail::CompanyAdminReceived { from } => self.company_admin_received(&one_line(from)),
            Mail::CompanyAdminHandedOver { to } => self.company_admin_handed_over(&one_line(to)),
        }
    }

    fn recovery(&self, path: &str, expires_at: DateTime<Utc>) -> Content {
        let Home { organization, origin, .. } = self.home;
        let until = self.instant(expires_at);
        Content {
            subject: self.say(
                format!("Set a new password for {organization}"),
                format!("Elige una contraseña nueva para {organization}"),
            ),
            paragraphs: vec![self.say(
                format!("Somebody, probably you, has asked to set a new password for your account at {organization}."),
                format!("Alguien, probablemente tú, ha pedido elegir una contraseña nueva para tu cuenta en {organization}."),
            )],
            action: Some((self.pick("Set a new password", "Elegir contraseña"), format!("{origin}{path}"))),
            notes: vec![
                self.say(
                    format!("The link works once, until {until}."),
                    format!("El enlace sirve una sola vez, hasta el {until}."),
                ),
                self.pick(
                    "If it was not you, there is nothing to do: your password stays as it is.",
                    "Si no has sido tú, no tienes que hacer nada: tu contraseña sigue siendo la misma.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn invitation(&self, path: &str, inviter: &str, expires_at: DateTime<Utc>) -> Content {
        let Home { organization, origin, .. } = self.home;
        let until = self.instant(expires_at);
        Content {
            subject: self.say(
                format!("{inviter} invites you to {organization}"),
                format!("{inviter} te invita a {organization}"),
            ),
            paragraphs: vec![self.say(
                format!("{inviter} invites you to work together in {organization} on Portico."),
                format!("{inviter} te invita a trabajar en {organization} con Portico."),
            )],
            action: Some((
                self.pick("Accept the invitation", "Aceptar la invitación"),
                format!("{origin}{path}"),
            )),
            notes: vec![
                self.say(
                    format!("The link works once, until {until}."),
                    format!("El enlace sirve una sola vez, hasta el {until}."),
                ),
                self.say(
                    format!("If you do not know {inviter}, you can ignore this mail."),
                    format!("Si no conoces a {inviter}, puedes ignorar este correo."),
                ),
            ],
            ..Content::default()
        }
    }

    fn invitation_accepted(&self, name: &str, email: &str) -> Content {
        let organization = &self.home.organization;
        Content {
            subject: self.say(
                format!("{name} has accepted your invitation"),
                format!("{name} ha aceptado tu invitación"),
            ),
            paragraphs: vec![self.say(
                format!("{name} ({email}) has accepted your invitation and is now in {organization}."),
                format!("{name} ({email}) ha aceptado tu invitación y ya está en {organization}."),
            )],
            ..Content::default()
        }
    }

    fn password_changed(&self, how: &PasswordChange, occasion: &Occasion) -> Content {
        let organization = &self.home.organization;
        let what = match how {
            PasswordChange::Person => self.say(
                format!("The password of your account at {organization} was changed with the old one."),
                format!("La contraseña de tu cuenta en {organization} se ha cambiado con la anterior."),
            ),
            PasswordChange::Recovery => self.say(
                format!("A new password for your account at {organization} was set by the link of a mail."),
                format!("Se ha elegido una contraseña nueva para tu cuenta en {organization} con el enlace de un correo."),
            ),
            PasswordChange::Administrator { name } => {
                let name = one_line(name);
                self.say(
                    format!("{name} has set a new password for your account at {organization}."),
                    format!("{name} ha puesto una contraseña nueva a tu cuenta en {organization}."),
                )
            }
        };
        Content {
            subject: self.say(
                format!("Your password for {organization} was changed"),
                format!("Tu contraseña de {organization} ha cambiado"),
            ),
            paragraphs: vec![
                what,
                self.pick(
                    "Sessions in other browsers have ended.",
                    "Las sesiones en otros navegadores se han cerrado.",
                )
                .to_owned(),
            ],
            facts: self.facts(occasion),
            notes: vec![self.not_you()],
            ..Content::default()
        }
    }

    fn email_changed(&self, by: &str, former: &str, new: &str, occasion: &Occasion) -> Content {
        let organization = &self.home.organization;
        Content {
            subject: self.say(
                format!("Your e-mail at {organization} was changed"),
                format!("Tu correo en {organization} ha cambiado"),
            ),
            paragraphs: vec![
                self.say(
                    format!("{by} has changed the e-mail of your account at {organization} from {former} to {new}."),
                    format!("{by} ha cambiado el correo de tu cuenta en {organization} de {former} a {new}."),
                ),
                self.pick(
                    "From now on you sign in with the new one, and mails go there.",
                    "A partir de ahora entras con el nuevo, y los correos llegan allí.",
                )
                .to_owned(),
            ],
            facts: self.facts(occasion),
            notes: vec![
                self.pick(
                    "If this comes as a surprise, tell somebody who manages people in your organization at once.",
                    "Si no lo esperabas, avisa enseguida a quien administra las personas de tu organización.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn new_device(&self, occasion: &Occasion) -> Content {
        let Home { organization, origin, .. } = self.home;
        Content {
            subject: self.say(
                format!("New sign-in to {organization}"),
                format!("Nueva entrada en {organization}"),
            ),
            paragraphs: vec![self.say(
                format!("Somebody, probably you, has signed in to your account at {organization} from a browser that it was not used from before."),
                format!("Alguien, probablemente tú, ha entrado en tu cuenta de {organization} desde un navegador que no se había usado antes."),
            )],
            facts: self.facts(occasion),
            action: Some((self.pick("See your sessions", "Ver tus sesiones"), format!("{origin}/profile"))),
            notes: vec![
                self.pick(
                    "If it was not you, end that session and change your password.",
                    "Si no has sido tú, cierra esa sesión y cambia tu contraseña.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn guessing(&self, occasion: &Occasion) -> Content {
        let organization = &self.home.organization;
        Content {
            subject: self.say(
                format!("Somebody tries passwords at your account at {organization}"),
                format!("Alguien prueba contraseñas en tu cuenta de {organization}"),
            ),
            paragraphs: vec![self.pick(
                "Several wrong passwords were tried at your account, one after the other, from a browser that it was not used from before. Whoever it is has to wait longer and longer. Browsers that you have signed in from are not slowed by it.",
                "Se han probado varias contraseñas equivocadas en tu cuenta, una tras otra, desde un navegador que no se había usado antes. Quien sea tiene que esperar cada vez más. Los navegadores desde los que ya has entrado no se ven afectados.",
            )
            .to_owned()],
            facts: self.facts(occasion),
            notes: vec![
                self.pick(
                    "If it was you, there is nothing to do. If not, a long password that you use nowhere else keeps guessers out.",
                    "Si has sido tú, no tienes que hacer nada. Si no, una contraseña larga que no uses en ningún otro sitio deja fuera a quien intenta adivinarla.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn api_token_ends(&self, name: &str, expires_at: DateTime<Utc>) -> Content {
        let Home { organization, origin, .. } = self.home;
        let until = self.instant(expires_at);
        Content {
            subject: self.say(
                format!("Your API token “{name}” ends soon"),
                format!("Tu token de API «{name}» caduca pronto"),
            ),
            paragraphs: vec![self.say(
                format!("Your API token “{name}” at {organization} works until {until}. After that, the program that uses it is refused."),
                format!("Tu token de API «{name}» de {organization} funciona hasta el {until}. Después, el programa que lo usa dejará de tener acceso."),
            )],
            action: Some((
                self.pick("See your API tokens", "Ver tus tokens de API"),
                format!("{origin}/profile/api-tokens"),
            )),
            notes: vec![
                self.pick(
                    "If it is still needed, create another token with the same scopes and give it to the program before then: the life of a token is not prolonged.",
                    "Si aún hace falta, crea otro token con los mismos ámbitos y dáselo al programa antes de esa fecha: la vida de un token no se alarga.",
                )
                .to_owned(),
                self.pick(
                    "If it is not, there is nothing to do.",
                    "Si ya no hace falta, no tienes que hacer nada.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn company_admin_received(&self, from: &str) -> Content {
        let organization = &self.home.organization;
        Content {
            subject: self.say(
                format!("You are company admin of {organization} now"),
                format!("Ahora administras {organization}"),
            ),
            paragraphs: vec![
                self.say(
                    format!("{from} has handed complete access to {organization} over to you."),
                    format!("{from} te ha cedido el acceso completo a {organization}."),
                ),
                self.pick(
                    "You see and change everything, whatever roles and licences say. At least one company admin always remains.",
                    "Ves y cambias todo, digan lo que digan roles y licencias. Siempre queda al menos una persona en la administración.",
                )
                .to_owned(),
            ],
            ..Content::default()
        }
    }

    fn company_admin_handed_over(&self, to: &str) -> Content {
        let organization = &self.home.organization;
        Content {
            subject: self.say(
                format!("You have handed {organization} over"),
                format!("Has cedido la administración de {organization}"),
            ),
            paragraphs: vec![self.say(
                format!("{to} has complete access to {organization} now, and you do not have it any more. Your roles count from now on."),
                format!("{to} tiene ahora el acceso completo a {organization} y tú ya no. A partir de ahora cuentan tus roles."),
            )],
            notes: vec![self.not_you()],
            ..Content::default()
        }
    }
}
