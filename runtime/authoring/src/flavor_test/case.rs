//! A case: a push, what the world answers, and what the flavor is expected to say. Its file is documented in `docs/testing-flavors.md`.

use std::collections::BTreeMap;
use std::path::Path;

use pushgate_gate::settings::Settings;
use pushgate_oci::Digest;
use pushgate_reference::{ImageReference, RegistryUri, ScopedReference};
use pushgate_sandbox::{Image, InspectError, Push};
use serde::Deserialize;

use super::document;
use super::error::{CaseFault, ProjectError};
use super::images::{self, ImageSection};
use super::recorded::{RecordedQuestion, RecordedRequest};
use super::values;

/// The first second of 2026, which stands for the time of a push that does not care.
const REQUESTED_AT: u64 = 1_767_225_600;

/// What a flavor hears that looks at images about which its case says nothing.
const NO_IMAGES: &str = "the case says nothing about images";

/// One case, proven to be a push that could be.
#[derive(Debug)]
pub struct Case {
    pub(super) scoped: ScopedReference,
    pub(super) settings: Settings,
    pub(super) dry_run: bool,
    pub(super) requested_at: u64,
    /// None where the case says nothing about them: a flavor that looks at them is then not answered.
    pub(super) images: Option<Result<Vec<Image>, InspectError>>,
    pub(super) digest: Option<String>,
    pub(super) questions: Vec<RecordedQuestion>,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) expected: Expectation,
}

/// The answer that is expected. What is not said is not compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expectation {
    pub(super) verdict: CaseVerdict,
    pub(super) message: Option<String>,
    pub(super) violations: Option<Vec<ExpectedViolation>>,
    pub(super) warnings: Option<Vec<String>>,
}

/// One violation that is expected.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedViolation {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    /// Empty: there is none.
    pub(super) hint: Option<String>,
    pub(super) details: Option<BTreeMap<String, String>>,
}

/// What a flavor's answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseVerdict {
    /// The push goes on.
    Approved,
    /// It breaks the flavor's rules.
    Denied,
    /// The flavor, or its schema, does not accept the settings.
    Misconfigured,
    /// Something did not answer.
    Unavailable,
    /// Any other refusal.
    Other,
    /// There was no answer: a trap, a limit, a bad answer.
    Broke,
}

impl CaseVerdict {
    /// The word in a case, and in the output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Misconfigured => "misconfigured",
            Self::Unavailable => "unavailable",
            Self::Other => "other",
            Self::Broke => "broke",
        }
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(deserialize_with = "values::image")]
    image: ImageReference,
    #[serde(default, deserialize_with = "values::uri")]
    uri: Option<RegistryUri>,
    #[serde(default, deserialize_with = "values::settings")]
    settings: Settings,
    #[serde(default)]
    dry_run: bool,
    #[serde(default = "requested_at", deserialize_with = "values::time")]
    requested_at: u64,
    #[serde(default)]
    images: Vec<ImageSection>,
    images_error: Option<ImagesError>,
    #[serde(default, deserialize_with = "values::digest")]
    digest: Option<Digest>,
    #[serde(default)]
    registry: Vec<RecordedQuestion>,
    #[serde(default)]
    http: Vec<RecordedRequest>,
    expect: Expectation,
}

const fn requested_at() -> u64 {
    REQUESTED_AT
}

/// The cases of the contract's `inspect-error`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ImagesError {
    NotFound,
    NotAnImage(String),
    Unavailable(String),
    Other(String),
}

impl From<ImagesError> for InspectError {
    fn from(error: ImagesError) -> Self {
        match error {
            ImagesError::NotFound => Self::NotFound,
            ImagesError::NotAnImage(artifact_type) => Self::NotAnImage(artifact_type),
            ImagesError::Unavailable(reason) => Self::Unavailable(reason),
            ImagesError::Other(reason) => Self::Other(reason),
        }
    }
}

impl Case {
    /// Reads a case, and proves that its image lies inside its registry.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub fn read(path: &Path) -> Result<Self, ProjectError> {
        Self::parse(path, &document::text(path)?)
    }

    /// Reads a case whose file holds this text.
    ///
    /// # Errors
    /// See [`ProjectError`].
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ProjectError> {
        Self::from_file(path, document::parse(path, text)?)
    }

    fn from_file(path: &Path, file: File) -> Result<Self, ProjectError> {
        let unusable = |reason: String, hint| ProjectError::Unusable { path: path.to_owned(), reason, hint };
        let wrong = |fault| ProjectError::Case { path: path.to_owned(), fault };
        let uri = match file.uri {
            Some(uri) => uri,
            None => RegistryUri::parse(file.image.host().as_str()).map_err(|error| wrong(CaseFault::Uri(error)))?,
        };
        let scoped = uri.scope(&file.image).map_err(|error| wrong(CaseFault::Scope(error)))?;
        let digest = match (file.digest.as_ref().map(Digest::as_str), scoped.digest()) {
            (Some(digest), Some(named)) if digest != named => {
                let hint = "leave out `digest`: a push by digest is of the image that has it".to_owned();
                return Err(unusable(format!("`digest` is {digest}, and `image` is named by {named}"), Some(hint)));
            }
            (digest, named) => named.or(digest).map(str::to_owned),
        };
        let images = match (file.images_error, file.images.is_empty()) {
            (Some(_), false) => {
                let hint = "leave out one of them: a push has images or it fails to have them".to_owned();
                return Err(unusable("both `images` and `images-error` are given".to_owned(), Some(hint)));
            }
            (Some(error), true) => Some(Err(error.into())),
            (None, true) => None,
            (None, false) => Some(Ok(images::build(path, file.images)?)),
        };
        Ok(Self {
            scoped,
            settings: file.settings,
            dry_run: file.dry_run,
            requested_at: file.requested_at,
            images,
            digest,
            questions: file.registry,
            requests: file.http,
            expected: file.expect,
        })
    }

    /// What the host answers about the images.
    pub(super) fn answer_images(&self) -> Result<Vec<Image>, InspectError> {
        self.images.clone().unwrap_or_else(|| Err(InspectError::Unavailable(NO_IMAGES.to_owned())))
    }

    /// The digest of what is pushed. A case that says nothing of it is one of a source that cannot tell; one whose images cannot be read has none.
    pub(super) fn digest(&self) -> Result<Option<String>, InspectError> {
        match (&self.digest, &self.images) {
            (Some(digest), _) => Ok(Some(digest.clone())),
            (None, Some(Err(error @ (InspectError::Unavailable(_) | InspectError::Other(_))))) => Err(error.clone()),
            (None, _) => Ok(None),
        }
    }

    /// The push, as the hook sees it.
    pub(super) fn push(&self, dry_run: bool) -> Push {
        Push {
            reference: self.scoped.to_string(),
            registry: self.scoped.host().to_string(),
            repository: self.scoped.repository().to_owned(),
            tag: self.scoped.tag().map(str::to_owned),
            registry_uri: self.scoped.registry_uri().to_string(),
            settings: self.settings.to_string(),
            requested_at: self.requested_at,
            dry_run,
        }
    }
}
