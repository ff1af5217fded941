//! Headings of the gallery. What its samples say is data, as names of people and projects are.

super::texts! {
    actions: "Buttons and links", "Botones y enlaces";
    chain: "Chain of reasons", "Cadena de razones";
    choices: "Choices", "Opciones";
    differences: "Differences", "Diferencias";
    fields: "Fields", "Campos";
    floating: "Dialogs, menus, panel, toasts", "Diálogos, menús, panel, avisos";
    form: "Form", "Formulario";
    icons: "Icons", "Iconos";
    loading: "Loading, empty, failed", "Cargando, vacío, fallido";
    people: "People, badges, progress", "Personas, etiquetas, progreso";
    sections: "Sections", "Secciones";
    table: "Table", "Tabla";
    tabs: "Tabs", "Pestañas";
    text: "Every part of the app in every state.", "Cada pieza de la aplicación en cada estado.";
    title: "Gallery", "Galería";
    tones: "Notices", "Mensajes";
}
