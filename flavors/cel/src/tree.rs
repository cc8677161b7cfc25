//! The parser, and the parts of a tree that it makes.

use interpreter::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use interpreter::common::types::{CelInt, CelString};
use interpreter::parser::PrattParser;

/// The parser of every expression. Parsed again, a text has the same numbers for the same parts.
pub(crate) fn parser() -> PrattParser {
    PrattParser::new().enable_optional_syntax(true).enable_ident_escape_syntax(true)
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

/// The same, to be changed.
pub(crate) fn children_mut(tree: &mut IdedExpr) -> Vec<&mut IdedExpr> {
    match &mut tree.expr {
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::Comprehension(it) => {
            vec![&mut it.iter_range, &mut it.accu_init, &mut it.loop_cond, &mut it.loop_step, &mut it.result]
        }
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map.entries.iter_mut().flat_map(|entry| entry_children_mut(&mut entry.expr)).collect(),
        Expr::Struct(message) => message.entries.iter_mut().flat_map(|entry| entry_children_mut(&mut entry.expr)).collect(),
        Expr::Select(select) => vec![&mut select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_children_mut(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&mut field.value],
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
    }
}

/// Whether this is true of an expression, or of one in it.
pub(crate) fn any(tree: &IdedExpr, is: &impl Fn(&Expr) -> bool) -> bool {
    is(&tree.expr) || children(tree).into_iter().any(|child| any(child, is))
}

/// A text that is written down.
pub(crate) fn text_of(tree: &IdedExpr) -> Option<&str> {
    match &tree.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// An expression of names and dots, and its dots, as it is written.
pub(crate) fn spelled(tree: &IdedExpr) -> Option<String> {
    match &tree.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", spelled(&select.operand)?, select.field)),
        _ => None,
    }
}

/// A call, as the parser would make it.
pub(crate) fn call(name: &str, target: Option<IdedExpr>, args: Vec<IdedExpr>) -> IdedExpr {
    node(Expr::Call(CallExpr { func_name: name.to_owned(), target: target.map(Box::new), args }))
}

/// A literal text, as the parser would make it.
pub(crate) fn text(text: &str) -> IdedExpr {
    node(Expr::Literal(LiteralValue::String(CelString::from(text.to_owned()))))
}

/// The beginning of 1970, as a time.
pub(crate) fn epoch() -> IdedExpr {
    call("timestamp", None, vec![node(Expr::Literal(LiteralValue::Int(CelInt::from(0))))])
}

const fn node(expr: Expr) -> IdedExpr {
    IdedExpr { id: 0, expr }
}
