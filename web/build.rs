//! Asks the linker to keep what `cargo xtask app` needs to cut the app into pieces.

#![expect(clippy::disallowed_methods, reason = "Cargo tells build scripts by the environment alone")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        // Which instruction refers to what. Said here and not in the flags of the whole build, so that no dependency is
        // built anew for it.
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
}
