//! Makes the app that is served out of the compiled WASM and the files in `web/`.
//!
//! What wasm-bindgen's command line tool and a bundler would do, done by wasm-bindgen's own library, whose
//! version `Cargo.lock` ties to the one in the app, once `pieces.rs` has cut the WASM. Scripts and styles are
//! files of their own, never inline, because the content security policy allows nothing else.

use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::app::Profile;
use crate::assets::{Assets, hashed_name};
use crate::pieces::{self, Pieces};

/// What wasm-bindgen writes at the end of a module for browsers. The start is appended to that module: a
/// file of its own would cost every visitor one more round trip before the WASM is asked for.
const EXPORTS: &str = "__wbg_init as default";
/// Raise it when the same input shall give another folder.
const RECIPE: &str = "3";

/// What `make` found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bundled {
    Anew,
    Unchanged,
}

impl Display for Bundled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anew => "A new app",
            Self::Unchanged => "The app as it was",
        })
    }
}

/// What a bundle is made of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What was compiled.
    pub wasm: &'a Path,
    /// The folder with styles and public files.
    pub web: &'a Path,
    /// The page in it that becomes `index.html`.
    pub page: &'a str,
    /// Whether it comes in pieces. What is whole has none of those that another program is cut into.
    pub in_pieces: bool,
}

/// Fills `folder`, unless it was made from the very same input.
pub fn make(source: &Source<'_>, folder: &Path, profile: Profile) -> Result<Bundled> {
    let key = key(source)?;
    let note = folder.with_extension("key");
    if folder.exists() && fs::read_to_string(&note).is_ok_and(|found| found == key) {
        return Ok(Bundled::Unchanged);
    }
    // Filled beside its place: a server that runs on the old folder has it until the new one is complete.
    let unfinished = folder.with_extension("new");
    let pieces = fill(&Assets::create(&unfinished, profile)?, source)?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&unfinished, folder)?;
    fs::write(note_of_pieces(folder), serde_json::to_vec_pretty(&pieces)?)?;
    fs::write(&note, key)?;
    Ok(Bundled::Anew)
}

/// Where it is noted which files come with which piece, for those who weigh them.
fn note_of_pieces(folder: &Path) -> PathBuf {
    folder.with_extension("pieces.json")
}

/// Which files come with which piece of the app in `folder`, as the paths under which they are served.
pub fn pieces_of(folder: &Path) -> Result<Pieces> {
    let note = note_of_pieces(folder);
    let note = fs::read(&note).with_context(|| format!("{} cannot be read", note.display()))?;
    Ok(serde_json::from_slice(&note)?)
}

fn fill(assets: &Assets, source: &Source<'_>) -> Result<Pieces> {
    let Source { wasm, web, page: name, in_pieces } = *source;
    let workshop = tempfile::tempdir()?;
    let (parts, generated) = (workshop.path().join("pieces"), workshop.path().join("generated"));
    let cut = pieces::cut(wasm, &parts)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&cut.main).out_name("app").web(true)?.typescript(false);
    // The other pieces take what the main one gives by the names of the linker.
    bindgen.keep_lld_exports(true).demangle(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(&generated).context("wasm-bindgen cannot read the app")?;

    let app_wasm = assets.add_hashed("app.wasm", &fs::read(generated.join("app_bg.wasm"))?)?;
    let module = fs::read_to_string(generated.join("app.js"))?;
    let module = with_snippets(assets, &module, &generated.join("snippets"))?;
    let (module, files) = if in_pieces {
        let served = cut.add_to(assets)?;
        (served.join(&module)?, served.files)
    } else {
        (module, Pieces::new())
    };
    let app_js = assets.add_hashed("app.js", with_start(&module, &app_wasm)?.as_bytes())?;
    let styles = assets.add_hashed("app.css", &styles(web)?)?;

    let template = web.join(name);
    let template =
        fs::read_to_string(&template).with_context(|| format!("{} cannot be read", template.display()))?;
    let page =
        page(&template, &[("{{APP_JS}}", &app_js), ("{{APP_WASM}}", &app_wasm), ("{{STYLES}}", &styles)])?;
    assets.add(Path::new("index.html"), page.as_bytes())?;
    add_public(assets, &web.join("public"))?;
    Ok(files)
}

/// Small scripts that crates bring along. Their folder carries a hash, like all that is cached for ever.
fn with_snippets(assets: &Assets, module: &str, folder: &Path) -> Result<String> {
    let files = files_below(folder)?;
    if files.is_empty() {
        return Ok(module.to_owned());
    }
    let mut everything = Vec::new();
    for file in &files {
        everything.extend(fs::read(file)?);
    }
    let name = hashed_name("snippets", &everything);
    for file in &files {
        let path = Path::new("assets").join(&name).join(file.strip_prefix(folder)?);
        assets.add(&path, &fs::read(file)?)?;
    }
    Ok(module.replace("./snippets/", &format!("./{name}/")))
}

fn with_start(module: &str, wasm: &str) -> Result<String> {
    if !module.contains(EXPORTS) {
        bail!("wasm-bindgen's module no longer ends with `{EXPORTS}`; see how it is to be started now");
    }
    Ok(format!("{module}\n__wbg_init({{ module_or_path: \"{wasm}\" }});\n"))
}

/// One stylesheet out of many, in the order of their names.
fn styles(web: &Path) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for file in files_below(&web.join("styles"))? {
        if file.extension().is_some_and(|extension| extension == "css") {
            all.extend(fs::read(&file)?);
            all.push(b'\n');
        }
    }
    Ok(all)
}

fn page(template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut page = template.to_owned();
    for (placeholder, value) in values {
        page = page.replace(placeholder, value);
    }
    if let Some(rest) = page.find("{{").and_then(|at| page.get(at..)) {
        let placeholder = rest.split_inclusive("}}").next().unwrap_or(rest);
        bail!("the page asks for {placeholder}, which nothing fills");
    }
    Ok(page)
}

/// Files that others ask for by name and that keep it: fonts under `/assets/fonts`, the rest at the top.
fn add_public(assets: &Assets, public: &Path) -> Result<()> {
    for file in files_below(public)? {
        let name = file.strip_prefix(public)?;
        let path = if name.starts_with("fonts") { Path::new("assets").join(name) } else { name.to_owned() };
        assets.add(&path, &fs::read(&file)?)?;
    }
    Ok(())
}

/// Changes with everything that goes into the folder.
fn key(source: &Source<'_>) -> Result<String> {
    let Source { wasm, web, page, .. } = *source;
    let mut hasher = blake3::Hasher::new();
    hasher.update(RECIPE.as_bytes());
    let mut files = vec![wasm.to_owned(), web.join(page)];
    files.extend(files_below(&web.join("styles"))?);
    files.extend(files_below(&web.join("public"))?);
    for file in files {
        let content = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(&content.len().to_le_bytes());
        hasher.update(&content);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// All files below a folder, which may be absent, in the order of their paths.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_placeholder_left() {
        let filled = page("<script src=\"{{APP_JS}}\">", &[("{{APP_JS}}", "/assets/app-1.js")]).unwrap();
        assert_eq!(filled, "<script src=\"/assets/app-1.js\">");
        let error = page("<b>{{TITLE}}</b>", &[]).unwrap_err().to_string();
        assert_eq!(error, "the page asks for {{TITLE}}, which nothing fills");
    }

    #[test]
    fn the_start_is_appended_only_to_a_module_that_can_be_started() {
        let module = "function __wbg_init() {}\nexport { initSync, __wbg_init as default };";
        assert!(with_start(module, "/a.wasm").unwrap().ends_with("module_or_path: \"/a.wasm\" });\n"));
        assert!(with_start("export default init;", "/a.wasm").is_err());
    }

    #[test]
    fn styles_join_in_the_order_of_their_names_and_the_key_follows_them() {
        let folder = tempfile::tempdir().unwrap();
        let (web, wasm) = (folder.path().join("web"), folder.path().join("app.wasm"));
        fs::create_dir_all(web.join("styles")).unwrap();
        fs::write(web.join("index.html"), "").unwrap();
        fs::write(&wasm, "wasm").unwrap();
        fs::write(web.join("styles/20-parts.css"), "b {}").unwrap();
        fs::write(web.join("styles/10-tokens.css"), "a {}").unwrap();
        assert_eq!(styles(&web).unwrap(), b"a {}\nb {}\n");
        let source = Source { wasm: &wasm, web: &web, page: "index.html", in_pieces: true };
        let before = key(&source).unwrap();
        assert_eq!(key(&source).unwrap(), before);
        fs::write(web.join("styles/20-parts.css"), "c {}").unwrap();
        assert_ne!(key(&source).unwrap(), before);
    }
}
