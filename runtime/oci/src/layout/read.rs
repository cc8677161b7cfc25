//! Reading the documents of a layout, each with proof that it is the one that is meant.

use bytes::Bytes;
use pushgate_json::{DocumentError, MAX_DOCUMENT};

use crate::blob::Files;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::layout::error::LayoutError;
use crate::layout::files::read_blob;

/// How many indexes may lie above a manifest.
pub(super) const MAX_DEPTH: usize = 2;

/// Reads a document whose descriptor says what it is.
pub(super) fn read_document(files: &dyn Files, descriptor: &Descriptor) -> Result<Bytes, LayoutError> {
    let Descriptor { digest, size, .. } = descriptor;
    if *size > MAX_DOCUMENT {
        let limit = MAX_DOCUMENT;
        return Err(in_document(descriptor, DocumentError::TooLarge { size: *size, limit }));
    }
    let bytes = read_blob(files, digest, MAX_DOCUMENT).map_err(|source| unreadable(digest, source))?;
    let actual = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if actual != *size {
        return Err(LayoutError::WrongSize { digest: digest.clone(), expected: *size, actual });
    }
    if !digest.matches(&bytes) {
        return Err(LayoutError::WrongDigest { digest: digest.clone() });
    }
    Ok(Bytes::from(bytes))
}

pub(super) fn unreadable(digest: &Digest, source: std::io::Error) -> LayoutError {
    if source.kind() == std::io::ErrorKind::NotFound {
        return LayoutError::Missing { digest: digest.clone() };
    }
    let (algorithm, digits) = (digest.algorithm().as_str(), digest.hexadecimal());
    LayoutError::Unreadable { file: format!("blobs/{algorithm}/{digits}"), source }
}

pub(super) fn in_document(descriptor: &Descriptor, error: DocumentError) -> LayoutError {
    LayoutError::Document { file: descriptor.digest.to_string(), error }
}
