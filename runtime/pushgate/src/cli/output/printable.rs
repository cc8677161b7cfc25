//! Text of a stranger, made harmless for a terminal.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// `text` with everything escaped that a terminal acts on, or that lets a line read otherwise than it is. See [`is_concealed`].
pub(in crate::cli) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut shown, character);
    }
    shown
}

/// Appends a character as [`printable`] shows it.
pub(super) fn push(shown: &mut String, character: char) {
    if is_concealed(character) {
        // Not escape_unicode: `\n` reads better than `\u{a}`.
        shown.extend(character.escape_default());
    } else {
        shown.push(character);
    }
}

/// Whether a reader would not see `character` for what it is. The plain space is the one blank that is shown as it is.
///
/// By Unicode's properties, so that a new version of Unicode adds to them: the categories *other* (controls, formats, bidirectional ones among
/// them, private use, unassigned) and *separator*, `Default_Ignorable_Code_Point` (fillers, variation selectors, tags), and [`BLANK`].
pub(super) fn is_concealed(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    GeneralCategoryGroup::Other.contains(category)
        || GeneralCategoryGroup::Separator.contains(category)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || BLANK.contains(&character)
}

/// Characters that are drawn as nothing and that no property names.
const BLANK: [char; 6] = [
    '\u{2800}',  // Braille pattern blank
    '\u{fffc}',  // object replacement character
    '\u{13441}', // Egyptian hieroglyph full blank
    '\u{13442}', // Egyptian hieroglyph half blank
    '\u{16fe4}', // Khitan small script filler
    '\u{1d159}', // musical symbol null notehead
];

#[cfg(test)]
mod tests {
    use icu_properties::props::BidiControl;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        for (text, shown) in [
            ("plain, ünïcode, 日本語", "plain, ünïcode, 日本語"),
            ("\u{1b}]0;pwn\u{7}", "\\u{1b}]0;pwn\\u{7}"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\rb\nc\td\0", "a\\rb\\nc\\td\\u{0}"),
            ("\u{202e}txt.exe\u{2028}", "\\u{202e}txt.exe\\u{2028}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("👩\u{200d}🔬 ❤\u{fe0f}", "👩\\u{200d}🔬 ❤\\u{fe0f}"),
            ("שלום, مرحبا, e\u{301}, ½ → ✓ ─ ﬁ", "שלום, مرحبا, e\u{301}, ½ → ✓ ─ ﬁ"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn each_kind_of_concealed_character_is() {
        for (kind, characters) in [
            ("Cc", vec!['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{80}', '\u{85}', '\u{9b}', '\u{9f}']),
            (
                "Cf",
                vec!['\u{ad}', '\u{600}', '\u{6dd}', '\u{180e}', '\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{fff9}', '\u{1bca0}'],
            ),
            ("Bidi_Control", vec!['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}']),
            ("tags", vec!['\u{e0001}', '\u{e0020}', '\u{e007f}']),
            ("Zl, Zp", vec!['\u{2028}', '\u{2029}']),
            ("Zs", vec!['\u{a0}', '\u{1680}', '\u{2000}', '\u{200a}', '\u{202f}', '\u{205f}', '\u{3000}']),
            ("Default_Ignorable, marks", vec!['\u{34f}', '\u{17b4}', '\u{17b5}', '\u{180b}', '\u{180f}']),
            ("Default_Ignorable, letters", vec!['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}']),
            ("Default_Ignorable, unassigned", vec!['\u{2065}', '\u{fff0}', '\u{e0000}', '\u{e0fff}']),
            ("variation selectors", vec!['\u{fe00}', '\u{fe0f}', '\u{e0100}', '\u{e01ef}']),
            ("private use, noncharacters", vec!['\u{e000}', '\u{f8ff}', '\u{fdd0}', '\u{ffff}', '\u{f0000}', '\u{10ffff}']),
            ("drawn as nothing", BLANK.to_vec()),
        ] {
            for character in characters {
                assert!(is_concealed(character), "{kind}: {}", character.escape_unicode());
                assert_eq!(printable(&format!("a{character}b")), format!("a{}b", character.escape_default()), "{kind}");
            }
        }
    }

    /// Every character: none of the properties is left out, and of ASCII all that is drawn stays.
    #[test]
    fn the_properties_decide() {
        let (bidi, ignorable) = (CodePointSetData::new::<BidiControl>(), CodePointSetData::new::<DefaultIgnorableCodePoint>());
        for character in '\0'..=char::MAX {
            let must = character.is_control() || character.is_whitespace() || bidi.contains(character) || ignorable.contains(character);
            assert!(is_concealed(character) || !must || character == ' ', "{}", character.escape_unicode());
            assert!(
                !is_concealed(character) || !character.is_alphanumeric() || ignorable.contains(character) || BLANK.contains(&character)
            );
        }
        assert!((' '..='~').all(|character| !is_concealed(character)));
    }

    proptest! {
        #[test]
        fn what_was_escaped_holds_nothing_concealed(text in any::<String>()) {
            let shown = printable(&text);
            prop_assert!(!shown.chars().any(is_concealed), "{:?}", shown);
            prop_assert_eq!(printable(&shown), shown);
        }
    }
}
