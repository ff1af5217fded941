//! Texts of the console's screen of the standby environment and its drills.

super::texts! {
    began: "Began", "Inicio";
    block_access: "Block access", "Bloquear el acceso";
    check_version: "Check the version", "Comprobar la versión";
    done: "Done", "Hecho";
    drill: "Drill", "Simulacro";
    due: "Next one due", "Próximo previsto";
    earlier: "Earlier ones", "Anteriores";
    empty_text:
        "The backup environment makes one each week where `PORTICO_DRILL_DIR` is set; `portico ops drill` makes one at once.",
        "El entorno de copias hace uno cada semana si `PORTICO_DRILL_DIR` está definido; `portico ops drill` hace uno al momento.";
    empty_title: "No drill yet", "Todavía no hay simulacros";
    epoch: "Epoch", "Época";
    epoch_text:
        "It is one more each time that another environment takes over.",
        "Aumenta en uno cada vez que otro entorno toma el relevo.";
    failed: "Failed", "Fallido";
    fenced(epoch: &str):
        "Another environment has taken over: epoch {epoch}",
        "Otro entorno ha tomado el relevo: época {epoch}";
    fenced_text(when: &str):
        "Since {when}, this environment takes no changes. Lead the addresses to the other one.",
        "Desde {when}, este entorno no acepta cambios. Dirige las direcciones al otro.";
    files: "Files", "Archivos";
    general_check: "General check", "Comprobación general";
    in_time: "In time", "Al día";
    last_commit: "Last commit in it", "Última confirmación";
    last_passed: "Last drill that passed", "Último simulacro superado";
    latest: "The latest", "El último";
    missing_files: "Files in no set", "Archivos en ninguna copia";
    never: "Never", "Nunca";
    not_begun: "Not begun", "Sin empezar";
    not_scheduled: "Not scheduled", "Sin programar";
    not_scheduled_text:
        "Set `PORTICO_DRILL_DIR` in the backup environment.",
        "Define `PORTICO_DRILL_DIR` en el entorno de copias.";
    organizations: "Organizations", "Organizaciones";
    overdue: "Overdue", "Atrasado";
    passed: "Passed", "Superado";
    redirect: "Redirect", "Redirigir";
    refresh: "Refresh", "Actualizar";
    restore: "Restore", "Restaurar";
    rows: "Rows", "Filas";
    skipped: "Skipped", "Omitido";
    steps_text:
        "The five steps by which another environment takes the place of this one, each with the time that it took.",
        "Los cinco pasos con los que otro entorno ocupa el lugar de este, cada uno con el tiempo que llevó.";
    take_over(epoch: &str): "Take-over, epoch {epoch}", "Relevo, época {epoch}";
    took: "Took", "Duración";
}
