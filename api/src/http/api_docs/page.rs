//! The page: what the API is like, its operations in the order of the navigation, and the schemas that they mention.

use std::fmt::Write as _;

use serde_json::Value;

use super::text::{escaped, inline, markdown};
use crate::http::openapi::{At as _, example_of};

/// What `write!` gives: writing into a text cannot fail.
type Written = std::fmt::Result;

/// The page of this document.
pub fn write(document: &Value) -> String {
    let mut page = String::new();
    // A text takes whatever is written into it.
    whole(&mut page, document).unwrap_or_default();
    page
}

fn whole(page: &mut String, document: &Value) -> Written {
    let info = document.at("info");
    let tags = || document.at("tags").as_array().into_iter().flatten();
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>Portico API</title><link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" \
         href=\"/api/docs/style.css\"></head><body><a class=\"skip\" href=\"#content\">Skip to content</a>\
         <header><h1>Portico API</h1><p>Version {} · <a href=\"/api/openapi.json\">OpenAPI document</a></p></header>",
        escaped(word(info.at("version")))
    )?;
    page.push_str("<nav aria-label=\"Operations\"><details open><summary>Operations</summary>");
    for tag in tags() {
        let name = word(tag.at("name"));
        write!(page, "<h2><a href=\"#{}\">{}</a></h2><ul>", anchor(name), escaped(name))?;
        for (_, _, operation) in operations(document, name) {
            let id = word(operation.at("operationId"));
            write!(page, "<li><a href=\"#{id}\">{id}</a></li>")?;
        }
        page.push_str("</ul>");
    }
    page.push_str("<h2><a href=\"#schemas\">Schemas</a></h2></details></nav><main id=\"content\">");
    write!(page, "<section class=\"prose\">{}</section>", markdown(word(info.at("description"))))?;
    for tag in tags() {
        let name = word(tag.at("name"));
        write!(
            page,
            "<section><h2 id=\"{}\">{}</h2><div class=\"prose\">{}</div>",
            anchor(name),
            escaped(name),
            markdown(word(tag.at("description")))
        )?;
        for (path, method, details) in operations(document, name) {
            operation(page, document, path, method, details)?;
        }
        page.push_str("</section>");
    }
    page.push_str("<section><h2 id=\"schemas\">Schemas</h2>");
    for (name, details) in document.at("components").at("schemas").as_object().into_iter().flatten() {
        schema(page, name, details)?;
    }
    page.push_str("</section></main></body></html>\n");
    Ok(())
}

/// The operations of a tag: path, method, and what is said of each.
fn operations<'a>(document: &'a Value, tag: &'a str) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    let paths = document.at("paths").as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    });
    all.filter(move |(_, _, operation)| operation.pointer("/tags/0").is_some_and(|one| one == tag))
}

fn operation(page: &mut String, document: &Value, path: &str, method: &str, operation: &Value) -> Written {
    let id = word(operation.at("operationId"));
    write!(
        page,
        "<article aria-labelledby=\"{id}\"><h3 id=\"{id}\">{}</h3><p class=\"path\"><span class=\"method {method}\">\
         {}</span> <code>{}</code></p>",
        inline(word(operation.at("summary"))),
        method.to_uppercase(),
        escaped(path)
    )?;
    if let Some(description) = operation.at("description").as_str() {
        write!(page, "<div class=\"prose\">{}</div>", markdown(description))?;
    }
    write!(page, "<p class=\"access\">{}</p>", access(operation.at("x-access")))?;
    write!(page, "<details><summary>Request and answers of <code>{id}</code></summary>")?;
    let parameters = operation.at("parameters").as_array().into_iter().flatten();
    let rows: Vec<[String; 3]> = parameters
        .map(|one| {
            let required = if one.at("required") == true { ", required" } else { "" };
            let place = format!("{} in {}{required}", kind(one.at("schema")), word(one.at("in")));
            [
                format!("<code>{}</code>", escaped(word(one.at("name")))),
                place,
                inline(word(one.at("description"))),
            ]
        })
        .collect();
    table(page, "Parameters", ["Name", "Kind", "Meaning"], &rows)?;
    for (media, content) in operation.at("requestBody").at("content").as_object().into_iter().flatten() {
        write!(page, "<h4>Body</h4><p>{} as <code>{media}</code></p>", kind(content.at("schema")))?;
        example(page, document, content)?;
    }
    let responses = || operation.at("responses").as_object().into_iter().flatten();
    for (status, answer) in responses().filter(|(status, _)| status.starts_with('2')) {
        write!(page, "<h4>Answer {status}</h4><p>{}</p>", inline(word(answer.at("description"))))?;
        for (media, content) in answer.at("content").as_object().into_iter().flatten() {
            write!(page, "<p>{} as <code>{media}</code></p>", kind(content.at("schema")))?;
            example(page, document, content)?;
        }
    }
    let problems: Vec<[String; 3]> = responses()
        .filter(|(status, _)| !status.starts_with('2'))
        .map(|(status, answer)| {
            let examples = answer.at("content").at("application/problem+json").at("examples").as_object();
            let codes: Vec<String> =
                examples.into_iter().flatten().map(|(code, _)| format!("<code>{code}</code>")).collect();
            [status.clone(), codes.join(", "), inline(word(answer.at("description")))]
        })
        .collect();
    table(page, "Problems", ["Status", "Code", "Meaning"], &problems)?;
    page.push_str("</details></article>");
    Ok(())
}

/// Who may, in words.
fn access(access: &Value) -> String {
    let who = match word(access.at("kind")) {
        "public" => "Anybody.".to_owned(),
        "signed_in" => "Whoever is signed in.".to_owned(),
        "sees_project" => "Whoever sees the project.".to_owned(),
        kind => {
            let place =
                if kind == "in_project" { ", by a role or by the position on the project" } else { "" };
            format!(
                "Needs <code>{}</code> on <code>{}</code>{place}.",
                word(access.at("operation")),
                word(access.at("menu"))
            )
        }
    };
    let tokens = match access.at("tokens") {
        Value::Bool(true) => " API tokens may.",
        Value::Bool(false) => " No API token may.",
        _ => "",
    };
    let confirmed = match (access.at("confirmed") == true, access.at("confirmed_for").as_str()) {
        (true, _) => " Asks for the password once more.".to_owned(),
        (false, Some(what)) => format!(" Asks for the password once more for {}.", escaped(what)),
        _ => String::new(),
    };
    format!("{who}{tokens}{confirmed}")
}

/// The first example of a content.
fn example(page: &mut String, document: &Value, content: &Value) -> Written {
    let Some(value) = example_of(document, content) else { return Ok(()) };
    let text = match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    write!(page, "<pre><code>{}</code></pre>", escaped(&text))
}

/// Closed at first. A link to what is inside opens it.
fn schema(page: &mut String, name: &str, schema: &Value) -> Written {
    write!(
        page,
        "<article aria-labelledby=\"name-{name}\"><details><summary id=\"name-{name}\"><code>{name}</code></summary>\
         <div id=\"schema-{name}\"><div class=\"prose\">{}</div>",
        markdown(word(schema.at("description")))
    )?;
    let required = schema.at("required").as_array();
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let rows: Vec<[String; 3]> = schema
        .at("properties")
        .as_object()
        .into_iter()
        .flatten()
        .map(|(property, of)| {
            let required = if is_required(property) { ", required" } else { "" };
            let description = word(of.at("description"));
            [format!("<code>{property}</code>"), format!("{}{required}", kind(of)), inline(description)]
        })
        .collect();
    if rows.is_empty() {
        write!(page, "<p>{}</p>", kind(schema))?;
    }
    table(page, "Fields", ["Name", "Kind", "Meaning"], &rows)?;
    page.push_str("</div></details></article>");
    Ok(())
}

/// What a schema says of the kind of a value.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema.at("$ref").as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    let several = |all: &Value, between: &str| {
        let all: Vec<String> = all.as_array().into_iter().flatten().map(kind).collect();
        all.join(between)
    };
    for (keyword, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if schema.at(keyword).is_array() {
            return several(schema.at(keyword), between);
        }
    }
    if let Some(values) = schema.at("enum").as_array() {
        let values: Vec<String> =
            values.iter().map(|one| format!("<code>{}</code>", escaped(word(one)))).collect();
        return values.join(" or ");
    }
    let types: Vec<&str> = match schema.at("type") {
        Value::Array(all) => all.iter().map(word).collect(),
        one => vec![word(one)],
    };
    let types: Vec<String> = types
        .into_iter()
        .map(|one| match one {
            "null" => "null".to_owned(),
            "array" => format!("list of {}", kind(schema.at("items"))),
            "object" if schema.at("additionalProperties").is_object() => format!(
                "map from {} to {}",
                kind(schema.at("propertyNames")),
                kind(schema.at("additionalProperties"))
            ),
            "object" if schema.at("properties").is_object() => {
                let properties = schema.at("properties").as_object().into_iter().flatten();
                let all: Vec<String> =
                    properties.map(|(name, of)| format!("<code>{name}</code>: {}", kind(of))).collect();
                format!("object of {}", all.join(", "))
            }
            other => schema.at("format").as_str().map_or_else(|| other.to_owned(), escaped),
        })
        .collect();
    if types.iter().all(String::is_empty) { "any".to_owned() } else { types.join(" or ") }
}

fn table(page: &mut String, caption: &str, heads: [&str; 3], rows: &[[String; 3]]) -> Written {
    if rows.is_empty() {
        return Ok(());
    }
    write!(page, "<table><caption>{caption}</caption><thead><tr>")?;
    for head in heads {
        write!(page, "<th scope=\"col\">{head}</th>")?;
    }
    page.push_str("</tr></thead><tbody>");
    for [first, second, third] in rows {
        write!(page, "<tr><th scope=\"row\">{first}</th><td>{second}</td><td>{third}</td></tr>")?;
    }
    page.push_str("</tbody></table>");
    Ok(())
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What stands in an address for a name.
fn anchor(name: &str) -> String {
    format!("tag-{}", name.to_lowercase().replace(' ', "-"))
}
