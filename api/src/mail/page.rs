//! The page that shows mails instead of sending them: for one's own machine, where `portico work` is told to keep them in
//! a folder. It answers this machine alone, and there is none where mails are sent.

use std::net::{SocketAddr, TcpListener};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    guard,
    http::header,
    web::{self, Data, Path},
};
use anyhow::{Context, Result, bail};
use uuid::Uuid;

use super::{
    letter::escaped,
    post::{Shelf, Shelved},
};

/// Where mails are kept that the page shows.
#[derive(Debug)]
struct Shown {
    shelf: Shelf,
    port: u16,
}

/// Serves the page until the server is stopped.
pub fn serve(shelf: Shelf, address: SocketAddr) -> Result<Server> {
    if !address.ip().is_loopback() {
        bail!(
            "PORTICO_MAIL_PAGE is {address}: everybody's mails are shown there, so only this machine may see them"
        );
    }
    let socket = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    let shown = Data::new(Shown { shelf, port: socket.local_addr()?.port() });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shown.clone())
            .route("/", web::route().guard(guard::Get()).to(list))
            .route("/mails/{id}", web::route().guard(guard::Get()).to(one))
            .route("/mails/{id}/html", web::route().guard(guard::Get()).to(html))
    });
    Ok(server.workers(1).disable_signals().listen(socket)?.run())
}

async fn list(request: HttpRequest, shown: Data<Shown>) -> HttpResponse {
    answer(&request, &shown, || {
        let all = shown.shelf.all()?;
        let rows: Vec<String> = all.iter().map(row).collect();
        let body = if rows.is_empty() {
            "<p class=\"empty\">No mail yet. Change a password, or sign in from another browser.</p>"
                .to_owned()
        } else {
            format!(
                "<table><thead><tr><th>When</th><th>To</th><th>Subject</th></tr></thead><tbody>{}</tbody></table>",
                rows.concat()
            )
        };
        Ok(Some(page("Mails", &format!("<h1>Mails</h1>{body}"), true)))
    })
}

async fn one(request: HttpRequest, shown: Data<Shown>, id: Path<Uuid>) -> HttpResponse {
    answer(&request, &shown, || {
        Ok(shown.shelf.find(*id)?.map(|mail| page(&mail.letter.subject, &whole(&mail), false)))
    })
}

/// The mail's own HTML, in a frame that runs nothing. Links open in a tab of their own.
async fn html(request: HttpRequest, shown: Data<Shown>, id: Path<Uuid>) -> HttpResponse {
    answer(&request, &shown, || {
        let mail = shown.shelf.find(*id)?;
        Ok(mail.map(|mail| mail.letter.html.replacen("<head>", "<head><base target=\"_blank\">", 1)))
    })
}

/// Answers whoever has come by an address of this machine. A page of the web that calls itself by another name, to read
/// what stands here, is sent away.
fn answer(
    request: &HttpRequest,
    shown: &Shown,
    find: impl FnOnce() -> Result<Option<String>>,
) -> HttpResponse {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_here =
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host == format!("{name}:{}", shown.port));
    if !is_here {
        return HttpResponse::NotFound().finish();
    }
    match find() {
        Ok(Some(text)) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; form-action 'none'",
            ))
            .body(text),
        Ok(None) => HttpResponse::NotFound().content_type("text/plain").body("There is no such mail.\n"),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "mails cannot be shown");
            HttpResponse::InternalServerError().content_type("text/plain").body(format!("{error:#}\n"))
        }
    }
}

fn row(mail: &Shelved) -> String {
    let Shelved { id, at, letter } = mail;
    format!(
        "<tr><td><time datetime=\"{}\">{}</time></td><td>{}</td><td><a href=\"/mails/{id}\">{}</a></td></tr>",
        at.to_rfc3339(),
        at.format("%Y-%m-%d %H:%M:%S UTC"),
        escaped(&letter.email),
        escaped(&letter.subject),
    )
}

fn whole(mail: &Shelved) -> String {
    let Shelved { id, at, letter } = mail;
    let name = letter.name.as_deref().unwrap_or_default();
    format!(
        "<p><a href=\"/\">All mails</a></p><h1>{}</h1><dl><dt>To</dt><dd>{} &lt;{}&gt;</dd><dt>When</dt><dd>{}</dd></dl>\
         <h2>HTML</h2><iframe title=\"The mail as HTML\" src=\"/mails/{id}/html\" \
         sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe><h2>Text</h2><pre>{}</pre>",
        escaped(&letter.subject),
        escaped(name),
        escaped(&letter.email),
        at.format("%Y-%m-%d %H:%M:%S UTC"),
        with_links(&letter.text),
    )
}

/// Text as HTML, with addresses that can be clicked.
fn with_links(text: &str) -> String {
    let is_address = |word: &str| word.starts_with("https://") || word.starts_with("http://");
    let linked = |word: &str| {
        let (address, space) = word.split_at(word.trim_end().len());
        if !is_address(address) {
            return escaped(word);
        }
        let address = escaped(address);
        format!("<a href=\"{address}\" target=\"_blank\" rel=\"noopener\">{address}</a>{space}")
    };
    text.split_inclusive(char::is_whitespace).map(linked).collect::<Vec<_>>().concat()
}

fn page(title: &str, body: &str, follows: bool) -> String {
    // The list shows what comes in while one looks at it.
    let refresh = if follows { "<meta http-equiv=\"refresh\" content=\"5\">" } else { "" };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">{refresh}\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{} · Portico mails</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n",
        escaped(title)
    )
}

const STYLE: &str = "
:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, transparent); overflow-wrap: anywhere; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; }
dt, .empty { color: color-mix(in srgb, CanvasText 70%, transparent); }
iframe { width: 100%; height: 40rem; border: 1px solid color-mix(in srgb, CanvasText 20%, transparent); border-radius: .5rem; background: white; color-scheme: light; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; margin: 0; border: 1px solid color-mix(in srgb, CanvasText 20%, transparent); border-radius: .5rem; }
@media (max-width: 40rem) { thead { display: none; } td { display: block; border: 0; padding: 0; } tr { display: block; padding: .75rem 0; border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, transparent); } }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_can_be_clicked_and_nothing_else_is_markup() {
        for (text, expected) in [
            ("a <b>\nc", "a &lt;b&gt;\nc"),
            (
                "see\nhttps://x.org/?a=1&b#\"\nend",
                "see\n<a href=\"https://x.org/?a=1&amp;b#&quot;\" target=\"_blank\" rel=\"noopener\">\
                 https://x.org/?a=1&amp;b#&quot;</a>\nend",
            ),
            ("javascript:alert(1)", "javascript:alert(1)"),
        ] {
            assert_eq!(with_links(text), expected);
        }
    }

    #[test]
    fn only_this_machine_sees_the_page() {
        let folder = std::env::temp_dir().join(format!("portico-shelf-{}", std::process::id()));
        let shelf = Shelf::open(&folder).expect("a folder");
        assert!(serve(shelf, SocketAddr::from(([0, 0, 0, 0], 0))).is_err());
        std::fs::remove_dir_all(folder).expect("it goes");
    }
}
