//! Texts of a forgotten password.

super::texts! {
    ask_again: "Ask again, or with another e-mail", "Pedirlo otra vez, o con otro correo";
    done_text:
        "All sessions are over, on every device. Sign in with the new password.",
        "Todas las sesiones han terminado, en todos los dispositivos. Entra con la contraseña nueva.";
    done_title: "Your password is changed", "Tu contraseña ha cambiado";
    email: "E-mail", "Correo electrónico";
    expired_text:
        "It worked for half an hour, so that nobody finds it in a mailbox later. Ask for a new one.",
        "Valía media hora, para que nadie lo encuentre más tarde en un buzón. Pide uno nuevo.";
    expired_title: "This link has expired", "Este enlace ha caducado";
    forgot_text:
        "Tell us your e-mail, and we send you a link with which to set a new one.",
        "Dinos tu correo y te enviaremos un enlace para poner una nueva.";
    forgot_title: "Forgot your password?", "¿Has olvidado tu contraseña?";
    new_link: "Ask for a new link", "Pedir un enlace nuevo";
    new_password: "New password", "Contraseña nueva";
    reset_ends:
        "All your sessions end when it is set, on every device.",
        "Al ponerla terminan todas tus sesiones, en todos los dispositivos.";
    reset_text(email: &str): "It is for the account {email}.", "Es para la cuenta {email}.";
    reset_title: "Set a new password", "Pon una contraseña nueva";
    reset_wait: "The link could not be looked at.", "No se ha podido comprobar el enlace.";
    send_link: "Send the link", "Enviar el enlace";
    sent_nothing: "Nothing has come?", "¿No llega nada?";
    sent_nothing_text:
        "It can take a few minutes. Look among the unwanted mail too, and check that this is the e-mail you sign in with.",
        "Puede tardar unos minutos. Mira también en el correo no deseado y comprueba que es el correo con el que entras.";
    sent_text(email: &str):
        "If {email} has an account here, a mail with a link is on its way. The link works once, for half an hour.",
        "Si {email} tiene una cuenta aquí, va de camino un correo con un enlace. Vale una sola vez, durante media hora.";
    sent_title: "Look into your mailbox", "Mira tu correo";
    set_password: "Set password", "Poner contraseña";
    sign_in: "Sign in", "Iniciar sesión";
    to_sign_in: "Back to sign-in", "Volver al inicio de sesión";
    unknown_text:
        "Perhaps it was not copied whole. Open it from the mail once more, or ask for a new one.",
        "Puede que no se copiara entero. Ábrelo otra vez desde el correo o pide uno nuevo.";
    unknown_title: "This link leads nowhere", "Este enlace no lleva a ninguna parte";
    used_text:
        "A link works once. If it was not you who used it, ask for a new one at once.",
        "Un enlace vale una sola vez. Si no lo has usado tú, pide uno nuevo enseguida.";
    used_title: "This link was used already", "Este enlace ya se ha usado";
    void_text:
        "Password or e-mail of the account have changed since it was sent. Ask for a new one if you need it.",
        "La contraseña o el correo de la cuenta han cambiado desde que se envió. Pide uno nuevo si lo necesitas.";
    void_title: "This link works no more", "Este enlace ya no vale";
}
