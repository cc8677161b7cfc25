//! May this image go to that registry?

use std::fmt;

use crate::grammar::is_repository;
use crate::host::Host;
use crate::image::ImageReference;
use crate::uri::RegistryUri;

/// An image name that was proved to lie inside a registry's URI. Only [`RegistryUri::scope`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedReference {
    image: ImageReference,
    registry_uri: RegistryUri,
}

/// The image lies outside the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("image `{image}` does not belong to container registry `{registry_uri}`: {}", difference(.image, .registry_uri))]
pub struct OutOfScope {
    image: Box<ImageReference>,
    registry_uri: Box<RegistryUri>,
}

impl OutOfScope {
    /// The image's name.
    pub fn image(&self) -> &ImageReference {
        &self.image
    }

    /// The URI that it lies outside of.
    pub fn registry_uri(&self) -> &RegistryUri {
        &self.registry_uri
    }

    /// A name of this image that lies inside the registry.
    pub fn suggestion(&self) -> String {
        let last = self.image.repository().rsplit('/').next().unwrap_or_default();
        format!("{}/{last}{}", self.registry_uri, self.image.suffix())
    }
}

/// In what an image outside of a registry differs from those inside.
fn difference(image: &ImageReference, registry_uri: &RegistryUri) -> String {
    if image.host() != registry_uri.host() {
        format!("its registry host is `{}`, not `{}`", image.host(), registry_uri.host())
    } else {
        let (repository, path) = (image.repository(), registry_uri.path());
        format!("its repository `{repository}` is not `{path}` and does not begin with `{path}/`")
    }
}

impl RegistryUri {
    /// Proves that `image` lies inside this registry.
    ///
    /// # Errors
    /// [`OutOfScope`] if the host is another, or the path does not lie under this one.
    pub fn scope(&self, image: &ImageReference) -> Result<ScopedReference, OutOfScope> {
        if image.host() == self.host() && is_under(self.path(), image.repository()) {
            Ok(ScopedReference { image: image.clone(), registry_uri: self.clone() })
        } else {
            Err(OutOfScope { image: Box::new(image.clone()), registry_uri: Box::new(self.clone()) })
        }
    }

    /// Whether `repository` of `host` lies inside this registry. For names that do not come with a tag, such as those that a
    /// flavor asks about: what is not a repository at all, with `..` or an empty segment, lies outside.
    pub fn contains_repository(&self, host: &Host, repository: &str) -> bool {
        host == self.host() && is_repository(repository) && is_under(self.path(), repository)
    }
}

/// Whether the segments of `path` are the first segments of `repository`.
///
/// As strings, `team` would be the beginning of `team-evil/app` too.
fn is_under(path: &str, repository: &str) -> bool {
    path.is_empty() || repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl ScopedReference {
    /// The image's name.
    pub fn image(&self) -> &ImageReference {
        &self.image
    }

    /// The URI that it lies inside.
    pub fn registry_uri(&self) -> &RegistryUri {
        &self.registry_uri
    }

    /// The registry's host.
    pub fn host(&self) -> &Host {
        self.image.host()
    }

    /// The repository: see [`ImageReference::repository`].
    pub fn repository(&self) -> &str {
        self.image.repository()
    }

    /// The tag: see [`ImageReference::tag`].
    pub fn tag(&self) -> Option<&str> {
        self.image.tag()
    }

    /// The digest: see [`ImageReference::digest`].
    pub fn digest(&self) -> Option<&str> {
        self.image.digest()
    }

    /// The tag, or the digest: see [`ImageReference::identifier`].
    pub fn identifier(&self) -> &str {
        self.image.identifier()
    }

    /// The name of the repository for the local Docker Engine: see [`ImageReference::engine_repository`].
    pub fn engine_repository(&self) -> String {
        self.image.engine_repository()
    }

    /// The name for the local Docker Engine: see [`ImageReference::engine_name`].
    pub fn engine_name(&self) -> String {
        self.image.engine_name()
    }
}

impl fmt::Display for ScopedReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.image.fmt(formatter)
    }
}

#[cfg(test)]
mod tests;
