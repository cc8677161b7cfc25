//! What the parser of a case says, and what was probably meant.

use super::members::place;
use super::suggestion::{did_you_mean, nearest};

/// What a message of the parser about an unknown key or word asks for: `` unknown field `a`, expected one of `b`, `c` ``.
pub(super) fn of_message(message: &str) -> Option<String> {
    let (kind, rest) = message.split_once('`')?;
    let (wanted, expected) = rest.split_once("`, expected ")?;
    if !matches!(kind, "unknown field " | "unknown variant ") {
        return None;
    }
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    if let Some(nearest) = nearest(wanted, known.iter().copied()) {
        return Some(did_you_mean(nearest));
    }
    // Of an image: what belongs into its config.
    let place = known.contains(&"config-file").then(|| place(wanted)).flatten()?;
    Some(did_you_mean(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_the_parser_says_what_is_known() {
        for (message, hint) in [
            ("unknown field `imgae`, expected one of `image`, `uri`, `settings`", Some("did you mean `image`?")),
            ("unknown field `requested_at`, expected one of `requested-at`, `registry`", Some("did you mean `requested-at`?")),
            ("unknown field `Image`, expected `image` or `uri`", Some("did you mean `image`?")),
            ("unknown field `label`, expected one of `platform`, `labels`", Some("did you mean `labels`?")),
            ("unknown field `zzz`, expected one of `image`, `uri`", None),
            ("unknown variant `approve`, expected one of `approved`, `denied`", Some("did you mean `approved`?")),
            ("unknown field `User`, expected one of `platform`, `config`, `config-file`", Some("did you mean `config.config.User`?")),
            ("unknown field `a`, there are no fields", None),
            ("missing field `image`", None),
            ("invalid type: integer `3`, expected a string", None),
        ] {
            assert_eq!(of_message(message).as_deref(), hint, "{message}");
        }
    }
}
