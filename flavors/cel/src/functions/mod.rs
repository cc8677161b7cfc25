//! The functions of an expression: CEL's own, its extensions for strings and lists, and those of this flavor.

mod lookup;
mod pattern;
mod sets;
mod time;
mod version;

use std::sync::Arc;

use interpreter::common::ast::{Expr, IdedExpr};
use interpreter::common::types::{BOOL_TYPE, DYN_TYPE};
use interpreter::common::value::CowVal;
use interpreter::{DeclarationError, Env, ExecutionError, extensions};
use pushgate_flavor::Refusal;

use crate::tree;

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
        lookup::declare(&mut environment)?;
        pattern::declare(&mut environment)?;
        sets::declare(&mut environment)?;
        time::declare(&mut environment)?;
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

/// Puts this flavor's own functions in the place of those of the interpreter that approve by accident, or are not what CEL says.
pub(crate) fn stand_in(tree: &mut IdedExpr) {
    tree::children_mut(tree).into_iter().for_each(stand_in);
    match &mut tree.expr {
        Expr::Call(call) if call.target.is_none() => {
            let lookup = lookup::LOOKUPS.iter().find(|(name, _)| *name == call.func_name);
            // A look-up in what cannot be optional is the interpreter's, which copies nothing.
            let lookup = lookup.filter(|(name, _)| *name != "_[_]" || !call.args.first().is_some_and(is_plain));
            if let Some((_, own)) = lookup.or_else(|| time::TIMES.iter().find(|(name, _)| *name == call.func_name)) {
                (*own).clone_into(&mut call.func_name);
            }
        }
        Expr::Select(select) if !select.test && !is_plain(&select.operand) => {
            let operand = std::mem::take(&mut *select.operand);
            let member = tree::text(&select.field);
            tree.expr = tree::call("@.", None, vec![operand, member]).expr;
        }
        _ => {}
    }
}

/// Whether an expression is a variable, or what is looked up in one without a question mark.
fn is_plain(tree: &IdedExpr) -> bool {
    match &tree.expr {
        Expr::Ident(_) => true,
        Expr::Select(select) => is_plain(&select.operand),
        Expr::Call(call) => call.func_name == "_[_]" && call.args.first().is_some_and(is_plain),
        _ => false,
    }
}
