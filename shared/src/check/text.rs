//! Characters that nobody sees, and the one form in which texts are stored.

use unicode_normalization::UnicodeNormalization;

/// The form in which names are stored and compared: composed, so that `é` is the same whether it was typed as one
/// character or as two, and without blanks around it.
pub fn normal_name(text: &str) -> String {
    text.trim().nfc().collect()
}

/// The form in which e-mail addresses are stored and compared.
pub fn normal_email(text: &str) -> String {
    text.trim().to_lowercase().nfc().collect()
}

/// Whether nothing is seen of the character when it stands alone: blanks, joiners, fillers, and what only changes
/// the character before it.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || is_joiner(character)
        || matches!(
            character,
            '\u{34f}'
                | '\u{115f}' | '\u{1160}'
                | '\u{17b4}' | '\u{17b5}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{ffa0}'
                | '\u{e0100}'..='\u{e01ef}'
        )
}

/// Whether the character is there to format or to hide, not to be read: what turns the order of reading, has no
/// width, or is a tag.
pub(super) fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether the text has a hidden character, or a joiner where nothing is to be joined. Emoji and the scripts from
/// Hebrew on are written with joiners; between Latin, Greek or Cyrillic letters one would only hide.
pub(super) fn has_hidden(text: &str) -> bool {
    let joins = |neighbour: Option<char>| neighbour.is_some_and(|neighbour| neighbour >= '\u{590}');
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let after = rest.peek().copied();
        if is_hidden(character) || (is_joiner(character) && !(joins(before) && joins(after))) {
            return true;
        }
        before = Some(character);
    }
    false
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_however_it_was_typed() {
        for (text, expected) in [
            (" ANA@Example.org ", "ana@example.org"),
            ("Jos\u{e9}@x.org", "jos\u{e9}@x.org"),
            ("Jose\u{301}@x.org", "jos\u{e9}@x.org"),
            ("JOSE\u{301}@x.org", "jos\u{e9}@x.org"),
        ] {
            assert_eq!(normal_email(text), expected, "{text:?}");
            assert_eq!(normal_email(&normal_email(text)), expected, "{text:?}");
        }
        assert_eq!(normal_name(" Jose\u{301} N\u{fa}n\u{303}ez "), "Jos\u{e9} N\u{fa}\u{f1}ez");
    }

    #[test]
    fn joiners_only_join() {
        for (text, expected) in [
            ("a\u{200d}b", true),
            ("\u{200d}🚀", true),
            ("🚀\u{200d}", true),
            ("é\u{200c}я", true),
            ("👩\u{200d}🚀", false),
            ("می\u{200c}خواهم", false),
        ] {
            assert_eq!(has_hidden(text), expected, "{text:?}");
        }
    }
}
