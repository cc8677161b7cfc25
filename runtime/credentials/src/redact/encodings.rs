//! The forms in which a secret is searched for: as it is, and what is left of it inside a longer base64 or hexadecimal
//! text, also where one of them lies in the other.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::redact::projection::Projection;

/// Secrets that are shorter are searched for as they are only: their encodings would be found by chance.
const ENCODED: usize = 4;
/// From this length on, what is left of a secret in the middle of a base64 text is searched for too.
const ALIGNED: usize = 6;
/// What is left of a secret when what looks like escapes in it is undone counts from this length on.
const INNER: usize = 8;

/// One form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Projected.
    pub(super) text: Vec<u8>,
    /// A character of base64 before it holds some bits of the secret.
    before: bool,
    /// One after it does, and padding may follow.
    after: bool,
}

impl Form {
    fn plain(text: Vec<u8>) -> Self {
        Self { text, before: false, after: false }
    }

    /// A place of it in a text, with the characters that hold some bits of the secret, and with its padding.
    pub(super) fn with_edges(&self, range: Range<usize>, text: &[u8]) -> Range<usize> {
        let is_digit = |place: usize| text.get(place).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
        let before = range.start.checked_sub(1).filter(|place| self.before && is_digit(*place));
        let mut end = range.end;
        if self.after && is_digit(end) {
            end += 1;
            while text.get(end) == Some(&b'=') {
                end += 1;
            }
        }
        before.unwrap_or(range.start)..end
    }
}

/// The forms of some secrets, by projection.
#[derive(Default)]
pub(super) struct Forms {
    letters: Vec<Form>,
    base64: Vec<Form>,
    hexadecimal: Vec<Form>,
}

impl Forms {
    pub(super) fn of_each_projection(self) -> [(Projection, Vec<Form>); 3] {
        [(Projection::Letters, self.letters), (Projection::Base64, self.base64), (Projection::Hexadecimal, self.hexadecimal)]
    }

    /// A secret.
    pub(super) fn add(&mut self, secret: &[u8]) {
        add(&mut self.letters, Projection::Letters, Form::plain(secret.to_owned()));
        if secret.len() < ENCODED {
            return;
        }
        let (upper, lower) = (hexadecimal(secret).to_ascii_uppercase(), hexadecimal(secret));
        let inner = base64(secret, false).into_iter().chain(base64(secret, true)).map(|form| form.text).chain([upper, lower]);
        for once in inner.collect::<Vec<_>>() {
            base64(&once, false).into_iter().for_each(|form| add(&mut self.base64, Projection::Base64, form));
            add(&mut self.hexadecimal, Projection::Hexadecimal, Form::plain(hexadecimal(&once)));
        }
        base64(secret, false).into_iter().for_each(|form| add(&mut self.base64, Projection::Base64, form));
        add(&mut self.hexadecimal, Projection::Hexadecimal, Form::plain(hexadecimal(secret)));
    }

    /// What is left of a secret when what looks like escapes in it is undone.
    pub(super) fn add_inner(&mut self, secret: &[u8]) {
        if secret.len() >= INNER {
            self.add(secret);
        }
    }
}

fn add(forms: &mut Vec<Form>, projection: Projection, form: Form) {
    let form = Form { text: projection.of(&form.text).0, ..form };
    // A secret that consists of what a projection drops is found nowhere.
    if !form.text.is_empty() && !forms.contains(&form) {
        forms.push(form);
    }
}

/// The characters of base64 that a secret alone determines, for each of the three places in which it may begin.
fn base64(secret: &[u8], url_safe: bool) -> Vec<Form> {
    let leads = if secret.len() < ALIGNED { 0..1 } else { 0..3 };
    let form = |lead: usize| {
        let bytes = [vec![0; lead].as_slice(), secret].concat();
        let encoded = if url_safe { URL_SAFE_NO_PAD.encode(&bytes) } else { STANDARD_NO_PAD.encode(&bytes) };
        let (first, last) = ((lead * 8).div_ceil(6), bytes.len() * 8 / 6);
        let text = encoded.as_bytes().get(first..last).unwrap_or_default().to_owned();
        Form { text, before: !(lead * 8).is_multiple_of(6), after: !(bytes.len() * 8).is_multiple_of(6) }
    };
    leads.map(form).collect()
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).map_or(b'0', |digit| u8::try_from(digit).unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]).collect()
}
