//! Texts of the console's screens of what clients ask for: copies, and erasure.

super::texts! {
    all_tables[n]: "{n} table" | "{n} tables", "{n} tabla" | "{n} tablas";
    asked: "Asked", "Solicitada";
    at_shell: "What is left to do at a shell", "Lo que queda por hacer en una consola";
    at_shell_text:
        "Nothing here can do it: production has no key that opens a backup. The first command is for production, the second for the backup environment.",
        "Desde aquí no se puede: producción no tiene ninguna clave que abra una copia. La primera orden es para producción; la segunda, para el entorno de copias.";
    authorize: "Authorize", "Autorizar";
    authorize_text(who: &str):
        "You say, as the second of two people, that what {who} asks for is to be done. Operations can do it then.",
        "Dices, como segunda de dos personas, que se haga lo que pide {who}. Operaciones podrá hacerlo entonces.";
    authorize_title: "Authorize this request?", "¿Autorizar esta solicitud?";
    authorized_toast: "It is authorized: operations goes on", "Autorizada: sigue operaciones";
    because: "Reason", "Motivo";
    because_help: "It stays with the request, and in the operations book.", "Queda con la solicitud y en el libro de operaciones.";
    bytes_of_files(files: &str, bytes: &str): "{files}, {bytes}", "{files}, {bytes}";
    certificate: "Certificate of erasure", "Certificado de borrado";
    certificate_by: "Keys destroyed by", "Claves destruidas por";
    certificate_keys: "Their public halves", "Sus mitades públicas";
    certificate_sets[n]: "{n} set that nobody can read any more" | "{n} sets in which nothing can be read any more", "{n} copia en la que ya no se puede leer nada" | "{n} copias en las que ya no se puede leer nada";
    certificate_stream: "The stream holds nothing of it from", "El flujo ya no tiene nada desde el";
    certificate_text:
        "What the backup environment says: the client gets this.",
        "Lo que dice el entorno de copias: es para el cliente.";
    checksum: "Checksum (BLAKE3)", "Suma de comprobación (BLAKE3)";
    copies_empty_text:
        "Customer service writes down what a client asks for. Company admins can also ask for a copy themselves.",
        "Atención al cliente anota lo que pide un cliente. Las administraciones de empresa también pueden pedir una copia.";
    copies_empty_title: "No copy was asked for yet", "Todavía no se ha pedido ninguna copia";
    counted(when: &str): "Counted {when}", "Contado {when}";
    counting: "Counting…", "Contando…";
    deliver: "Make a link", "Crear un enlace";
    deliver_again: "Make another link", "Crear otro enlace";
    deliver_until(when: &str): "It works until {when}.", "Vale hasta el {when}.";
    delivered_text:
        "It is shown only now. It stands behind the organization's own address, or behind the shared one where the organization is erased. Hand it over by a way that you trust; only the client's key opens the file.",
        "Solo se muestra ahora. Va detrás de la dirección de la organización, o de la compartida si la organización ya está borrada. Entrégalo por un medio en el que confíes; solo la clave del cliente abre el archivo.";
    delivered_title: "Link to the copy", "Enlace a la copia";
    destroy_command: "In the backup environment, then", "Después, en el entorno de copias";
    destroyed: "Keys destroyed", "Claves destruidas";
    empty_preview: "Nothing: it has no rows.", "Nada: no tiene filas.";
    entered: "Entered into the ledger in both stores", "Anotado en el registro de ambos almacenes";
    erased: "Rows erased", "Filas borradas";
    erased_rows(rows: &str): "{rows} rows", "{rows} filas";
    erasure_empty_text:
        "Customer service writes down which client asks for it. Two people say yes before operations does it.",
        "Atención al cliente anota qué cliente lo pide. Dos personas dan su visto bueno antes de que lo haga operaciones.";
    erasure_empty_title: "No erasure was asked for yet", "Todavía no se ha pedido ningún borrado";
    evidence: "Evidence", "Prueba";
    evidence_help:
        "What shows that the client asks for it: a letter, a call back, the number of a ticket.",
        "Lo que muestra que lo pide el cliente: una carta, una llamada de comprobación, el número de una incidencia.";
    execute_copy: "Make the copy", "Hacer la copia";
    execute_copy_text(name: &str):
        "Everything that {name} has goes into one file, which only the client's key opens. Nothing changes for its people.",
        "Todo lo que tiene {name} va a un archivo que solo abre la clave del cliente. Para su gente no cambia nada.";
    execute_copy_title(name: &str): "Make a copy of {name}?", "¿Hacer una copia de {name}?";
    execute_erasure: "Erase the organization", "Borrar la organización";
    execute_erasure_text(name: &str):
        "A last copy is made for the client. Then {name} is gone: its rows, its files, and everybody's access. Nobody can undo this.",
        "Se hace una última copia para el cliente. Después {name} desaparece: sus filas, sus archivos y el acceso de todos. Nadie puede deshacerlo.";
    execute_erasure_title(name: &str): "Erase {name} for good?", "¿Borrar {name} para siempre?";
    execute_type(slug: &str): "Type {slug} to go on", "Escribe {slug} para seguir";
    execute_projects: "Erase the projects", "Borrar los proyectos";
    execute_projects_text(projects: &str):
        "The client gets a copy of everything first. Then these are gone, with their teams and history: {projects}. The organization gets another key for its backups, so that nobody can read those of before. Everybody goes on working. Nobody can undo this.",
        "Antes se entrega al cliente una copia de todo. Después desaparecen, con sus equipos y su historial: {projects}. La organización recibe otra clave para sus copias, así que nadie podrá leer las de antes. Todos siguen trabajando. Nadie puede deshacerlo.";
    execute_projects_title(projects: &str, name: &str): "Erase {projects} of {name} for good?", "¿Borrar {projects} de {name} para siempre?";
    executed_toast: "The worker does it now", "El proceso de trabajo lo hace ahora";
    failure_title: "It does not go on at the moment", "Ahora mismo no avanza";
    files[n]: "{n} file" | "{n} files", "{n} archivo" | "{n} archivos";
    files_label: "Files", "Archivos";
    files_removed: "Files removed", "Archivos eliminados";
    gone: "No longer here", "Ya no está";
    kept_until: "Kept until", "Se guarda hasta";
    key_renewed: "Another key for its backups", "Otra clave para sus copias";
    keys_destroyed: "Keys destroyed in both places", "Claves destruidas en ambos sitios";
    last_copy: "Last copy made", "Última copia hecha";
    link: "Link", "Enlace";
    link_until: "Last link works until", "El último enlace vale hasta";
    made: "Made", "Hecha";
    new_copy_title: "A client asks for a copy", "Un cliente pide una copia";
    new_erasure_title: "A client asks for erasure", "Un cliente pide el borrado";
    new_request: "New request", "Nueva solicitud";
    next: "Next", "Siguiente";
    not_taken: "Not yet", "Todavía no";
    not_yet: "Not yet", "Todavía no";
    nothing_next: "Nothing", "Nada";
    number_of_projects[n]: "{n} project" | "{n} projects", "{n} proyecto" | "{n} proyectos";
    old_keys_destroyed: "Keys of before destroyed in both places", "Claves anteriores destruidas en ambos sitios";
    organization: "Organization", "Organización";
    organization_id: "Id", "Id";
    package: "The copy", "La copia";
    package_text: "Only the client's key opens it.", "Solo la abre la clave del cliente.";
    panel_loading: "A request", "Una solicitud";
    preview_copy: "What goes into the copy", "Lo que va en la copia";
    preview_erased: "What was there", "Lo que había";
    preview_erasure: "What will be gone", "Lo que desaparecerá";
    progress: "How it goes", "Cómo va";
    recipient: "The client's key", "Clave del cliente";
    recipient_help:
        "The client makes a key with “age-keygen”, keeps the file, and gives you the public half only: the line that begins with age1.",
        "El cliente crea una clave con «age-keygen», guarda el archivo y te da solo la mitad pública: la línea que empieza por age1.";
    refresh: "Refresh", "Actualizar";
    refuse: "Refuse", "Rechazar";
    refuse_title: "Refuse this request?", "¿Rechazar esta solicitud?";
    refused_toast: "It is refused", "Rechazada";
    removed: "Removed", "Eliminada";
    request_added: "The request is written down: customer service verifies it next", "Solicitud anotada: ahora la verifica atención al cliente";
    requester: "Requested by", "La pide";
    requester_help: "Name and position of the person at the client.", "Nombre y cargo de la persona del cliente.";
    rewrite_command: "At production, first", "Primero, en producción";
    rewritten: "Tables written anew", "Tablas reescritas";
    rows: "Rows", "Filas";
    rows_of_tables(rows: &str, tables: &str): "{rows} in {tables}", "{rows} en {tables}";
    save: "Save with its signature", "Guardar con su firma";
    secured: "Backups under the new key in both stores", "Copias con la clave nueva en ambos almacenes";
    sets: "Backup sets with something of it", "Copias con algo suyo";
    sets_value(sets: &str): "{sets}, in both stores together", "{sets}, entre ambos almacenes";
    size: "Size", "Tamaño";
    slug: "Word in its addresses", "Palabra en sus direcciones";
    slug_help:
        "What stands before the first dot of its address, or behind /o/.",
        "Lo que va antes del primer punto de su dirección, o detrás de /o/.";
    state: "State", "Estado";
    step_authorize: "Authorized", "Autorizada";
    step_cancel: "Cancelled while it was carried out", "Cancelada mientras se cumplía";
    step_certify: "Keys destroyed, certificate given", "Claves destruidas, certificado emitido";
    step_deliver: "Link to the copy made", "Enlace a la copia creado";
    step_execute: "Handed to the worker", "Encargada al proceso de trabajo";
    step_finish: "Done", "Hecha";
    step_refuse: "Refused", "Rechazada";
    step_request: "Asked for", "Solicitada";
    step_rewrite: "Tables written anew", "Tablas reescritas";
    step_verify: "Verified", "Verificada";
    step_withdraw: "Withdrawn", "Retirada";
    steps: "What was done", "Lo que se ha hecho";
    stored: "A copy stands in both stores", "Hay una copia en ambos almacenes";
    table: "Table", "Tabla";
    taken: "Taken", "Recogida";
    under_way: "Under way", "En curso";
    verify: "Verify", "Verificar";
    verify_text(who: &str):
        "You say that the client asks for this through {who}, and that you have made sure of it by a way of your own. Somebody else authorizes it then.",
        "Dices que el cliente lo pide por medio de {who} y que lo has comprobado por tu cuenta. Después lo autoriza otra persona.";
    verify_title: "Verify this request?", "¿Verificar esta solicitud?";
    verified_toast: "It is verified: somebody else authorizes it", "Verificada: la autoriza otra persona";
    was_done: "Done", "Hecho";
    withdraw: "Withdraw", "Retirar";
    withdraw_title: "Does the client no longer ask for it?", "¿El cliente ya no lo pide?";
    withdrawn_toast: "It is withdrawn", "Retirada";

    write_down: "Write down", "Anotar";

    // What comes next, short for the list and as a sentence for whoever is not to do it.
    next_authorize: "Authorize: somebody else of customer service", "Autorizar: otra persona de atención al cliente";
    next_authorize_text: "Somebody else of customer service authorizes it.", "La autoriza otra persona de atención al cliente.";
    next_deliver: "Hand over: operations", "Entregar: operaciones";
    next_deliver_text: "Somebody of operations makes a link to the copy and hands it over.", "Alguien de operaciones crea un enlace a la copia y lo entrega.";
    next_destroy: "Destroy the keys: at a shell", "Destruir las claves: en una consola";
    next_destroy_text:
        "Whoever has the backup environment destroys the keys, at a shell.",
        "Quien tiene el entorno de copias destruye las claves, en una consola.";
    next_execute: "Carry out: operations, a third person", "Cumplir: operaciones, una tercera persona";
    next_execute_text: "Somebody of operations who has neither verified nor authorized it has it carried out.", "La manda cumplir alguien de operaciones que no la haya verificado ni autorizado.";
    next_nothing_text: "Nothing more is to be done.", "No hay nada más que hacer.";
    next_rewrite: "Write tables anew: at a shell", "Reescribir tablas: en una consola";
    next_rewrite_text:
        "Whoever has production writes the erased tables anew, at a shell.",
        "Quien tiene producción reescribe las tablas borradas, en una consola.";
    next_verify: "Verify: customer service", "Verificar: atención al cliente";
    next_verify_text:
        "Somebody of customer service verifies that it is the client who asks.",
        "Alguien de atención al cliente verifica que es el cliente quien lo pide.";
    next_worker: "The worker is at it", "Lo hace el proceso de trabajo";
    next_worker_text: "The worker is at it. This looks again by itself.", "Lo está haciendo el proceso de trabajo. Esto se actualiza solo.";
}
