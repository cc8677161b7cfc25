//! What was probably meant by a key, or a word, that a case does not have.

/// The question that a hint asks.
pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// Whether two names differ in case, hyphens and underscores alone.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    fold(one) == fold(other)
}

/// The name that is nearest: a third of it may be wrong, or be missing.
pub(super) fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(wanted);
    let tolerance = wanted.chars().count().div_ceil(3);
    let distance = |name: &'a str| {
        let folded = fold(name);
        let distance = strsim::osa_distance(&wanted, &folded);
        let is_near = distance <= tolerance && distance < folded.chars().count();
        let is_part = folded.len().min(wanted.len()) > 2 && (folded.contains(&wanted) || wanted.contains(&folded));
        (is_near || is_part).then_some((!is_near, distance, name))
    };
    known.filter_map(distance).min().map(|(.., name)| name)
}

fn fold(name: &str) -> String {
    name.chars().filter(|character| !matches!(character, '-' | '_' | '.' | ' ')).flat_map(char::to_lowercase).collect()
}

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
    let place = known.contains(&"config-file").then(|| super::members::place(wanted)).flatten()?;
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
