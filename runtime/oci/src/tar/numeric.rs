//! The numbers of a header: octal digits, or GNU's and star's base-256.

use crate::tar::error::TarProblem;

/// The largest size that fits into the octal digits of a header: 8 GiB less one byte.
pub(super) const MAX_OCTAL: u64 = 0o77_777_777_777;

/// Reads a numeric field. Empty fields are not numbers: some readers take them for 0, others stop.
pub(super) fn number(field: &'static str, bytes: &[u8]) -> Result<u64, TarProblem> {
    match bytes.split_first() {
        Some((first, rest)) if first & 0x80 != 0 => base_256(*first, rest),
        _ => octal(bytes).ok_or(TarProblem::Number { field }),
    }
}

/// Optional spaces, digits, then NULs and spaces only.
fn octal(bytes: &[u8]) -> Option<u64> {
    let text = bytes.trim_ascii_start();
    let end = text.iter().position(|byte| !(b'0'..=b'7').contains(byte)).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() || !rest.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| value.checked_mul(8)?.checked_add(u64::from(digit - b'0')))
}

/// The first bit is set, the second one is the sign, the rest is the number, the highest byte first.
fn base_256(first: u8, rest: &[u8]) -> Result<u64, TarProblem> {
    if first & 0x40 != 0 {
        return Err(TarProblem::NegativeSize);
    }
    let value = rest.iter().try_fold(u64::from(first & 0x3f), |value, byte| Some(value.checked_mul(256)? | u64::from(*byte)));
    value.filter(|value| i64::try_from(*value).is_ok()).ok_or(TarProblem::HugeSize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_numbers() {
        for (bytes, expected) in [
            (&b"00000000017\0"[..], Some(15)),
            (b"         17 ", Some(15)),
            (b"777777777777", Some(0o777_777_777_777)),
            (b"17\0\0\0\0 \0\0\0\0\0", Some(15)),
            (b"0\0", Some(0)),
            (b"", None),
            (b"\0\0\0\0", None),
            (b"    ", None),
            (b"-1\0", None),
            (b"+1\0", None),
            (b"18\0", None),
            (b"1\x001\0", None),
            (b"0x1\0", None),
            (b"1 2\0", None),
        ] {
            assert_eq!(number("size", bytes).ok(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn base_256_numbers() {
        let field = |first: u8, value: u128| {
            let mut bytes = value.to_be_bytes()[4..].to_vec();
            bytes[0] |= first;
            number("size", &bytes)
        };
        assert_eq!(field(0x80, 9 << 30), Ok(9 << 30));
        assert_eq!(field(0x80, 0), Ok(0));
        assert_eq!(field(0x80, (1 << 63) - 1), Ok((1 << 63) - 1));
        assert_eq!(field(0x80, 1 << 63), Err(TarProblem::HugeSize));
        assert_eq!(field(0x80, 1 << 64), Err(TarProblem::HugeSize));
        assert_eq!(field(0x81, 5), Err(TarProblem::HugeSize));
        assert_eq!(number("size", &[0xff; 12]), Err(TarProblem::NegativeSize));
        assert_eq!(field(0xc0, 5), Err(TarProblem::NegativeSize));
    }
}
