//! What is wrong with an expression before anything is evaluated: names, functions and members that do not exist, literals that mean nothing, and comparisons
//! that always come out the same.
//!
//! This is what the type checker of CEL's other implementations finds, and the interpreter has none: without it `image.user != 0` is true for every image.

mod calls;
mod compare;
mod members;

mod checker;

mod literals;
mod names;

use std::sync::Arc;

use interpreter::{Context, Env};

pub(crate) use self::literals::Destination;
pub(crate) use self::names::Names;
use crate::expression::Expression;
use crate::place::Problem;
use crate::types::Type;

/// Checks an expression, and adds what it names.
///
/// # Errors
/// The first thing that is wrong with it.
pub(crate) fn check(
    expression: &Expression,
    environment: &Arc<Env>,
    destination: &Destination,
    names: &mut Names,
) -> Result<Type, Problem> {
    let context = Context::with_env(Arc::clone(environment));
    let mut checker = checker::Checker { context, scope: Vec::new(), names, destination, root: &expression.tree };
    checker.type_of(&expression.tree)
}
