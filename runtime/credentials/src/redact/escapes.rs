//! Undoing one layer of escapes: percent-encoding (RFC 3986), those of JSON and of programming languages, entities of
//! HTML and XML.

use crate::redact::projection::{Builder, Map};

/// The longest name of an entity that is known.
const MAX_NAME: usize = 8;

/// The text without its outermost escapes; none if it has none. What only looks like an escape stays.
pub(super) fn undo(text: &[u8]) -> Option<(Vec<u8>, Map)> {
    let mut builder = Builder::with_capacity(text.len());
    let (mut place, mut found) = (0, false);
    while let Some(rest @ [byte, ..]) = text.get(place..) {
        match escape(rest) {
            Some((meant, length)) => {
                builder.replace(meant.encoded(&mut [0; 4]), place, length);
                place += length;
                found = true;
            }
            None => {
                builder.keep(*byte, place);
                place += 1;
            }
        }
    }
    found.then(|| builder.finish())
}

/// What an escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meant {
    Byte(u8),
    Character(char),
}

impl Meant {
    fn encoded(self, buffer: &mut [u8; 4]) -> &[u8] {
        match self {
            Self::Byte(byte) => {
                let [first, ..] = buffer;
                *first = byte;
                std::slice::from_ref(first)
            }
            Self::Character(character) => character.encode_utf8(buffer).as_bytes(),
        }
    }
}

/// The escape with which a text begins, and its length in bytes.
fn escape(text: &[u8]) -> Option<(Meant, usize)> {
    match text {
        [b'%', b'u' | b'U', digits @ ..] => utf16(digits, b'%').map(|(character, length)| (Meant::Character(character), 2 + length)),
        [b'%', high, low, ..] => Some((Meant::Byte(byte(*high, *low)?), 3)),
        [b'\\', b'u' | b'U', b'{', digits @ ..] => {
            let end = digits.iter().take(7).position(|digit| *digit == b'}')?;
            Some((Meant::Character(character(digits.get(..end)?, 16)?), 4 + end))
        }
        [b'\\', b'u', digits @ ..] => utf16(digits, b'\\').map(|(character, length)| (Meant::Character(character), 2 + length)),
        [b'\\', b'U', digits @ ..] => Some((Meant::Character(character(digits.get(..8)?, 16)?), 10)),
        [b'\\', b'x' | b'X', high, low, ..] => Some((Meant::Byte(byte(*high, *low)?), 4)),
        [b'\\', letter, ..] => {
            let byte = match letter {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other if other.is_ascii_punctuation() => *other,
                _ => return None,
            };
            Some((Meant::Byte(byte), 2))
        }
        [b'&', b'#', b'x' | b'X', rest @ ..] => numbered(rest, 16).map(|(character, length)| (Meant::Character(character), 3 + length)),
        [b'&', b'#', rest @ ..] => numbered(rest, 10).map(|(character, length)| (Meant::Character(character), 2 + length)),
        [b'&', rest @ ..] => named(rest).map(|(byte, length)| (Meant::Byte(byte), 1 + length)),
        _ => None,
    }
}

fn byte(high: u8, low: u8) -> Option<u8> {
    u8::try_from(number(&[high, low], 16)?).ok()
}

fn character(digits: &[u8], radix: u32) -> Option<char> {
    char::from_u32(number(digits, radix)?)
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let add = |number: u32, digit: &u8| number.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?);
    if digits.is_empty() { None } else { digits.iter().try_fold(0, add) }
}

/// Four digits, and four more after another `\u` or `%u` where the first are half of a pair. Gives the length of what
/// follows the first `u`.
fn utf16(digits: &[u8], introducer: u8) -> Option<(char, usize)> {
    let unit = |digits: &[u8]| digits.get(..4).and_then(|digits| number(digits, 16)).and_then(|unit| u16::try_from(unit).ok());
    let first = unit(digits)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 4));
    }
    let [mark, b'u' | b'U', second @ ..] = digits.get(4..)? else { return None };
    let second = unit(second).filter(|_| *mark == introducer)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, 10))
}

/// `65;` of `&#65;`, with any zeros before it. Browsers take it without the semicolon too.
fn numbered(text: &[u8], radix: u32) -> Option<(char, usize)> {
    let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
    let length = text.iter().take_while(is_digit).count();
    let character = character(text.get(..length)?, radix)?;
    Some((character, length + usize::from(text.get(length) == Some(&b';'))))
}

/// `amp;` of `&amp;`. What is sent in a header is ASCII, so these are the names of its characters.
fn named(text: &[u8]) -> Option<(u8, usize)> {
    let length = text.iter().take(MAX_NAME + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if text.get(length) == Some(&b';') {
        return Some((entity(text.get(..length)?)?, length + 1));
    }
    // The oldest need no semicolon.
    [&b"amp"[..], b"AMP", b"lt", b"LT", b"gt", b"GT", b"quot", b"QUOT"]
        .into_iter()
        .find_map(|name| text.starts_with(name).then(|| entity(name).map(|byte| (byte, name.len()))).flatten())
}

fn entity(name: &[u8]) -> Option<u8> {
    Some(match name {
        b"Tab" => b'\t',
        b"NewLine" => b'\n',
        b"excl" => b'!',
        b"quot" | b"QUOT" => b'"',
        b"num" => b'#',
        b"dollar" => b'$',
        b"percnt" => b'%',
        b"amp" | b"AMP" => b'&',
        b"apos" => b'\'',
        b"lpar" => b'(',
        b"rpar" => b')',
        b"ast" | b"midast" => b'*',
        b"plus" => b'+',
        b"comma" => b',',
        b"period" => b'.',
        b"sol" => b'/',
        b"colon" => b':',
        b"semi" => b';',
        b"lt" | b"LT" => b'<',
        b"equals" => b'=',
        b"gt" | b"GT" => b'>',
        b"quest" => b'?',
        b"commat" => b'@',
        b"lsqb" | b"lbrack" => b'[',
        b"bsol" => b'\\',
        b"rsqb" | b"rbrack" => b']',
        b"Hat" => b'^',
        b"lowbar" | b"UnderBar" => b'_',
        b"grave" => b'`',
        b"lcub" | b"lbrace" => b'{',
        b"verbar" | b"vert" => b'|',
        b"rcub" | b"rbrace" => b'}',
        _ => return None,
    })
}
