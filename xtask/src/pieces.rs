//! Cuts the compiled app into the piece that every visitor loads and those that come with the first screen that needs
//! them. Where it is cut stands in `web/src/app/pieces.rs`.

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
        let import = format!("import {{ initSync }} from \"{MAIN_SCRIPT}\";\n");
        let loader = self
            .loader
            .strip_prefix(&import)
            .with_context(|| format!("what loads the pieces no longer begins with `{}`", import.trim()))?;
        let mut joined = String::from("const pieces = (() => {\n");
        let mut names = Vec::new();
        for line in loader.lines() {
            let exported = line.strip_prefix("export const ");
            names.extend(exported.and_then(|rest| rest.split(' ').next()));
            let line = line.strip_prefix("export ").unwrap_or(line);
            if line.starts_with("import ") {
                bail!("what loads the pieces imports more than it did: `{line}`");
            }
            joined.extend([line, "\n"]);
        }
        joined.extend(["return { ", &names.join(", "), " };\n})();\n"]);
        // wasm-bindgen writes one for each function that it finds there.
        let mut is_asked_for = false;
        for line in module.lines() {
            let name = imported(line, LOADER);
            is_asked_for |= name.is_some();
            match name {
                Some(name) => joined.extend(["const ", name, " = pieces;\n"]),
                None => joined.extend([line, "\n"]),
            }
        }
        if names.is_empty() || !is_asked_for {
            bail!("the script of the main piece and what loads the others do not fit together any more");
        }
        Ok(joined)
    }
}

/// The name in `import * as NAME from "FILE"`.
fn imported<'line>(line: &'line str, file: &str) -> Option<&'line str> {
    let rest = line.trim_end().trim_end_matches(';').strip_prefix("import * as ")?;
    rest.strip_suffix(&format!(" from \"{file}\""))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Profile;

    const LOADER_SCRIPT: &str = "import { initSync } from \"./app.js\";\n\nfunction load() {}\n\
        export const __wasm_split_load_users = load(\"./split_users.wasm\");\n";

    fn cut(folder: &Path, loader: &str) -> Cut {
        let file = folder.join("split_users.wasm");
        // A module with the custom section `n` that holds one byte, and an empty section of types.
        fs::write(&file, b"\0asm\x01\0\0\0\x01\x01\0\0\x03\x01n!").unwrap();
        let needs = BTreeMap::from([("users".to_owned(), vec!["split_users".to_owned()])]);
        Cut { main: folder.join("main.wasm"), loader: loader.to_owned(), files: vec![file], needs }
    }

    #[test]
    fn pieces_carry_their_hash_lose_their_names_and_are_asked_for_by_the_joined_script() {
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::create(&folder.path().join("app"), Profile::Dev).unwrap();
        let served = cut(folder.path(), LOADER_SCRIPT).add_to(&assets).unwrap();
        let [path] = served.files["users"].as_slice() else { panic!("{:?}", served.files) };
        assert!(path.starts_with("/assets/split_users-"), "{path}");
        let written = fs::read(folder.path().join("app").join(path.trim_start_matches('/'))).unwrap();
        assert_eq!(written, b"\0asm\x01\0\0\0\x01\x01\0");
        let module =
            "import * as import1 from \"./pieces.js\"\nimport * as import2 from \"./pieces.js\";\nrest\n";
        let joined = served.join(module).unwrap();
        let expected = format!(
            "const pieces = (() => {{\n\nfunction load() {{}}\nconst __wasm_split_load_users = load(\"{path}\");\n\
             return {{ __wasm_split_load_users }};\n}})();\nconst import1 = pieces;\nconst import2 = pieces;\nrest\n"
        );
        assert_eq!(joined, expected);
    }

    #[test]
    fn scripts_that_do_not_fit_together_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::create(&folder.path().join("app"), Profile::Dev).unwrap();
        let module = "import * as import1 from \"./pieces.js\"\n";
        for (loader, module) in [
            (LOADER_SCRIPT.replace("./app.js", "./other.js"), module),
            (LOADER_SCRIPT.replace("export ", ""), module),
            (format!("{LOADER_SCRIPT}import a from \"b\";\n"), module),
            (LOADER_SCRIPT.to_owned(), "import * as import1 from \"./other.js\"\n"),
        ] {
            let served = cut(folder.path(), &loader).add_to(&assets).unwrap();
            assert!(served.join(module).is_err(), "{loader}{module}");
        }
        assert!(cut(folder.path(), "").add_to(&assets).is_err(), "nothing asks for the piece");
    }
}
