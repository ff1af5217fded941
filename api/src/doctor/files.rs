//! The file store: whether there is one, and whether it can be written.

use rustix::fs::Access;

use super::Finding;
use crate::config::FilesConfig;

const NAME: &str = "files.store";

pub(super) fn examine() -> Finding {
    let FilesConfig::Folder(folder) = FilesConfig::from_environment() else {
        return Finding::warning(
            NAME,
            "PORTICO_FILES_DIR is not set",
            "Nobody can upload anything: no photo and no logo.",
            "Set it, for every server and worker, to one folder that they share.",
        );
    };
    let shown = folder.display();
    if !folder.exists() {
        return Finding::warning(
            NAME,
            format!("{shown} is not there"),
            "A server makes it when it starts. Where one has, what people uploaded is gone from here.",
            "Start a server, or bring back what stood there.",
        );
    }
    let may = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    if folder.is_dir() && rustix::fs::access(&folder, may).is_ok() {
        return Finding::ok(NAME, format!("files are kept in {shown}"));
    }
    Finding::error(
        NAME,
        format!("{shown} is no folder that can be written"),
        "Whoever uploads something is told that files cannot be kept.",
        "Give the folder to the user that Portico runs as, or name another one in PORTICO_FILES_DIR.",
    )
}
