//! Which manifest of an index is for a platform.
//!
//! The first that matches is taken, as the OCI image specification asks ("Image Index", `manifests`); but images for several versions of one
//! operating system, as Windows has them, are not each other's substitute: one of them has to be named. What other platforms consist of is
//! neither read nor pushed, so it need not be there.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::blob::Files;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::image_config::ImageConfig;
use crate::layout::error::LayoutError;
use crate::layout::read::{MAX_DEPTH, in_document, read_document};
use crate::manifest::{Document, MAX_MANIFESTS, Manifest};
use crate::media_type;
use crate::platform::Platform;

pub(super) struct Choosing<'a> {
    files: &'a Arc<dyn Files>,
    asked: &'a Platform,
    seen: BTreeSet<Digest>,
    platforms: Vec<Platform>,
    found: Vec<(Descriptor, Platform)>,
}

impl<'a> Choosing<'a> {
    pub(super) fn new(files: &'a Arc<dyn Files>, asked: &'a Platform) -> Self {
        Self { files, asked, seen: BTreeSet::new(), platforms: Vec::new(), found: Vec::new() }
    }

    pub(super) fn choose(mut self, root: &Descriptor) -> Result<Descriptor, LayoutError> {
        self.search(root, 0)?;
        let asked = self.asked.in_full();
        let in_full = |platforms: &[Platform]| platforms.iter().map(Platform::in_full).collect();
        // A version that is named to the letter, or the absence of one, is meant itself.
        let exact = self.found.iter().find(|(_, platform)| platform.os_version == self.asked.os_version);
        let Some((first, platform)) = exact.or(self.found.first()) else {
            return Err(LayoutError::NoSuchPlatform { asked, platforms: in_full(&self.platforms) });
        };
        let mut versions: Vec<Platform> = Vec::new();
        for (_, platform) in &self.found {
            if versions.iter().all(|other| other.os_version != platform.os_version) {
                versions.push(platform.clone());
            }
        }
        if versions.len() > 1 && platform.os_version != self.asked.os_version {
            return Err(LayoutError::SeveralVersions { asked, platforms: in_full(&versions) });
        }
        Ok(first.clone())
    }

    fn search(&mut self, descriptor: &Descriptor, depth: usize) -> Result<(), LayoutError> {
        if !self.seen.insert(descriptor.digest.clone()) {
            return Ok(());
        }
        if self.seen.len() > MAX_MANIFESTS + 1 {
            return Err(LayoutError::TooMuch { what: "more than 64 manifests" });
        }
        if media_type::is_index(&descriptor.media_type) {
            return self.index(descriptor, depth);
        }
        match self.platform(descriptor)? {
            // An attestation is nobody's platform.
            Some(platform) if platform.is_unknown() => {}
            Some(platform) if platform.is_asked_for_by(self.asked) => self.found.push((descriptor.clone(), platform)),
            Some(platform) if !self.platforms.contains(&platform) => self.platforms.push(platform),
            _ => {}
        }
        Ok(())
    }

    fn index(&mut self, descriptor: &Descriptor, depth: usize) -> Result<(), LayoutError> {
        if depth >= MAX_DEPTH {
            return Err(LayoutError::TooMuch { what: "indexes nested more than 2 deep" });
        }
        let Document::Index(index) = self.document(descriptor)? else { return Ok(()) };
        index.manifests.iter().try_for_each(|child| self.search(child, depth + 1))
    }

    /// What an entry is for: what its list says or, where that says nothing or leaves out the variant, what its config says. None for what is
    /// not an image. That list and config agree is looked at later, of the one that is chosen.
    fn platform(&self, descriptor: &Descriptor) -> Result<Option<Platform>, LayoutError> {
        match &descriptor.platform {
            Some(listed) if listed.variant.is_some() || !same_machine(listed, self.asked) => return Ok(Some(listed.clone())),
            _ => {}
        }
        if !media_type::is_manifest(&descriptor.media_type) {
            return Ok(None);
        }
        match self.document(descriptor)? {
            Document::Manifest(manifest) if manifest.is_image() => {
                let listed = descriptor.platform.as_ref().and_then(|listed| listed.os_version.clone());
                let configured = self.configured(&manifest)?;
                Ok(Some(Platform { os_version: listed.or(configured.os_version), ..configured }))
            }
            _ => Ok(None),
        }
    }

    fn configured(&self, manifest: &Manifest) -> Result<Platform, LayoutError> {
        let bytes = read_document(&**self.files, &manifest.config)?;
        let digest = manifest.config.digest.clone();
        Ok(ImageConfig::parse(&bytes).map_err(|error| LayoutError::Config { digest, error })?.platform())
    }

    fn document(&self, descriptor: &Descriptor) -> Result<Document, LayoutError> {
        let bytes = read_document(&**self.files, descriptor)?;
        Document::parse(&descriptor.media_type, &bytes).map_err(|error| in_document(descriptor, error))
    }
}

/// Whether the two differ in their variant at most.
fn same_machine(one: &Platform, other: &Platform) -> bool {
    let (one, other) = (one.normal(), other.normal());
    one.os == other.os && one.architecture == other.architecture
}
