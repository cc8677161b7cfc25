//! What the operator wants to happen when the repository does not exist.

use pushgate_flavor::Refusal;
use serde::Deserialize;

/// The settings as they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    missing_repository: Option<MissingRepository>,
    #[serde(default)]
    create_repository: bool,
    image_tag_mutability: Option<ImageTagMutability>,
    endpoint: Option<String>,
}

/// What becomes of a push whose repository does not exist and is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MissingRepository {
    /// It goes on with a warning, as ZenML lets it.
    #[default]
    Warn,
    Refuse,
}

/// Whether a tag may be moved, in the words of ECR's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ImageTagMutability {
    #[default]
    Mutable,
    Immutable,
}

/// What to do about a repository that does not exist.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    Accept(MissingRepository),
    Create(ImageTagMutability),
}

impl Settings {
    /// The plan, and the origin of the API where it is not the usual one.
    ///
    /// # Errors
    /// Settings that contradict each other, with both names; an endpoint that is no origin.
    pub(crate) fn plan(self) -> Result<(Plan, Option<String>), Refusal> {
        let Self { missing_repository, create_repository, image_tag_mutability, endpoint } = self;
        let misconfigured = |text: &str| Err(Refusal::Misconfigured(text.to_owned()));
        if create_repository && missing_repository.is_some() {
            return misconfigured(
                "`create_repository` and `missing_repository`: a repository that is created is not missing; give one of the two",
            );
        }
        if !create_repository && image_tag_mutability.is_some() {
            return misconfigured(
                "`image_tag_mutability` and `create_repository`: only a repository that is created is given a mutability",
            );
        }
        if let Some(endpoint) = &endpoint
            && !is_origin(endpoint)
        {
            return Err(Refusal::Misconfigured(format!("endpoint: `{endpoint}` is no origin, as `https://host` is")));
        }
        let plan = match create_repository {
            true => Plan::Create(image_tag_mutability.unwrap_or_default()),
            false => Plan::Accept(missing_repository.unwrap_or_default()),
        };
        Ok((plan, endpoint))
    }
}

/// Whether a text is scheme and authority alone. What else is wrong with it, the host finds out when it compares it with the grants.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(['/', '?', '#', '@']))
}
