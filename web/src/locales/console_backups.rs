//! Texts of the console's screen of backups.

super::texts! {
    alarm_since(when: &str): "Since {when}", "Desde {when}";
    all_runs: "All sets", "Todas las copias";
    all_well: "Everything is as it should be", "Todo está como debe";
    as_of(when: &str): "As of {when}", "A fecha de {when}";
    before: "Before the first set", "Antes de la primera copia";
    checksum: "Checksum of the manifest", "Suma de comprobación del manifiesto";
    damaged: "Damaged", "Dañada";
    database: "Rows", "Filas";
    database_text:
        "One consistent set of all organizations in every two hours.",
        "Una copia coherente de todas las organizaciones cada dos horas.";
    daily: "Daily", "Diarias";
    duration: "Duration", "Duración";
    empty_text:
        "`portico work` makes the first one as soon as backups are set up.",
        "`portico work` hace la primera en cuanto las copias están configuradas.";
    empty_title: "No set yet", "Todavía no hay copias";
    environment: "Backup environment", "Entorno de copias";
    environment_never: "Never heard of", "Sin noticias";
    environment_never_text:
        "Nobody verifies sets. Start `portico ops attend`, and note its key at production.",
        "Nadie verifica las copias. Arranca `portico ops attend` y anota su clave en producción.";
    environment_silent: "Silent", "En silencio";
    environment_speaks: "Attends", "Atiende";
    failed: "Failed", "Fallida";
    failed_only: "Failed", "Fallidas";
    files: "Files", "Archivos";
    files_text: "One set of what people upload, each day.", "Una copia al día de lo que sube la gente.";
    forecast(bytes: &str): "{bytes} once every tier is full", "{bytes} cuando estén todos los niveles";
    forecast_unknown: "No forecast before a second set", "Sin previsión hasta la segunda copia";
    heard(when: &str): "Heard {when}", "Noticias {when}";
    kept: "Made", "Hecha";
    kept_of(kept: &str, planned: &str): "{kept} of {planned}", "{kept} de {planned}";
    kind: "Holds", "Contiene";
    latest(what: &str): "Newest set: {what}", "Última copia: {what}";
    legend: "What the marks mean", "Qué significan las marcas";
    local: "Local", "Local";
    local_store: "Local store", "Almacén local";
    made_only: "Made", "Hechas";
    missing: "Missing", "Falta";
    newest_none: "None yet", "Ninguna todavía";
    objects: "Objects", "Objetos";
    objects_text(all: &str, unchanged: &str): "{all}, of which {unchanged} had not changed", "{all}, de los que {unchanged} no habían cambiado";
    off_site: "Off-site", "Externo";
    off_site_store: "Off-site store", "Almacén externo";
    outcome: "Outcome", "Resultado";
    overview: "Overview", "Resumen";
    panel_loading: "A set", "Una copia";
    planned(bytes: &str): "{bytes} agreed on", "{bytes} acordados";
    pruned(when: &str): "Pruned {when}", "Limpieza {when}";
    put: "There, not verified yet", "Está, sin verificar";
    refresh: "Refresh", "Actualizar";
    removed: "No longer kept", "Ya no se guarda";
    sets[n](planned: &str): "{n} set of {planned}" | "{n} sets of {planned}", "{n} copia de {planned}" | "{n} copias de {planned}";
    size: "Size", "Tamaño";
    size_text(all: &str, new: &str): "{all}, of which {new} are new", "{all}, de los que {new} son nuevos";
    started: "Begun", "Empezada";
    states: "States", "Estados";
    stores: "Stores", "Almacenes";
    trial: "Last trial restore", "Última restauración de prueba";
    trial_none: "Not tried yet", "Aún sin probar";
    trial_text(rows: &str, seconds: &str): "{rows} rows in {seconds}", "{rows} filas en {seconds}";
    under_way: "Under way", "En curso";
    used(bytes: &str): "{bytes} used", "{bytes} en uso";
    used_unknown: "Not measured yet", "Aún sin medir";
    verified: "Verified", "Verificada";
    verified_in(when: &str): "Verified {when}", "Verificada {when}";
    views: "Views of the backups", "Vistas de las copias";
    waiting: "Not there yet", "Aún no está";
    weekly: "Weekly", "Semanales";
    why: "Why", "Por qué";
    wrong: "What the backup environment found", "Lo que ha encontrado el entorno de copias";
    every_two_hours: "Every two hours", "Cada dos horas";
    utc: "Hours of UTC", "Horas UTC";
    no_slots: "None so far", "Ninguna por ahora";
}
