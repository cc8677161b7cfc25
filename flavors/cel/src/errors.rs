//! What went wrong with an expression, in own words.
//!
//! The interpreter's texts print the values that an error is about, and a value may be an environment variable that nobody should see. Here types and
//! functions are named, and of values only what the rule itself has in it.

use interpreter::ExecutionError;
use interpreter::common::ast::{Expr, IdedExpr, LiteralValue};

use crate::tree::{self, spelled, text_of};

/// Whether an error is one of types: it comes whatever the values are.
pub(crate) const fn is_of_types(error: &ExecutionError) -> bool {
    use ExecutionError as E;
    matches!(
        error,
        E::InvalidArgumentCount { .. }
            | E::UnsupportedTargetType { .. }
            | E::NotSupportedAsMethod { .. }
            | E::UnsupportedKeyType(_)
            | E::UnexpectedType { .. }
            | E::NoSuchOverload(_)
            | E::UndeclaredReference(_)
            | E::MissingArgumentOrTarget
            | E::ValuesNotComparable(..)
            | E::UnsupportedBinaryOperator(..)
            | E::UnsupportedIndex(..)
    )
}

/// What went wrong while this expression was evaluated.
pub(crate) fn text(error: &ExecutionError, tree: &IdedExpr) -> String {
    use ExecutionError as E;
    match error {
        E::NoSuchKey(key) if ["compressed_size", "uncompressed_size"].contains(&key.as_str()) => format!("`{key}` is not known"),
        E::NoSuchKey(key) if has_literal(tree, key) => missing(tree, key),
        E::NoSuchKey(_) => "a map does not have the key".to_owned(),
        E::NoSuchOverload(overload) => {
            let name = operator(overload.function());
            let types = overload.argument_types();
            match types.split_first() {
                Some((target, rest)) if overload.is_member_function() => {
                    format!("`{name}` cannot be called on {} with ({})", article(target), list(rest))
                }
                _ => format!("`{name}` does not take ({})", list(types)),
            }
        }
        E::UnexpectedType { got, want } => format!("expected {} and got {}", article(want), article(got)),
        E::UnsupportedBinaryOperator(name, left, right) => {
            format!("`{}` does not take ({}, {})", operator(name), left.type_of(), right.type_of())
        }
        E::ValuesNotComparable(left, right) => {
            format!("{} and {} cannot be compared", article(&left.type_of().to_string()), article(&right.type_of().to_string()))
        }
        E::UnsupportedKeyType(value) => format!("{} cannot be a key", article(&value.type_of().to_string())),
        E::UnsupportedIndex(index, value) => {
            format!("{} cannot be looked up in {}", article(&index.type_of().to_string()), article(&value.type_of().to_string()))
        }
        E::IndexOutOfBounds(_) => "a list has fewer elements".to_owned(),
        E::DuplicateKey(_) => "a map has a key twice".to_owned(),
        E::DivisionByZero(_) | E::RemainderByZero(_) => "division by zero".to_owned(),
        E::Overflow(name, ..) => format!("the result of `{}` is out of range", operator(name)),
        E::InvalidArgumentCount { expected, actual } => format!("a function takes {expected} arguments and got {actual}"),
        E::UndeclaredReference(name) if has_name(tree, name) => format!("there is no `{name}`"),
        E::FunctionError { function, .. } => format!("`{function}` cannot work with the value that it got"),
        _ => "the expression cannot be evaluated".to_owned(),
    }
}

/// What is wrong with a literal that a function got. The literal is the rule's own text.
pub(crate) fn literal(function: &str, error: &ExecutionError, literal: &IdedExpr) -> String {
    let shown = match &literal.expr {
        Expr::Literal(LiteralValue::String(text)) => format!("`{}`", shortened(text.inner())),
        _ => "the argument".to_owned(),
    };
    match (function, error) {
        ("matches", ExecutionError::FunctionError { message, .. }) => format!("{shown} is not a pattern: {message}"),
        ("timestamp", _) => format!("{shown} is not a time, such as `2026-12-24T00:00:00Z`"),
        ("duration", _) => format!("{shown} is not a duration, such as `90m`"),
        (name, _) if name.starts_with("get") => format!("{shown} is not a time zone, such as `Europe/Berlin` or `+02:00`"),
        ("semver", _) => format!("{shown} is not a semantic version, such as `1.4.2`"),
        _ => format!("`{function}` cannot work with {shown}"),
    }
}

/// How much of a text is shown, in characters.
pub(crate) const MAX_SHOWN: usize = 200;

/// At most so much of a text that it is read.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_SHOWN { text.to_owned() } else { text.chars().take(MAX_SHOWN).chain(['…']).collect() }
}

/// An operator as it is written, of the name that the interpreter has for it.
pub(crate) fn operator(name: &str) -> &str {
    match name {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        "_?_:_" | "@if" => "? :",
        "@and" => "&&",
        "@or" => "||",
        "_[_]" | "_[?_]" => "[]",
        "_._" | "_?._" => ".",
        _ => name.trim_matches(['_', '@']),
    }
}

/// The text for variables that are set twice.
pub(crate) const SET_TWICE: &str = "the image sets a variable twice, to different values";

/// A key that the rule names and a map does not have: of labels and variables with what to write where it may be missing.
fn missing(tree: &IdedExpr, key: &str) -> String {
    let of = [("labels", "label"), ("env", "variable")].into_iter().find_map(|(member, what)| {
        let operand = operand_of(tree, member, key)?;
        Some(format!("there is no {what} `{key}`; if it may be missing, write `{operand}[?'{key}'].orValue('')`"))
    });
    of.unwrap_or_else(|| format!("there is no `{key}`"))
}

/// The expression that ends with this member, in which this key is looked up.
fn operand_of(tree: &IdedExpr, member: &str, key: &str) -> Option<String> {
    let operand = match &tree.expr {
        Expr::Select(select) if select.field == key => Some(&*select.operand),
        Expr::Call(call) if call.target.is_none() => match call.args.as_slice() {
            [operand, index] if text_of(index) == Some(key) => Some(operand),
            _ => None,
        },
        _ => None,
    };
    let ends = |operand: &&IdedExpr| matches!(&operand.expr, Expr::Select(select) if select.field == member);
    let here = operand.filter(ends).and_then(spelled);
    here.or_else(|| tree::children(tree).into_iter().find_map(|child| operand_of(child, member, key)))
}

fn list(types: &[String]) -> String {
    types.iter().map(|name| short(name)).collect::<Vec<_>>().join(", ")
}

/// A type as it is written in an expression.
fn short(name: &str) -> &str {
    match name {
        "google.protobuf.Timestamp" => "timestamp",
        "google.protobuf.Duration" => "duration",
        "optional_type" => "optional",
        "null_type" => "null",
        _ => name,
    }
}

/// A type with its article.
pub(crate) fn article(name: &str) -> String {
    let name = short(name);
    match name.chars().next() {
        Some('a' | 'e' | 'i' | 'o') => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

/// Whether an expression has this text written in it, as a literal or as a member.
fn has_literal(tree: &IdedExpr, text: &str) -> bool {
    tree::any(tree, &|part| match part {
        Expr::Literal(LiteralValue::String(literal)) => literal.inner() == text,
        Expr::Select(select) => select.field == text,
        _ => false,
    })
}

/// Whether an expression names a variable or a function like this.
fn has_name(tree: &IdedExpr, name: &str) -> bool {
    tree::any(tree, &|part| match part {
        Expr::Ident(ident) => ident == name,
        Expr::Call(call) => call.func_name == name,
        _ => false,
    })
}
