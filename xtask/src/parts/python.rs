//! Programs written in Python: from PyPI into a virtual environment of their own, made once and kept in the target folder.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::install;
use crate::Outcome;
use crate::build::target;
use crate::command::{find, output, run};

/// The packages of Debian that bring what makes a virtual environment: its python3 alone cannot.
const PACKAGES: [&str; 2] = ["python3", "python3-venv"];
/// The file in an environment that says what was installed into it. It is written last.
const STAMP: &str = "installed";

/// A virtual environment with a package and what it needs.
#[derive(Debug)]
pub(crate) struct PythonEnvironment {
    /// What its folder is called.
    pub(crate) name: &'static str,
    /// What is installed, as pip takes it: `moto[server]==5.2.5`.
    requirement: &'static str,
    /// The program in it that the tests run.
    program: &'static str,
}

impl PythonEnvironment {
    /// An environment with `requirement`, in which the tests run `program`.
    pub(crate) const fn new(name: &'static str, requirement: &'static str, program: &'static str) -> Self {
        Self { name, requirement, program }
    }

    /// Makes it where it is not there yet, and says where its program is.
    pub(crate) fn get(&self) -> Outcome<PathBuf> {
        let folder = target()?.join("tools").join(format!("{}-python", self.name));
        let (program, stamp) = (folder.join("bin").join(self.program), folder.join(STAMP));
        // `is_file` follows links: the Python that an environment was made with may be gone.
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == self.requirement) && program.is_file() {
            return Ok(program);
        }
        let python = python()?;
        eprintln!("xtask: installing {}", self.requirement);
        let started = Instant::now();
        run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", self.requirement])
            .stdout(std::io::stderr()))?;
        eprintln!("xtask: installed {} in {} s", self.requirement, started.elapsed().as_secs());
        if !program.is_file() {
            return Err(format!("{} brings no {}", self.requirement, program.display()));
        }
        std::fs::write(&stamp, self.requirement).map_err(|error| format!("cannot write {}: {error}", stamp.display()))?;
        Ok(program)
    }
}

/// A Python that makes virtual environments; Debian's is installed where there is none and that is possible.
fn python() -> Outcome<PathBuf> {
    let able = || {
        let python = find("python3").ok_or("python3 not found")?;
        output(Command::new(&python).args(["-c", "import ensurepip, venv"])).map(|_| python)
    };
    able().or_else(|why: String| {
        let packages = PACKAGES.join(" ");
        let remedy =
            |error: String| format!("no Python that makes virtual environments: {why} (on Debian: apt-get install {packages}); {error}");
        install(&PACKAGES).and_then(|()| able()).map_err(remedy)
    })
}
