//! What stands before an entry and changes it: a PAX header (IEEE Std 1003.1, `pax`, "pax Extended Header"), or GNU's long names.

use std::collections::HashSet;

use crate::tar::error::TarProblem;
use crate::tar::header::{Header, Kind};
use crate::tar::numeric::MAX_OCTAL;

/// The most bytes of one: 64 KiB.
pub(super) const MAX_EXTENSION: u64 = 64 * 1024;

/// What was said about the next entry so far.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pax: bool,
    long_name: bool,
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Extension {
    pub(super) fn is_empty(&self) -> bool {
        !self.pax && !self.long_name
    }

    /// Takes the content of an extended header. One PAX header, or one long name and one long target: anything else is two answers to one
    /// question.
    pub(super) fn add(&mut self, kind: Kind, body: &[u8]) -> Result<(), TarProblem> {
        if self.pax || (kind == Kind::Pax && self.long_name) {
            return Err(TarProblem::TwoExtensions);
        }
        let place = match kind {
            Kind::LongName => &mut self.path,
            Kind::LongTarget => &mut self.target,
            _ => {
                self.pax = true;
                return self.records(body);
            }
        };
        self.long_name = true;
        if place.replace(long_name(body)?).is_some() { Err(TarProblem::TwoExtensions) } else { Ok(()) }
    }

    /// The size of the entry: that of its header, and a PAX header must say the same. Only a size that has no place in the header's octal
    /// digits is in the PAX header alone; writers put 0 into the header then.
    pub(super) fn size(&self, header: &Header<'_>) -> Result<u64, TarProblem> {
        match self.size {
            None => Ok(header.size),
            Some(pax) if pax == header.size || (pax > MAX_OCTAL && header.size == 0) => Ok(pax),
            Some(pax) => Err(TarProblem::SizesDiffer { pax, ustar: header.size }),
        }
    }

    pub(super) fn name(&self, header: &Header<'_>) -> Result<Vec<u8>, TarProblem> {
        Ok(self.path.clone().unwrap_or_else(|| header.own_name()))
    }

    pub(super) fn target(&self, header: &Header<'_>) -> Result<Vec<u8>, TarProblem> {
        Ok(self.target.clone().unwrap_or_else(|| header.target.to_vec()))
    }

    /// `LENGTH KEY=VALUE\n`, where the length counts all of it.
    fn records(&mut self, body: &[u8]) -> Result<(), TarProblem> {
        if body.is_empty() {
            return Err(TarProblem::Pax("is empty"));
        }
        let mut rest = body;
        let mut seen = HashSet::new();
        while !rest.is_empty() {
            let (record, after) = record(rest).ok_or(TarProblem::Pax("is not made of whole records"))?;
            rest = after;
            let equals = record.iter().position(|byte| *byte == b'=').filter(|place| *place > 0);
            let (key, value) =
                equals.and_then(|place| record.split_at_checked(place)).ok_or(TarProblem::Pax("has a record without a key"))?;
            if !seen.insert(key) {
                return Err(TarProblem::Pax("has a key twice"));
            }
            self.record(key, value.get(1..).unwrap_or_default())?;
        }
        Ok(())
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> Result<(), TarProblem> {
        match key {
            b"path" => self.path = Some(filled(value)?),
            b"linkpath" => self.target = Some(filled(value)?),
            b"size" => self.size = Some(decimal(value)?),
            // Names in another encoding, sparse files, parts of files: the entry is not what it seems to be.
            b"hdrcharset" => return Err(TarProblem::Pax("names a character set")),
            _ if key.starts_with(b"GNU.") || key.starts_with(b"SUN.") => return Err(TarProblem::Pax("describes a sparse or split file")),
            // Times, owners, attributes, comments: nothing that we use.
            _ => {}
        }
        Ok(())
    }
}

/// The first record without its length and line feed, and what follows it.
fn record(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = body.iter().take(8).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(body.get(..space)?).ok()?).ok()?;
    let (record, rest) = body.split_at_checked(length)?;
    Some((record.get(space + 1..)?.strip_suffix(b"\n")?, rest))
}

/// Digits without a sign or leading zeros.
fn decimal(text: &[u8]) -> Result<u64, TarProblem> {
    let problem = TarProblem::Pax("has a number that is not one");
    let canonical = text.iter().all(u8::is_ascii_digit) && (text.len() == 1 || !text.starts_with(b"0"));
    let number = std::str::from_utf8(text).ok().filter(|_| canonical).and_then(|text| text.parse::<u64>().ok());
    let number = number.ok_or(problem)?;
    if i64::try_from(number).is_ok() { Ok(number) } else { Err(TarProblem::HugeSize) }
}

/// An empty value takes back what a global header said. There is none.
fn filled(value: &[u8]) -> Result<Vec<u8>, TarProblem> {
    if value.is_empty() { Err(TarProblem::Pax("has an empty name")) } else { Ok(value.to_vec()) }
}

/// The name and the NUL that ends it.
fn long_name(body: &[u8]) -> Result<Vec<u8>, TarProblem> {
    let name = body.strip_suffix(b"\0").ok_or(TarProblem::LongName("does not end with a NUL"))?;
    if name.is_empty() {
        return Err(TarProblem::LongName("is empty"));
    }
    if name.contains(&0) {
        return Err(TarProblem::LongName("has a NUL inside"));
    }
    Ok(name.to_vec())
}
