//! A source that was pinned: which bytes exactly will be pushed.
//!
//! What was parsed - indexes, manifests, image configs - was read once, hashed, and is held here; what is held is what is sent. The other
//! blobs stay where they are, and their bytes are counted while they are sent.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use bytes::Bytes;

use crate::archive::{LayerReader, Section, SectionReader, StreamedLayer};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::image_config::ImageConfig;
use crate::layout::Files;
use crate::platform::Platform;
use crate::spool::{SpoolPart, SpoolReader};
use crate::unchecked::UncheckedLayer;

/// Everything that a push will send, and the images in it.
#[derive(Clone, Debug)]
pub struct PinnedContent {
    pub(crate) root: PinnedManifest,
    pub(crate) children: Vec<PinnedManifest>,
    pub(crate) images: Vec<PinnedImage>,
    pub(crate) blobs: Vec<PinnedBlob>,
    pub(crate) artifact_type: Option<String>,
    /// Filled by [`PinnedContent::verify`].
    pub(crate) unchecked: Vec<UncheckedLayer>,
}

/// One image: one platform of a multi-platform image, or the only one.
#[derive(Clone, Debug)]
pub struct PinnedImage {
    /// What it runs on, as its config says; the variant as its index says, if the config leaves it out.
    pub platform: Platform,
    /// The document for the hooks.
    pub config: ImageConfig,
    /// The digest of the config as it lies in the source; the document for the hooks has another.
    pub config_digest: Digest,
    /// The bytes of its config and its layers as they are pushed, each layer once. `None` where layers are packed only in the push.
    pub packed_size: Option<u64>,
    /// The bytes of its layers unpacked, as tar files. `None` where a layer is packed, and nobody has looked into it.
    pub unpacked_size: Option<u64>,
    /// The annotations of its manifest; none of an image of a Docker archive, whose manifest is made in the push.
    pub annotations: BTreeMap<String, String>,
    /// Its layers as they are pushed, the lowest first: as many as the config has `diff_ids`.
    pub(crate) layers: Vec<ImageLayer>,
}

/// A layer, as the manifest of one image names it. Another image may name it otherwise.
#[derive(Clone, Debug)]
pub(crate) struct ImageLayer {
    pub(crate) digest: Digest,
    pub(crate) is_encrypted: bool,
}

/// A manifest or an index, as it was read.
#[derive(Clone, Debug)]
pub struct PinnedManifest {
    /// Its type, digest and size.
    pub descriptor: Descriptor,
    /// The whole document. Its digest was checked.
    pub bytes: Bytes,
    /// What it says about another manifest, if it has a `subject`.
    pub link: Option<Box<SubjectLink>>,
}

/// That a manifest is about another one, in the words of the [OCI distribution specification, "Pushing Manifests with Subject"][spec]. It is
/// what a list of referrers says of the manifest.
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pushing-manifests-with-subject
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectLink {
    /// The other manifest. It is only named: nobody fetches it, and it need not be there.
    pub subject: Descriptor,
    /// What the manifest is: its `artifactType`, or its config's media type. An index may have none.
    pub artifact_type: Option<String>,
    /// The annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
}

/// A config, a layer, or a part of an artifact.
#[derive(Clone, Debug)]
pub struct PinnedBlob {
    /// Its type, digest and size.
    pub descriptor: Descriptor,
    pub(crate) place: BlobPlace,
}

/// Where the bytes of a blob are.
#[derive(Clone, Debug)]
pub(crate) enum BlobPlace {
    /// Read and hashed already, because it was parsed.
    Memory(Bytes),
    /// In a layout, under its digest.
    Layout(Arc<dyn Files>),
    /// An entry of an archive.
    Section(Section),
    /// Made of an entry of an archive, into a temporary file.
    Spool(SpoolPart),
    /// Made of an entry of an archive while it is read.
    Layer(Arc<StreamedLayer>),
}

/// A blob that cannot be sent as its descriptor says. Nothing that points to it may be pushed then.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It can no longer be opened or read.
    #[error("blob {digest} cannot be read")]
    Unreadable {
        /// Which one.
        digest: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended early, or went on, or was another size from the start.
    #[error("blob {digest} does not have the {expected} bytes that its descriptor says")]
    WrongSize {
        /// Which one.
        digest: Digest,
        /// The descriptor's size, in bytes.
        expected: u64,
    },
}

impl PinnedContent {
    /// The document that the tag will point to.
    #[must_use]
    pub fn root(&self) -> &Descriptor {
        &self.root.descriptor
    }

    /// The root document itself.
    #[must_use]
    pub fn root_bytes(&self) -> &Bytes {
        &self.root.bytes
    }

    /// The manifests and indexes below the root, each after all that it points to.
    #[must_use]
    pub fn children(&self) -> &[PinnedManifest] {
        &self.children
    }

    /// Every image, in the order of its index. Empty for an artifact: then [`Self::artifact_type`] says what it is.
    #[must_use]
    pub fn images(&self) -> &[PinnedImage] {
        &self.images
    }

    /// What is pushed if it holds no image.
    #[must_use]
    pub fn artifact_type(&self) -> Option<&str> {
        self.artifact_type.as_deref()
    }

    /// The layers that [`Self::verify`] did not look into, with the reasons.
    #[must_use]
    pub fn unchecked(&self) -> &[UncheckedLayer] {
        &self.unchecked
    }

    /// Every config, layer and part, each digest once.
    #[must_use]
    pub fn blobs(&self) -> &[PinnedBlob] {
        &self.blobs
    }
}

impl PinnedBlob {
    /// Opens the blob for reading from a byte of it on. This blocks.
    pub(crate) fn open_at(&self, offset: u64) -> Result<BlobReader, BlobError> {
        let mut reader = self.open()?;
        let Descriptor { digest, size, .. } = &self.descriptor;
        let skipped = reader.skip(offset).map_err(|source| BlobError::Unreadable { digest: digest.clone(), source })?;
        if skipped { Ok(reader) } else { Err(BlobError::WrongSize { digest: digest.clone(), expected: *size }) }
    }

    /// Where its bytes lie in a file, if they are those that are pushed. This blocks.
    pub(crate) fn place(&self) -> Result<Option<FilePlace>, BlobError> {
        Ok(match self.open()? {
            BlobReader::File(file) => Some(FilePlace::Whole(file)),
            BlobReader::Section(reader) => Some(FilePlace::Section(reader.into_section())),
            BlobReader::Spool(reader) => Some(FilePlace::Spool(reader.into_part())),
            BlobReader::Memory(_) | BlobReader::Layer(_) => None,
        })
    }

    /// Opens the blob for reading from its start. This blocks.
    pub(crate) fn open(&self) -> Result<BlobReader, BlobError> {
        let Descriptor { digest, size, .. } = &self.descriptor;
        let unreadable = |source| BlobError::Unreadable { digest: digest.clone(), source };
        match &self.place {
            BlobPlace::Memory(bytes) => Ok(BlobReader::Memory(io::Cursor::new(bytes.clone()))),
            BlobPlace::Layout(files) => {
                let (reader, found) = files.open_blob(digest).map_err(unreadable)?;
                if found != *size {
                    return Err(BlobError::WrongSize { digest: digest.clone(), expected: *size });
                }
                Ok(reader)
            }
            BlobPlace::Section(section) => Ok(BlobReader::Section(section.reader())),
            BlobPlace::Spool(part) => Ok(BlobReader::Spool(part.reader())),
            BlobPlace::Layer(layer) => layer.open().map(Box::new).map(BlobReader::Layer).map_err(unreadable),
        }
    }
}

/// Where the bytes of a blob lie in a file.
#[derive(Debug)]
pub(crate) enum FilePlace {
    /// A file of its own.
    Whole(std::fs::File),
    /// An entry of an archive.
    Section(Section),
    /// A part of a temporary file, which nobody else can write to.
    Spool(SpoolPart),
}

impl FilePlace {
    /// Where the blob begins in the file.
    pub(crate) fn start(&self) -> u64 {
        match self {
            Self::Whole(_) => 0,
            Self::Section(section) => section.offset(),
            Self::Spool(part) => part.offset(),
        }
    }

    /// Whether it has still the size that it was opened with. The last bytes wait for the answer.
    pub(crate) fn is_unchanged(&self, size: u64) -> io::Result<bool> {
        match self {
            Self::Whole(file) => Ok(file.metadata()?.len() == size),
            Self::Section(section) => section.unchanged().map(|()| true),
            Self::Spool(_) => Ok(true),
        }
    }
}

impl AsFd for FilePlace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Whole(file) => file.as_fd(),
            Self::Section(section) => section.as_fd(),
            Self::Spool(part) => part.as_fd(),
        }
    }
}

/// The bytes of one blob, from its start.
#[derive(Debug)]
pub(crate) enum BlobReader {
    Memory(io::Cursor<Bytes>),
    File(std::fs::File),
    Section(SectionReader),
    Spool(SpoolReader),
    Layer(Box<LayerReader>),
}

impl BlobReader {
    /// Goes on `count` bytes later; `false` if there are fewer.
    fn skip(&mut self, count: u64) -> io::Result<bool> {
        match self {
            Self::File(file) => {
                io::Seek::seek_relative(file, i64::try_from(count).map_err(io::Error::other)?)?;
                Ok(true)
            }
            Self::Section(section) => Ok(section.skip(count)),
            Self::Spool(part) => Ok(part.skip(count)),
            Self::Memory(_) | Self::Layer(_) => Ok(io::copy(&mut io::Read::take(self, count), &mut io::sink())? == count),
        }
    }
}

impl io::Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(cursor) => cursor.read(buffer),
            Self::File(file) => file.read(buffer),
            Self::Section(section) => section.read(buffer),
            Self::Spool(part) => part.read(buffer),
            Self::Layer(layer) => layer.read(buffer),
        }
    }
}
