//! Words that somebody looks for, as a pattern of `LIKE`.

/// What a search matches anywhere in a text, as a LIKE pattern: `%`, `_` and `\` stand for themselves. A NUL, which
/// no text in the database can have, is left out.
pub fn containing(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 2);
    pattern.push('%');
    for character in words.trim().chars().filter(|character| *character != '\0') {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_what_was_typed() {
        for (words, expected) in [
            ("apollo", "%apollo%"),
            (" apollo ", "%apollo%"),
            ("100%", "%100\\%%"),
            ("a_b", "%a\\_b%"),
            ("a\\b", "%a\\\\b%"),
            ("a\0b", "%ab%"),
            ("", "%%"),
        ] {
            assert_eq!(containing(words), expected, "{words:?}");
        }
    }
}
