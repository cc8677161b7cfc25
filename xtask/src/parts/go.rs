//! Programs written in Go: pinned versions through the Go module proxy, built once and kept in the target folder.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::install;
use crate::Outcome;
use crate::build::target;
use crate::command::{find, output, run};

/// The Go for what asks for no newer one, where the Go that is there cannot fetch it by itself.
const TOOLCHAIN: &str = "go1.26.8";

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
        let go = go_compiler()?;
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

/// A Go that builds what is pinned here; Debian's is installed where there is none and that is possible.
pub(crate) fn go_compiler() -> Outcome<PathBuf> {
    // Where its own archive puts it, which a person's PATH may lack.
    let present = || find("go").or_else(|| Some(PathBuf::from("/usr/local/go/bin/go")).filter(|go| go.is_file()));
    if present().is_none() {
        install(&["golang-go"]).map_err(|error| format!("go not found (on Debian: apt-get install golang-go); {error}"))?;
    }
    let go = present().ok_or("golang-go brings no go")?;
    // Like `go version go1.19.8 linux/amd64`.
    let version = output(Command::new(&go).arg("version"))?;
    if fetches_toolchains(&version) {
        return Ok(go);
    }
    let platform = version.split_whitespace().last().unwrap_or_default().replace('/', "-");
    toolchain(&go, &platform).map_err(|error| format!("{} is too old, and cannot fetch a newer Go: {error}", version.trim()))
}

/// Whether a Go of this version gets itself the newer one that a module asks for: since 1.21.
fn fetches_toolchains(version: &str) -> bool {
    let number = version.split_whitespace().find_map(|word| word.strip_prefix("go1."));
    let minor = number.and_then(|number| number.split('.').next()?.parse::<u32>().ok());
    minor.is_none_or(|minor| minor >= 21)
}

/// The Go that the module proxy has as a module, as newer ones fetch it themselves.
fn toolchain(go: &Path, platform: &str) -> Outcome<PathBuf> {
    let module = format!("golang.org/toolchain@v0.0.1-{TOOLCHAIN}.{platform}");
    eprintln!("xtask: fetching {module}");
    let fetched = output(Command::new(go).args(["mod", "download", "-json", &module]).current_dir(std::env::temp_dir()))?;
    let fetched: serde_json::Value = serde_json::from_str(&fetched).map_err(|error| format!("go mod download: {error}"))?;
    let folder = fetched.get("Dir").and_then(|folder| folder.as_str()).ok_or("go mod download names no folder")?;
    // Modules have no programs, and so an older Go unpacks them without the permission to run.
    let tools = format!("pkg/tool/{}", platform.replace('-', "_"));
    for file in ["bin", &tools].iter().flat_map(|below| std::fs::read_dir(Path::new(folder).join(below))).flatten().filter_map(Result::ok) {
        std::fs::set_permissions(file.path(), Permissions::from_mode(0o755))
            .map_err(|error| format!("cannot make {} a program: {error}", file.path().display()))?;
    }
    Ok(Path::new(folder).join("bin/go"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_go_is_told_from_one_that_helps_itself() {
        assert!(!fetches_toolchains("go version go1.19.8 linux/amd64\n"));
        assert!(fetches_toolchains("go version go1.26.8 linux/amd64\n"));
        assert!(fetches_toolchains("go version devel +abc linux/amd64\n"));
    }
}
