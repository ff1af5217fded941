//! A folder of files for the server: hashed names that may be cached for ever, and compressed neighbours.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::app::Profile;

/// What shrinks; pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 8] = ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest"];
/// The window brotli may look back, as a power of two: 4 MB, the largest that every browser takes.
const BROTLI_WINDOW: u32 = 22;

/// The folder while it is being filled.
#[derive(Debug)]
pub struct Assets {
    folder: PathBuf,
    profile: Profile,
}

impl Assets {
    /// Begins with an empty folder.
    pub fn create(folder: &Path, profile: Profile) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), profile })
    }

    /// Writes a file whose name carries its content's hash, and gives the path under which it is served.
    pub fn add_hashed(&self, name: &str, content: &[u8]) -> Result<String> {
        let path = format!("assets/{}", hashed_name(name, content));
        self.add(Path::new(&path), content)?;
        Ok(format!("/{path}"))
    }

    /// Writes a file with its compressed neighbours.
    pub fn add(&self, path: &Path, content: &[u8]) -> Result<()> {
        let file = self.folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        write(&file, content)?;
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if COMPRESSIBLE.contains(&extension) {
            let squeezed = [("br", brotli(content, self.profile)?), ("gz", gzip(content, self.profile)?)];
            for (encoding, smaller) in squeezed.iter().filter(|(_, smaller)| smaller.len() < content.len()) {
                write(&file.with_added_extension(encoding), smaller)?;
            }
        }
        Ok(())
    }
}

/// `app.css` becomes `app-0123456789abcdef.css`.
pub fn hashed_name(name: &str, content: &[u8]) -> String {
    let hash: String = blake3::hash(content).to_hex().chars().take(16).collect();
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
        None => format!("{name}-{hash}"),
    }
}

fn brotli(content: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let quality = match profile {
        Profile::Dev => 4,
        Profile::Release => 11,
    };
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, BROTLI_WINDOW);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let level = match profile {
        Profile::Dev => flate2::Compression::fast(),
        Profile::Release => flate2::Compression::best(),
    };
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    fs::write(file, content).with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_its_content_and_keeps_its_extension() {
        let (one, other) = (hashed_name("app.css", b"a {}"), hashed_name("app.css", b"b {}"));
        assert_ne!(one, other);
        assert_eq!(one, hashed_name("app.css", b"a {}"));
        assert!(one.starts_with("app-"), "{one}");
        assert_eq!(Path::new(&one).extension().unwrap(), "css");
        assert_eq!(one.len(), "app-0123456789abcdef.css".len());
    }

    #[test]
    fn files_get_neighbours_only_where_these_are_smaller() {
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::create(&folder.path().join("app"), Profile::Dev).unwrap();
        assets.add(Path::new("long.css"), "a { color: red }\n".repeat(50).as_bytes()).unwrap();
        assets.add(Path::new("short.txt"), b"x").unwrap();
        assets.add(Path::new("fonts/text.woff2"), &[0; 500]).unwrap();
        let exists = |name: &str| folder.path().join("app").join(name).exists();
        assert!(exists("long.css") && exists("long.css.br") && exists("long.css.gz"));
        assert!(exists("short.txt") && !exists("short.txt.br"));
        assert!(exists("fonts/text.woff2") && !exists("fonts/text.woff2.gz"));
    }
}
