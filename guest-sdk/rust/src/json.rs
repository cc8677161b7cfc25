//! JSON that names the member which is wrong.
//!
//! serde_json tells a line and a column. Whoever wrote the settings wrote them on a command line or in a catalog, where these mean nothing, so
//! the path of the member is found again from them: `labels[1].name`. (The crate `serde_path_to_error` does it while it reads, for 10 KB in
//! every flavor.)

use std::fmt::Write as _;

use serde::de::DeserializeOwned;

/// Reads `text` as `T`.
///
/// # Errors
/// What is wrong, after the path of the member where it is.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let cause = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let cause = cause.strip_suffix(place.as_str()).unwrap_or(&cause);
        match path(before(text, error.line(), error.column())) {
            path if path.is_empty() => cause.to_owned(),
            path => format!("{path}: {cause}"),
        }
    })
}

/// What stands before a place that serde_json tells: lines count from 1, columns are bytes.
fn before(text: &str, line: usize, column: usize) -> &[u8] {
    let mut rest = text.as_bytes();
    for _ in 1..line {
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else { break };
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let after = rest.get(column..).unwrap_or_default();
    text.as_bytes().get(..text.len() - after.len()).unwrap_or_default()
}

/// A step into the value that is open at the end of the text.
enum Step {
    /// Into an object, at this key if it was read.
    Key(Option<String>),
    /// Into an array, at this element.
    Element(usize),
}

/// Where the text breaks off, as `key[index].key`. The text begins a valid JSON value: serde_json read it so far.
fn path(text: &[u8]) -> String {
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' => steps.push(Step::Key(None)),
            b'[' => steps.push(Step::Element(0)),
            b'}' | b']' => {
                steps.pop();
            }
            b',' => match steps.last_mut() {
                Some(Step::Key(key)) => *key = None,
                Some(Step::Element(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let length = string_length(rest);
                let (string, after) = rest.split_at(length);
                rest = after.get(1..).unwrap_or_default();
                if let Some(Step::Key(key @ None)) = steps.last_mut() {
                    *key = Some(String::from_utf8_lossy(string).into_owned());
                }
            }
            _ => {}
        }
    }
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(Some(key)) if path.is_empty() => path = key,
            Step::Key(Some(key)) => path.extend([".", &key]),
            Step::Key(None) => {}
            // Writing to a string does not fail.
            Step::Element(index) => _ = write!(path, "[{index}]"),
        }
    }
    path
}

/// How many bytes of `text` are the contents of the string that has just begun.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        limits: BTreeMap<String, Vec<Limit>>,
        #[serde(default)]
        note: String,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Limit {
        most: u8,
    }

    #[test]
    fn an_error_names_the_path() {
        for (text, expected) in [
            (r#"{"limits":{"a":[{"most":1},{"most":"x"}]}}"#, "limits.a[1].most: invalid type: string \"x\", expected u8"),
            (r#"{"limits":{"a":[{"most":1},{"most":300}]}}"#, "limits.a[1].most: invalid value: integer `300`, expected u8"),
            (r#"{"limits":{"a":[{"most":null}]}}"#, "limits.a[0].most: invalid type: null, expected u8"),
            (r#"{"limits":{"a":[{"most":[]}]}}"#, "limits.a[0].most: invalid type: sequence, expected u8"),
            (r#"{"limits":{"a":[{"most":1},{}]}}"#, "limits.a[1]: missing field `most`"),
            (r#"{"limits":{"a":[{"most":1},{"least":1}]}}"#, "limits.a[1].least: unknown field `least`, expected `most`"),
            (
                "{\n  \"note\": \"\\\"[{,\",\n  \"limits\": {\n    \"a\": true }}",
                "limits.a: invalid type: boolean `true`, expected a sequence",
            ),
            (r#"{"limits":[]}"#, "limits: invalid type: sequence, expected a map"),
            ("{}", "missing field `limits`"),
            ("[]", "invalid length 0, expected struct Settings with 2 elements"),
        ] {
            assert_eq!(parse::<Settings>(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_fits_is_read() {
        let settings: Settings = parse(r#"{"limits":{"a":[{"most":1}]}}"#).unwrap();
        assert_eq!(settings.limits["a"], [Limit { most: 1 }]);
    }
}
