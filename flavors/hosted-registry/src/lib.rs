//! What the flavors for registries of a service share: the host is the service's, and the path has the form that the service takes.

mod allowed;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use allowed::Allowed;
use pushgate_flavor::{Push, Refusal, deny};

/// The names of one kind of registry, as its service documents them.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// What the service is called.
    pub service: &'static str,
    /// How an image is named there, for people: `docker.io/NAMESPACE/NAME`.
    pub example: &'static str,
    /// What the segments of the path stand for, in order.
    pub parts: &'static [Part],
    /// Whether the last part may go on with more segments.
    pub nested: bool,
}

/// What a segment of the path stands for.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// One word, which violations begin with: `namespace`.
    pub name: &'static str,
    /// Whether a text can be one. Settings are compared too, so that this does not rely on the grammar of references.
    pub is_valid: fn(&str) -> bool,
    /// What `is_valid` wants, for people, in the plural: `namespaces of 2 to 30 letters`.
    pub rule: &'static str,
}

/// The segments of a path; none of an empty one.
#[must_use]
pub fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

/// The path of the registry's URI, in segments.
#[must_use]
pub fn uri_path(push: &Push) -> Vec<String> {
    segments(push.registry_uri().split_once('/').map_or("", |(_, path)| path))
}

/// The registry's URI is not one of the service: the operator acts.
#[must_use]
pub fn not_of_service(push: &Push, service: &str, hosts: &str) -> Refusal {
    Refusal::misconfigured(format!("the registry's URI `{}` is not in {service}, whose hosts are {hosts}", push.registry_uri()))
}

impl Form {
    /// All that a flavor asks whose setting `setting` lists what may be the first segment of a repository, a `part`.
    ///
    /// # Errors
    /// The URI, the setting or the image is none of this form, or the first segment of the image is not listed.
    pub fn check(&self, push: &Push, part: &Part, setting: &'static str, names: Option<Vec<String>>) -> Result<(), Refusal> {
        let uri = uri_path(push);
        self.check_uri(push, &uri)?;
        let allowed = Allowed::read(push, self.service, part, setting, names, |name| uri.first().is_none_or(|own| own == name))?;
        let image = segments(push.repository());
        self.check_image(push, &image)?;
        allowed.refuse(image.first().map_or("", String::as_str)).map_or(Ok(()), Into::into)
    }

    /// Compares the path of the registry's URI with the form, as far as it goes.
    ///
    /// # Errors
    /// No image under the URI could have the form: the operator acts.
    pub fn check_uri(&self, push: &Push, uri: &[String]) -> Result<(), Refusal> {
        let Self { service, example, parts, nested } = self;
        if uri.len() > parts.len() && !nested {
            return Err(Refusal::misconfigured(format!(
                "the registry's URI `{}` is too long for {service}: images are `{example}`",
                push.registry_uri()
            )));
        }
        match self.wrong_part(uri) {
            Some((Part { name, rule, .. }, text)) => Err(Refusal::misconfigured(format!(
                "the registry's URI `{}` has the {name} `{text}`, and {service} has no such {name}: it takes {rule}",
                push.registry_uri()
            ))),
            None => Ok(()),
        }
    }

    /// Compares the path of the image with the form.
    ///
    /// # Errors
    /// The service has no such repository: the image's author acts.
    pub fn check_image(&self, push: &Push, image: &[String]) -> Result<(), Refusal> {
        let Self { service, example, parts, nested } = self;
        let repository = push.repository();
        if image.len() < parts.len() || image.len() > parts.len() && !nested {
            return deny("repository.form", format!("`{repository}` is no repository of {service}: images are `{example}`"))
                .hint("give the image a name of that form")
                .detail("repository", repository)
                .into();
        }
        if let Some((part, text)) = self.wrong_part(image) {
            return deny(format!("{}.name", part.name), format!("{service} has no {} `{text}`: it takes {}", part.name, part.rule))
                .hint("give the image another name")
                .detail(part.name, text)
                .into();
        }
        Ok(())
    }

    fn wrong_part<'a>(&self, path: &'a [String]) -> Option<(&Part, &'a String)> {
        self.parts.iter().zip(path).find(|(part, text)| !(part.is_valid)(text))
    }
}

/// Whether all bytes are lowercase letters, digits, or among `others`. True of an empty text.
#[must_use]
pub fn only(text: &str, others: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte))
}

/// Whether a text can be a segment of a repository: letters and digits, and between them `.`, `_`, `__` or dashes, as
/// <https://distribution.github.io/distribution/spec/api/#overview> has it.
#[must_use]
pub fn is_segment(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_separator = |text: &str| matches!(text, "." | "_" | "__") || text.bytes().all(|byte| byte == b'-');
    only(text, b"._-")
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().last().is_some_and(is_word)
        && text.split(|character: char| character.is_ascii_lowercase() || character.is_ascii_digit()).all(is_separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_those_of_a_repository() {
        for (text, expected) in [
            ("a", true),
            ("0", true),
            ("a.b_c__d-e---f", true),
            ("", false),
            ("A", false),
            ("-a", false),
            ("a-", false),
            ("a..b", false),
            ("a___b", false),
            ("a._b", false),
            ("a/b", false),
            ("a:b", false),
            ("\u{e4}", false),
        ] {
            assert_eq!(is_segment(text), expected, "{text:?}");
        }
    }
}
