//! An expression: its text, and the tree that is evaluated.

use interpreter::common::ast::IdedExpr;

use crate::functions;
use crate::place::{Problem, place};
use crate::syntax;
use crate::tree::{children, parser};

/// How deep a tree may be. Evaluating takes a part of the stack for each level, and the stack of a flavor has 1 MiB.
const MAX_DEPTH: usize = 100;

/// The longest text, as in the schema.
const MAX_CHARACTERS: usize = 4096;

/// A parsed expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// As it is written.
    pub(crate) source: String,
    /// As the parser makes it.
    pub(crate) tree: IdedExpr,
    /// What is evaluated.
    pub(crate) evaluated: IdedExpr,
    /// The text before it, of a message that it stands in.
    before: String,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        Self::parse_after("", source)
    }

    /// Parses a text that follows another.
    ///
    /// # Errors
    /// What is wrong with it, and where in both.
    pub(crate) fn parse_after(before: &str, source: &str) -> Result<Self, String> {
        if source.chars().count() > MAX_CHARACTERS {
            return Err(format!("longer than {MAX_CHARACTERS} characters"));
        }
        let tree = parser().error_recovery_limit(1).parse(source).map_err(|errors| {
            if errors.errors.iter().any(|error| error.msg.starts_with("expression recursion limit exceeded")) {
                return too_deep();
            }
            errors.errors.iter().find(|error| error.pos.0 > 0).map_or_else(
                || "not an expression".to_owned(),
                |error| {
                    let offset = offset(source, error.pos);
                    let place = place(&format!("{before}{source}"), before.len() + offset);
                    format!("{place}: {}", syntax::problem(&error.msg, source, offset))
                },
            )
        })?;
        if depth_exceeds(&tree, MAX_DEPTH) {
            return Err(too_deep());
        }
        let mut evaluated = tree.clone();
        functions::stand_in(&mut evaluated);
        Ok(Self { source: source.to_owned(), tree, evaluated, before: before.to_owned() })
    }

    /// Something that is wrong with it, with its place.
    pub(crate) fn placed(&self, problem: &Problem) -> String {
        problem.placed(&self.before, &self.source)
    }
}

/// Where the parser says that it is: it counts bytes of a line, from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or_default();
    let column = usize::try_from(column - 1).unwrap_or_default();
    let before: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    (before + column).min(source.len())
}

fn too_deep() -> String {
    format!("nested more than {MAX_DEPTH} levels deep; split it into several rules")
}

/// Whether a tree has more levels than this.
fn depth_exceeds(tree: &IdedExpr, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return true };
    children(tree).into_iter().any(|child| depth_exceeds(child, levels))
}
