//! Texts of what a change would come to before it is saved.

super::texts! {
    title: "Who gains and who loses what", "Quién gana y quién pierde qué";
    nothing: "Nobody gains or loses anything", "Nadie gana ni pierde nada";
    nothing_text[n]:
        "It concerns {n} person who can sign in, and changes nothing for them." | "It concerns {n} people who can sign in, and changes nothing for them.",
        "Afecta a {n} persona que puede entrar y no le cambia nada." | "Afecta a {n} personas que pueden entrar y no les cambia nada.";
    concerns[n]: "Of {n} person concerned" | "Of {n} people concerned", "De {n} persona afectada" | "De {n} personas afectadas";
    gaining[n]: "{n} gains" | "{n} gain", "{n} gana" | "{n} ganan";
    losing[n]: "{n} loses" | "{n} lose", "{n} pierde" | "{n} pierden";
    from_day(day: &str): "From {day} on", "A partir del {day}";
    refused: "Saving would be refused", "No se podría guardar";
    person_gains: "Gains", "Gana";
    person_loses: "Loses", "Pierde";
    position_moves[n](assigned: &str, after: &str):
        "{assigned} on {n} project would count as {after}" | "{assigned} on {n} projects would count as {after}",
        "{assigned} en {n} proyecto contaría como {after}" | "{assigned} en {n} proyectos contaría como {after}";
    projects(before: &str, after: &str): "Would see {after} projects instead of {before}", "Vería {after} proyectos en lugar de {before}";
    more[n]: "and {n} person more" | "and {n} people more", "y {n} persona más" | "y {n} personas más";
    seats_title: "Seats", "Puestos";
    seats_used(licence: &str, before: &str, after: &str): "{licence}: {after} used instead of {before}", "{licence}: {after} en uso en lugar de {before}";
    seats_held(licence: &str, before: &str, after: &str): "{licence}: {after} held instead of {before}", "{licence}: {after} contratados en lugar de {before}";
    seats_over(used: &str): "{used} are used: nobody can be added until some are free.", "{used} están en uso: no se puede añadir a nadie hasta que haya libres.";
    unlimited: "unlimited", "sin límite";
    screens: "By screen", "Por pantalla";
    looking: "Looking at who gains and who loses", "Mirando quién gana y quién pierde";
    show: "Who gains, who loses", "Quién gana, quién pierde";
    people: "People", "Personas";
    what_if: "What if?", "¿Y si…?";
    what_if_title(licence: &str): "What if {licence} changed?", "¿Y si cambiara {licence}?";
    what_if_text:
        "Licences are changed by the operators of Portico. Here you see what you would ask for; nothing is changed.",
        "Las licencias las cambia el equipo de operación de Portico. Aquí ves qué pedirías; no se cambia nada.";
    seats: "Seats", "Puestos";
    seats_help: "Empty means unlimited.", "Vacío significa sin límite.";
    until: "Last day", "Último día";
    until_help: "Empty means that it does not end.", "Vacío significa que no termina.";
    not_a_number: "Write a whole number, or nothing.", "Escribe un número entero, o nada.";
}
