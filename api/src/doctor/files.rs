//! The file store: whether there is one, and whether it can be written.

use std::path::Path;

use rustix::fs::Access;

use super::Finding;
use crate::{
    clock::Clock,
    config::FilesConfig,
    files::{Files, Waiting},
};

const NAME: &str = "files.store";

pub(super) fn examine() -> Finding {
    match FilesConfig::from_environment() {
        Err(error) => Finding::error(
            NAME,
            format!("{error:#}"),
            "No server and no worker starts.",
            "Set what it names, for every server and worker.",
        ),
        Ok(FilesConfig::Nowhere) => Finding::warning(
            NAME,
            "PORTICO_FILES_DIR is not set, and neither is PORTICO_FILES_STORE",
            "Nobody can upload anything: no photo and no logo.",
            "Set one of them, for every server and worker: to one folder that they share, or to a bucket.",
        ),
        Ok(FilesConfig::Folder(folder)) => in_folder(&folder),
        Ok(config @ FilesConfig::Bucket(_)) => in_bucket(&config),
    }
}

fn in_bucket(config: &FilesConfig) -> Finding {
    let id = Clock::system().new_id();
    let tried = Files::open(config).and_then(|files| Waiting::alone()?.until(files.try_out(id)));
    match tried {
        Ok(()) => Finding::ok(NAME, format!("files are kept in {config}")),
        Err(error) => Finding::error(
            NAME,
            format!("{config}: {error:#}"),
            "Whoever uploads something is told that files cannot be kept.",
            "Let the key put, read, list and remove objects below that name, and look whether the service answers.",
        ),
    }
}

fn in_folder(folder: &Path) -> Finding {
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
    if folder.is_dir() && rustix::fs::access(folder, may).is_ok() {
        return Finding::ok(NAME, format!("files are kept in {shown}"));
    }
    Finding::error(
        NAME,
        format!("{shown} is no folder that can be written"),
        "Whoever uploads something is told that files cannot be kept.",
        "Give the folder to the user that Portico runs as, or name another one in PORTICO_FILES_DIR.",
    )
}
