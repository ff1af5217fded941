//! Cuts the compiled app into the piece that every visitor loads and those that come with the first screen that needs
//! them. Where it is cut stands in `web/src/pieces.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use wasm_encoder::RawSection;
use wasm_split_cli_support::{Options, transform};
use wasmparser::{Parser, Payload};

use crate::assets::Assets;

/// Under which the main piece asks for what loads the others. `joined` puts it into the script of the main piece.
const LOADER: &str = "./pieces.js";
/// The script of the main piece, as wasm-bindgen calls it.
const MAIN_SCRIPT: &str = "./app.js";

/// The app in pieces.
#[derive(Debug)]
pub struct Cut {
    /// The piece that is loaded first; wasm-bindgen has not seen it yet.
    pub main: PathBuf,
    /// The script that loads the others, as it was written by the cutter.
    loader: String,
    /// The others.
    files: Vec<PathBuf>,
    /// Which of the files come with each piece, by their stems.
    needs: BTreeMap<String, Vec<String>>,
}

/// The paths of the files that come with each piece.
pub type Pieces = BTreeMap<String, Vec<String>>;

/// The pieces as they are served.
#[derive(Debug)]
pub struct Served {
    /// The script that loads them.
    loader: String,
    /// Their files.
    pub files: Pieces,
}

/// Cuts the compiled app, in an empty folder.
pub fn cut(wasm: &Path, folder: &Path) -> Result<Cut> {
    let whole = fs::read(wasm).with_context(|| format!("{} cannot be read", wasm.display()))?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&whole);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LOADER;
    options.main_module = MAIN_SCRIPT;
    let cut = transform(options).map_err(|error| anyhow!("the app cannot be cut into pieces: {error:?}"))?;
    let mut files = cut.split_modules;
    files.sort();
    let loader = fs::read_to_string(folder.join(LOADER))?;
    Ok(Cut { main, loader, files, needs: cut.prefetch_map.into_iter().collect() })
}

impl Cut {
    /// Adds the pieces to what is served.
    pub fn add_to(self, assets: &Assets) -> Result<Served> {
        let mut loader = self.loader;
        let mut paths = BTreeMap::new();
        for file in &self.files {
            let stem = file.file_stem().and_then(|stem| stem.to_str()).context("a piece without a name")?;
            let path = assets.add_hashed(&format!("{stem}.wasm"), &without_names(&fs::read(file)?)?)?;
            let asked = format!("\"./{stem}.wasm\"");
            if !loader.contains(&asked) {
                bail!("nothing asks for the piece {stem}");
            }
            loader = loader.replace(&asked, &format!("\"{path}\""));
            paths.insert(stem.to_owned(), path);
        }
        let served = |stems: Vec<String>| -> Result<Vec<String>> {
            stems
                .into_iter()
                .map(|stem| paths.get(&stem).cloned().with_context(|| format!("there is no piece {stem}")))
                .collect()
        };
        let files = self.needs.into_iter().map(|(piece, stems)| Ok((piece, served(stems)?)));
        Ok(Served { loader, files: files.collect::<Result<_>>()? })
    }
}

impl Served {
    /// The script of the main piece with what loads the others in it. As files of their own the two would name each
    /// other, so that neither could carry the hash of its content; and they would cost one more round trip.
    pub fn join(&self, module: &str) -> Result<String> {
        let (before, name, after) = import_of(module, LOADER)?;
        let import = format!("import {{ initSync }} from \"{MAIN_SCRIPT}\";\n");
        let body = self
            .loader
            .strip_prefix(&import)
            .with_context(|| format!("what loads the pieces no longer begins with `{}`", import.trim()))?;
        let (mut names, mut lines) = (Vec::new(), Vec::new());
        for line in body.lines() {
            match line.strip_prefix("export const ") {
                Some(rest) => {
                    names.push(rest.split(' ').next().unwrap_or_default());
                    lines.push(format!("const {rest}"));
                }
                None => lines.push(line.to_owned()),
            }
        }
        if names.is_empty() || lines.iter().any(|line| line.starts_with("import") || line.starts_with("export")) {
            bail!("what loads the pieces is not written as it was; see how it is joined to the script now");
        }
        let (names, lines) = (names.join(", "), lines.join("\n"));
        Ok(format!("{before}const {name} = (() => {{\n{lines}\nreturn {{ {names} }};\n}})();\n{after}"))
    }
}

/// Finds `import * as NAME from "FILE"` and gives what stands before it, the name, and what stands after it.
fn import_of<'module>(module: &'module str, file: &str) -> Result<(&'module str, &'module str, &'module str)> {
    let from = format!(" from \"{file}\"");
    let mut at = 0;
    for line in module.split_inclusive('\n') {
        let end = at + line.len();
        let statement = line.trim_end().trim_end_matches(';');
        let name = statement.strip_suffix(&from).and_then(|rest| rest.strip_prefix("import * as "));
        if let (Some(name), Some(before), Some(after)) = (name, module.get(..at), module.get(end..)) {
            return Ok((before, name, after));
        }
        at = end;
    }
    bail!("the script of the main piece does not import {file}")
}

/// A module without its custom sections: names and notes that no browser needs.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.context("a piece is no WebAssembly")?;
        if matches!(payload, Payload::CustomSection(_)) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = wasm.get(range).context("a section reaches beyond its piece")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}
