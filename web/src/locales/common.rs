//! Texts of the parts, which every screen shares.

use crate::locale;

super::texts! {
    all: "All", "Todos";
    after: "After", "Después";
    before: "Before", "Antes";
    bulk_actions: "For the selected rows", "Para las filas seleccionadas";
    breadcrumb: "Breadcrumb", "Ruta";
    cancel: "Cancel", "Cancelar";
    choices: "Choices", "Opciones";
    clear_filters: "Clear filters", "Quitar filtros";
    close: "Close", "Cerrar";
    columns: "Columns", "Columnas";
    compact_rows: "Compact rows", "Filas compactas";
    copied: "Copied", "Copiado";
    copy: "Copy", "Copiar";
    delete: "Delete", "Eliminar";
    edit: "Edit", "Modificar";
    empty_value: "(empty)", "(vacío)";
    form_errors: "Some entries need a change", "Hay datos que corregir";
    hide_password: "Hide password", "Ocultar contraseña";
    load_more: "Load more", "Cargar más";
    loading: "Loading", "Cargando";
    messages: "Messages", "Mensajes";
    not_copied: "The browser did not let us copy. Select the text instead.", "El navegador no ha dejado copiar. Selecciona el texto.";
    mine: "Mine", "Lo mío";
    merge_save: "Save the choice", "Guardar la selección";
    merge_text:
        "Someone else saved this while you were editing. Choose for each field which value stays; nothing is saved until you confirm.",
        "Otra persona guardó esto mientras lo editabas. Elige en cada campo qué valor queda; no se guarda nada hasta que confirmes.";
    merge_title: "Changed by someone else meanwhile", "Otra persona lo ha cambiado";
    more_actions: "More actions", "Más acciones";
    no: "No", "No";
    not_saved: "The browser could not save the file.", "El navegador no ha podido guardar el archivo.";
    nothing_found: "Nothing found", "No hay resultados";
    nothing_found_text:
        "Nothing fits the filters. Change them or clear them to see more.",
        "Nada coincide con los filtros. Cámbialos o quítalos para ver más.";
    optional: "optional", "opcional";
    password_characters(typed: &str, minimum: i16): "{typed} of at least {minimum} characters", "{typed} de al menos {minimum} caracteres";
    password_help(minimum: i16):
        "At least {minimum} characters. A few words in a row are easy to remember and hard to guess.",
        "Al menos {minimum} caracteres. Varias palabras seguidas se recuerdan bien y cuesta adivinarlas.";
    remove(what: &str): "Remove {what}", "Quitar {what}";
    request_id(id: &str): "Request {id}", "Solicitud {id}";
    rows[n]: "{n} row" | "{n} rows", "{n} fila" | "{n} filas";
    rows_and_more(shown: &str): "{shown} rows shown, more to load", "{shown} filas, hay más por cargar";
    rows_of(shown: &str, total: &str): "{shown} of {total} rows", "{shown} de {total} filas";
    save: "Save changes", "Guardar cambios";
    saved: "Saved", "Guardado";
    search: "Search", "Buscar";
    select(what: &str): "Select {what}", "Seleccionar {what}";
    select_all: "Select all rows shown", "Seleccionar todas las filas visibles";
    select_none: "Select none", "No seleccionar nada";
    selected[n]: "{n} selected" | "{n} selected", "{n} seleccionada" | "{n} seleccionadas";
    show_password: "Show password", "Mostrar contraseña";
    theirs: "Theirs", "Lo suyo";
    try_again: "Try again", "Reintentar";
    type_to_search: "Type to search", "Escribe para buscar";
    undo: "Undo", "Deshacer";
    usual_columns: "Usual columns", "Columnas habituales";
    yes: "Yes", "Sí";
}

/// The title of the browser's tab.
pub fn page_title(title: &str) -> String {
    format!("{title} · Portico")
}

/// Yes or no.
pub fn yes_or_no(value: bool) -> &'static str {
    if value { yes() } else { no() }
}

/// Words as a list: `a, b and c`.
pub fn list(words: &[String]) -> String {
    let and = locale::pick(" and ", " y ");
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}
