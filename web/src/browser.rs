//! What the app asks of the browser outside the view: storage, clock, address, focus. All of it fails softly, since
//! storage can be closed and elements can be gone.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use wasm_bindgen::{JsCast as _, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlInputElement};

fn window() -> Option<web_sys::Window> {
    web_sys::window()
}

fn storage() -> Option<web_sys::Storage> {
    window()?.local_storage().ok().flatten()
}

/// What this browser keeps under the key.
pub fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Whether this browser keeps anything for us.
pub fn can_store() -> bool {
    const KEY: &str = "portico.probe";
    store(KEY, "yes");
    let kept = stored(KEY).is_some();
    forget(KEY);
    kept
}

/// Keeps the value in this browser.
pub fn store(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Storage may be full or closed to us; the choice then holds for this page only.
        let _ = storage.set_item(key, value);
    }
}

/// Forgets what this browser keeps under the key.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The languages that the person asked the browser for, best first.
pub fn languages() -> Vec<String> {
    window().map_or_else(Vec::new, |window| {
        window.navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
    })
}

/// Sets or removes an attribute of `<html>`.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    let Some(root) =
        window().and_then(|window| window.document()).and_then(|document| document.document_element())
    else {
        return;
    };
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// The title of the browser's tab.
pub fn set_title(title: &str) {
    if let Some(document) = window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// The path of the address.
pub fn path() -> String {
    window().and_then(|window| window.location().pathname().ok()).unwrap_or_else(|| "/".to_owned())
}

/// What stands behind the `#` of the address. Browsers send it to no server.
pub fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Path and query of the address.
pub fn path_and_query() -> String {
    let query = window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    format!("{}{query}", path())
}

/// Whether the host of the address is `<word>.…`.
pub fn host_begins_with(word: &str) -> bool {
    let host = window().and_then(|window| window.location().hostname().ok()).unwrap_or_default();
    host.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'))
}

/// The clipboard; absent where the browser has none to give, as on pages without TLS.
pub fn clipboard() -> Option<web_sys::Clipboard> {
    let navigator = web_sys::window()?.navigator();
    let given = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok()?;
    (!given.is_undefined()).then(|| navigator.clipboard())
}

/// Scheme, host and port of the address.
pub fn origin() -> String {
    window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// The address of the script that is this app, as the page names it.
pub fn script() -> Option<String> {
    let script = window()?.document()?.query_selector("script[type=module]").ok().flatten()?;
    script.get_attribute("src")
}

/// Loads the page again, with the app that the server gives now.
pub fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

/// Loads another address from the server.
pub fn load(address: &str) {
    if let Some(window) = window() {
        let _ = window.location().assign(address);
    }
}

/// The time now.
pub fn now() -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and fit for ages")]
    let milliseconds = js_sys::Date::now() as i64;
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// The instant on the wall clock of the browser's time zone.
pub fn local_time(instant: DateTime<Utc>) -> NaiveDateTime {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of our age fit into 53 bits")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(instant.timestamp_millis() as f64));
    #[expect(clippy::cast_possible_truncation, reason = "an offset is at most some hundreds of minutes")]
    let behind = date.get_timezone_offset() as i64;
    instant.naive_utc() - Duration::minutes(behind)
}

/// The file that was chosen in an input.
pub fn chosen_file(event: &web_sys::Event) -> Option<web_sys::File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    input.files()?.get(0)
}

/// What is in a file.
pub async fn read_file(file: web_sys::File) -> Option<Vec<u8>> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Bytes as an address of themselves, which an image takes: the content policy knows no other one.
pub fn data_address(kind: &str, bytes: &[u8]) -> Option<String> {
    let letters: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    Some(format!("data:{kind};base64,{}", window()?.btoa(&letters).ok()?))
}

/// Has the browser keep what stands at this address as a file, under the name that the server gives it.
pub fn download(address: &str) {
    let link = window().and_then(|window| window.document()?.create_element("a").ok());
    let link = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(address);
        link.set_download("");
        link.click();
    }
}

/// Has the browser keep these bytes as a file of this name; says whether it could be asked to.
pub fn save(name: &str, kind: &str, bytes: &[u8]) -> bool {
    let link = window().and_then(|window| window.document()?.create_element("a").ok());
    let link = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    let (Some(link), Some(address)) = (link, data_address(kind, bytes)) else { return false };
    link.set_href(&address);
    link.set_download(name);
    link.click();
    true
}

/// Whether somebody sees the page.
pub fn is_visible() -> bool {
    let document = window().and_then(|window| window.document());
    document.is_none_or(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

/// The element with this id.
pub fn element(id: &str) -> Option<HtmlElement> {
    window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The element that has the focus.
pub fn focused() -> Option<HtmlElement> {
    window()?.document()?.active_element()?.dyn_into().ok()
}

/// Moves the focus to the element with this id, or the first control in it when it takes none itself.
pub fn focus(id: &str) {
    if let Some(target) = element(id) {
        focus_element(&target);
    }
}

/// Moves the focus to the element, or the first control in it when it takes none itself.
pub fn focus_element(target: &HtmlElement) {
    let _ = target.focus();
    if focused().as_ref() != Some(target)
        && let Some(control) = first_control(target)
    {
        let _ = control.focus();
    }
}

fn first_control(element: &Element) -> Option<HtmlElement> {
    element
        .query_selector("input, select, textarea, button, a[href], [tabindex='0']")
        .ok()
        .flatten()
        .and_then(|control| control.dyn_into().ok())
}

/// The elements under `root` that fit the selector, in order.
pub fn all(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = root.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)).filter_map(|node| node.dyn_into().ok()).collect()
}

/// Width and height of the visible part of the page, in CSS pixels.
pub fn viewport() -> (f64, f64) {
    let size =
        |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    window().map_or((0.0, 0.0), |window| (size(window.inner_width()), size(window.inner_height())))
}

/// A listener on the window that hears events on their way down, before all others. It listens until dropped.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    callback: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listener {
    /// Listens from now on.
    pub fn new(name: &'static str, handle: impl FnMut(web_sys::Event) + 'static) -> Self {
        let callback = Closure::<dyn FnMut(web_sys::Event)>::new(handle);
        if let Some(window) = window() {
            let function = callback.as_ref().unchecked_ref();
            let _ = window.add_event_listener_with_callback_and_bool(name, function, true);
        }
        Self { name, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(window) = window() {
            let function = self.callback.as_ref().unchecked_ref();
            let _ = window.remove_event_listener_with_callback_and_bool(self.name, function, true);
        }
    }
}
