//! The origin of a URL that a flavor names, as it stands.

/// Scheme and authority of a URL, as it stands.
pub(super) fn origin(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url.get(authority..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |length| authority + length);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_stands_before_the_path() {
        for (url, expected) in [
            ("https://api.example.com/a/b?c#d", "https://api.example.com"),
            ("http://[::1]:9000?a=/b", "http://[::1]:9000"),
            ("https://api.example.com", "https://api.example.com"),
            ("https://api.example.com#/", "https://api.example.com"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
