//! Texts of others in bounds, and durations in words.

use std::time::Duration;

/// `text` without surrounding blanks, cut after `limit` bytes at a character boundary.
pub(super) fn bounded(text: &str, limit: usize) -> String {
    let text = text.trim();
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text
        .chars()
        .scan(0, |used, character| {
            *used += character.len_utf8();
            (*used <= limit).then_some(character)
        })
        .collect();
    cut.push('…');
    cut
}

/// A duration as a person says it.
pub(super) fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 { format!("{} s", duration.as_secs()) } else { format!("{} ms", duration.as_millis()) }
}
