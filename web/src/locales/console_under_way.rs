//! Texts of what is under way, on the console's screen of backups.

super::texts! {
    about(phase: &str, about: &str): "{phase}: {about}", "{phase}: {about}";
    asked(who: &str, when: &str): "{who} has cancelled it, {when}. It ends as soon as it hears of it.", "{who} lo ha cancelado, {when}. Termina en cuanto se entera.";
    at_its_machine:
        "The backup environment does it, and takes no orders from production: it can be cancelled at its own machine only.",
        "Lo hace el entorno de copias, que no acepta órdenes de producción: solo se puede cancelar en su propia máquina.";
    bring_sets: "Bringing sets off-site", "Llevando copias al almacén externo";
    cancel: "Cancel it", "Cancelarlo";
    cancel_copy_text:
        "What was made of the copy is given up. The request is authorized as before, and can be carried out anew.",
        "Se descarta lo que ya se había copiado. La solicitud sigue autorizada y puede volver a cumplirse.";
    cancel_set_text:
        "What was begun is given up, and no set is made until the next slot. A set that already stands in the local store stays there, and goes off-site with the next one.",
        "Se descarta lo empezado y no se hace otra copia hasta el próximo turno. Una copia que ya está en el almacén local se queda ahí y sale al externo con la siguiente.";
    cancel_text:
        "What was begun is taken back: everything is as it was before.",
        "Se deshace lo empezado: todo queda como estaba.";
    cancel_title: "Cancel what is under way?", "¿Cancelar lo que está en curso?";
    cancelled_toast: "It ends as soon as it hears of it", "Termina en cuanto se entera";
    copy_organization(what: &str): "Copying {what} for its client", "Copiando {what} para su cliente";
    drill: "Drilling a take-over", "Ensayando un relevo";
    erase_organization(what: &str): "Erasing {what}", "Borrando {what}";
    erase_projects(what: &str): "Erasing projects of {what}", "Borrando proyectos de {what}";
    export_organization(what: &str): "Exporting {what}", "Exportando {what}";
    import_organization(what: &str): "Taking in {what}", "Incorporando {what}";
    let_it_go_on: "Let it go on", "Dejar que siga";
    local_store(what: &str): "{what}, in the local store", "{what}, en el almacén local";
    make_files: "Making a set of the files", "Haciendo una copia de los archivos";
    make_rows: "Making a set of the rows", "Haciendo una copia de las filas";
    mark_asked: "Being cancelled", "Cancelándose";
    mark_silent: "Nothing heard", "Sin noticias";
    mark_under_way: "Under way", "En curso";
    never: "What was begun of an erasure is gone: it goes on until nothing is left.", "Lo que ya se ha borrado no vuelve: sigue hasta que no quede nada.";
    off_site_store(what: &str): "{what}, in the off-site store", "{what}, en el almacén externo";
    phase_begin: "Beginning", "Empezando";
    phase_bring_off_site: "Bringing it off-site", "Llevándola al almacén externo";
    phase_enter: "Entering the erasure into the ledger", "Anotando el borrado en el registro";
    phase_erase: "Erasing the rows", "Borrando las filas";
    phase_finish: "Writing down that it is done", "Anotando que está hecho";
    phase_make_set: "Reading, sealing and storing", "Leyendo, sellando y guardando";
    phase_package: "Making the client's copy", "Haciendo la copia del cliente";
    phase_read_export: "Reading the file", "Leyendo el archivo";
    phase_read_log: "Reading the log", "Leyendo el registro de la base de datos";
    phase_read_rows: "Reading every row", "Leyendo todas las filas";
    phase_read_set: "Reading and comparing", "Leyendo y comparando";
    phase_remove_files: "Removing the files", "Eliminando los archivos";
    phase_renew_key: "Making another key for its backups", "Creando otra clave para sus copias";
    phase_replay_log: "Replaying the log", "Reproduciendo el registro de la base de datos";
    phase_restore_files: "Bringing the files back", "Recuperando los archivos";
    phase_restore_rows: "Bringing the rows back", "Recuperando las filas";
    phase_secure: "Making backups under the new key", "Haciendo copias con la clave nueva";
    phase_store: "Putting the client's copy into both stores", "Guardando la copia del cliente en ambos almacenes";
    phase_suspend: "Suspending the organization", "Suspendiendo la organización";
    phase_take_back: "Taking back what was begun", "Deshaciendo lo empezado";
    phase_unpack_base: "Unpacking the base backup", "Desempaquetando la copia base";
    phase_write_export: "Writing the file", "Escribiendo el archivo";
    restore_set(what: &str): "Restoring {what}", "Restaurando {what}";
    silent(when: &str): "Nothing was heard of it since {when}: its process may be gone.", "Sin noticias desde {when}: puede que su proceso ya no exista.";
    since: "Since", "Desde";
    so_far(figure: &str): "{figure} so far", "{figure} por ahora";
    started_by: "Who", "Quién";
    steps_of(done: &str, all: &str): "{done} of {all}", "{done} de {all}";
    to_go(left: &str): "{left} to go", "quedan {left}";
    try_restore(what: &str): "Restoring {what} on trial", "Restaurando {what} como prueba";
    under_way: "Under way", "En curso";
    verify_set(what: &str): "Verifying {what}", "Verificando {what}";
}
