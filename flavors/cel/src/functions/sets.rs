//! Lists as sets, as the extension of that name has it: how often an element is in a list, and where, does not count.

use interpreter::common::traits::Iterable;
use interpreter::common::types::{CelBool, LIST_TYPE};
use interpreter::common::value::{CowVal, Val};
use interpreter::{DeclarationError, Env, ExecutionError};

pub(super) fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    environment.add_overload("sets.contains", "list_sets_contains_list", vec![LIST_TYPE, LIST_TYPE], contains)?;
    environment.add_overload("sets.equivalent", "list_sets_equivalent_list", vec![LIST_TYPE, LIST_TYPE], equivalent)?;
    environment.add_overload("sets.intersects", "list_sets_intersects_list", vec![LIST_TYPE, LIST_TYPE], intersects)
}

fn contains<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    both(&arguments, |list, others| all(others, |other| has(list, other)))
}

fn equivalent<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    both(&arguments, |one, other| all(other, |value| has(one, value)) && all(one, |value| has(other, value)))
}

fn intersects<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    both(&arguments, |one, other| !all(other, |value| !has(one, value)))
}

fn both<'b, 'v>(
    arguments: &[CowVal<'_, '_>],
    holds: impl Fn(&dyn Iterable, &dyn Iterable) -> bool,
) -> Result<CowVal<'b, 'v>, ExecutionError> {
    match arguments {
        [one, other] => match (one.as_iterable(), other.as_iterable()) {
            (Some(one), Some(other)) => Ok(CowVal::owned(CelBool::from(holds(one, other)))),
            _ => Err(ExecutionError::MissingArgumentOrTarget),
        },
        _ => Err(ExecutionError::MissingArgumentOrTarget),
    }
}

fn has(list: &dyn Iterable, value: &dyn Val) -> bool {
    !all(list, |known| !known.equals(value))
}

fn all(list: &dyn Iterable, holds: impl Fn(&dyn Val) -> bool) -> bool {
    let mut items = list.iter();
    while let Some(item) = items.next() {
        if !holds(item) {
            return false;
        }
    }
    true
}
