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
