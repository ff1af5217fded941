//! Makes the client in Rust as the configuration says whose path is the one argument.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use openapi_to_rust::{CodeGenerator, ConfigFile, SchemaAnalyzer};

fn main() -> Result<()> {
    let path: PathBuf = std::env::args_os().nth(1).context("the configuration is missing")?.into();
    let config = ConfigFile::load(&path)?.into_generator_config();
    let document = fs::read(&config.spec_path)
        .with_context(|| format!("{} cannot be read", config.spec_path.display()))?;
    let mut analysis = SchemaAnalyzer::new(serde_json::from_slice(&document)?)?.analyze()?;
    let generator = CodeGenerator::new(config);
    let files = generator.generate_all(&mut analysis)?;
    generator.write_files(&files)?;
    Ok(())
}
