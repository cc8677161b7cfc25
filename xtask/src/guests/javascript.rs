//! JavaScript: jco with the QuickJS backend, from the npm registry.

use std::path::Path;
use std::process::Command;

use super::{contract, quietly, tool};
use crate::Outcome;
use crate::command::find;

const JCO: &str = "@bytecodealliance/jco@1.35.0";
const COMPILER: &str = "@bytecodealliance/componentize-js@0.23.0";

pub(super) fn build(sources: &Path, component: &Path) -> Outcome {
    let tool = tool("jco@1.35.0", |folder| {
        let npm = find("npm").ok_or("npm not found (on Debian: apt-get install npm)")?;
        let quiet = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"];
        quietly(Command::new(npm).args(quiet).arg(folder).args([JCO, COMPILER]))
    })?;
    quietly(
        Command::new(tool.join("node_modules/.bin/jco"))
            .arg("componentize")
            .arg(sources.join("flavor.js"))
            .arg("--wit")
            .arg(contract())
            .args(["-n", "flavor", "--backend", "quickjs", "--backend-qjs-stub-wasi", "--backend-qjs-disable-async", "-o"])
            .arg(component),
    )
}
