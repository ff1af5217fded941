//! Text for the page: escaped, and Markdown as descriptions have it.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};

/// Text that stands for itself.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A description. Markup that somebody writes in it is shown and not obeyed; its headings stand below those of the
/// page.
pub fn markdown(text: &str) -> String {
    use pulldown_cmark::HeadingLevel::{H2, H3};
    let lower = |level| if level == H2 { H3 } else { level };
    let events = Parser::new(text).map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
            Event::Start(Tag::Heading { level: lower(level), id: None, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    });
    let mut written = String::new();
    html::push_html(&mut written, events);
    written
}

/// A description of one paragraph, inside of another element.
pub fn inline(text: &str) -> String {
    let written = markdown(text);
    let trimmed = written.trim();
    match trimmed.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")) {
        Some(inside) if !inside.contains("<p>") => inside.to_owned(),
        _ => trimmed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_not_obeyed() {
        let written = inline("See `a<b>` <script>alert(1)</script> and **this**.");
        assert!(written.contains("<code>a&lt;b&gt;</code>") && written.contains("<strong>this</strong>"));
        assert!(!written.contains("<script>"), "{written}");
        assert_eq!(escaped("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
