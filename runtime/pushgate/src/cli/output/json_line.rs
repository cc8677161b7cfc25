//! JSON as it is printed: one line, in which no character is concealed and the values are what they were.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::printable::is_concealed;

/// `value` on one line, without a line feed. What a terminal acts on, or does not show, stands there as `\u` escapes: the same JSON.
pub(super) fn json_line(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    // Strings, numbers and maps with string keys only, into memory: nothing here can fail to serialise.
    let _ = value.serialize(&mut Serializer::with_formatter(&mut line, Visible));
    String::from_utf8(line).unwrap_or_default()
}

struct Visible;

impl Formatter for Visible {
    /// What JSON itself has to escape is not in a fragment.
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for piece in fragment.split_inclusive(is_concealed) {
            match piece.chars().next_back().filter(|last| is_concealed(*last)) {
                None => writer.write_all(piece.as_bytes())?,
                Some(last) => {
                    writer.write_all(piece.strip_suffix(last).unwrap_or_default().as_bytes())?;
                    for unit in last.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn concealed_characters_are_u_escapes() {
        for (text, line) in [
            ("plain, ünïcode, 日本語 👍", r#""plain, ünïcode, 日本語 👍""#),
            ("\u{7f}\u{9b}31m", r#""\u007f\u009b31m""#),
            ("a\u{202e}b\u{200b}c\u{34f}", r#""a\u202eb\u200bc\u034f""#),
            ("\u{e0041}\u{e0100}", r#""\udb40\udc41\udb40\udd00""#),
            ("\u{1b}\n\"\\\u{2028}", r#""\u001b\n\"\\\u2028""#),
            ("", r#""""#),
        ] {
            assert_eq!(json_line(&text), line);
            assert_eq!(serde_json::from_str::<String>(line).unwrap(), text);
        }
        assert_eq!(json_line(&json!({ "k\u{202e}": [1.5, null, true, "\u{feff}"] })), r#"{"k\u202e":[1.5,null,true,"\ufeff"]}"#);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            prop::collection::vec(prop::char::range('\0', '\u{e0fff}').prop_filter("concealed", |c| is_concealed(*c)), 0..8)
                .prop_map(|characters| Value::from(characters.into_iter().collect::<String>())),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_values_are_what_they_were(value in value()) {
            let line = json_line(&value);
            prop_assert!(!line.chars().any(is_concealed), "{:?}", line);
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        }
    }
}
