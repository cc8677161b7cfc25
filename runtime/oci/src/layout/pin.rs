//! From one entry of a layout to everything that a push of it will send.
//!
//! The rule behind the checks: what cannot be listed for a hook is not pushed. What an image is, [`Manifest::is_image`] says. Build tools add
//! attestations, which an index lists for the platform `unknown/unknown`; they are pushed, but they are not images, and nothing with a layer of an
//! image is one. An index holds images and their attestations, or no images at all: one that mixes images with anything else is refused.
//!
//! A manifest may be about another one, its `subject`. Pushing it changes what people find beside that other one, so it is allowed where
//! somebody asked for it: the entry that is pushed may name any subject, and what lies below it only a manifest that is pushed with it. A
//! subject is only named. It is never fetched, and need not be there.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::blob::{BlobPlace, Files, PinnedBlob};
use crate::content::{ImageLayer, PinnedContent, PinnedImage, PinnedManifest, SubjectLink};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::image_config::ImageConfig;
use crate::layout::error::LayoutError;
use crate::layout::platform::Choosing;
use crate::layout::read::{MAX_DEPTH, in_document, read_document, unreadable};
use crate::layout::select::LISTED;
use crate::layout::types::one_type_each;
use crate::manifest::{Document, Index, MAX_MANIFESTS, Manifest};
use crate::media_type;
use crate::platform::Platform;
use crate::sizes;

/// The most bytes of manifests, indexes and image configs together: they stay in memory until the push ends.
const MAX_DOCUMENTS: u64 = 16 * 1024 * 1024;

pub(super) fn pin(files: &Arc<dyn Files>, root: &Descriptor, platform: Option<&Platform>) -> Result<PinnedContent, LayoutError> {
    let chosen = platform.map(|platform| Choosing::new(files, platform).choose(root)).transpose();
    let chosen = chosen.map_err(|error| asked_for(error, platform))?;
    let mut pinning = Pinning::new(files);
    pinning.visit(chosen.as_ref().unwrap_or(root), 0).map_err(|error| asked_for(error, platform))?;
    // A document comes after all that it points to, so the root is the last.
    let Some(root) = pinning.manifests.pop() else {
        return Err(LayoutError::Empty);
    };
    pinning.subjects_are_pushed(&root)?;
    if let (false, Some((manifest, artifact_type))) = (pinning.images.is_empty(), pinning.others.first()) {
        return Err(LayoutError::Refused {
            manifest: manifest.clone(),
            problem: format!("an artifact of type `{artifact_type}` in an index with images, which no hook would see"),
        });
    }
    let artifact_type = pinning.images.is_empty().then(|| {
        let first = pinning.others.into_iter().next();
        // Attestations alone have no type of their own.
        first.map_or_else(|| root.descriptor.media_type.clone(), |(_manifest, artifact_type)| artifact_type)
    });
    Ok(PinnedContent {
        root,
        children: pinning.manifests,
        images: pinning.images,
        blobs: pinning.blobs,
        artifact_type,
        unchecked: Vec::new(),
    })
}

struct Pinning<'a> {
    files: &'a Arc<dyn Files>,
    /// The documents that were visited, with what their descriptors said.
    seen: HashMap<Digest, Descriptor>,
    known_blobs: HashMap<Digest, u64>,
    document_bytes: u64,
    manifests: Vec<PinnedManifest>,
    images: Vec<PinnedImage>,
    blobs: Vec<PinnedBlob>,
    /// Manifests that are neither images nor attestations, with their types.
    others: Vec<(Digest, String)>,
}

impl<'a> Pinning<'a> {
    fn new(files: &'a Arc<dyn Files>) -> Self {
        Self {
            files,
            seen: HashMap::new(),
            known_blobs: HashMap::new(),
            document_bytes: 0,
            manifests: Vec::new(),
            images: Vec::new(),
            blobs: Vec::new(),
            others: Vec::new(),
        }
    }

    fn visit(&mut self, descriptor: &Descriptor, depth: usize) -> Result<(), LayoutError> {
        if let Some(before) = self.seen.get(&descriptor.digest) {
            let same = before.media_type == descriptor.media_type && before.size == descriptor.size && same_machine(before, descriptor);
            return if same { Ok(()) } else { Err(refused(descriptor, "listed twice, in different ways")) };
        }
        if self.seen.len() > MAX_MANIFESTS {
            return Err(LayoutError::TooMuch { what: "more than 64 manifests" });
        }
        self.seen.insert(descriptor.digest.clone(), descriptor.clone());
        if !media_type::is_manifest(&descriptor.media_type) && !media_type::is_index(&descriptor.media_type) {
            let problem = format!("`{}` is neither a manifest nor an index", descriptor.media_type);
            return Err(refused(descriptor, &problem));
        }
        let bytes = self.read(descriptor)?;
        let document = Document::parse(&descriptor.media_type, &bytes).map_err(|error| in_document(descriptor, error))?;
        match &document {
            Document::Index(index) => self.index(index, depth)?,
            Document::Manifest(manifest) => self.manifest(descriptor, manifest)?,
        }
        let link = link(descriptor, document)?.map(Box::new);
        self.manifests.push(PinnedManifest { descriptor: descriptor.clone(), bytes, link });
        Ok(())
    }

    /// What nobody named may only be about something that is pushed with it.
    fn subjects_are_pushed(&self, root: &PinnedManifest) -> Result<(), LayoutError> {
        for manifest in &self.manifests {
            if let Some(link) = &manifest.link
                && !self.seen.contains_key(&link.subject.digest)
            {
                let (subject, root) = (&link.subject.digest, &root.descriptor.digest);
                let problem =
                    format!("its `subject` {subject} is not pushed with it; only what is named itself, {root}, may be about others");
                return Err(refused(&manifest.descriptor, &problem));
            }
        }
        Ok(())
    }

    fn index(&mut self, index: &Index, depth: usize) -> Result<(), LayoutError> {
        if depth >= MAX_DEPTH {
            return Err(LayoutError::TooMuch { what: "indexes nested more than 2 deep" });
        }
        let is_there = |child: &&Descriptor| self.seen.contains_key(&child.digest) || !is_missing(&**self.files, &child.digest);
        let (present, absent): (Vec<_>, Vec<_>) = index.manifests.iter().partition(is_there);
        if let Some(first) = absent.first() {
            return Err(LayoutError::Incomplete { absent: names(&absent), missing: first.digest.clone(), present: names(&present) });
        }
        for child in &index.manifests {
            self.visit(child, depth + 1).map_err(|error| match error {
                // A part of one image. Those who know the others can push one of them.
                LayoutError::Missing { digest: missing } => {
                    let present: Vec<_> = present.iter().copied().filter(|other| other.digest != child.digest).collect();
                    LayoutError::Incomplete { absent: names(&[child]), missing, present: names(&present) }
                }
                error => error,
            })?;
        }
        Ok(())
    }

    fn manifest(&mut self, descriptor: &Descriptor, manifest: &Manifest) -> Result<(), LayoutError> {
        if let Some(layer) = manifest.layers.iter().find(|layer| media_type::is_nondistributable(&layer.media_type)) {
            let (manifest, media_type) = (descriptor.digest.clone(), layer.media_type.clone());
            return Err(LayoutError::ForeignLayer { manifest, layer: layer.digest.clone(), media_type });
        }
        one_type_each(manifest).map_err(|problem| refused(descriptor, &problem))?;
        if manifest.is_image() {
            self.image(descriptor, manifest)?;
        } else {
            // What has layers of an image is asked about, whatever an index says of it: some runtime may run it.
            let attestation = descriptor.platform.as_ref().is_some_and(Platform::is_unknown) && !manifest.has_image_layers();
            if !attestation {
                self.others.push((descriptor.digest.clone(), manifest.kind().to_owned()));
            }
            if manifest.config.size == 0 {
                return Err(refused(descriptor, "its config has no bytes; where there is none, it is the empty object `{}`"));
            }
            self.blob(&manifest.config)?;
        }
        manifest.layers.iter().try_for_each(|layer| self.blob(layer))
    }

    fn image(&mut self, descriptor: &Descriptor, manifest: &Manifest) -> Result<(), LayoutError> {
        let bytes = self.read(&manifest.config)?;
        let digest = &manifest.config.digest;
        let config = ImageConfig::parse(&bytes).map_err(|error| LayoutError::Config { digest: digest.clone(), error })?;
        let platform = config.platform();
        if let Some(listed) = &descriptor.platform
            && !listed.agrees_with(&platform)
        {
            return Err(LayoutError::PlatformDisagrees {
                manifest: descriptor.digest.clone(),
                listed: listed.to_string(),
                actual: platform.to_string(),
            });
        }
        if config.rootfs.diff_ids.len() != manifest.layers.len() {
            return Err(LayoutError::LayerCount {
                manifest: descriptor.digest.clone(),
                layers: manifest.layers.len(),
                diff_ids: config.rootfs.diff_ids.len(),
            });
        }
        // Whoever could call an image an attestation could hide it from the hooks. It would still run.
        if platform.is_unknown() {
            return Err(refused(descriptor, "an image for the platform `unknown/unknown`"));
        }
        let platform = platform.completed(descriptor.platform.as_ref());
        self.add_blob(&manifest.config, BlobPlace::Memory(bytes))?;
        let layers = manifest.layers.iter().map(image_layer).collect();
        let (compressed_size, uncompressed_size) = (Some(sizes::compressed(manifest)), sizes::plain(manifest, &config.rootfs.diff_ids));
        let annotations = manifest.annotations.clone();
        self.images.push(PinnedImage {
            platform,
            config,
            config_digest: digest.clone(),
            compressed_size,
            uncompressed_size,
            annotations,
            layers,
        });
        Ok(())
    }

    /// Reads a document that is parsed: once, and hashed.
    fn read(&mut self, descriptor: &Descriptor) -> Result<Bytes, LayoutError> {
        self.document_bytes = self.document_bytes.saturating_add(descriptor.size);
        if self.document_bytes > MAX_DOCUMENTS {
            return Err(LayoutError::TooMuch { what: "more than 16 MiB of manifests and configs" });
        }
        read_document(&**self.files, descriptor)
    }

    /// Makes sure that a blob is there and has the right size.
    fn blob(&mut self, descriptor: &Descriptor) -> Result<(), LayoutError> {
        let Descriptor { digest, size, .. } = descriptor;
        let (_reader, actual) = self.files.open_blob(digest).map_err(|source| unreadable(digest, source))?;
        if actual != *size {
            return Err(LayoutError::WrongSize { digest: digest.clone(), expected: *size, actual });
        }
        self.add_blob(descriptor, BlobPlace::Layout(Arc::clone(self.files)))
    }

    fn add_blob(&mut self, descriptor: &Descriptor, place: BlobPlace) -> Result<(), LayoutError> {
        let Descriptor { digest, size, .. } = descriptor;
        match self.known_blobs.insert(digest.clone(), *size) {
            None => self.blobs.push(PinnedBlob { descriptor: descriptor.clone(), place }),
            Some(before) if before == *size => {}
            Some(before) => {
                return Err(LayoutError::WrongSize { digest: digest.clone(), expected: *size, actual: before });
            }
        }
        Ok(())
    }
}

/// What is missing is of the platform that was asked for.
fn asked_for(error: LayoutError, platform: Option<&Platform>) -> LayoutError {
    match (error, platform) {
        (LayoutError::Missing { digest: missing }, Some(asked)) => {
            LayoutError::Incomplete { absent: vec![asked.in_full()], missing, present: Vec::new() }
        }
        (error, _) => error,
    }
}

/// Whether a blob is certainly not there.
fn is_missing(files: &dyn Files, digest: &Digest) -> bool {
    files.open_blob(digest).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// What entries of an index are for: their platforms or, of those without one, their digests.
fn names(entries: &[&Descriptor]) -> Vec<String> {
    let name = |entry: &&Descriptor| match &entry.platform {
        Some(platform) if !platform.is_unknown() => platform.in_full(),
        Some(_) => format!("the attestation {}", entry.digest),
        None => entry.digest.to_string(),
    };
    entries.iter().take(LISTED).map(name).collect()
}

fn same_machine(one: &Descriptor, other: &Descriptor) -> bool {
    one.platform.as_ref().map(Platform::machine) == other.platform.as_ref().map(Platform::machine)
}

fn image_layer(layer: &Descriptor) -> ImageLayer {
    ImageLayer { digest: layer.digest.clone(), is_encrypted: media_type::is_encrypted(&layer.media_type) }
}

fn refused(descriptor: &Descriptor, problem: &str) -> LayoutError {
    LayoutError::Refused { manifest: descriptor.digest.clone(), problem: problem.to_owned() }
}

/// What the document says about another manifest.
fn link(descriptor: &Descriptor, document: Document) -> Result<Option<SubjectLink>, LayoutError> {
    let (subject, artifact_type, annotations) = match document {
        Document::Manifest(manifest) => {
            (manifest.subject, manifest.artifact_type.or(Some(manifest.config.media_type)), manifest.annotations)
        }
        Document::Index(index) => (index.subject, index.artifact_type, index.annotations),
    };
    let Some(subject) = subject else { return Ok(None) };
    // Registries differ in whether they see it there.
    if !matches!(descriptor.media_type.as_str(), media_type::OCI_MANIFEST | media_type::OCI_INDEX) {
        return Err(refused(descriptor, "it has a `subject`, which only documents of the OCI formats have"));
    }
    Ok(Some(SubjectLink { subject, artifact_type, annotations }))
}
