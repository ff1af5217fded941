//! Texts of the command palette.

super::texts! {
    open: "Search or go to", "Buscar o ir a";
    title: "Search or go to", "Buscar o ir a";
    placeholder: "Screen, project, person or action", "Pantalla, proyecto, persona o acción";
    results: "Results", "Resultados";
    recent: "Recent", "Recientes";
    actions: "Actions", "Acciones";
    screens: "Screens", "Pantallas";
    projects: "Projects", "Proyectos";
    people: "People", "Personas";
    nothing: "Nothing found", "No hay resultados";
    nothing_text: "Try other words. Only what you may open is searched.", "Prueba con otras palabras. Solo se busca lo que puedes abrir.";
    searching: "Searching", "Buscando";
    found[n]: "{n} result" | "{n} results", "{n} resultado" | "{n} resultados";
    failed: "Projects and people could not be searched.", "No se han podido buscar proyectos ni personas.";
    hint_move: "to move", "para moverte";
    hint_open: "to open", "para abrir";
    hint_close: "to close", "para cerrar";
    new_project: "New project", "Proyecto nuevo";
    add_person: "Add person", "Añadir persona";
    new_role: "New role", "Rol nuevo";
    theme(name: &str): "Theme: {name}", "Tema: {name}";
    language(name: &str): "Language: {name}", "Idioma: {name}";
}
