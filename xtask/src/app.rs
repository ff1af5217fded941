//! Builds the app in the browser: Cargo makes the WASM, `bundle` makes the folder that is served.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::bundle::{self, Bundled};
use crate::weight::Weight;
use crate::{exec, lint, repo, steps};

/// The target the app is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// For whom a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Builds fast.
    Dev,
    /// Runs fast and weighs little.
    Release,
}

impl Profile {
    /// What `--release` says.
    pub fn from_release_flag(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// The Cargo profile of the app.
    pub fn of_app(self) -> &'static str {
        match self {
            Self::Dev => "app-dev",
            Self::Release => "app-release",
        }
    }
}

/// `cargo xtask app`.
pub fn command(profile: Profile) -> Result<ExitCode> {
    let root = repo::root()?;
    let mut steps = steps::Steps::new(2);
    steps.loud("building the app", || compile(&root, profile))?;
    let folder = folder(&repo::private_folder(&root)?, profile);
    let bundled = steps.quiet("bundling it", || bundle_into(&root, &folder, profile))?;
    println!("{bundled} in {}", folder.display());
    let (first, home) = (Weight::of_first_screen(&folder)?, Weight::of_home(&folder)?);
    println!("sign-in {:.0} kB, Home {:.0} kB more", first.kilobytes()?, home.kilobytes()?);
    Ok(ExitCode::SUCCESS)
}

/// Where the served files lie.
pub fn folder(private: &Path, profile: Profile) -> PathBuf {
    private.join(profile.of_app())
}

/// Compiles the app.
pub fn compile(root: &Path, profile: Profile) -> Result<()> {
    exec::run(&mut cargo(root, profile))
}

/// The Cargo that compiles it.
pub fn cargo(root: &Path, profile: Profile) -> Command {
    let mut cargo = match profile {
        Profile::Dev => lint::cargo(root),
        Profile::Release => exec::cargo(root),
    };
    cargo.args([
        "build",
        "--package",
        "web",
        "--bin",
        "web",
        "--target",
        TARGET,
        "--profile",
        profile.of_app(),
    ]);
    cargo
}

/// Makes the folder that is served from what `compile` made.
pub fn bundle_into(root: &Path, folder: &Path, profile: Profile) -> Result<Bundled> {
    let wasm = target_folder(root).join(TARGET).join(profile.of_app()).join("web.wasm");
    bundle::make(&wasm, &root.join("web"), folder, profile)
}

/// Cargo's folder for what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    crate::environment::find("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set))
}
