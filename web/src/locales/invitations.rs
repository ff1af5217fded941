//! Texts of inviting people.

super::texts! {
    by(name: &str, ago: &str): "Sent by {name}, {ago}", "Enviada por {name}, {ago}";
    expired: "Expired", "Caducada";
    intro:
        "They get a mail with a link and fill in name and password themselves. Until then a seat is kept for them.",
        "Recibe un correo con un enlace y pone su nombre y su contraseña. Hasta entonces se le guarda un puesto.";
    invite: "Invite", "Invitar";
    language: "Language of the mail", "Idioma del correo";
    none: "Nobody is invited", "No hay nadie invitado";
    none_text:
        "Whoever you invite stands here until they have come in.",
        "Aquí aparece cada persona invitada hasta que entra.";
    off: "Invitations are switched off", "Las invitaciones están desactivadas";
    off_text:
        "They are switched on in General Data. People can be added without them.",
        "Se activan en los datos generales. También se puede añadir a personas sin ellas.";
    resend_to(email: &str): "Send again to {email}", "Enviar otra vez a {email}";
    revoke: "Take back", "Retirar";
    revoke_of(email: &str): "Take back the invitation of {email}", "Retirar la invitación de {email}";
    revoke_text:
        "The link in the mail works no more, and the seat that is kept becomes free.",
        "El enlace del correo deja de valer y el puesto guardado queda libre.";
    revoke_title(email: &str): "Take back the invitation of {email}?", "¿Retirar la invitación de {email}?";
    revoked(email: &str): "The invitation of {email} is taken back", "Se ha retirado la invitación de {email}";
    send: "Send invitation", "Enviar invitación";
    sent(email: &str): "An invitation is on its way to {email}", "Va de camino una invitación a {email}";
    sent_ago(ago: &str): "Sent {ago}", "Enviada {ago}";
    title: "Invitations", "Invitaciones";
    until(instant: &str): "Works until {instant}", "Vale hasta el {instant}";
    waiting: "Waiting", "Pendientes";
    waiting_text: "Each keeps a seat for as long as its link works.", "Cada una guarda un puesto mientras vale su enlace.";
}
