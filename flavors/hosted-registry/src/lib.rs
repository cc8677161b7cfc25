//! What the flavors for registries of a service share: the host is the service's, and the path has the form that the service takes.

#[cfg(not(target_family = "wasm"))]
pub mod testing;

use pushgate_flavor::{Push, Refusal, Violation, deny};

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
    /// Whether a text can be one. What the grammar of references forbids is not asked about.
    pub is_valid: fn(&str) -> bool,
    /// What `is_valid` wants, for people: `4 to 30 letters`.
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

/// The registry's URI is none of the service: the operator acts.
#[must_use]
pub fn not_of_service(push: &Push, service: &str, hosts: &str) -> Refusal {
    Refusal::Misconfigured(format!("the registry's URI `{}` is none of {service}, whose hosts are {hosts}", push.registry_uri()))
}

impl Form {
    /// Compares the path of the registry's URI and that of the image with the form, as far as each goes.
    ///
    /// # Errors
    /// The URI's is the operator's to mend, and the image's its author's.
    pub fn check(&self, push: &Push, uri: &[String], image: &[String]) -> Result<(), Refusal> {
        let Self { service, example, parts, nested } = self;
        if uri.len() > parts.len() && !nested {
            return Err(Refusal::Misconfigured(format!(
                "the registry's URI `{}` is too long for {service}: images are `{example}`",
                push.registry_uri()
            )));
        }
        if let Some((part, text)) = self.wrong_part(uri) {
            return Err(Refusal::Misconfigured(format!(
                "the registry's URI `{}` has the {} `{text}`: {service} takes {}",
                push.registry_uri(),
                part.name,
                part.rule
            )));
        }
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

/// A list of names in the settings, each allowed; without one all are.
///
/// # Errors
/// An empty list, which would allow nothing.
pub fn listed(setting: &str, names: Option<Vec<String>>) -> Result<Option<Vec<String>>, Refusal> {
    match names {
        Some(names) if names.is_empty() => Err(Refusal::Misconfigured(format!("{setting}: an empty list would allow no push"))),
        names => Ok(names),
    }
}

/// What is wrong with a name that a list of the settings does not have.
#[must_use]
pub fn not_allowed(kind: &str, setting: &str, names: &Option<Vec<String>>, name: &str) -> Option<Violation> {
    let names = names.as_ref().filter(|names| !names.iter().any(|known| known == name))?;
    let violation =
        deny(format!("{kind}.not-allowed"), format!("the {kind} `{name}` is none of those in `{setting}`: {}", names.join(", ")))
            .hint(format!("push to another {kind}, or ask the operator of the registry to change the setting `{setting}`"))
            .detail(kind, name);
    Some(violation)
}

/// Whether all bytes are lowercase letters, digits, or among `others`.
#[must_use]
pub fn only(text: &str, others: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || others.contains(&byte))
}
