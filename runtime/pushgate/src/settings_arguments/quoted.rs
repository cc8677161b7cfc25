//! JSON whose quotes a shell has taken: `--set tags:=["latest"]` arrives as `tags:=[latest]`.

use pushgate_gate::name::MAX_NAME_BYTES;
use pushgate_gate::settings::parse_json;

/// Longer texts are not looked at: this goes into a hint.
const MAX_BYTES: usize = 8 * MAX_NAME_BYTES;

/// The array or object that was probably typed: each word that is no JSON by itself in quotes. None where that does not make JSON, or where it
/// could not be put into single quotes.
pub(super) fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with(['[', '{']) || text.len() > MAX_BYTES || text.contains(['\'', '"', '\\']) || text.chars().any(char::is_control) {
        return None;
    }
    let mut made = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(['[', ']', '{', '}', ',', ':']).unwrap_or(rest.len());
        if end == 0 {
            made.push(first);
            rest = rest.get(first.len_utf8()..)?;
            continue;
        }
        let (word, after) = rest.split_at(end);
        let word = word.trim();
        // A key is a string, whatever it looks like.
        let is_key = after.starts_with(':');
        match parse_json(word) {
            _ if word.is_empty() => {}
            Ok(_) if !is_key => made.push_str(word),
            _ => made.push_str(&format!("\"{word}\"")),
        }
        rest = after;
    }
    parse_json(&made).is_ok().then_some(made)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_took_is_put_back() {
        for (text, expected) in [
            ("[latest]", Some(r#"["latest"]"#)),
            ("[latest, dev,1.2.3,7,true]", Some(r#"["latest","dev","1.2.3",7,true]"#)),
            ("[org.opencontainers.image.source]", Some(r#"["org.opencontainers.image.source"]"#)),
            ("{a:b,c:[1,x y]}", Some(r#"{"a":"b","c":[1,"x y"]}"#)),
            ("{1:true}", Some(r#"{"1":true}"#)),
            ("[]", Some("[]")),
            ("latest", None),
            ("", None),
            ("[latest", None),
            ("[https://a.io]", None),
            ("[it's]", None),
            (r#"["a]"#, None),
            ("[a\u{1b}]", None),
        ] {
            assert_eq!(quoted(text).as_deref(), expected, "{text}");
        }
        assert_eq!(quoted(&format!("[{}]", "a".repeat(10_000))), None);
    }
}
