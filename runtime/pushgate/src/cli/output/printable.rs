//! Text of somebody else, made harmless for a terminal.

/// `text` with everything escaped that a terminal would act on or that would make a line read otherwise than it is: control
/// characters, line separators, bidirectional overrides, invisible characters.
pub(in crate::cli) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if acts_on_a_terminal(character) {
            // Not escape_unicode: `\n` reads better than `\u{a}`.
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn acts_on_a_terminal(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'                        // soft hyphen
                | '\u{61c}'                 // Arabic letter mark
                | '\u{180e}'                // Mongolian vowel separator
                | '\u{200b}'..='\u{200f}'   // zero width, directional marks
                | '\u{2028}'..='\u{202e}'   // separators, embeddings and overrides
                | '\u{2060}'..='\u{206f}'   // invisible operators, isolates
                | '\u{feff}'                // byte order mark
                | '\u{fff9}'..='\u{fffb}'   // interlinear annotations
                | '\u{e0000}'..='\u{e007f}' // tags
        )
}

#[cfg(test)]
mod tests {
    use super::printable;

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
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
