//! Python: componentize-py, from PyPI, in a virtual environment.

use std::path::Path;
use std::process::Command;

use super::{contract, quietly, tool};
use crate::Outcome;
use crate::command::find;

const VERSION: &str = "0.25.1";

pub(super) fn build(sources: &Path, component: &Path) -> Outcome {
    let tool = tool(&format!("componentize-py@{VERSION}"), |folder| {
        let python = find("python3").ok_or("python3 not found (on Debian: apt-get install python3-venv)")?;
        quietly(Command::new(python).args(["-m", "venv"]).arg(folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        quietly(Command::new(folder.join("bin/python")).args(pip).arg(format!("componentize-py=={VERSION}")))
    })?;
    // Without the stubs, the whole of WASI would be imported.
    quietly(
        Command::new(tool.join("bin/componentize-py"))
            .arg("-d")
            .arg(contract())
            .args(["-w", "flavor", "componentize", "--stub-wasi", "app", "-p"])
            .arg(sources)
            .arg("-o")
            .arg(component),
    )
}
