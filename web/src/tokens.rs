//! The stylesheet's tokens, held to WCAG AA by test: every `contrast:` line of `styles/00-tokens.css`, in both themes.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    const TOKENS: &str = include_str!("../styles/00-tokens.css");

    #[derive(Clone, Copy)]
    enum Theme {
        Light,
        Dark,
    }

    fn declarations() -> BTreeMap<&'static str, &'static str> {
        let lines = TOKENS.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(": "));
        lines.filter(|(name, _)| name.starts_with("--")).collect()
    }

    fn colour(tokens: &BTreeMap<&str, &str>, name: &str, theme: Theme) -> [f64; 3] {
        let value = tokens.get(name).unwrap_or_else(|| panic!("{name} is not declared"));
        if let Some(other) = value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')')) {
            return colour(tokens, other, theme);
        }
        let pair = value.strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(')')).unwrap();
        let (light, dark) = pair.split_once(", ").unwrap();
        let hex = match theme {
            Theme::Light => light,
            Theme::Dark => dark,
        };
        let channel = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        [channel(1), channel(3), channel(5)]
    }

    /// The relative luminance of WCAG.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear =
            |value: f64| if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    #[test]
    fn black_on_white_has_the_highest_contrast() {
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01);
    }

    #[test]
    fn declared_pairs_can_be_read_in_both_themes() {
        let tokens = declarations();
        let mut pairs = 0;
        let mut unreadable = Vec::new();
        for line in TOKENS.lines().filter_map(|line| line.split_once("contrast: --").map(|(_, rest)| rest)) {
            let words: Vec<&str> = line.trim_end_matches("*/").split_whitespace().collect();
            let [text, "on", ground, least] = words[..] else { continue };
            let least: f64 = least.parse().unwrap();
            for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
                let ratio =
                    contrast(colour(&tokens, &format!("--{text}"), theme), colour(&tokens, ground, theme));
                if ratio < least {
                    unreadable.push(format!("{name}: --{text} on {ground} has {ratio:.2}, needs {least}"));
                }
            }
            pairs += 1;
        }
        assert!(pairs > 50, "only {pairs} pairs were found");
        assert!(unreadable.is_empty(), "{}", unreadable.join("\n"));
    }
}
