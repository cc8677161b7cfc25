//! From a place in the text to line and column.

use std::cell::OnceCell;
use std::ops::Range;

use super::error::Position;

/// What is wrong, and where in the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) span: Option<Range<usize>>,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(span: Option<Range<usize>>, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into() }
    }

    /// The same fault with a place, if it has none yet.
    pub(super) fn or_at(mut self, span: Option<Range<usize>>) -> Self {
        self.span = self.span.or(span);
        self
    }
}

/// A text whose lines are looked for once, when the first fault is found.
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    starts: OnceCell<Vec<usize>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, starts: OnceCell::new() }
    }

    /// The position of a byte. A fault without a place is told at the beginning.
    pub(crate) fn position(&self, span: Option<&Range<usize>>) -> Position {
        let offset = span.map_or(0, |span| span.start).min(self.text.len());
        let starts = self.starts.get_or_init(|| {
            let after_newline = |(index, byte): (usize, &u8)| (*byte == b'\n').then_some(index + 1);
            std::iter::once(0).chain(self.text.iter().enumerate().filter_map(after_newline)).collect()
        });
        let line = starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| starts.get(index)).copied().unwrap_or_default();
        // A character is counted at its first byte.
        let before = self.text.get(start..offset).unwrap_or_default();
        let characters = before.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        Position { line, column: characters + 1 }
    }
}
