//! `pushgate flavor test --build`.

use std::collections::VecDeque;
use std::path::Path;

use pushgate_authoring::flavor_test::Build;
use pushgate_explain::Failure;

use crate::cli::context::Context;

/// How many lines of a failed build are shown with `--quiet`: the reason is among the last.
const LAST_LINES: usize = 50;

/// Builds the project, and shows what its command prints on stderr: stdout has the result alone.
pub(super) fn build(context: &Context, folder: &Path) -> Result<(), Failure> {
    let build = Build::read(folder)?;
    let output = context.output;
    output.note(&format!("building: {}", build.command()));
    let mut last = VecDeque::new();
    let built = build.run(&output.files(), |line| {
        // An escaped tab would stand where a compiler indents.
        let line = line.replace('\t', "    ");
        output.note(&line);
        last.push_back(line);
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    });
    if built.is_err() && output.quiet {
        output.always(last.make_contiguous());
    }
    Ok(built?)
}
