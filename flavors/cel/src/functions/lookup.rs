//! Looking something up that may be missing. The interpreter takes every error of an optional look-up for "missing", also that a text has no members or that a
//! list is asked for a name, so that a rule approves what it never looked at. Here what is missing is a key or an element, and everything else stays an error.

use interpreter::common::types::{CelOptional, DYN_TYPE};
use interpreter::common::value::{CowVal, Val};
use interpreter::{DeclarationError, Env, ExecutionError};

/// The interpreter's operators, and those that stand in for them, beside `@.` for a member. No expression can name one of these.
pub(super) const LOOKUPS: [(&str, &str); 3] = [("_[?_]", "@[?]"), ("_?._", "@.?"), ("_[_]", "@[]")];

pub(super) fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    environment.add_overload("@[?]", "optional_index", vec![DYN_TYPE, DYN_TYPE], |arguments| look_up("_[?_]", arguments, true))?;
    environment.add_overload("@.?", "optional_member", vec![DYN_TYPE, DYN_TYPE], |arguments| look_up("_?._", arguments, true))?;
    environment.add_overload("@[]", "index", vec![DYN_TYPE, DYN_TYPE], |arguments| look_up("_[_]", arguments, false))?;
    environment.add_overload("@.", "member", vec![DYN_TYPE, DYN_TYPE], |arguments| look_up("_._", arguments, false))
}

fn look_up<'b, 'v>(operator: &str, arguments: Vec<CowVal<'b, 'v>>, optional: bool) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let Ok([value, key]) = <[CowVal<'b, 'v>; 2]>::try_from(arguments) else {
        return Err(ExecutionError::MissingArgumentOrTarget);
    };
    let (value, optional) = match value.downcast_ref::<CelOptional>().map(CelOptional::option) {
        None => (value.as_ref(), optional),
        Some(Some(inner)) => (inner, true),
        Some(None) => return Ok(CowVal::owned(CelOptional::none())),
    };
    match get(operator, value, key.as_ref()) {
        Ok(found) if optional => Ok(CowVal::owned(CelOptional::of(found))),
        Ok(found) => Ok(CowVal::Owned(found)),
        Err(ExecutionError::NoSuchKey(_) | ExecutionError::IndexOutOfBounds(_)) if optional => Ok(CowVal::owned(CelOptional::none())),
        Err(error) => Err(error),
    }
}

fn get<'v>(operator: &str, value: &(dyn Val + 'v), key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    let unlike = || {
        let types = [value, key].map(|value| value.get_type().name().to_owned());
        ExecutionError::no_such_overload(operator, types.to_vec())
    };
    match value.as_indexer().ok_or_else(unlike)?.get(key) {
        Ok(found) => Ok(found.into_owned()),
        Err(error @ (ExecutionError::NoSuchKey(_) | ExecutionError::IndexOutOfBounds(_))) => Err(error),
        Err(_) => Err(unlike()),
    }
}
