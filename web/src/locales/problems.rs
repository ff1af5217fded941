//! Problems in words: for each code of the API what happened, and what to do now.

use shared::{FieldProblem, Language, ProblemCode, ViolationCode, problem::Seats};

use crate::locale::{current, number, pick};

super::texts! {
    unreachable: "Portico cannot be reached", "No se puede llegar a Portico";
    unreachable_advice:
        "The network or the server did not answer. Check your connection and try again; nothing you typed is lost.",
        "La red o el servidor no han respondido. Comprueba la conexión y reinténtalo; no se pierde nada de lo escrito.";
    outdated: "Portico was updated meanwhile", "Portico se ha actualizado entretanto";
    outdated_advice:
        "This page is older than the server, which no longer has what it asks for. Try again to load the new one.",
        "Esta página es anterior a la del servidor, que ya no tiene lo que pide. Reinténtalo para cargar la nueva.";
    unreadable: "The answer could not be read", "No se ha podido leer la respuesta";
    unreadable_advice:
        "This page may be older than the server. Load it again; if that does not help, tell your administrator.",
        "Puede que esta página sea anterior a la del servidor. Vuelve a cargarla; si no ayuda, avisa a tu administrador.";
    rate_limited[n]:
        "More was asked for in a minute than is allowed. Try again in {n} second; nothing you typed is lost." |
        "More was asked for in a minute than is allowed. Try again in {n} seconds; nothing you typed is lost.",
        "Se ha pedido más de lo permitido en un minuto. Reinténtalo dentro de {n} segundo; no se pierde nada de lo escrito." |
        "Se ha pedido más de lo permitido en un minuto. Reinténtalo dentro de {n} segundos; no se pierde nada de lo escrito.";
    retry_after[n]:
        "Try again in {n} second." | "Try again in {n} seconds.",
        "Reinténtalo dentro de {n} segundo." | "Reinténtalo dentro de {n} segundos.";
}

/// What happened, in a few words.
pub fn title(code: ProblemCode) -> &'static str {
    words(code).0
}

/// What to do now.
pub fn advice(code: ProblemCode) -> &'static str {
    words(code).1
}

#[expect(clippy::too_many_lines, reason = "one arm a code, so that none is forgotten")]
fn words(code: ProblemCode) -> (&'static str, &'static str) {
    match code {
        ProblemCode::Unauthenticated => pick(
            ("You are not signed in", "Your session is over. Sign in to go on."),
            ("No has iniciado sesión", "Tu sesión ha terminado. Inicia sesión para seguir."),
        ),
        ProblemCode::WrongCredentials => pick(
            ("E-mail or password is wrong", "Check both and try again."),
            ("El correo o la contraseña no son correctos", "Revísalos y vuelve a intentarlo."),
        ),
        ProblemCode::Forbidden => pick(
            ("You may not do this", "Ask whoever manages roles in your organization."),
            ("No puedes hacer esto", "Consulta a quien gestiona los roles en tu organización."),
        ),
        ProblemCode::SessionRequired => pick(
            ("API tokens do not reach this", "Sign in to the app and do it there."),
            ("Los tokens de API no llegan aquí", "Inicia sesión en la aplicación y hazlo allí."),
        ),
        ProblemCode::TokenRevoked => pick(
            ("This API token was revoked", "Make another one under My Profile, API tokens."),
            ("Este token de API se ha revocado", "Crea otro en Mi perfil, Tokens de API."),
        ),
        ProblemCode::TokenExpired => pick(
            ("This API token has expired", "Make another one under My Profile, API tokens."),
            ("Este token de API ha caducado", "Crea otro en Mi perfil, Tokens de API."),
        ),
        ProblemCode::ConfirmationRequired => pick(
            (
                "Your password was not confirmed",
                "Nothing was changed. Try again and type your password when you are asked.",
            ),
            (
                "No has confirmado tu contraseña",
                "No se ha cambiado nada. Reinténtalo y escribe tu contraseña cuando se te pida.",
            ),
        ),
        ProblemCode::NotFound => pick(
            ("There is nothing here", "It was deleted, never existed, or you may not see it."),
            ("Aquí no hay nada", "Se ha eliminado, nunca existió o no puedes verlo."),
        ),
        ProblemCode::MethodNotAllowed => pick(
            ("This cannot be done here", "Load the page again: it may be older than the server."),
            ("Esto no se puede hacer aquí", "Vuelve a cargar la página: puede ser anterior al servidor."),
        ),
        ProblemCode::Conflict => pick(
            ("What is there stands in the way", "Load the page again to see what has changed."),
            ("Lo que ya hay lo impide", "Vuelve a cargar la página para ver qué ha cambiado."),
        ),
        ProblemCode::InUse => pick(
            ("This is still in use", "Take it out of use first, then delete it."),
            ("Esto todavía se usa", "Deja de usarlo primero y elimínalo después."),
        ),
        ProblemCode::NoSeatFree => pick(
            ("No seat of this licence is free", "Free a seat or get more of them."),
            ("No queda ningún puesto de esta licencia", "Libera un puesto o contrata más."),
        ),
        ProblemCode::IdempotencyKeyReused => pick(
            (
                "This was sent before with other values",
                "Load the page again to see what was saved, and repeat.",
            ),
            (
                "Esto ya se envió antes con otros valores",
                "Vuelve a cargar la página para ver qué se guardó y repítelo.",
            ),
        ),
        ProblemCode::IdempotencyKeyInUse => pick(
            ("This is still being saved", "Try again in a moment; it is not saved twice."),
            ("Esto todavía se está guardando", "Reinténtalo en un momento; no se guarda dos veces."),
        ),
        ProblemCode::InvitationsOff => pick(
            (
                "Invitations are switched off",
                "Ask somebody who may change General Data to switch them on, or add the person yourself.",
            ),
            (
                "Las invitaciones están desactivadas",
                "Pide a quien pueda cambiar los datos generales que las active, o añade a la persona directamente.",
            ),
        ),
        ProblemCode::LinkExpired => pick(
            ("This link has expired", "Links work for a limited time. Ask for a new one."),
            ("Este enlace ha caducado", "Los enlaces valen un tiempo limitado. Pide uno nuevo."),
        ),
        ProblemCode::LinkUsed => pick(
            ("This link was used already", "A link works once. Ask for a new one if you need it."),
            ("Este enlace ya se ha usado", "Un enlace vale una sola vez. Pide uno nuevo si lo necesitas."),
        ),
        ProblemCode::LinkVoid => pick(
            (
                "This link works no more",
                "What it was for has changed meanwhile. Ask for a new one if you need it.",
            ),
            (
                "Este enlace ya no vale",
                "Aquello para lo que servía ha cambiado. Pide uno nuevo si lo necesitas.",
            ),
        ),
        ProblemCode::LastCompanyAdmin => pick(
            ("One company admin must remain", "Make somebody else company admin first."),
            (
                "Debe quedar alguien en la administración de la empresa",
                "Antes, nombra a otra persona para la administración.",
            ),
        ),
        ProblemCode::StaleVersion => pick(
            ("Someone else has changed this meanwhile", "Load it again and repeat your change."),
            ("Otra persona lo ha cambiado entretanto", "Vuelve a cargarlo y repite tu cambio."),
        ),
        ProblemCode::TooLarge => pick(
            ("This is too large", "Send less at a time."),
            ("Esto es demasiado grande", "Envía menos de una vez."),
        ),
        ProblemCode::UnsupportedImage => pick(
            ("This kind of image is not taken", "Choose a PNG, a JPEG or a WebP."),
            ("Este tipo de imagen no se admite", "Elige un PNG, un JPEG o un WebP."),
        ),
        ProblemCode::TooManyPixels => pick(
            ("This image has too many pixels", "Make it smaller and choose it again."),
            ("Esta imagen tiene demasiados píxeles", "Redúcela y vuelve a elegirla."),
        ),
        ProblemCode::BrokenImage => pick(
            ("This image cannot be read", "It may be damaged. Save it anew, or choose another one."),
            ("Esta imagen no se puede leer", "Puede estar dañada. Guárdala de nuevo o elige otra."),
        ),
        ProblemCode::FilesUnavailable => pick(
            (
                "Files cannot be kept or read at the moment",
                "Nothing was changed. Try again later; if it stays, tell whoever runs Portico.",
            ),
            (
                "Ahora mismo no se pueden guardar ni leer archivos",
                "No se ha cambiado nada. Reinténtalo más tarde; si persiste, avisa a quien administra Portico.",
            ),
        ),
        ProblemCode::UnsupportedMediaType | ProblemCode::MalformedBody | ProblemCode::VersionRequired => {
            pick(
                ("The request could not be read", "Load the page again: it may be older than the server."),
                (
                    "No se ha podido leer la solicitud",
                    "Vuelve a cargar la página: puede ser anterior al servidor.",
                ),
            )
        }
        ProblemCode::Invalid => pick(
            ("Some values are not allowed", "Correct what is marked and save again."),
            ("Hay valores no permitidos", "Corrige lo marcado y guarda de nuevo."),
        ),
        ProblemCode::TooManyAttempts => pick(
            ("Too many attempts", "Wait a moment and try again."),
            ("Demasiados intentos", "Espera un momento y vuelve a intentarlo."),
        ),
        ProblemCode::RateLimited => pick(
            ("Too many requests", "Wait a moment and try again; nothing you typed is lost."),
            ("Demasiadas solicitudes", "Espera un momento y reinténtalo; no se pierde nada de lo escrito."),
        ),
        ProblemCode::Internal => pick(
            ("Something went wrong on our side", "Try again. If it stays, report the request below."),
            (
                "Algo ha fallado por nuestra parte",
                "Reinténtalo. Si persiste, comunica la solicitud de abajo.",
            ),
        ),
        ProblemCode::Busy => pick(
            ("The server is busy", "Try again in a moment; nothing you typed is lost."),
            ("El servidor está ocupado", "Reinténtalo en un momento; no se pierde nada de lo escrito."),
        ),
        ProblemCode::OutcomeUnknown => pick(
            ("It is not known whether it was done", "Look whether it is there before you try again."),
            ("No se sabe si se ha hecho", "Comprueba si está hecho antes de reintentarlo."),
        ),
        ProblemCode::Fenced => pick(
            (
                "Changes are made elsewhere now",
                "Another server has taken over. Load this page again in a moment; nothing was changed here.",
            ),
            (
                "Los cambios se hacen ahora en otro lugar",
                "Otro servidor ha tomado el relevo. Recarga la página en un momento; aquí no ha cambiado nada.",
            ),
        ),
        ProblemCode::OrganizationSuspended => pick(
            (
                "This organization is suspended",
                "Nobody can sign in until it is resumed. Ask your company admin.",
            ),
            (
                "Esta organización está suspendida",
                "Nadie puede entrar hasta que se reanude. Consulta a la administración de tu empresa.",
            ),
        ),
    }
}

/// The figures of the seats that are missing.
pub fn seats(seats: &Seats) -> String {
    let used = number(seats.used);
    let name = super::licence_consumption::licence_type(&seats.licence_type, &seats.licence_type);
    match seats.held {
        Some(held) => {
            let held = number(held);
            pick(
                format!("{name}: {used} of {held} seats are used. Free one or get more of them."),
                format!("{name}: {used} de {held} puestos están ocupados. Libera uno o contrata más."),
            )
        }
        None => {
            pick(format!("{name}: {used} seats are used."), format!("{name}: {used} puestos están ocupados."))
        }
    }
}

/// What is wrong with a field, in a sentence. The server's own words, which are English, name the roles that would
/// help; other languages do without the names.
pub fn field(problem: &FieldProblem) -> String {
    let names_roles = problem.code == ViolationCode::FunctionMissing;
    if names_roles && current() == Language::En {
        return problem.message.clone();
    }
    at(&problem.pointer, problem.code, problem.limit)
}

/// What is wrong with the value at a pointer, in a sentence: where the pointer says what the value should be, so does
/// the sentence.
pub fn at(pointer: &str, code: ViolationCode, limit: Option<i64>) -> String {
    let is_number = ["_minutes", "_length", "_megabytes"].iter().any(|unit| pointer.ends_with(unit));
    if code == ViolationCode::InvalidFormat && is_number {
        return pick("A whole number is needed.", "Hace falta un número entero.").to_owned();
    }
    if code == ViolationCode::InvalidFormat && pointer.ends_with("/email") {
        return pick(
            "This is not an e-mail address, such as ana@example.org.",
            "Esto no es un correo electrónico, como ana@example.org.",
        )
        .to_owned();
    }
    if code == ViolationCode::InvalidFormat && pointer.ends_with("/recipient") {
        return pick(
            "The public half of an age key is needed: one line that begins with age1. Never give the secret half.",
            "Hace falta la mitad pública de una clave de age: una línea que empieza por age1. Nunca des la mitad secreta.",
        )
        .to_owned();
    }
    if code == ViolationCode::NotFound && pointer.ends_with("/slug") {
        return pick(
            "No organization has this word in its addresses.",
            "Ninguna organización tiene esta palabra en sus direcciones.",
        )
        .to_owned();
    }
    if code == ViolationCode::NotFound && pointer.contains("/roles") {
        return pick("There is no such role.", "No existe ese rol.").to_owned();
    }
    violation(code, limit)
}

/// What is wrong with a value, in a sentence.
pub fn violation(code: ViolationCode, limit: Option<i64>) -> String {
    let bound = limit.map(number).unwrap_or_default();
    let fixed = |english: &str, spanish: &str| pick(english, spanish).to_owned();
    match code {
        ViolationCode::Required => fixed("This is needed.", "Este dato es necesario."),
        ViolationCode::TooShort => pick(
            format!("At least {bound} characters are needed."),
            format!("Hacen falta al menos {bound} caracteres."),
        ),
        ViolationCode::TooLong => pick(
            format!("At most {bound} characters are allowed."),
            format!("Se permiten {bound} caracteres como máximo."),
        ),
        ViolationCode::OutOfRange if limit.is_some() => pick(
            format!("This is beyond the limit of {bound}."),
            format!("Esto supera el límite de {bound}."),
        ),
        ViolationCode::OutOfRange => {
            fixed("This is beyond what is allowed.", "Esto está fuera de lo permitido.")
        }
        ViolationCode::InvalidFormat => {
            fixed("This does not have the right form.", "Esto no tiene la forma correcta.")
        }
        ViolationCode::UnknownField => fixed("This field does not exist.", "Este campo no existe."),
        ViolationCode::NotUnique => fixed("Another one has this already.", "Ya hay otro con este valor."),
        ViolationCode::NotFound => fixed("This no longer exists.", "Esto ya no existe."),
        ViolationCode::EndBeforeStart => {
            fixed("The end lies before the start.", "El final es anterior al comienzo.")
        }
        ViolationCode::BeyondLicence => {
            fixed("The licence does not allow this.", "La licencia no lo permite.")
        }
        ViolationCode::CommonPassword => fixed(
            "This password is among the most common ones. Choose another one.",
            "Esta contraseña es de las más usadas. Elige otra.",
        ),
        ViolationCode::PasswordIsIdentity => fixed(
            "The password may not be your e-mail or the organization's name.",
            "La contraseña no puede ser tu correo ni el nombre de la organización.",
        ),
        ViolationCode::WrongPassword => fixed("This is not your password.", "Esta no es tu contraseña."),
        ViolationCode::FunctionMissing => fixed(
            "None of this person's roles carries the function that it takes.",
            "Ningún rol de esta persona tiene la función necesaria.",
        ),
        ViolationCode::Duplicate => fixed("This is named twice.", "Esto aparece dos veces."),
        ViolationCode::AtLeastOne => fixed("At least one is needed.", "Hace falta al menos uno."),
        ViolationCode::CannotTakeOver => fixed(
            "This person cannot take over: they must be somebody else who can sign in.",
            "Esta persona no puede asumirlo: debe ser otra que pueda entrar.",
        ),
        ViolationCode::NotAllowed => {
            fixed("You may not do this with this person.", "No puedes hacer esto con esta persona.")
        }
        ViolationCode::ChangedMeanwhile => fixed(
            "Somebody else has changed this meanwhile. Look again.",
            "Otra persona lo ha cambiado. Vuelve a mirarlo.",
        ),
    }
}
