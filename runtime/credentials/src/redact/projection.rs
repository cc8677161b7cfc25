//! A text in a form in which different spellings are equal, and the way back to where each byte came from.

use std::ops::Range;

/// What is held to be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Projection {
    /// Letters of either case, a space and the `+` that a form has for it, UTF-16 and ASCII.
    Letters,
    /// The alphabets of base64, with any line breaks. Letters of either case too: parts of a URL come back in lower
    /// case.
    Base64,
    /// Hexadecimal digits of either case, with any separators between them.
    Hexadecimal,
}

impl Projection {
    pub(super) fn of(self, text: &[u8]) -> (Vec<u8>, Map) {
        let mut builder = Builder::with_capacity(text.len());
        let mut rest = text;
        let mut place = 0;
        while let [byte, after @ ..] = rest {
            let mut read = 1;
            match (self, *byte) {
                (_, 0) => {}
                (Self::Letters, b'+') => builder.keep(b' ', place),
                (Self::Base64, b'-') => builder.keep(b'+', place),
                (Self::Base64, b'_') => builder.keep(b'/', place),
                (Self::Base64 | Self::Hexadecimal, b' ' | b'\t' | b'\r' | b'\n') => {}
                (Self::Hexadecimal, b':' | b'-' | b'_' | b',' | b'.') => {}
                (Self::Hexadecimal, b'0') if matches!(after, [b'x' | b'X', ..]) => read = 2,
                (_, byte) => builder.keep(byte.to_ascii_lowercase(), place),
            }
            place += read;
            rest = text.get(place..).unwrap_or_default();
        }
        builder.finish()
    }
}

/// Where the bytes of a text come from in another one.
#[derive(Debug, Default)]
pub(super) struct Map(Vec<Piece>);

/// A number of bytes that were kept one by one, or what one escape stands for.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: u32,
    source: u32,
    /// Bytes of the escape; none for bytes that were kept.
    length: u32,
}

impl Map {
    /// The part of the other text that a part of this one, which is not empty, was made of.
    pub(super) fn source(&self, range: &Range<usize>) -> Range<usize> {
        let (first, offset) = self.piece(range.start);
        let start = if first.length == 0 { large(first.source) + offset } else { large(first.source) };
        let (last, offset) = self.piece(range.end.saturating_sub(1));
        let end = large(last.source) + if last.length == 0 { offset + 1 } else { large(last.length) };
        start..end
    }

    /// The piece in which a byte lies, and where in it.
    fn piece(&self, place: usize) -> (Piece, usize) {
        let after = self.0.partition_point(|piece| large(piece.at) <= place);
        let nothing = Piece { at: 0, source: 0, length: 0 };
        let piece = after.checked_sub(1).and_then(|index| self.0.get(index).copied()).unwrap_or(nothing);
        (piece, place - large(piece.at))
    }
}

/// Makes a text out of another one.
pub(super) struct Builder {
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Builder {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), pieces: Vec::new() }
    }

    /// A byte at this place, or another one that stands for it.
    pub(super) fn keep(&mut self, byte: u8, place: usize) {
        let goes_on = |piece: &Piece| piece.length == 0 && large(piece.source) + (self.text.len() - large(piece.at)) == place;
        if !self.pieces.last().is_some_and(goes_on) {
            self.piece(place, 0);
        }
        self.text.push(byte);
    }

    /// What an escape of so many bytes at this place stands for.
    pub(super) fn replace(&mut self, bytes: &[u8], place: usize, length: usize) {
        self.piece(place, length);
        self.text.extend_from_slice(bytes);
    }

    fn piece(&mut self, place: usize, length: usize) {
        self.pieces.push(Piece { at: small(self.text.len()), source: small(place), length: small(length) });
    }

    pub(super) fn finish(self) -> (Vec<u8>, Map) {
        (self.text, Map(self.pieces))
    }
}

/// Texts have a few MiB at most.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn large(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
