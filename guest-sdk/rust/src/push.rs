//! The push that is asked about.

use std::cell::OnceCell;

use crate::{Image, InspectError, host};

/// A push whose reference is already proven to lie inside the registry's URI.
///
/// Each value is fetched from the host when it is first asked for.
pub struct Push {
    host: host::ImagePush,
    reference: OnceCell<String>,
    registry: OnceCell<String>,
    repository: OnceCell<String>,
    tag: OnceCell<Option<String>>,
    registry_uri: OnceCell<String>,
    settings: OnceCell<String>,
}

impl Push {
    pub(crate) fn new(host: host::ImagePush) -> Self {
        Self {
            host,
            reference: OnceCell::new(),
            registry: OnceCell::new(),
            repository: OnceCell::new(),
            tag: OnceCell::new(),
            registry_uri: OnceCell::new(),
            settings: OnceCell::new(),
        }
    }

    /// The whole canonical reference: `registry/repository:tag`, or `registry/repository@digest` when there is no tag.
    pub fn reference(&self) -> &str {
        self.reference.get_or_init(|| self.host.reference())
    }

    /// The registry's host, with its port if it has one: `registry.example.com:5000`.
    pub fn registry(&self) -> &str {
        self.registry.get_or_init(|| self.host.registry())
    }

    /// The repository, with its whole path: `team/app`.
    pub fn repository(&self) -> &str {
        self.repository.get_or_init(|| self.host.repository())
    }

    /// The tag; `None` when the image is pushed by digest only.
    pub fn tag(&self) -> Option<&str> {
        self.tag.get_or_init(|| self.host.tag()).as_deref()
    }

    /// The canonical URI that the registry was registered with: `registry.example.com/team`.
    pub fn registry_uri(&self) -> &str {
        self.registry_uri.get_or_init(|| self.host.registry_uri())
    }

    /// The settings as the host gives them: the text of a JSON object. The hook gets them parsed.
    pub fn settings(&self) -> &str {
        self.settings.get_or_init(|| self.host.settings())
    }

    /// When the push was asked for, in seconds since 1970-01-01 UTC. In a component `SystemTime::now()` is the same time.
    pub fn requested_at(&self) -> u64 {
        self.host.requested_at()
    }

    /// Whether nothing will be pushed whatever the answer is. The flavor must then change nothing either.
    pub fn dry_run(&self) -> bool {
        self.host.dry_run()
    }

    /// Every image of the push in the order of its index: one for each platform, never none. The host reads the source on the first call, so
    /// a flavor that can decide without the images should not ask.
    ///
    /// # Errors
    /// [`InspectError`] when there is no image to look at. With `?` it becomes the refusal that fits.
    pub fn images(&self) -> Result<Vec<Image>, InspectError> {
        let images = self.host.images()?;
        Ok(images.into_iter().map(Image::new).collect())
    }

    /// The digest that the tag points to after the push: of the manifest that is pushed, or of the index. `None` where the manifest is made only in the push,
    /// as that of the Docker Engine's images is. The host reads the source on the first call. A flavor that asks this needs version 0.1.2 of the contract.
    ///
    /// # Errors
    /// [`InspectError`] when the source cannot be read. With `?` it becomes the refusal that fits.
    pub fn digest(&self) -> Result<Option<String>, InspectError> {
        let digest = self.host.digest()?;
        Ok(digest)
    }
}
