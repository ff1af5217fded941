//! Makes the client in Rust as the configuration says whose path is the one argument.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use openapi_to_rust::{CodeGenerator, ConfigFile, SchemaAnalyzer};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let path: PathBuf = std::env::args_os().nth(1).context("the configuration is missing")?.into();
    let config = ConfigFile::load(&path)?.into_generator_config();
    let document = fs::read(&config.spec_path)
        .with_context(|| format!("{} cannot be read", config.spec_path.display()))?;
    let mut document = serde_json::from_slice(&document)?;
    give_lines_as_they_come(&mut document);
    let mut analysis = SchemaAnalyzer::new(document)?.analyze()?;
    let generator = CodeGenerator::new(config);
    let files = generator.generate_all(&mut analysis)?;
    generator.write_files(&files)?;
    Ok(())
}

/// The generator does not know streams of lines, and would leave the answer out without a word.
fn give_lines_as_they_come(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.remove("application/x-ndjson").is_some() {
                let bytes = json!({"schema": {"type": "string", "format": "binary"}});
                object.insert("application/octet-stream".to_owned(), bytes);
            }
            object.values_mut().for_each(give_lines_as_they_come);
        }
        Value::Array(array) => array.iter_mut().for_each(give_lines_as_they_come),
        _ => {}
    }
}
