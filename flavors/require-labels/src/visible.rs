//! What a person sees of a text.

use std::ops::RangeInclusive;

/// Whether nothing is seen of a text: it has spaces, controls and characters without a form of their own, or nothing at all.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|character| character.is_whitespace() || character.is_control() || INVISIBLE.iter().any(|range| range.contains(&character)))
}

/// Unicode's `Default_Ignorable_Code_Point`, and what is drawn as nothing although no property says so.
const INVISIBLE: [RangeInclusive<char>; 24] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}', // Braille pattern blank
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',   // those for annotations among lines included
    '\u{fffc}'..='\u{fffc}',   // object replacement character
    '\u{13430}'..='\u{1343f}', // how hieroglyphs are joined
    '\u{13441}'..='\u{13442}', // hieroglyph blanks
    '\u{16fe4}'..='\u{16fe4}', // Khitan small script filler
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}', // musical symbol null notehead
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
    '\u{f0000}'..='\u{10ffff}', // private use of whole planes
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen() {
        for blank in [
            "",
            " ",
            "\t\n",
            "\u{a0}",
            "\u{3000}",
            "\u{200b}",
            "\u{2060}",
            "\0",
            "\u{7f}",
            " \u{feff}\u{ad} ",
            "\u{2800}",
            "\u{3164}",
            "\u{e0041}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", "0", ".", "\u{e4}", "\u{65e5}", "\u{200b}a", " - ", "\u{1f600}"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }
}
