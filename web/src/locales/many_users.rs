//! Texts of changing many people, and of bringing and taking them in files.

super::texts! {
    add_role: "Add role", "Añadir rol";
    remove_role: "Remove role", "Quitar rol";
    set_language: "Set language", "Poner idioma";
    deactivate: "Deactivate", "Desactivar";
    reactivate: "Reactivate", "Reactivar";
    title_add_role[n]: "Add a role to {n} person" | "Add a role to {n} people", "Añadir un rol a {n} persona" | "Añadir un rol a {n} personas";
    title_remove_role[n]: "Remove a role from {n} person" | "Remove a role from {n} people", "Quitar un rol a {n} persona" | "Quitar un rol a {n} personas";
    title_language[n]: "Set the language of {n} person" | "Set the language of {n} people", "Poner el idioma a {n} persona" | "Poner el idioma a {n} personas";
    title_deactivate[n]: "Deactivate {n} person?" | "Deactivate {n} people?", "¿Desactivar a {n} persona?" | "¿Desactivar a {n} personas?";
    title_reactivate[n]: "Reactivate {n} person?" | "Reactivate {n} people?", "¿Reactivar a {n} persona?" | "¿Reactivar a {n} personas?";
    deactivate_text: "All their sessions end at once and their seats are freed. What they did stays.", "Todas sus sesiones terminan al momento y sus puestos quedan libres. Lo que hicieron se conserva.";
    reactivate_text: "They can sign in again and use a seat again.", "Podrán entrar de nuevo y volverán a ocupar un puesto.";
    role: "Role", "Rol";
    language: "Language", "Idioma";
    choose_role: "Choose a role", "Elige un rol";
    all_or_nothing: "All of them are changed, or nobody is.", "Se cambia a todas o a ninguna.";
    deactivate_all[n]: "Deactivate {n} person" | "Deactivate {n} people", "Desactivar a {n} persona" | "Desactivar a {n} personas";
    reactivate_all[n]: "Reactivate {n} person" | "Reactivate {n} people", "Reactivar a {n} persona" | "Reactivar a {n} personas";
    change[n]: "Change {n} person" | "Change {n} people", "Cambiar a {n} persona" | "Cambiar a {n} personas";
    leave_out[n]: "Leave out {n} refused" | "Leave out {n} refused", "Dejar fuera a {n} rechazada" | "Dejar fuera a {n} rechazadas";
    refused_first: "Leave out those who are refused first", "Deja fuera primero a las rechazadas";
    nothing_to_do: "Nobody would change", "No cambiaría nadie";
    done[n]: "{n} person was changed" | "{n} people were changed", "Se ha cambiado a {n} persona" | "Se ha cambiado a {n} personas";

    created[n]: "{n} added" | "{n} added", "{n} nueva" | "{n} nuevas";
    updated[n]: "{n} changed" | "{n} changed", "{n} con cambios" | "{n} con cambios";
    unchanged[n]: "{n} unchanged" | "{n} unchanged", "{n} igual" | "{n} iguales";
    refused[n]: "{n} refused" | "{n} refused", "{n} rechazada" | "{n} rechazadas";
    one_created: "Added", "Nueva";
    one_updated: "Changed", "Con cambios";
    one_unchanged: "Unchanged", "Igual";
    one_refused: "Refused", "Rechazada";
    line(number: &str): "Line {number}", "Línea {number}";
    fates: "What becomes of each", "Qué pasa con cada una";
    more_rows[n]: "and {n} more row" | "and {n} more rows", "y {n} fila más" | "y {n} filas más";
    seats_missing: "The seats do not suffice", "No hay puestos suficientes";

    files: "Import and export", "Importar y exportar";
    import: "Import…", "Importar…";
    export_csv: "Export as CSV", "Exportar como CSV";
    export_xlsx: "Export as XLSX", "Exportar como XLSX";
    exported: "The file comes with your downloads", "El archivo llega a tus descargas";
    import_title: "Import people", "Importar personas";
    import_text:
        "A CSV or XLSX file with a first line of columns: email, first name, last name, language, roles (separated by |), no login, active. People are found by their e-mail. Columns that are missing and cells that are empty change nothing.",
        "Un archivo CSV o XLSX cuya primera línea son las columnas: correo, nombre, apellidos, idioma, roles (separados por |), sin acceso, activo. Las personas se reconocen por el correo. Las columnas que faltan y las celdas vacías no cambian nada.";
    file: "File", "Archivo";
    file_help: "Up to 5,000 rows and 700 kB.", "Hasta 5000 filas y 700 kB.";
    reading: "Reading the file", "Leyendo el archivo";
    import_all[n]: "Import {n} row" | "Import {n} rows", "Importar {n} fila" | "Importar {n} filas";
    import_refused[n]: "{n} row is refused" | "{n} rows are refused", "Se rechaza {n} fila" | "Se rechazan {n} filas";
    import_fix: "Correct the refused rows in the file and choose it again. Nothing is imported before.", "Corrige las filas rechazadas en el archivo y elígelo de nuevo. Hasta entonces no se importa nada.";
    active: "Active", "Activo";
    imported: "The file was imported", "Se ha importado el archivo";
}
