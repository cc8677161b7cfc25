//! Flavors in languages without an SDK of their own: the folders of `examples`, over the SDK of C.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{copy, folder, modified, newest};
use crate::Outcome;
use crate::command::{root, run};
use crate::parts::zig;

/// A language without an SDK of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Example {
    Cpp,
    Zig,
}

impl Example {
    pub(super) const ALL: [Self; 2] = [Self::Cpp, Self::Zig];

    /// The name of its folder, and the word on the command line.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Cpp => "cpp",
            Self::Zig => "zig",
        }
    }

    /// Where it is built.
    pub(super) fn folder(self) -> Outcome<PathBuf> {
        Ok(folder()?.join("examples").join(self.word()))
    }

    /// Builds the conformance flavor in this language where that is needed, by the Makefile of the example.
    pub(crate) fn build(self, pushgate: &Path) -> Outcome {
        let conformance = root().join("tests/conformance");
        let sources = [
            (root().join("examples").join(self.word()), "."),
            (conformance.join("cases"), "cases"),
            (conformance.join("settings.schema.json"), "settings.schema.json"),
        ];
        let ingredients = ["guest-sdk/c", "xtask/src/projects/example.rs"].map(|path| root().join(path));
        let built_in = self.folder()?;
        let complete = built_in.join(".complete");
        let changed = ingredients.iter().chain(sources.iter().map(|(from, _)| from)).filter_map(|path| newest(path)).max();
        if modified(&complete).is_some_and(|built| Some(built) > changed) {
            return Ok(());
        }
        eprintln!("xtask: building the example in {}", self.word());
        let _ = fs::remove_dir_all(&built_in);
        fs::create_dir_all(&built_in).map_err(|error| format!("cannot make {}: {error}", built_in.display()))?;
        for (from, to) in sources {
            copy(&from, &built_in.join(to)).map_err(|error| format!("cannot copy {}: {error}", from.display()))?;
        }
        let mut make = Command::new("make");
        make.current_dir(&built_in).arg(variable("PUSHGATE", pushgate)).arg(variable("SDK", &root().join("guest-sdk/c")));
        if self == Self::Zig {
            make.arg(variable("ZIG", &zig()?));
        }
        run(make.stdin(Stdio::null()).stdout(Stdio::null()))?;
        fs::write(&complete, "").map_err(|error| format!("cannot write {}: {error}", complete.display()))
    }
}

/// A variable as make takes it.
fn variable(name: &str, path: &Path) -> PathBuf {
    format!("{name}={}", path.display()).into()
}
