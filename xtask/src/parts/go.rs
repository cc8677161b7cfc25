//! Programs written in Go: pinned versions through the Go module proxy, built once and kept in the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::install;
use crate::Outcome;
use crate::build::target;
use crate::command::{find, run};

/// A program of a module.
#[derive(Debug)]
pub(crate) struct GoProgram {
    /// The name of the program.
    pub(crate) name: &'static str,
    /// The package that it is built from.
    package: &'static str,
    /// The version of the package's module.
    pub(crate) version: &'static str,
}

impl GoProgram {
    /// A program that `go install PACKAGE@VERSION` makes.
    pub(crate) const fn new(name: &'static str, package: &'static str, version: &'static str) -> Self {
        Self { name, package, version }
    }

    /// Where it is, or would be.
    pub(crate) fn path(&self) -> Outcome<PathBuf> {
        Ok(self.folder()?.join(self.name))
    }

    /// Builds it where it is not there yet, and says where it is.
    pub(crate) fn get(&self) -> Outcome<PathBuf> {
        let program = self.path()?;
        if program.is_file() {
            return Ok(program);
        }
        let go = go()?;
        eprintln!("xtask: building {} {}", self.name, self.version);
        let started = Instant::now();
        run(Command::new(go)
            .arg("install")
            .arg(format!("{}@{}", self.package, self.version))
            .env("GOBIN", self.folder()?)
            // A module may ask for a newer Go than this one, which the module proxy has too.
            .env("GOTOOLCHAIN", "auto")
            .env("CGO_ENABLED", "0")
            .stdout(Stdio::null()))?;
        eprintln!("xtask: built {} {} in {} s", self.name, self.version, started.elapsed().as_secs());
        if program.is_file() { Ok(program) } else { Err(format!("go install made no {}", program.display())) }
    }

    fn folder(&self) -> Outcome<PathBuf> {
        Ok(target()?.join("tools").join(format!("{}@{}", self.name, self.version)))
    }
}

/// Where Go is; Debian's is installed where there is none and that is possible.
fn go() -> Outcome<PathBuf> {
    // Where its own archive puts it, which a person's PATH may lack.
    let present = || find("go").or_else(|| Some(Path::new("/usr/local/go/bin/go").to_path_buf()).filter(|go| go.is_file()));
    if let Some(go) = present() {
        return Ok(go);
    }
    install(&["golang-go"]).map_err(|error| format!("go not found (on Debian: apt-get install golang-go); {error}"))?;
    present().ok_or_else(|| "golang-go brings no go".to_owned())
}
