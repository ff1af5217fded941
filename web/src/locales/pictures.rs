//! Texts of photos and the logo.

super::texts! {
    photo: "Photo", "Foto";
    photo_text: "Others see it beside your name.", "Los demás la ven junto a tu nombre.";
    photo_of_person_text: "Everybody in the organization sees it beside the name.", "Toda la organización la ve junto al nombre.";
    logo: "Logo", "Logotipo";
    logo_text:
        "People see it in the app and where they sign in.",
        "La gente lo ve en la aplicación y al iniciar sesión.";
    choose: "Choose an image, or drop one here", "Elige una imagen o suéltala aquí";
    help:
        "PNG, JPEG or WebP, at most 8 MB. Where it was taken is not kept.",
        "PNG, JPEG o WebP, de 8 MB como máximo. No se guarda dónde se tomó.";
    uploading: "Uploading…", "Subiendo…";
    saved: "The image is saved", "La imagen se ha guardado";
    remove: "Remove", "Quitar";
    remove_title: "Remove this image?", "¿Quitar esta imagen?";
    remove_text:
        "It is gone from every screen at once. You can upload it again at any time.",
        "Desaparece al momento de todas las pantallas. Puedes volver a subirla cuando quieras.";
    removed: "The image is removed", "La imagen se ha quitado";
    current: "The present image", "La imagen actual";
}
