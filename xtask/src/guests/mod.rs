//! Guests in the languages that need more than Rust and C do: the same flavor in Python, JavaScript and Go, built with each language's own tools.
//!
//! The tools are pinned, fetched once, and kept in the target folder; so are the components.

mod go;
mod javascript;
mod python;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use crate::Outcome;
use crate::build::target;
use crate::command::{root, run};

/// A language that a guest is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    JavaScript,
    Go,
}

impl Language {
    /// The word in the names of files.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Go => "go",
        }
    }

    /// The component of its guest, which is built where it is older than what it is built from.
    pub(crate) fn guest(self) -> Outcome<PathBuf> {
        let component = folder("guests")?.join(format!("{}-forbid-latest.wasm", self.word()));
        let sources = root().join("tests/fixtures/guests").join(format!("{}-forbid-latest", self.word()));
        let ingredients = [&sources, &contract(), &root().join("xtask/src/guests")].map(|path| newest(path)).into_iter().flatten().max();
        if modified(&component).is_some_and(|built| Some(built) > ingredients) {
            return Ok(component);
        }
        let started = Instant::now();
        eprintln!("xtask: building the guest in {self:?}");
        match self {
            Self::Python => python::build(&sources, &component)?,
            Self::JavaScript => javascript::build(&sources, &component)?,
            Self::Go => go::build(&sources, &component)?,
        }
        eprintln!("xtask: built the guest in {self:?} in {} s", started.elapsed().as_secs());
        if component.is_file() { Ok(component) } else { Err(format!("the tools for {self:?} made no {}", component.display())) }
    }
}

/// The folder with the contract.
fn contract() -> PathBuf {
    root().join("wit/v0.1")
}

/// A folder below the target folder, which is made.
fn folder(name: &str) -> Outcome<PathBuf> {
    let folder = target()?.join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    Ok(folder)
}

/// A tool's folder. `install` fills another one, which takes its name when it is whole.
fn tool(name: &str, install: impl FnOnce(&Path) -> Outcome) -> Outcome<PathBuf> {
    let tools = folder("tools")?;
    let folder = tools.join(name);
    if !folder.join("complete").is_file() {
        eprintln!("xtask: installing {name}");
        // What is in it may hold its own path, so it is made where it stays.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        install(&folder)?;
        fs::write(folder.join("complete"), "").map_err(|error| format!("cannot write in {}: {error}", folder.display()))?;
    }
    Ok(folder)
}

/// Runs a tool whose output is of interest only when it fails.
fn quietly(command: &mut Command) -> Outcome {
    run(command.stdin(Stdio::null()).stdout(Stdio::null()))
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// When something in a folder was changed last.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok);
    entries.filter_map(|entry| if entry.path().is_dir() { newest(&entry.path()) } else { modified(&entry.path()) }).max()
}
