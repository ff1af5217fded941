//! Texts of the console's screen of what can be brought back.

super::texts! {
    any_second: "Any second of the last eight days", "Cualquier segundo de los últimos ocho días";
    any_second_command: "Everything as it was at an instant", "Todo como estaba en un instante";
    any_second_text:
        "Out of the stream, into a new cluster. Write the instant in UTC, or “end” for everything there is. Files come with the command of a set.",
        "Desde el flujo, a un clúster nuevo. Escribe el instante en UTC, o «end» para todo lo que haya. Los archivos vienen con la orden de una copia.";
    all_restores: "All restores in the book", "Todas las restauraciones en el libro";
    choose: "Choose a set", "Elegir una copia";
    commands: "What to type in the backup environment", "Qué escribir en el entorno de copias";
    commands_text:
        "Put what is in capitals in its place. A target that holds anything is refused, and whatever goes wrong leaves it as it was.",
        "Sustituye lo que está en mayúsculas. Se rechaza un destino que contenga algo y, si algo falla, queda como estaba.";
    empty_text:
        "A set is here as soon as the backup environment has read it whole in a store.",
        "Una copia aparece en cuanto el entorno de copias la ha leído entera en un almacén.";
    empty_title: "No verified set yet", "Todavía no hay copias verificadas";
    everything: "The whole installation", "Toda la instalación";
    instant_of_set: "Everything as it was when the set was made, out of the stream", "Todo como estaba al hacer la copia, desde el flujo";
    none_in_book: "Nothing was restored yet.", "Todavía no se ha restaurado nada.";
    one: "One organization, beside the others", "Una organización, junto a las demás";
    one_text:
        "The target must not have it. It is suspended until “portico org resume” lets people in.",
        "El destino no debe tenerla. Queda suspendida hasta que «portico org resume» deje entrar a la gente.";
    overview: "Overview", "Resumen";
    panel_loading: "A set", "Una copia";
    restores: "Restores in the operations book", "Restauraciones en el libro de operaciones";
    set: "Set", "Copia";
    set_gone: "This set cannot be brought back: it is in no store, or nobody has verified it.", "Esta copia no se puede restaurar: no está en ningún almacén o nadie la ha verificado.";
    sets: "Sets", "Copias";
    views: "Views of the restore", "Vistas de la restauración";
    why: "Nothing is restored from here", "Desde aquí no se restaura nada";
    why_text:
        "Backups are sealed, and the identity that opens them is never on production: whoever breaks in here can read none of them. So a restore is typed in the backup environment, which has it. It happens whole or not at all.",
        "Las copias van selladas y la identidad que las abre nunca está en producción: quien entre aquí por la fuerza no puede leer ninguna. Por eso se restaura en el entorno de copias, que sí la tiene. O se hace entero o no se hace.";
}
