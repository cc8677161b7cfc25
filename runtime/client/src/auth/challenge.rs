//! `WWW-Authenticate`, as RFC 9110, section 11.6.1, defines it: a list of challenges, each with a list of parameters, both separated by
//! commas. Splitting at commas is not enough: a quoted scope holds some, and `Basic realm="x", Bearer realm="y"` is two challenges.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// What a registry asks for.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Challenge {
    /// In lower case.
    pub(crate) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter. The first one counts if it is there twice.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All challenges of a reply, as far as they can be read.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let fields = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    fields.flat_map(parse).collect()
}

fn parse(field: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, after) = token(rest);
        if word.is_empty() {
            // The end, or something that is no challenge.
            return challenges;
        }
        let value = after.trim_start_matches([' ', '\t']).strip_prefix('=');
        match (value, challenges.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (text, after) = parameter_value(value.trim_start_matches([' ', '\t']));
                challenge.parameters.push((word.to_ascii_lowercase(), text));
                rest = after;
            }
            (Some(_), None) => return challenges,
            (None, _) => {
                challenges.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
                rest = after;
            }
        }
    }
}

/// The longest token at the start, which may be empty, and what follows.
fn token(text: &str) -> (&str, &str) {
    let is_token = |character: char| character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character);
    let end = text.find(|character| !is_token(character)).unwrap_or(text.len());
    text.split_at(end)
}

/// A token or a quoted string, and what follows. What takes neither form, the padding of a `token68` for example, is skipped to the next
/// comma.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = token(text);
        return (value.to_owned(), after.trim_start_matches(|character| character != ','));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return (value, characters.as_str()),
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> Vec<(String, Vec<(String, String)>)> {
        parse(field).into_iter().map(|challenge| (challenge.scheme, challenge.parameters)).collect()
    }

    fn expect(field: &str, expected: &[(&str, &[(&str, &str)])]) {
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let expected: Vec<_> =
            expected.iter().map(|(scheme, parameters)| ((*scheme).to_owned(), parameters.iter().map(pair).collect::<Vec<_>>())).collect();
        assert_eq!(read(field), expected, "{field}");
    }

    #[test]
    fn one_challenge() {
        expect(
            r#"Bearer realm="https://auth.example/token",service="r",scope="repository:a/b:pull,push""#,
            &[("bearer", &[("realm", "https://auth.example/token"), ("service", "r"), ("scope", "repository:a/b:pull,push")])],
        );
        expect("BASIC Realm=plain", &[("basic", &[("realm", "plain")])]);
        expect("Basic", &[("basic", &[])]);
    }

    #[test]
    fn several_challenges_in_one_field() {
        expect(
            r#"Negotiate abc==, Basic realm="a, \"b\"" ,, bearer realm = "c" , service=d"#,
            &[("negotiate", &[("abc", "")]), ("basic", &[("realm", "a, \"b\"")]), ("bearer", &[("realm", "c"), ("service", "d")])],
        );
    }

    #[test]
    fn nonsense_ends_the_list() {
        expect("", &[]);
        expect(r#"realm="x""#, &[]);
        expect("Basic \u{7f}", &[("basic", &[])]);
        expect(r#"Bearer realm="never closed"#, &[("bearer", &[("realm", "never closed")])]);
        expect("\"Bearer\"", &[]);
    }
}
