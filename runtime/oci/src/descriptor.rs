//! Descriptors: what a document says about the content that it points to.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::media_type;
use crate::platform::{self, Platform};
use pushgate_json::{DocumentError, Object, Shape};

/// The annotation of an `index.json` entry that names it.
pub const REFERENCE_NAME: &str = "org.opencontainers.image.ref.name";

/// A pointer to content, as in the OCI image specification, "OCI Content Descriptors".
///
/// There is no way to read one with `urls`: content that lies elsewhere is never fetched. Embedded `data` is compared with size and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// `type/subtype`.
    pub media_type: String,
    /// The digest of the content.
    pub digest: Digest,
    /// The length of the content in bytes, at most 2^63-1.
    pub size: u64,
    /// What the content runs on, where a list of images says so.
    pub platform: Option<Platform>,
    /// What an artifact is, where a list of artifacts says so.
    pub artifact_type: Option<String>,
    /// Free text, by key.
    pub annotations: BTreeMap<String, String>,
}

pub(crate) const SHAPE: Shape = Shape::Members(&[
    ("mediaType", Shape::Scalar),
    ("digest", Shape::Scalar),
    ("size", Shape::Scalar),
    ("urls", Shape::LIST),
    ("annotations", Shape::TEXTS),
    ("data", Shape::Scalar),
    ("artifactType", Shape::Scalar),
    ("platform", platform::SHAPE),
]);

impl Descriptor {
    pub(crate) fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        let digest = Digest::parse(object.required_string("digest")?).map_err(|error| object.error("digest", error.to_string()))?;
        let size = object.unsigned("size")?.ok_or_else(|| object.error("size", "is missing"))?;
        if i64::try_from(size).is_err() {
            return Err(object.error("size", "more than 2^63-1"));
        }
        if object.length("urls")?.is_some_and(|count| count > 0) {
            return Err(object.error("urls", "a foreign layer: content at other places is not supported"));
        }
        if let Some(data) = object.string("data")? {
            let data = STANDARD.decode(data).map_err(|_| object.error("data", "not base64"))?;
            if u64::try_from(data.len()) != Ok(size) || !digest.matches(&data) {
                return Err(object.error("data", "does not have the size and digest beside it"));
            }
        }
        let platform = object.object("platform")?;
        Ok(Self {
            media_type: media_type_of(object, "mediaType")?.ok_or_else(|| object.error("mediaType", "is missing"))?,
            digest,
            size,
            platform: platform.as_ref().map(Platform::read).transpose()?,
            artifact_type: media_type_of(object, "artifactType")?,
            annotations: object.string_map("annotations")?,
        })
    }

    /// The name that an `index.json` gives to this entry.
    #[must_use]
    pub fn reference_name(&self) -> Option<&str> {
        self.annotations.get(REFERENCE_NAME).map(String::as_str)
    }
}

/// Reads a member that must be a media type if it is there. Docker writes an empty text for an absent one.
pub(crate) fn media_type_of(object: &Object<'_>, name: &str) -> Result<Option<String>, DocumentError> {
    match object.string(name)? {
        None | Some("") => Ok(None),
        Some(text) if media_type::is_well_formed(text) => Ok(Some(text.to_owned())),
        Some(_) => Err(object.error(name, "not a media type")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pushgate_json::{MAX_DOCUMENT, Tree};

    const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn descriptor(members: &str) -> Result<Descriptor, DocumentError> {
        let text = format!(r#"{{"mediaType":"a/b","digest":"{DIGEST}"{members}}}"#);
        Descriptor::read(&Tree::parse(text.as_bytes(), MAX_DOCUMENT, "descriptor", &SHAPE)?.object()?)
    }

    #[test]
    fn complete() {
        let read = descriptor(
            r#","size":3,"data":"YWJj","platform":{"os":"linux","architecture":"amd64","os.version":"x"},
               "annotations":{"org.opencontainers.image.ref.name":"v1"},"urls":[],"unknown":[1]"#,
        )
        .unwrap();
        assert_eq!(read.size, 3);
        assert_eq!(read.reference_name(), Some("v1"));
        assert_eq!(read.platform.unwrap().to_string(), "linux/amd64");
    }

    #[test]
    fn annotations_that_differ_in_case_are_two() {
        let read = descriptor(r#","size":3,"annotations":{"Name":"1","name":"2","size":"3","Size":"4"}"#).unwrap();
        assert_eq!(read.annotations.into_iter().map(|(key, value)| key + &value).collect::<Vec<_>>(), ["Name1", "Size4", "name2", "size3"]);
        assert!(descriptor(r#","size":3,"annotations":{"name":"1","name":"2"}"#).is_err());
    }

    #[test]
    fn refused() {
        for members in [
            "",
            r#","size":-1"#,
            r#","size":9223372036854775808"#,
            r#","size":1e30"#,
            r#","size":"3""#,
            r#","size":12.5"#,
            r#","size":3,"data":"YWJk""#,
            r#","size":4,"data":"YWJj""#,
            r#","size":3,"data":"!""#,
            r#","size":3,"urls":["http://169.254.169.254/"]"#,
            r#","size":3,"Digest":"x""#,
            r#","SIZE":3"#,
            r#","size":3,"artifactType":"a/b\r\nx: y""#,
        ] {
            assert!(descriptor(members).is_err(), "{members}");
        }
    }
}
