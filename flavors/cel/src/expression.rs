//! An expression: its text, and the tree that is evaluated.

use std::fmt::Write as _;

use interpreter::common::ast::{EntryExpr, Expr, IdedExpr};
use interpreter::parser::PrattParser;

/// How deep a tree may be. Evaluating takes a part of the stack for each level, and the stack of a flavor has 1 MiB.
const MAX_DEPTH: usize = 100;

/// The longest text, as in the schema.
const MAX_CHARACTERS: usize = 4096;

/// A parsed expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// As it is written.
    pub(crate) source: String,
    pub(crate) tree: IdedExpr,
}

impl Expression {
    /// Parses a text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        if source.chars().count() > MAX_CHARACTERS {
            return Err(format!("longer than {MAX_CHARACTERS} characters"));
        }
        let parser = PrattParser::new().enable_optional_syntax(true).enable_ident_escape_syntax(true).error_recovery_limit(1);
        let tree = parser.parse(source).map_err(|errors| {
            if errors.errors.iter().any(|error| error.msg.starts_with("expression recursion limit exceeded")) {
                return too_deep();
            }
            errors.errors.iter().find(|error| error.pos.0 > 0).map_or_else(
                || "not an expression".to_owned(),
                |error| {
                    let mut place = format!("at column {}", error.pos.1);
                    if source.trim_end().contains('\n') {
                        // Writing to a string does not fail.
                        _ = write!(place, " of line {}", error.pos.0);
                    }
                    format!("{place}: {}", syntax(&error.msg))
                },
            )
        })?;
        if depth_exceeds(&tree, MAX_DEPTH) {
            return Err(too_deep());
        }
        Ok(Self { source: source.to_owned(), tree })
    }
}

fn too_deep() -> String {
    format!("nested more than {MAX_DEPTH} levels deep; split it into several rules")
}

/// What the parser says, in the words of a person who writes a rule.
fn syntax(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    if message.starts_with("unable to unescape string") {
        return r"a string has no such escape; write a pattern as r'\.' or with [.]".to_owned();
    }
    if message == "argument must be a simple name" {
        return "expected the name of an element, as in `list.all(x, condition)`".to_owned();
    }
    if message == "invalid argument to has() macro" {
        return "`has` takes a member, as in `has(image.labels.name)`".to_owned();
    }
    let quoted = message.strip_prefix("mismatched input ").and_then(|rest| rest.rsplit_once(" expecting "));
    match quoted {
        Some((found, expected)) => format!("expected {} and found {}", shown(expected), shown(found)),
        None => message.replace('\'', "`"),
    }
}

/// A token as the parser quotes it.
fn shown(token: &str) -> String {
    match token.trim_matches('\'') {
        "<EOF>" => "the end".to_owned(),
        "expression" => "an expression".to_owned(),
        token => format!("`{token}`"),
    }
}

/// Whether a tree has more levels than this.
fn depth_exceeds(tree: &IdedExpr, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return true };
    children(tree).into_iter().any(|child| depth_exceeds(child, levels))
}

/// The expressions in an expression.
pub(crate) fn children(tree: &IdedExpr) -> Vec<&IdedExpr> {
    match &tree.expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(it) => vec![&it.iter_range, &it.accu_init, &it.loop_cond, &it.loop_step, &it.result],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_children(&entry.expr)).collect(),
        Expr::Struct(message) => message.entries.iter().flat_map(|entry| entry_children(&entry.expr)).collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_children(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}
