//! How far what a client asks for has come: the same words for the client and for operators.

super::texts! {
    copy: "Copy", "Copia";
    erasure: "Erasure", "Borrado";
    requested: "Asked for", "Solicitada";
    verified: "Verified", "Verificada";
    authorized: "Authorized", "Autorizada";
    executing: "Under way", "En curso";
    executed: "Done", "Hecha";
    delivered: "Delivered", "Entregada";
    certified: "Certified", "Certificada";
    refused: "Refused", "Rechazada";
    withdrawn: "Withdrawn", "Retirada";
}
