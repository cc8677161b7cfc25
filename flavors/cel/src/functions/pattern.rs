//! `text.matches(pattern)`: regex-lite instead of the interpreter's regex, which is ten times as large for the classes of Unicode.

use std::cell::RefCell;
use std::collections::BTreeMap;

use interpreter::common::types::{CelBool, CelString};
use interpreter::{DeclarationError, Env, ExecutionError};
use regex_lite::Regex;

/// How many patterns are kept compiled. A rule has a few; only computed ones are more.
const MAX_KEPT: usize = 128;

thread_local! {
    /// The patterns of this call, each compiled once.
    static COMPILED: RefCell<BTreeMap<String, Regex>> = const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn declare(environment: &mut Env) -> Result<(), DeclarationError> {
    interpreter::add_overload!(environment, fn matches: (CelString, CelString) -> Result<CelBool>)?;
    interpreter::add_member_overload!(environment, fn matches: (CelString, CelString) -> Result<CelBool>)
}

fn matches(text: &CelString<'_>, pattern: &CelString<'_>) -> Result<CelBool, ExecutionError> {
    let (text, pattern) = (text.inner(), pattern.inner());
    COMPILED.with_borrow_mut(|compiled| {
        if !compiled.contains_key(pattern) {
            let regex = Regex::new(pattern).map_err(|error| ExecutionError::function_error("matches", error))?;
            if compiled.len() >= MAX_KEPT {
                compiled.clear();
            }
            compiled.insert(pattern.to_owned(), regex);
        }
        Ok(compiled.get(pattern).is_some_and(|regex| regex.is_match(text)).into())
    })
}
