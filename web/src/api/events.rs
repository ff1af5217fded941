//! The live stream: what the API says by itself. Read by `fetch`, since only that can send the token.
//!
//! A page that nobody sees does not listen: it would hold a connection, and looks again anyway when it is seen.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use shared::event::LiveEvent;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, ReadableStreamDefaultReader, RequestInit, Response};

use super::token;
use crate::browser::{self, Listener};

/// How long to wait before trying again, in milliseconds: at first, and at most.
const PAUSE: (u32, u32) = (1_000, 30_000);

/// Listens until the session is over or `goes_on` says no. `heard` is told of every event, and of a change whenever the
/// stream could not be read for a while: what happened meanwhile was told to nobody.
pub async fn listen(goes_on: impl Fn() -> bool, heard: impl Fn(LiveEvent)) {
    let reading = Rc::new(RefCell::new(None::<AbortController>));
    let abort = Rc::clone(&reading);
    let _hidden = Listener::new("visibilitychange", move |_| {
        if !browser::is_visible()
            && let Some(controller) = abort.borrow_mut().take()
        {
            controller.abort();
        }
    });
    let (mut pause, mut missed) = (PAUSE.0, false);
    while goes_on() {
        if browser::is_visible() {
            match open(&reading).await {
                Opened::Stream(reader) => {
                    pause = PAUSE.0;
                    if std::mem::replace(&mut missed, true) {
                        heard(LiveEvent::AccessChanged);
                    }
                    if read(&reader, &goes_on, &heard).await == Some(LiveEvent::SessionEnded) {
                        token::lose();
                        return;
                    }
                }
                Opened::Over => return,
                Opened::NotNow => pause = (pause * 2).min(PAUSE.1),
            }
        }
        TimeoutFuture::new(pause).await;
    }
}

enum Opened {
    Stream(ReadableStreamDefaultReader),
    /// There is no session any more; whoever renews the token has said so.
    Over,
    /// The server or the network is away, or lets no more streams in.
    NotNow,
}

async fn open(reading: &Rc<RefCell<Option<AbortController>>>) -> Opened {
    let Some(token) = token::bearer() else { return Opened::Over };
    let Ok(response) = fetch(&token, reading).await else { return Opened::NotNow };
    match response.status() {
        200 => reader(&response).map_or(Opened::NotNow, Opened::Stream),
        // Another call may have renewed the token meanwhile.
        401 if token::bearer().is_some_and(|now| now != token) => Opened::NotNow,
        401 if !token::renew().await && token::bearer().is_none() => Opened::Over,
        _ => Opened::NotNow,
    }
}

async fn fetch(token: &str, reading: &Rc<RefCell<Option<AbortController>>>) -> Result<Response, JsValue> {
    let controller = AbortController::new()?;
    let headers = Headers::new()?;
    headers.set("authorization", &format!("Bearer {token}"))?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    request.set_signal(Some(&controller.signal()));
    *reading.borrow_mut() = Some(controller);
    let address = format!("{}/api/v1/events", browser::origin());
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    JsFuture::from(window.fetch_with_str_and_init(&address, &request)).await?.dyn_into()
}

fn reader(response: &Response) -> Option<ReadableStreamDefaultReader> {
    response.body()?.get_reader().dyn_into().ok()
}

/// Reads lines until the stream is over, or nobody wants to know any more. Gives the last event.
async fn read(
    reader: &ReadableStreamDefaultReader,
    goes_on: &impl Fn() -> bool,
    heard: &impl Fn(LiveEvent),
) -> Option<LiveEvent> {
    let (mut lines, mut last) = (Lines::default(), None);
    while let Some(bytes) = next_bytes(reader).await {
        for event in lines.take(&bytes) {
            if !goes_on() {
                let _ = reader.cancel();
                return None;
            }
            heard(event);
            last = Some(event);
        }
    }
    last
}

async fn next_bytes(reader: &ReadableStreamDefaultReader) -> Option<Vec<u8>> {
    let part = JsFuture::from(reader.read()).await.ok()?;
    let value = js_sys::Reflect::get(&part, &JsValue::from_str("value")).ok()?;
    value.dyn_into::<js_sys::Uint8Array>().ok().map(|bytes| bytes.to_vec())
}

/// Bytes as they come, cut into lines. What is no event of ours, of a later version perhaps, is left out.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn take(&mut self, bytes: &[u8]) -> Vec<LiveEvent> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
        let rest = self.0.split_off(end + 1);
        let whole = std::mem::replace(&mut self.0, rest);
        whole.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_come() {
        let text = b"{\"event\":\"heartbeat\"}\n{\"event\":\"new_kind\"}\n{\"event\":\"access_changed\"}\n";
        for size in [1, 7, 30, 200] {
            let mut lines = Lines::default();
            let events: Vec<LiveEvent> = text.chunks(size).flat_map(|part| lines.take(part)).collect();
            assert_eq!(events, [LiveEvent::Heartbeat, LiveEvent::AccessChanged], "{size}");
        }
        assert_eq!(Lines::default().take(b"{\"event\":\"heartbeat\"}"), []);
    }
}
