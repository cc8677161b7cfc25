//! Questions to a person, all of them asked here: on a terminal, with `no` as the default.

use std::io::IsTerminal as _;

use pushgate_explain::Failure;

use super::context::Context;
use super::login::prompt;
use super::output::printable;

/// What a question led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// `y` or `yes` was typed.
    Yes,
    /// Anything else was.
    No,
    /// Stdin or stderr is no terminal, so that nothing was asked.
    NotAsked,
}

/// Shows `about`, a line each, and asks `question` below them. All texts may be a stranger's. It is asked only where a person can read it and answer:
/// stdin and stderr are terminals.
pub(super) fn confirm(context: &Context, about: &[String], question: &str) -> Result<Confirmation, Failure> {
    if !std::io::stdin().is_terminal() || !context.output.is_on_terminal() {
        return Ok(Confirmation::NotAsked);
    }
    context.output.always(about);
    let answer = prompt(context, &format!("{} [y/N] ", printable(question)))?;
    let is_yes = ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes));
    Ok(if is_yes { Confirmation::Yes } else { Confirmation::No })
}
