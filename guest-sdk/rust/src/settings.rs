//! The settings that a registry gives a flavor.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Refusal, json};

/// The settings of a flavor that has none: only the empty object is accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// Reads `settings`, a JSON text, as `T`; what does not fit is [`Refusal::Misconfigured`] with the path of the field.
pub(crate) fn parse<T: DeserializeOwned>(settings: &str) -> Result<T, Refusal> {
    json::parse(settings).map_err(Refusal::misconfigured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_is_the_empty_object_alone() {
        assert_eq!(parse::<NoSettings>("{}"), Ok(NoSettings {}));
        for (settings, expected) in [
            (r#"{"tags":[]}"#, "tags: unknown field `tags`, there are no fields"),
            ("null", "invalid type: null, expected struct NoSettings"),
        ] {
            assert_eq!(parse::<NoSettings>(settings), Err(Refusal::misconfigured(expected.to_owned())));
        }
    }
}
