//! Texts of the console's operations book.

super::texts! {
    act_activate_standby: "Let the standby take over", "Dio el relevo al entorno de reserva";
    act_ask_client_request: "Wrote down what a client asks for", "Anotó lo que pide un cliente";
    act_authorize_client_request: "Authorized a client's request", "Autorizó la solicitud de un cliente";
    act_change_password: "Changed their password", "Cambió su contraseña";
    act_copy_organization: "Copied an organization", "Copió una organización";
    act_create_operator: "Made an operator", "Creó un operador";
    act_deliver_client_copy: "Gave out the link to a copy", "Entregó el enlace a una copia";
    act_destroy_keys: "Destroyed the keys of an organization", "Destruyó las claves de una organización";
    act_drill: "Drilled a take-over", "Ensayó un relevo";
    act_enrol: "Enrolled", "Se dio de alta";
    act_erase_organization: "Erased an organization", "Borró una organización";
    act_execute_client_request: "Had a client's request carried out", "Mandó cumplir la solicitud de un cliente";
    act_fence: "Took no more changes", "Dejó de aceptar cambios";
    act_make_set: "Made a set", "Hizo una copia";
    act_prune_sets: "Removed what is not kept", "Eliminó lo que ya no se guarda";
    act_refuse_client_request: "Refused a client's request", "Rechazó la solicitud de un cliente";
    act_reset_operator: "Reset an operator", "Restableció a un operador";
    act_restore_set: "Restored a set", "Restauró una copia";
    act_resume_book: "Resumed the book", "Continuó el libro";
    act_rewrite_erased: "Wrote erased tables anew", "Reescribió las tablas borradas";
    act_sign_in: "Signed in", "Inició sesión";
    act_sign_out: "Signed out", "Cerró sesión";
    act_update_operator: "Changed an operator", "Modificó a un operador";
    act_verify_client_request: "Verified that a client asks", "Verificó que lo pide el cliente";
    act_verify_set: "Verified a set", "Verificó una copia";
    act_withdraw_client_request: "Withdrew a client's request", "Retiró la solicitud de un cliente";
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
