//! Texts of the gallery.

super::texts! {
    title: "Gallery", "Galería";
}
