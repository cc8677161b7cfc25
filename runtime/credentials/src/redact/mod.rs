//! Finds secrets in texts of others, however they are written there, and takes them out.
//!
//! A server repeats what it was sent: as it is, in a page of HTML, in JSON, in a URL, in hexadecimal, in the middle of
//! a longer base64. A list of spellings is never complete, so the text is brought to the form of the secret instead:
//! [`escapes`] are undone, layer by layer, and after each layer the text is compared in three projections, in which the
//! spellings of one encoding are equal: letters of any case; base64 of either alphabet, folded over lines; hexadecimal
//! with any separators. What is found is taken out of the text as it came.
//!
//! This is for servers that repeat a secret by accident. One that means to hand it on can encrypt it.

mod encodings;
mod escapes;
mod projection;

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use encodings::{Form, Forms};
use projection::{Map, Projection};

/// How many escapes may lie around each other, as in a URL in a text in JSON in HTML.
const MAX_LAYERS: usize = 4;
/// So many bytes of a form are searched for; the rest is compared where they are found.
const SEARCHED: usize = 64;
/// What is put where a secret was.
const REDACTED: &[u8] = b"[redacted]";

/// Finds some secrets.
pub struct Redactor {
    searches: Vec<Search>,
}

/// The forms of the secrets in one projection.
struct Search {
    projection: Projection,
    automaton: AhoCorasick,
    forms: Vec<Form>,
}

/// The secrets cannot be searched for: they are longer than any that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is too long to be searched for")]
pub struct Unsearchable;

impl Redactor {
    /// For these secrets; empty ones are ignored.
    ///
    /// # Errors
    /// They are too long to be searched for.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Result<Self, Unsearchable> {
        let mut forms = Forms::default();
        for secret in secrets.into_iter().map(str::as_bytes).filter(|secret| !secret.is_empty()) {
            forms.add(secret);
            // What looks like an escape in a secret is undone together with the escapes around it.
            let mut layer = Cow::Borrowed(secret);
            for _ in 0..MAX_LAYERS {
                let Some((inner, _)) = escapes::undo(&layer) else { break };
                forms.add_inner(&inner);
                layer = Cow::Owned(inner);
            }
        }
        let searches = forms.of_each_projection().into_iter().filter(|(_, forms)| !forms.is_empty());
        let searches = searches.map(|(projection, forms)| {
            let beginnings = forms.iter().map(|form| form.text.get(..SEARCHED).unwrap_or(&form.text));
            let automaton = AhoCorasick::new(beginnings).map_err(|_| Unsearchable)?;
            Ok(Search { projection, automaton, forms })
        });
        Ok(Self { searches: searches.collect::<Result<_, _>>()? })
    }

    /// Whether a text holds one of them.
    #[must_use]
    pub fn finds_any(&self, text: &[u8]) -> bool {
        !self.find(text).is_empty()
    }

    /// The text with `[redacted]` in their places. It is up to ten times as long as before where the secrets are very
    /// short.
    #[must_use]
    pub fn take_out(&self, text: Vec<u8>) -> Vec<u8> {
        let found = self.find(&text);
        if found.is_empty() {
            return text;
        }
        let (mut kept, mut done) = (Vec::with_capacity(text.len()), 0);
        for range in found {
            kept.extend_from_slice(text.get(done..range.start).unwrap_or_default());
            kept.extend_from_slice(REDACTED);
            done = range.end;
        }
        kept.extend_from_slice(text.get(done..).unwrap_or_default());
        kept
    }

    /// Where they are, in order; those that touch are one.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut maps: Vec<Map> = Vec::new();
        let mut layer = Cow::Borrowed(text);
        loop {
            for search in &self.searches {
                let in_text = |range| maps.iter().rev().fold(range, |range, map| map.source(&range));
                found.extend(search.find(&layer).into_iter().map(in_text));
            }
            if maps.len() == MAX_LAYERS {
                break;
            }
            let Some((inner, map)) = escapes::undo(&layer) else { break };
            maps.push(map);
            layer = Cow::Owned(inner);
        }
        found.sort_unstable_by_key(|range| (range.start, range.end));
        let mut merged = Vec::new();
        found.into_iter().for_each(|range| join(&mut merged, range));
        merged
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

impl Search {
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let (projected, map) = self.projection.of(text);
        let mut found = Vec::new();
        for hit in self.automaton.find_overlapping_iter(&projected) {
            let Some(form) = self.forms.get(hit.pattern().as_usize()) else { continue };
            let range = hit.start()..hit.start() + form.text.len();
            if projected.get(range.clone()) == Some(form.text.as_slice()) {
                join(&mut found, form.with_edges(range, &projected));
            }
        }
        found.iter().map(|range| map.source(range)).collect()
    }
}

/// Adds a range that ends, or begins, after those before it, and joins it with those that it touches.
fn join(ranges: &mut Vec<Range<usize>>, mut range: Range<usize>) {
    while let Some(before) = ranges.pop_if(|before| before.end >= range.start) {
        range = before.start.min(range.start)..before.end.max(range.end);
    }
    ranges.push(range);
}

#[cfg(test)]
mod tests;
