//! `pushgate flavor new`.

use std::path::PathBuf;

use pushgate_authoring::new_project::{Language, Project};
use pushgate_explain::Failure;
use pushgate_gate::name::Name;
use pushgate_sandbox::Capability;
use serde_json::json;

use super::context::Context;
use super::output::printable;

pub(super) fn run(
    context: &Context,
    name: &str,
    language: Language,
    capabilities: Vec<Capability>,
    settings: bool,
    path: Option<PathBuf>,
) -> Result<(), Failure> {
    let name = Name::parse(name)?;
    let path = path.unwrap_or_else(|| PathBuf::from(name.as_str()));
    let project = Project { name, language, capabilities, settings };
    let build = project.write(&path)?;
    for tool in language.missing_tools(&std::env::var_os("PATH").unwrap_or_default()) {
        let program = tool.program.replace('|', " or ");
        context.output.note(&format!("{program} is needed to build it and was not found: {}", tool.remedy));
    }
    let folder = path.display().to_string();
    let commands = || build.lines().chain(["pushgate flavor test ."]);
    context.output.result(
        || {
            let mut text = format!("made {}, in {}\n\n  cd {}\n", printable(&folder), language.word(), printable(&folder));
            commands().for_each(|command| text.push_str(&format!("  {command}\n")));
            text
        },
        || {
            let commands: Vec<&str> = commands().collect();
            json!({ "schema": 1, "project": { "name": project.name.as_str(), "language": language.word(), "path": folder, "commands": commands } })
        },
    );
    Ok(())
}
