//! Texts of handing complete access over.

super::texts! {
    title: "Hand over complete access", "Ceder el acceso completo";
    text:
        "Somebody else becomes company admin in your place. To have several, switch it on in their own page instead.",
        "Otra persona pasa a la administración en tu lugar. Para que haya varias, actívalo en la página de cada una.";
    person: "New company admin", "Nueva administración";
    person_help: "Somebody who is active and can sign in.", "Alguien en activo que pueda entrar.";
    hand_over: "Hand over", "Ceder";
    choose_first: "Choose a person first", "Elige primero a una persona";
    ask(name: &str): "Hand complete access over to {name}?", "¿Ceder el acceso completo a {name}?";
    what_happens(name: &str):
        "{name} will see and change everything, whatever roles and licences say, and alone sees this screen. You keep your roles, or get the role of new people if you have none, and use a seat. Only {name} can give complete access back to you. Both of you are told by mail.",
        "{name} verá y cambiará todo, digan lo que digan roles y licencias, y será quien vea esta pantalla. Tú conservas tus roles, o recibes el de las personas nuevas si no tienes, y ocupas un puesto. Solo {name} podrá devolverte el acceso completo. Ambas personas recibís un correo.";
    done(name: &str): "{name} is company admin now", "{name} es ahora de la administración";
}
