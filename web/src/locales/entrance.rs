//! Texts of the frame around the screens before the sign-in.

super::texts! {
    motto: "Every project under one roof.", "Todos los proyectos bajo un mismo techo.";
    motto_text:
        "Projects, the people on them, and who may do what: in one place, and clear to everyone.",
        "Los proyectos, sus equipos y quién puede hacer qué: en un solo lugar y claro para todos.";
}
