//! The functions of an expression: CEL's own, its extensions for strings and lists, and those of this flavor.

mod pattern;
mod sets;
mod version;

use std::sync::Arc;

use interpreter::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use interpreter::common::types::{BOOL_TYPE, CelInt, CelString, DYN_TYPE};
use interpreter::common::value::CowVal;
use interpreter::{DeclarationError, Env, ExecutionError, extensions};
use pushgate_flavor::Refusal;

/// What is written like a function with a name of an element, and how.
pub(crate) const MACROS: [(&str, &str); 6] = [
    ("has", "has(image.labels.name)"),
    ("all", "list.all(x, condition)"),
    ("exists", "list.exists(x, condition)"),
    ("exists_one", "list.exists_one(x, condition)"),
    ("filter", "list.filter(x, condition)"),
    ("map", "list.map(x, value)"),
];

/// The functions that are suggested for a name that is none.
pub(crate) const KNOWN_FUNCTIONS: [&str; 66] = [
    "bool",
    "bytes",
    "charAt",
    "compareTo",
    "contains",
    "distinct",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "flatten",
    "format",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "indexOf",
    "int",
    "isGreaterThan",
    "isLessThan",
    "isSemver",
    "join",
    "lastIndexOf",
    "lists.range",
    "lowerAscii",
    "major",
    "matches",
    "minor",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "or",
    "orValue",
    "patch",
    "replace",
    "reverse",
    "semver",
    "sets.contains",
    "sets.equivalent",
    "sets.intersects",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "strings.quote",
    "substring",
    "timestamp",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "value",
    "has",
    "all",
    "exists",
    "filter",
    "map",
];

/// What expressions can use.
///
/// # Errors
/// None that anybody sees: no name is declared twice, and the tests call this.
pub(crate) fn environment() -> Result<Arc<Env>, Refusal> {
    let declared = || -> Result<Env, DeclarationError> {
        let mut environment = Env::stdlib();
        environment.add_extension(extensions::strings)?;
        environment.add_extension(extensions::lists)?;
        pattern::declare(&mut environment)?;
        sets::declare(&mut environment)?;
        version::declare(&mut environment)?;
        declare_strict(&mut environment)?;
        Ok(environment)
    };
    declared().map(Arc::new).map_err(|error| Refusal::other(error.to_string()))
}

/// Operators that evaluate all their operands, for the sample: no expression can name them.
pub(crate) const STRICT: [(&str, &str); 3] = [("_&&_", "@and"), ("_||_", "@or"), ("_?_:_", "@if")];

fn declare_strict(environment: &mut Env) -> Result<(), DeclarationError> {
    environment.add_overload("@and", "strict_and", vec![BOOL_TYPE, BOOL_TYPE], take_second)?;
    environment.add_overload("@or", "strict_or", vec![BOOL_TYPE, BOOL_TYPE], take_second)?;
    environment.add_overload("@if", "strict_if", vec![BOOL_TYPE, DYN_TYPE, DYN_TYPE], take_second)
}

fn take_second<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    arguments.into_iter().nth(1).ok_or(ExecutionError::MissingArgumentOrTarget)
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
