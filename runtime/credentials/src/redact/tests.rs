use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use url::form_urlencoded;

use super::*;

const SECRET: &str = "S3CRET/canary+\"<&>=?~ä";

fn redactor(secrets: &[&str]) -> Redactor {
    Redactor::new(secrets.iter().copied()).unwrap()
}

/// A text without the secrets.
fn redacted(secrets: &[&str], text: &str) -> String {
    String::from_utf8(redactor(secrets).take_out(text.into())).unwrap()
}

fn hexadecimal(text: &str, separator: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(separator)
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn json_escapes(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn entities(text: &str) -> String {
    text.chars().map(|character| format!("&#{};", u32::from(character))).collect()
}

/// The ways in which servers write what they repeat.
fn spellings(secret: &str) -> Vec<String> {
    let some = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut spellings = vec![
        secret.to_owned(),
        secret.to_ascii_uppercase(),
        secret.to_ascii_lowercase(),
        some.clone(),
        some.replace('/', "&sol;").replace('=', "&#x3D;").replace("&quot;", "&#034;"),
        form.replace('+', "%20"),
        form.to_ascii_lowercase(),
        form,
        percent(secret),
        percent(secret).to_ascii_lowercase(),
        percent(&percent(secret)),
        secret.replace('/', "%2f").replace('+', "%2B"),
        serde_json::to_string(secret).unwrap(),
        serde_json::to_string(&serde_json::to_string(secret).unwrap()).unwrap(),
        secret.replace('/', "\\/").replace('"', "\\\""),
        secret.replace('"', "\\x22").replace('ä', "\\u{e4}"),
        json_escapes(secret),
        json_escapes(secret).to_ascii_uppercase().replace("\\U", "\\u"),
        json_escapes(secret).replace('\\', "%"),
        serde_json::to_string(&json_escapes(secret)).unwrap(),
        entities(secret),
        entities(secret).replace(';', ""),
        secret.chars().map(|character| format!("&#x{:X};", u32::from(character))).collect(),
        percent(&entities(secret)),
        entities(&percent(secret)),
        hexadecimal(secret, ""),
        hexadecimal(secret, "").to_ascii_uppercase(),
        hexadecimal(secret, ":"),
        hexadecimal(secret, " ").to_ascii_uppercase(),
        hexadecimal(secret, "-"),
        format!("0x{}", hexadecimal(secret, ", 0x")),
        format!("\\x{}", hexadecimal(secret, "\\x")),
        hexadecimal(&STANDARD.encode(secret), ""),
        STANDARD.encode(hexadecimal(secret, "")),
        secret.encode_utf16().flat_map(u16::to_le_bytes).map(char::from).collect(),
    ];
    for lead in ["", "a", "ab", "Authorization: Basic "] {
        for end in ["", "x", "xy"] {
            let whole = format!("{lead}{secret}{end}");
            let encoded =
                [STANDARD.encode(&whole), STANDARD_NO_PAD.encode(&whole), URL_SAFE.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)];
            for once in encoded {
                spellings.extend([
                    percent(&once),
                    once.replace('=', "%3D").replace('+', "%2B"),
                    once.as_bytes().chunks(7).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n"),
                    once.as_bytes().chunks(7).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\\n"),
                    STANDARD.encode(format!("{lead}{once}{end}")),
                    once,
                ]);
            }
        }
    }
    spellings
}

/// Nothing from which the secret could be had is left: of the secret as letters, and of whatever the text says in any
/// encoding.
#[test]
fn a_secret_is_found_in_every_spelling() {
    for secret in
        [SECRET, "correct horse battery staple", "a-token_of.some~length", "12345678901234567890", "p%41ss%2Fword", "a&amp;b\\u0041c/def"]
    {
        let redactor = redactor(&[secret]);
        for spelling in spellings(secret) {
            for text in [spelling.clone(), format!("<p>before \"{spelling}\" after</p>")] {
                assert!(redactor.finds_any(text.as_bytes()), "{secret}: {text}");
                let left = redactor.take_out(text.clone().into_bytes());
                assert!(!redactor.finds_any(&left), "{secret}: {text}: {}", String::from_utf8_lossy(&left));
            }
        }
    }
}

#[test]
fn what_stands_beside_a_secret_stays() {
    for (text, expected) in [
        ("before hunter2-hunter2 after", "before [redacted] after"),
        ("HUNTER2-HUNTER2hunter2-hunter2", "[redacted]"),
        (r#"{"a":"hunter2\u002dhunter2","b":"c"}"#, r#"{"a":"[redacted]","b":"c"}"#),
        ("a%20b%2Fhunter2%2Dhunter2%20c", "a%20b%2F[redacted]%20c"),
        ("&lt;hunter2&#45;hunter2&gt; &amp;", "&lt;[redacted]&gt; &amp;"),
        ("68756e746572322d68756e74657232", "[redacted]"),
        // `user:hunter2-hunter2:more`: whole characters of other bytes stay.
        ("dXNlcjpodW50ZXIyLWh1bnRlcjI6bW9yZQ==", "dXNlcj[redacted]6bW9yZQ=="),
        ("Basic dXNlcjpodW50ZXIyLWh1bnRlcjI= x", "Basic dXNlcj[redacted] x"),
        ("hunter2 hunter2", "hunter2 hunter2"),
        ("nothing %41 &amp; \\u0041 here", "nothing %41 &amp; \\u0041 here"),
    ] {
        assert_eq!(redacted(&["hunter2-hunter2"], text), expected, "{text}");
    }
}

#[test]
fn several_secrets_that_overlap_leave_nothing_of_each_other() {
    assert_eq!(redacted(&["password", "user:password"], "user:password password"), "[redacted] [redacted]");
    assert_eq!(redacted(&["abcdef", "defghi"], "xabcdefghix"), "x[redacted]x");
    assert_eq!(redacted(&["aaaa"], "aaaaaaa b aaa"), "[redacted] b aaa");
    assert_eq!(redacted(&["", "abcd"], ""), "");
    assert_eq!(redacted(&[], "anything"), "anything");
}

/// A short secret is taken out as it is; its encodings would be found everywhere.
#[test]
fn short_secrets_are_not_found_by_chance() {
    assert_eq!(redacted(&["abc"], "abc YWJj 616263"), "[redacted] YWJj 616263");
    assert_eq!(redacted(&["abcd"], "abcd YWJjZA== 61626364"), "[redacted] [redacted] [redacted]");
    // What is left of it when an escape in it is undone is a word.
    assert_eq!(redacted(&["%61%62%63%64"], "abcd %61%62%63%64"), "abcd [redacted]");
}

#[test]
fn long_secrets_are_found_as_a_whole() {
    let token: String = (0..4_000_u32).map(|number| char::from(b'A' + u8::try_from(number * number % 26).unwrap())).collect();
    let redactor = redactor(&[&token]);
    assert_eq!(redactor.take_out(format!("<{token}>").into_bytes()), b"<[redacted]>");
    assert!(redactor.finds_any(STANDARD.encode(format!("x{token}y")).as_bytes()));
    // Another token with the same beginning is none of it.
    assert!(!redactor.finds_any(&token.as_bytes()[..3_999]));
}

/// Bytes of the worst kind take time in proportion to their number.
#[test]
fn large_texts() {
    let redactor = redactor(&["aaaaaaaa", "S3CRET-CANARY"]);
    for unit in ["a", "%61", "%25", "&#97;", "\\u0061", "61 ", "YWFh", "&", "\\", "%", "&#", "\\u"] {
        let text = unit.repeat(200_000 / unit.len());
        let left = redactor.take_out(format!("{text}!%53\\u0033CRET-CANARY!").into_bytes());
        assert!(left.ends_with(b"![redacted]!"), "{unit}: {}", String::from_utf8_lossy(&left[left.len().saturating_sub(60)..]));
    }
}

proptest! {
    /// Bytes of any kind before and behind, and any part of the secret escaped in any way.
    #[test]
    fn any_mixture_of_escapes(
        secret in "[!-~]{8,24}",
        ways in prop::collection::vec(0_u8..6, 24),
        before in "[a-z .<>{}\"]{0,9}",
        behind in "[a-z .<>{}\"]{0,9}",
    ) {
        // Of several layers, the inner ones are undone in the whole text.
        let layers = if secret.contains(['%', '&', '\\']) { 4 } else { 6 };
        let escaped: String = secret.chars().zip(ways).map(|(character, way)| {
            let number = u32::from(character);
            match way % layers {
                0 => format!("%{number:02x}"),
                1 => format!("\\u{number:04X}"),
                2 => format!("&#{number};"),
                3 => format!("&#x{number:x};"),
                4 => format!("%25{number:02X}"),
                // A sign that begins an escape is written as one.
                _ if "%&\\".contains(character) => format!("%{number:02x}"),
                _ => character.to_string(),
            }
        }).collect();
        let text = format!("{before}{escaped}{behind}");
        let left = redacted(&[&secret], &text);
        prop_assert!(left.contains("[redacted]"), "{secret}: {text}: {left}");
        prop_assert!(left.starts_with(&before) && left.ends_with(&behind), "{secret}: {text}: {left}");
    }

    #[test]
    fn any_base64(secret in prop::collection::vec(any::<u8>(), 6..40), before in prop::collection::vec(any::<u8>(), 0..9), behind in prop::collection::vec(any::<u8>(), 0..9)) {
        let secret: String = secret.iter().map(|byte| char::from(b' ' + byte % 95)).collect();
        let whole = [&before, secret.as_bytes(), &behind].concat();
        for encoded in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
            let left = redacted(&[&secret], &encoded);
            prop_assert!(left.contains("[redacted]"), "{secret}: {encoded}: {left}");
        }
    }

    #[test]
    fn nothing_that_is_no_secret_changes(text in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(redactor(&["S3CRET-CANARY"]).take_out(text.clone()), text);
    }
}
