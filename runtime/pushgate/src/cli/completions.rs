//! `pushgate completions`.

use clap::CommandFactory;
use serde_json::json;

use super::args::{Arguments, Shell};
use super::context::Context;

/// Prints the script. It is made from the command line as it is, and asks nothing when it runs.
pub(super) fn run(context: &Context, shell: Shell) {
    let script = script(shell);
    context.output.result(|| script.clone(), || json!({ "schema": 1, "completions": { "shell": shell.name(), "script": script } }));
}

fn script(shell: Shell) -> String {
    let generator = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Powershell => clap_complete::Shell::PowerShell,
    };
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut Arguments::command(), "pushgate", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
