//! Punycode (RFC 3492), as far as to tell whether a label is any.

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;

/// Whether `encoded`, an internationalised label in lower case behind its `xn--`, decodes to something that is not ASCII.
///
/// Taking every `xn--` label as it comes would accept names that one program shows as Unicode, another as it stands, and a third
/// refuses to look up.
pub(super) fn is_valid(encoded: &str) -> bool {
    decode(encoded).is_some()
}

/// The decoding of RFC 3492, section 6.2. The places of the characters do not matter here, so only their number is kept.
fn decode(encoded: &str) -> Option<()> {
    // A delimiter with nothing before it is not one, and then not a digit either.
    let (basic, extended) = match encoded.rsplit_once('-') {
        Some(("", _)) => return None,
        Some(parts) => parts,
        None => ("", encoded),
    };
    // Every code point that the extended part gives is beyond ASCII; without one, the label is ASCII in disguise.
    if extended.is_empty() {
        return None;
    }
    let mut length = u32::try_from(basic.len()).ok()?;
    let mut digits = extended.bytes();
    let (mut code_point, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    while let Some(first) = digits.next() {
        let before = index;
        let mut digit = value(first)?;
        let mut weight = 1_u32;
        let mut position = BASE;
        loop {
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = position.saturating_sub(bias).clamp(LEAST, MOST);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            position += BASE;
            digit = value(digits.next()?)?;
        }
        length += 1;
        bias = adapt(index - before, length, before == 0);
        code_point = code_point.checked_add(index / length)?;
        char::from_u32(code_point)?;
        index = index % length + 1;
    }
    Some(())
}

/// The bias for the next number: RFC 3492, section 6.1.
fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut position = 0;
    while delta > (BASE - LEAST) * MOST / 2 {
        delta /= BASE - LEAST;
        position += BASE;
    }
    position + (BASE - LEAST + 1) * delta / (delta + 38)
}

fn value(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn labels_that_are_internationalised() {
        // bücher, 例え, münchen, пример, ☃; and the samples (A) and (I) of RFC 3492, section 7.1.
        for encoded in
            ["bcher-kva", "r8jz45g", "mnchen-3ya", "e1afmkfd", "n3h", "egbpdaj6bu4bxfgehfvwxn", "b1abfaaepdrnnbgefbadotcwatmq2g4l"]
        {
            assert!(is_valid(encoded), "{encoded}");
        }
    }

    #[test]
    fn labels_that_only_pretend() {
        for encoded in ["", "-", "registry-", "-registry", "bcher-kv", "z", "99999999", "zzzzzzzzzzzz", "a b", "A"] {
            assert!(!is_valid(encoded), "{encoded}");
        }
    }

    #[test]
    fn surrogates_are_not_characters() {
        // U+D800 and U+DFFF, then U+D7FF and U+E000 beside them.
        assert!(!is_valid("ib9b"));
        assert!(!is_valid("zy0c"));
        assert!(is_valid("hb9b"));
        assert!(is_valid("0y0c"));
        // U+10FFFF, and one more.
        assert!(is_valid("dn32g"));
        assert!(!is_valid("en32g"));
    }
}
