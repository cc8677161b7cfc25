//! Keys that some readers take for the same.

/// Two keys with the same fold are the same key for Go's decoder. Upper and then lower case maps the long s and the Kelvin sign as Go does;
/// it also maps a few that Go keeps apart, which refuses more and never less.
pub(crate) fn fold(key: &str) -> String {
    key.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
