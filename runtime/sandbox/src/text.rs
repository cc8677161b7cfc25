//! Bounds for texts that come out of a guest.

/// Cuts a text to at most `limit` bytes, at a character's boundary.
pub(crate) fn cut(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.shrink_to_fit();
    }
    text
}

/// A short form of a text for an error message: at most `limit` bytes, and a sign where something was left out.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    match text.get(..text.floor_char_boundary(limit)) {
        Some(head) if head.len() < text.len() => format!("{head}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("aé".to_owned(), 3), "aé");
        assert_eq!(cut("aé".to_owned(), 2), "a");
        assert_eq!(cut("é".to_owned(), 1), "");
        assert_eq!(cut("💥💥".to_owned(), 7), "💥");
        assert_eq!(excerpt("aé", 2), "a…");
        assert_eq!(excerpt("aé", 3), "aé");
        assert_eq!(excerpt("", 0), "");
    }
}
