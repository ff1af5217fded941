//! How far what a client asks for has come: the same words for the client and for operators.

super::texts! {
    copy: "Copy", "Copia";
    erasure: "Erasure", "Borrado";
    project_erasure: "Erasure of projects", "Borrado de proyectos";
    scope: "What is to be erased", "Qué se borra";
    scope_all: "The whole organization", "Toda la organización";
    scope_all_help: "Rows, files and everybody's access.", "Filas, archivos y el acceso de todos.";
    scope_some: "Some projects", "Algunos proyectos";
    scope_some_help:
        "With their teams and history, in backups too. Everybody goes on working.",
        "Con sus equipos y su historial, también en las copias. Todos siguen trabajando.";
    projects: "Projects", "Proyectos";
    projects_help:
        "One a line, by its code. Of one that is deleted already, its id as the audit log shows it.",
        "Uno por línea, por su código. De uno ya eliminado, su id tal como lo muestra el registro de auditoría.";
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
