//! Texts of coming in by an invitation.

super::texts! {
    accept: "Accept and come in", "Aceptar y entrar";
    expired_text:
        "Invitations work for a week. Ask who invited you to send it again.",
        "Las invitaciones valen una semana. Pide a quien te invitó que la envíe otra vez.";
    expired_title: "This invitation has expired", "Esta invitación ha caducado";
    first_name: "First name", "Nombre";
    invited(email: &str): "You are invited as {email}.", "Se te invita como {email}.";
    invited_by(name: &str, email: &str): "{name} invites you as {email}.", "{name} te invita como {email}.";
    language: "Language", "Idioma";
    last_name: "Last name", "Apellidos";
    off_text:
        "The organization does not take invitations now. Ask who invited you.",
        "La organización no admite invitaciones ahora. Pregunta a quien te invitó.";
    off_title: "Invitations are switched off", "Las invitaciones están desactivadas";
    password: "Password", "Contraseña";
    title: "Invitation", "Invitación";
    unknown_text:
        "Perhaps it was not copied whole, or was sent again since. Open the newest mail once more.",
        "Puede que no se copiara entero o que se haya enviado otro después. Abre el correo más reciente.";
    unknown_title: "This link leads nowhere", "Este enlace no lleva a ninguna parte";
    used_text: "You can sign in with your e-mail and password.", "Puedes entrar con tu correo y tu contraseña.";
    used_title: "This invitation was accepted already", "Esta invitación ya se aceptó";
    void_text:
        "It was taken back, or there is an account with this e-mail by now. Ask who invited you.",
        "Se ha retirado, o ya hay una cuenta con este correo. Pregunta a quien te invitó.";
    void_title: "This invitation works no more", "Esta invitación ya no vale";
    wait: "The link could not be looked at.", "No se ha podido comprobar el enlace.";
    welcome(name: &str): "Welcome to {name}", "Te damos la bienvenida a {name}";
}
