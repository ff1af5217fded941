//! Texts of the console's operations book.

super::texts! {
    act_activate_standby: "Let the standby take over", "Dio el relevo al entorno de reserva";
    act_change_password: "Changed their password", "Cambió su contraseña";
    act_create_operator: "Made an operator", "Creó un operador";
    act_drill: "Drilled a take-over", "Ensayó un relevo";
    act_enrol: "Enrolled", "Se dio de alta";
    act_fence: "Took no more changes", "Dejó de aceptar cambios";
    act_make_set: "Made a set", "Hizo una copia";
    act_prune_sets: "Removed what is not kept", "Eliminó lo que ya no se guarda";
    act_reset_operator: "Reset an operator", "Restableció a un operador";
    act_restore_set: "Restored a set", "Restauró una copia";
    act_resume_book: "Resumed the book", "Continuó el libro";
    act_sign_in: "Signed in", "Inició sesión";
    act_sign_out: "Signed out", "Cerró sesión";
    act_update_operator: "Changed an operator", "Modificó a un operador";
    act_verify_set: "Verified a set", "Verificó una copia";
    action: "What was done", "Qué se hizo";
    actor: "By", "Por";
    as_team(team: &str): "as {team}", "como {team}";
    details: "Details", "Detalles";
    empty_text: "What operators do is written down here, and can never be changed.", "Aquí queda escrito lo que hacen los operadores, y no se puede cambiar.";
    empty_title: "Nothing yet", "Nada todavía";
    failed: "Failed", "Falló";
    id: "Id", "Id";
    nothing_more: "Nothing else was written down.", "No se anotó nada más.";
    outcome: "Outcome", "Resultado";
    panel_loading: "An entry", "Una entrada";
    place: "Place", "Puesto";
    place_hint: "In the chain", "En la cadena";
    refused: "Refused", "Rechazado";
    shell: "Shell or timer", "Consola o temporizador";
    subject: "To what", "A qué";
    succeeded: "Done", "Hecho";
    when: "When", "Cuándo";
    written: "Written", "Escrito";
}
