//! What is drawn on the terminal now.

use std::sync::{Mutex, PoisonError};

use indicatif::MultiProgress;

/// The bars that are on the terminal now, for lines that are written beside them.
pub(super) static DRAWN: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// Writes a line to the terminal; bars that are there make room for it.
pub(super) fn beside_bars(write: impl FnOnce()) {
    let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match drawn {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}
