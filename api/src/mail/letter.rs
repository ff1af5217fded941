//! What a mail looks like: one content, as text for those who read text and as HTML for the others.
//!
//! Everything that comes from outside passes `escaped` on its way into HTML. Subjects and names lose their line breaks
//! where they are made, so nothing can be added to the header.

use serde::{Deserialize, Serialize};
use shared::Language;

/// A mail, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The name of whoever gets it, where it is known.
    pub name: Option<String>,
    /// The e-mail of whoever gets it.
    pub email: String,
    /// The language it is written in.
    pub language: Language,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What stands in a mail, before it is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// The subject, which is the headline too.
    pub subject: String,
    /// How the person is greeted.
    pub greeting: String,
    /// What has happened, paragraph by paragraph.
    pub paragraphs: Vec<String>,
    /// Facts, each with its name.
    pub facts: Vec<(&'static str, String)>,
    /// What to do: the words on the button, and where it leads.
    pub action: Option<(&'static str, String)>,
    /// What else there is to know, paragraph by paragraph.
    pub notes: Vec<String>,
    /// Why one gets this mail.
    pub footer: String,
    /// What stands before the address for those whose mail program shows no button.
    pub address_hint: &'static str,
}

/// One line: whatever breaks or steers a line becomes a space.
pub fn one_line(text: &str) -> String {
    let steers = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    text.split(steers).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Content {
    /// As plain text.
    pub fn to_text(&self) -> String {
        let mut parts = vec![self.greeting.clone()];
        parts.extend(self.paragraphs.iter().cloned());
        if !self.facts.is_empty() {
            let facts: Vec<String> =
                self.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            parts.push(facts.join("\n"));
        }
        if let Some((label, address)) = &self.action {
            parts.push(format!("{label}:\n{address}"));
        }
        parts.extend(self.notes.iter().cloned());
        format!("{}\n\n-- \n{}\n", parts.join("\n\n"), self.footer)
    }

    /// As HTML. Mail programs know neither stylesheets nor modern layout, so styles stand on their elements.
    pub fn to_html(&self, language: Language) -> String {
        let mut blocks = vec![paragraph(TEXT, &self.greeting)];
        blocks.extend(self.paragraphs.iter().map(|text| paragraph(TEXT, text)));
        blocks.push(facts(&self.facts));
        if let Some((label, address)) = &self.action {
            blocks.push(action(label, address, self.address_hint));
        }
        blocks.extend(self.notes.iter().map(|text| paragraph(SMALL, text)));
        format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{subject}</title></head>\
             <body style=\"margin:0;padding:24px 12px;background:#f1f4f8;font-family:-apple-system,'Segoe UI',Roboto,\
             Helvetica,Arial,sans-serif\"><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
             border=\"0\"><tr><td align=\"center\"><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" \
             cellspacing=\"0\" border=\"0\" style=\"max-width:560px;background:#ffffff;border:1px solid #d9e2ec;\
             border-radius:12px\"><tr><td align=\"left\" style=\"padding:32px\">\
             <h1 style=\"margin:0 0 20px;font-size:22px;line-height:28px;color:#102a43;\
             overflow-wrap:anywhere;word-break:break-word\">{subject}</h1>{}</td></tr>\
             </table><p style=\"max-width:560px;margin:16px auto 0;font-size:13px;line-height:18px;color:#52606d\">{}</p>\
             </td></tr></table></body></html>\n",
            language.code(),
            blocks.concat(),
            escaped(&self.footer),
            subject = escaped(&self.subject),
        )
    }
}

const TEXT: &str = "margin:0 0 16px;font-size:16px;line-height:24px;color:#1f2933";
const SMALL: &str = "margin:0 0 12px;font-size:14px;line-height:20px;color:#52606d";

fn paragraph(style: &str, text: &str) -> String {
    format!("<p style=\"{style}\">{}</p>", escaped(text))
}

fn facts(facts: &[(&'static str, String)]) -> String {
    const CELL: &str = "padding:4px 16px 4px 0;font-size:14px;line-height:20px;vertical-align:top";
    if facts.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = facts
        .iter()
        .map(|(name, value)| {
            format!(
                "<tr><th align=\"left\" scope=\"row\" style=\"{CELL};font-weight:400;color:#52606d\">{}</th>\
                 <td style=\"{CELL};color:#1f2933;overflow-wrap:anywhere;word-break:break-word\">{}</td></tr>",
                escaped(name),
                escaped(value)
            )
        })
        .collect();
    format!(
        "<table cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 16px\">{}</table>",
        rows.concat()
    )
}

fn action(label: &str, address: &str, address_hint: &str) -> String {
    let (label, address, hint) = (escaped(label), escaped(address), escaped(address_hint));
    format!(
        "<p style=\"margin:24px 0\"><a href=\"{address}\" style=\"display:inline-block;padding:12px 20px;\
         border-radius:8px;background:#1d4ed8;color:#ffffff;font-size:16px;line-height:20px;font-weight:600;\
         text-decoration:none\">{label}</a></p><p style=\"{SMALL}\">{hint}<br>\
         <a href=\"{address}\" style=\"color:#1d4ed8;word-break:break-all\">{address}</a></p>"
    )
}

/// Text as HTML shows it.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_one() {
        for (text, expected) in [
            ("Ana", "Ana"),
            ("Ana\r\nBcc: eve@example.org", "Ana Bcc: eve@example.org"),
            ("\u{0}A\u{2028}B\t", "A B"),
            ("\n", ""),
        ] {
            assert_eq!(one_line(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_escapes_as_markup(text in ".*") {
            let html = Content { greeting: text.clone(), subject: text, ..Content::default() }.to_html(Language::En);
            let plain = Content::default().to_html(Language::En);
            let marks = |html: &str| html.chars().filter(|letter| matches!(letter, '<' | '>' | '"')).count();
            prop_assert_eq!(marks(&html), marks(&plain));
        }
    }
}
