//! A setting that lists the names that may be pushed to.

use pushgate_flavor::{Push, Refusal, Violation, deny};

use crate::Part;

/// The names in a setting, each of which may be pushed to; without the setting all may.
#[derive(Debug)]
pub struct Allowed {
    /// What is listed, as in violations: `namespace`.
    kind: &'static str,
    /// The setting: `namespaces`.
    setting: &'static str,
    names: Option<Vec<String>>,
}

impl Allowed {
    /// Reads the setting `setting`. `can_occur` tells whether an image under the registry's URI can have
    /// a name; each name that is asked about is one that the service can have.
    ///
    /// # Errors
    /// A list that no push can satisfy is the operator's to correct: an empty one, one with a name that the service does not have, and one without
    /// any name of the registry's URI.
    pub fn read(
        push: &Push,
        service: &str,
        part: &Part,
        setting: &'static str,
        names: Option<Vec<String>>,
        can_occur: impl Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        let kind = part.name;
        let misconfigured = |text: String| Err(Refusal::misconfigured(format!("`{setting}`: {text}")));
        if let Some(names) = &names {
            if names.is_empty() {
                return misconfigured("an empty list would allow no push".to_owned());
            }
            if let Some(wrong) = names.iter().find(|name| !(part.is_valid)(name)) {
                let lower = wrong.to_ascii_lowercase();
                let remedy = if (part.is_valid)(&lower) { format!("; write `{lower}`") } else { String::new() };
                return misconfigured(format!("{service} has no {kind} `{wrong}`: it takes {}{remedy}", part.rule));
            }
            if !names.iter().any(|name| can_occur(name)) {
                return misconfigured(format!(
                    "no push under the registry's URI `{}` has the {kind} {}",
                    push.registry_uri(),
                    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
                ));
            }
        }
        Ok(Self { kind, setting, names })
    }

    /// What is wrong with a name that is not listed.
    #[must_use]
    pub fn refuse(&self, name: &str) -> Option<Violation> {
        let Self { kind, setting, names } = self;
        let names = names.as_ref().filter(|names| !names.iter().any(|known| known == name))?;
        let violation =
            deny(format!("{kind}.not-allowed"), format!("the {kind} `{name}` is none of those in `{setting}`: {}", names.join(", ")))
                .hint(format!("push to another {kind}, or ask the operator of the registry to change the setting `{setting}`"))
                .detail(*kind, name);
        Some(violation)
    }
}
