//! What the app weighs for those who load it, compressed as most browsers take it.
//!
//! The page names all that it loads by itself, so that nothing is found late: `e2e/pieces.spec.ts` holds that. What
//! comes later comes in pieces.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::bundle;

/// The piece that somebody who is signed in loads for Home, beside what everybody loads.
const INSIDE: &str = "inside";

/// Files with their sizes on the way, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight(Vec<(String, u64)>);

impl Weight {
    /// What everybody loads who opens the app: the sign-in.
    pub fn of_first_screen(app: &Path) -> Result<Self> {
        let page = fs::read_to_string(app.join("index.html"))?;
        let mut names = named_in(&page);
        names.insert("index.html".to_owned());
        let scripts: Vec<String> = names.iter().filter(|name| is_script(name)).cloned().collect();
        for script in scripts {
            names.extend(imported_by(&script, &fs::read_to_string(app.join(&script))?));
        }
        Self::of(app, names)
    }

    /// What comes with Home for somebody who is signed in, beside that.
    pub fn of_home(app: &Path) -> Result<Self> {
        let pieces = bundle::pieces_of(app)?;
        let files = pieces.get(INSIDE).with_context(|| format!("the app has no piece {INSIDE}"))?;
        let names = files.iter().map(|file| file.trim_start_matches('/').to_owned()).collect();
        Self::of(app, names)
    }

    fn of(app: &Path, names: BTreeSet<String>) -> Result<Self> {
        let weigh = |name: String| {
            let compressed = app.join(format!("{name}.br"));
            let file = if compressed.exists() { compressed } else { app.join(&name) };
            let length = file.metadata().with_context(|| format!("there is no {name}"))?.len();
            Ok((name, length))
        };
        names.into_iter().map(weigh).collect::<Result<_>>().map(Self)
    }

    /// All together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(_, bytes)| bytes).sum()
    }

    /// The name of the largest file.
    pub fn heaviest(&self) -> &str {
        self.0.iter().max_by_key(|(_, bytes)| bytes).map_or("nothing", |(name, _)| name)
    }

    /// All together, in thousands of bytes.
    pub fn kilobytes(&self) -> Result<f64> {
        Ok(f64::from(u32::try_from(self.bytes())?) / 1000.0)
    }
}

impl Display for Weight {
    /// File by file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, bytes)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {} kB", bytes.div_ceil(1000))?;
        }
        Ok(())
    }
}

fn is_script(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "js")
}

/// The files that a page names.
fn named_in(page: &str) -> BTreeSet<String> {
    let quoted = page.split('"').filter_map(|text| text.strip_prefix('/'));
    quoted.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The files that a script asks for before it begins.
fn imported_by(script: &str, text: &str) -> BTreeSet<String> {
    let folder = script.rsplit_once('/').map_or("", |(folder, _)| folder);
    let imports = text.lines().filter(|line| line.starts_with("import "));
    let files = imports.filter_map(|line| line.split('"').nth(1)?.strip_prefix("./"));
    files.map(|file| format!("{folder}/{file}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_screen_is_what_the_page_names_and_what_its_scripts_import() {
        let app = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| {
            let file = app.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        };
        write(
            "index.html",
            "<link href=\"/assets/app.css\"><script src=\"/assets/app.js\"></script><a href=\"/\">",
        );
        write("assets/app.css", "a {}");
        write("assets/app.css.br", "a");
        write("assets/app.js", "import { a } from \"./snippets/a.js\";\nfetch(\"/assets/users.wasm\");\n");
        write("assets/snippets/a.js", "export const a = 1;");
        write("assets/users.wasm", "never loaded first");
        let weight = Weight::of_first_screen(app.path()).unwrap();
        let names: Vec<&str> = weight.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["assets/app.css", "assets/app.js", "assets/snippets/a.js", "index.html"]);
        assert_eq!(weight.0[0].1, 1, "as it travels");
        write("index.html", "<link href=\"/assets/gone.css\">");
        assert!(Weight::of_first_screen(app.path()).is_err());
    }
}
