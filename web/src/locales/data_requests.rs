//! Texts of what happens to an organization's data, and of asking for a copy or for erasure.

super::texts! {
    ask_copy: "Ask for a copy", "Pedir una copia";
    ask_copy_text:
        "Those who run this installation verify that it is you who asks, and hand you a file with everything that your organization has. Only your key opens it.",
        "Quienes mantienen esta instalación comprueban que lo pides tú y te entregan un archivo con todo lo que tiene tu organización. Solo lo abre tu clave.";
    ask_copy_title: "Ask for a copy of everything", "Pedir una copia de todo";
    ask_erasure: "Ask for erasure", "Pedir el borrado";
    ask_erasure_text:
        "Once two people of those who run this installation have said yes, nobody can undo it: projects, people, files and history go, and nobody signs in any more. Until then you can tell them that you no longer want it.",
        "Cuando dos personas de quienes mantienen esta instalación hayan dado su visto bueno, nadie podrá deshacerlo: desaparecen proyectos, personas, archivos e historial, y nadie vuelve a entrar. Hasta entonces puedes decirles que ya no lo quieres.";
    ask_erasure_title: "Ask for erasure", "Pedir el borrado";
    ask_erasure_warning: "It cannot be undone", "No se puede deshacer";
    ask_projects_text:
        "Once two people of those who run this installation have said yes, nobody can undo it: these projects go, with their teams and history. Your backups of before can no longer be read then. Until then you can tell them that you no longer want it.",
        "Cuando dos personas de quienes mantienen esta instalación hayan dado su visto bueno, nadie podrá deshacerlo: desaparecen estos proyectos, con sus equipos y su historial. Tus copias de antes ya no se podrán leer. Hasta entonces puedes decirles que ya no lo quieres.";
    asked_copy: "You have asked for a copy", "Has pedido una copia";
    asked_erasure: "You have asked for erasure", "Has pedido el borrado";
    backups: "Backups", "Copias de seguridad";
    backups_text:
        "One every two hours, kept for 7 days; one a day, kept for up to a month; one a week, kept for up to a year. Any second of the last 8 days can be brought back.",
        "Una cada dos horas, que se guarda 7 días; una al día, hasta un mes; una a la semana, hasta un año. Se puede recuperar cualquier segundo de los últimos 8 días.";
    by_on(who: &str, when: &str): "{who}, {when}", "{who}, {when}";
    changed(when: &str): "Changed {when}", "Cambio: {when}";
    erasure: "Erasure", "Borrado";
    erasure_text:
        "Two people of those who run this installation have to say yes. You get a last copy, which only your key opens and which is kept for 30 days. Then rows and files go, and the key of your backups is destroyed, so that nobody can read them. A certificate says so.",
        "Dos personas de quienes mantienen esta instalación tienen que dar su visto bueno. Recibes una última copia, que solo abre tu clave y se guarda 30 días. Después desaparecen filas y archivos y se destruye la clave de tus copias, así que nadie puede leerlas. Un certificado lo acredita.";
    key: "Key", "Clave";
    key_text:
        "What backups hold of your organization is sealed with a key of its own.",
        "Lo que las copias contienen de tu organización va sellado con una clave propia.";
    message: "Message", "Mensaje";
    message_help:
        "What they should know, such as how to reach you.",
        "Lo que deban saber, como la manera de contactar contigo.";
    none: "You have asked for nothing so far.", "De momento no has pedido nada.";
    place: "Place", "Lugar";
    place_text:
        "Rows are in the database of this installation, and uploads in its file store. No other organization reaches them.",
        "Las filas están en la base de datos de esta instalación y los archivos subidos en su almacén. Ninguna otra organización llega a ellos.";
    recipient: "Your key", "Tu clave";
    recipient_help:
        "Make one with “age-keygen” and keep its file: nothing else opens the copy. Give the public half only, the line that begins with age1.",
        "Créala con «age-keygen» y guarda su archivo: nada más abre la copia. Da solo la mitad pública, la línea que empieza por age1.";
    requests: "What you have asked for", "Lo que has pedido";
    text:
        "Where the data of your organization is, how long it is kept, and how it goes.",
        "Dónde están los datos de tu organización, cuánto se guardan y cómo desaparecen.";
    title: "Data and deletion", "Datos y borrado";
}
