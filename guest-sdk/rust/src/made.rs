//! The refusals that were made in this call: one that is never given would approve without a word.

use std::cell::RefCell;
use std::panic::Location;

/// A refusal that was made and neither given nor withdrawn so far.
struct Made {
    mark: u64,
    place: &'static Location<'static>,
}

#[derive(Default)]
struct Call {
    made: Vec<Made>,
    marks: u64,
}

thread_local! {
    static CALL: RefCell<Call> = RefCell::default();
}

/// What tells a violation or a reason from another one with the same words. Copies have the mark in common; in comparisons it does not count.
#[derive(Clone)]
pub(crate) struct Mark(u64);

impl PartialEq for Mark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Mark {}

/// A violation, or the reason of a refusal, is made, at the place of the caller.
#[track_caller]
pub(crate) fn mark() -> Mark {
    let place = Location::caller();
    CALL.with_borrow_mut(|call| {
        call.marks += 1;
        call.made.push(Made { mark: call.marks, place });
        Mark(call.marks)
    })
}

/// It counts as if it had never been made.
pub(crate) fn withdraw(mark: &Mark) {
    CALL.with_borrow_mut(|call| call.made.retain(|made| made.mark != mark.0));
}

/// A call begins in a test, and what was made before is not of it. A component answers one call.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn begin() {
    CALL.with_borrow_mut(|call| call.made.clear());
}

/// Why a call that would approve fails instead: the first refusal that was made in it and never given.
pub(crate) fn forgotten() -> Option<String> {
    CALL.with_borrow(|call| {
        let place = call.made.first()?.place;
        let (file, line) = (place.file(), place.line());
        Some(format!("a refusal was made at {file}:{line} and never given: return it, or drop it with withdraw()"))
    })
}
