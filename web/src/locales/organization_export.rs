//! Texts of taking the organization along.

super::texts! {
    begun: "The export has begun: your browser keeps the file", "La exportación ha empezado: el navegador guarda el archivo";
    export: "Export", "Exportar";
    left_out:
        "Passwords, API tokens and sessions are not in it. Whoever has the file reads everything else: keep it where nobody else gets at it.",
        "No incluye contraseñas, tokens de API ni sesiones. Quien tenga el archivo lee todo lo demás: guárdalo donde nadie más llegue.";
    text:
        "Everything that belongs to your organization in one file, rows and uploads, which another installation of Portico takes in.",
        "Todo lo que pertenece a tu organización en un archivo, filas y archivos subidos, que otra instalación de Portico acepta.";
    title: "Export my organization", "Exportar mi organización";
}
