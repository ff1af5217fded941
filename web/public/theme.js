// Sets theme and language before the first paint. A file of its own, since the content policy forbids inline
// scripts; the app reads and writes the same two keys (src/theme.rs, src/locale.rs).
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("portico.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const language = localStorage.getItem("portico.language");
    if (language) root.lang = language;
  } catch {
    // Storage may be closed to us; the system's choice holds then.
  }
})();
