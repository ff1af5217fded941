//! What a browser says of itself, in words that a person recognizes.

use shared::session::UNKNOWN_DEVICE;

/// `Firefox on Linux`, from the `User-Agent`. Never more than that: the text is shown, stored and untrusted.
pub fn name(user_agent: &str) -> String {
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => UNKNOWN_DEVICE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use shared::{Language, session::spoken_device};

    use super::*;

    #[test]
    fn devices_are_spoken_of_in_both_languages() {
        for (user_agent, expected) in [
            ("X11; Linux Firefox/140.0", "Firefox en Linux"),
            ("curl/8.9", "curl"),
            ("", "Dispositivo desconocido"),
        ] {
            assert_eq!(spoken_device(&name(user_agent), Language::Es), expected);
            assert_eq!(spoken_device(&name(user_agent), Language::En), name(user_agent));
        }
    }

    #[test]
    fn devices() {
        for (user_agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.9", "curl"),
            ("", "Unknown device"),
            ("<script>", "Unknown device"),
        ] {
            assert_eq!(name(user_agent), expected, "{user_agent}");
        }
    }
}
