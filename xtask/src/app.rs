//! Builds the app in the browser: Cargo makes the WASM, `bundle` makes the folder that is served.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::bundle::{self, Bundled};
use crate::weight::Weight;
use crate::{exec, lint, repo, steps};

/// The target the app is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Which of the two apps in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// That of the organizations.
    Organizations,
    /// The operators' console.
    Console,
}

impl App {
    /// Its program.
    const fn program(self) -> &'static str {
        match self {
            Self::Organizations => "web",
            Self::Console => "console",
        }
    }

    /// Its page in `web/`.
    const fn page(self) -> &'static str {
        match self {
            Self::Organizations => "index.html",
            Self::Console => "console.html",
        }
    }
}

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
    let private = repo::private_folder(&root)?;
    steps.loud("building the app and the console", || compile(&root, profile))?;
    let bundled = steps.quiet("bundling them", || bundle_both(&root, &private, profile))?;
    let (app, console) =
        (folder(&private, App::Organizations, profile), folder(&private, App::Console, profile));
    println!("{bundled} in {} and {}", app.display(), console.display());
    let (first, home) = (Weight::of_first_screen(&app)?, Weight::of_home(&app)?);
    println!("sign-in {:.0} kB, Home {:.0} kB more", first.kilobytes()?, home.kilobytes()?);
    println!("console {:.0} kB", Weight::of_first_screen(&console)?.kilobytes()?);
    Ok(ExitCode::SUCCESS)
}

/// Where the served files lie.
pub fn folder(private: &Path, app: App, profile: Profile) -> PathBuf {
    match app {
        App::Organizations => private.join(profile.of_app()),
        App::Console => private.join(format!("console-{}", profile.of_app())),
    }
}

/// Compiles both.
pub fn compile(root: &Path, profile: Profile) -> Result<()> {
    exec::run(&mut cargo(root, profile))
}

/// The Cargo that compiles it.
pub fn cargo(root: &Path, profile: Profile) -> Command {
    let mut cargo = match profile {
        Profile::Dev => lint::cargo(root),
        Profile::Release => exec::cargo(root),
    };
    cargo.args(["build", "--package", "web", "--bins", "--target", TARGET, "--profile", profile.of_app()]);
    cargo
}

/// Makes the two folders that are served from what `compile` made.
pub fn bundle_both(root: &Path, private: &Path, profile: Profile) -> Result<Bundled> {
    let mut outcome = Bundled::Unchanged;
    for app in [App::Organizations, App::Console] {
        let built = target_folder(root).join(TARGET).join(profile.of_app());
        let wasm = built.join(app.program()).with_extension("wasm");
        let source = bundle::Source {
            wasm: &wasm,
            web: &root.join("web"),
            page: app.page(),
            in_pieces: app == App::Organizations,
        };
        if bundle::make(&source, &folder(private, app, profile), profile)? == Bundled::Anew {
            outcome = Bundled::Anew;
        }
    }
    Ok(outcome)
}

/// Cargo's folder for what it builds.
pub fn target_folder(root: &Path) -> PathBuf {
    crate::environment::find("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |set| root.join(set))
}
