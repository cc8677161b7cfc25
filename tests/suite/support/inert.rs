//! What must not come out of the command, written down apart from the rule that it follows.

use std::ops::RangeInclusive;

/// By their numbers: controls, formats and bidirectional controls, blanks and separators, fillers, variation selectors, tags, private use.
const FORBIDDEN: [RangeInclusive<char>; 32] = [
    '\u{0}'..='\u{8}',
    '\u{b}'..='\u{1f}',
    '\u{7f}'..='\u{a0}',
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{600}'..='\u{605}',
    '\u{61c}'..='\u{61c}',
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{115f}'..='\u{1160}',
    '\u{1680}'..='\u{1680}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{2000}'..='\u{200f}',
    '\u{2028}'..='\u{202f}',
    '\u{205f}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3000}'..='\u{3000}',
    '\u{3164}'..='\u{3164}',
    '\u{e000}'..='\u{f8ff}',
    '\u{fdd0}'..='\u{fdef}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffc}',
    '\u{fffe}'..='\u{ffff}',
    '\u{13441}'..='\u{13442}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{10ffff}',
];

/// The styles that `--color always` brings.
const STYLES: [&str; 10] =
    ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[3m", "\u{1b}[4m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[34m", "\u{1b}[35m"];

/// Nothing in what was printed hides, moves or reorders anything.
#[track_caller]
pub(crate) fn assert_inert(printed: &str) {
    let plain = STYLES.iter().fold(printed.to_owned(), |text, style| text.replace(style, ""));
    let found = plain.chars().find(|character| FORBIDDEN.iter().any(|range| range.contains(character)));
    assert!(found.is_none(), "U+{:04X} was printed: {printed:?}", found.map_or(0, u32::from));
}
