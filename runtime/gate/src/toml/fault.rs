//! What is wrong with a text, and where: from a place in it to line and column.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

/// A place in a file, for a person: both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// What is wrong, and where in the text.
#[derive(Debug)]
pub struct Fault {
    /// Where, as bytes of the text; none where the parser does not say.
    pub span: Option<Range<usize>>,
    /// The fault, naming field and value.
    pub reason: String,
}

impl Fault {
    /// A fault at this place.
    pub fn new(span: Option<Range<usize>>, reason: impl Into<String>) -> Self {
        Self { span, reason: reason.into() }
    }

    /// The same fault with a place, if it has none yet.
    pub fn or_at(mut self, span: Option<Range<usize>>) -> Self {
        self.span = self.span.or(span);
        self
    }
}

/// How many bytes of a text are gone over to find a line.
const BLOCK: usize = 4096;

/// A text whose lines are counted once, when the first fault is found.
pub struct Lines<'a> {
    text: &'a [u8],
    /// How many lines end before each block. Where each begins would be eight times the size of a text of line ends.
    before: OnceCell<Vec<usize>>,
}

impl<'a> Lines<'a> {
    /// The lines of this text.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, before: OnceCell::new() }
    }

    /// The position of a byte. A fault without a place is told at the beginning.
    pub fn position(&self, span: Option<&Range<usize>>) -> Position {
        let offset = span.map_or(0, |span| span.start).min(self.text.len());
        let ends = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        let before = self.before.get_or_init(|| {
            let sums = self.text.chunks(BLOCK).scan(0, |sum, block| {
                *sum += ends(block);
                Some(*sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let block = offset / BLOCK;
        let in_block = self.text.get(block * BLOCK..offset).unwrap_or_default();
        let line = before.get(block).copied().unwrap_or_default() + ends(in_block) + 1;
        let start = self.text.get(..offset).and_then(|text| text.iter().rposition(|byte| *byte == b'\n')).map_or(0, |end| end + 1);
        // A character is counted at its first byte.
        let before = self.text.get(start..offset).unwrap_or_default();
        let characters = before.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        Position { line, column: characters + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_what_an_editor_shows() {
        let text: String =
            (0..3_000).map(|line| format!("{}ä🦀{}", "x".repeat(line % 11), if line % 3 == 0 { "\n" } else { "" })).collect();
        let lines = Lines::new(text.as_bytes());
        let (mut line, mut column) = (1, 1);
        for (offset, character) in text.char_indices() {
            let found = lines.position(Some(&(offset..offset)));
            assert_eq!((found.line, found.column), (line, column), "{offset}");
            (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        let end = lines.position(Some(&(text.len()..text.len())));
        assert_eq!((end.line, end.column), (line, column));
        assert_eq!((lines.position(None).line, lines.position(None).column), (1, 1));
    }
}
