//! The refusals that were made in this call: one that is never given would approve without a word.

use std::cell::RefCell;
use std::panic::Location;

use crate::Refusal;

/// A refusal that was made and neither given nor withdrawn so far.
struct Made {
    what: What,
    place: &'static Location<'static>,
}

#[derive(PartialEq, Eq)]
enum What {
    /// The violation with this mark.
    Violation(u64),
    /// A refusal of a single text, which has no place for a mark.
    Text(Refusal),
}

#[derive(Default)]
struct Call {
    made: Vec<Made>,
    marks: u64,
}

thread_local! {
    static CALL: RefCell<Call> = RefCell::default();
}

/// What tells a violation from another one with the same words. Copies of a violation have the mark in common; in comparisons it does not count.
#[derive(Clone)]
pub(crate) struct Mark(u64);

impl PartialEq for Mark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Mark {}

/// A violation is made, at the place of the caller.
#[track_caller]
pub(crate) fn violation() -> Mark {
    let place = Location::caller();
    CALL.with_borrow_mut(|call| {
        call.marks += 1;
        call.made.push(Made { what: What::Violation(call.marks), place });
        Mark(call.marks)
    })
}

/// A refusal of a single text is made, at the place of the caller.
#[track_caller]
pub(crate) fn text(refusal: Refusal) -> Refusal {
    let made = Made { what: What::Text(refusal.clone()), place: Location::caller() };
    CALL.with_borrow_mut(|call| call.made.push(made));
    refusal
}

/// The violation counts as if it had never been made.
pub(crate) fn withdraw_violation(mark: &Mark) {
    forget(&What::Violation(mark.0));
}

/// The refusal of a single text counts as if it had never been made.
pub(crate) fn withdraw_text(refusal: Refusal) {
    forget(&What::Text(refusal));
}

fn forget(what: &What) {
    CALL.with_borrow_mut(|call| {
        if let Some(index) = call.made.iter().position(|made| made.what == *what) {
            call.made.remove(index);
        }
    });
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
