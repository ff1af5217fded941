//! The entry that wasm-bindgen runs; everything is in the library, so that tests can reach it.

fn main() {
    web::start();
}
