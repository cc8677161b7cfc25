//! Manifests and indexes, read with care. They are input only: what is pushed are the bytes that were read, never a document made anew.

use std::collections::BTreeMap;

use crate::descriptor::{self, Descriptor, media_type_of};
use crate::media_type;
use crate::strict_json::{DocumentError, MAX_DOCUMENT, Object, parse};

/// The most manifests that one index may list.
pub const MAX_MANIFESTS: usize = 64;
/// The most layers that one manifest may list.
pub const MAX_LAYERS: usize = 128;

/// What a manifest document says: either one image or artifact, or a list of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "documents are read one at a time")]
pub enum Document {
    /// Of one image or artifact.
    Manifest(Manifest),
    /// A list.
    Index(Index),
}

/// The manifest of an image or an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What `mediaType` says inside the document.
    pub media_type: Option<String>,
    /// What an artifact is.
    pub artifact_type: Option<String>,
    /// The image config, or what an artifact has in its place.
    pub config: Descriptor,
    /// At most [`MAX_LAYERS`].
    pub layers: Vec<Descriptor>,
    /// The manifest that this one is about.
    pub subject: Option<Descriptor>,
    /// Free text, by key.
    pub annotations: BTreeMap<String, String>,
}

/// A list of manifests, one for each platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// What `mediaType` says inside the document.
    pub media_type: Option<String>,
    /// What an artifact is.
    pub artifact_type: Option<String>,
    /// In the document's order. At most [`MAX_MANIFESTS`] in an index that is pushed.
    pub manifests: Vec<Descriptor>,
    /// The manifest that this index is about.
    pub subject: Option<Descriptor>,
    /// Free text, by key.
    pub annotations: BTreeMap<String, String>,
}

const MANIFEST_MEMBERS: [&str; 9] =
    ["schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations", "manifests", "fsLayers"];

impl Document {
    /// Reads a document that was announced as `media_type`.
    ///
    /// # Errors
    /// If it is not a manifest or index of that type, is larger than 4 MiB, or could be read in two ways.
    pub fn parse(media_type: &str, bytes: &[u8]) -> Result<Self, DocumentError> {
        let read = if media_type::is_manifest(media_type) {
            Self::Manifest(Manifest::parse(bytes)?)
        } else if media_type::is_index(media_type) {
            let index = Index::parse(bytes)?;
            if index.manifests.len() > MAX_MANIFESTS {
                return Err(shape("manifests", "more than 64 manifests"));
            }
            Self::Index(index)
        } else {
            return Err(shape("mediaType", "neither a manifest nor an index is announced"));
        };
        let inside = match &read {
            Self::Manifest(manifest) => &manifest.media_type,
            Self::Index(index) => &index.media_type,
        };
        // Docker's own formats always say what they are; the OCI ones may leave it out.
        let optional = matches!(media_type, media_type::OCI_MANIFEST | media_type::OCI_INDEX);
        match inside {
            Some(inside) if inside == media_type => Ok(read),
            None if optional => Ok(read),
            _ => Err(shape("mediaType", format!("not `{media_type}`, as announced"))),
        }
    }
}

impl Manifest {
    fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let members = parse(bytes, MAX_DOCUMENT)?;
        let object = open(&members, &["manifests", "fsLayers"])?;
        let layers = descriptors(&object, "layers")?;
        if layers.len() > MAX_LAYERS {
            return Err(object.error("layers", "more than 128 layers"));
        }
        Ok(Self {
            media_type: media_type_of(&object, "mediaType")?,
            artifact_type: media_type_of(&object, "artifactType")?,
            config: one(&object, "config")?.ok_or_else(|| object.error("config", "is missing"))?,
            layers,
            subject: one(&object, "subject")?,
            annotations: object.string_map("annotations")?,
        })
    }
}

impl Index {
    /// Reads an index, or the `index.json` of a layout.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let members = parse(bytes, MAX_DOCUMENT)?;
        let object = open(&members, &["config", "layers", "fsLayers"])?;
        Ok(Self {
            media_type: media_type_of(&object, "mediaType")?,
            artifact_type: media_type_of(&object, "artifactType")?,
            manifests: descriptors(&object, "manifests")?,
            subject: one(&object, "subject")?,
            annotations: object.string_map("annotations")?,
        })
    }
}

/// A document that could be taken for a manifest and for an index is neither (CVE-2021-41190).
fn open<'a>(members: &'a serde_json::Map<String, serde_json::Value>, foreign: &[&str]) -> Result<Object<'a>, DocumentError> {
    let object = Object::new(members, "document", &MANIFEST_MEMBERS)?;
    if object.unsigned("schemaVersion")? != Some(2) {
        return Err(object.error("schemaVersion", "not 2"));
    }
    for name in foreign {
        if object.has(name) {
            return Err(object.error(name, "has no place in a document of this type"));
        }
    }
    Ok(object)
}

fn one(object: &Object<'_>, name: &str) -> Result<Option<Descriptor>, DocumentError> {
    object.object(name, &descriptor::MEMBERS)?.as_ref().map(Descriptor::read).transpose()
}

fn descriptors(object: &Object<'_>, name: &str) -> Result<Vec<Descriptor>, DocumentError> {
    object.objects(name, &descriptor::MEMBERS)?.ok_or_else(|| object.error(name, "is missing"))?.iter().map(Descriptor::read).collect()
}

fn shape(member: &str, problem: impl Into<String>) -> DocumentError {
    DocumentError::Shape { place: format!("document.{member}"), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_type::{DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};

    fn descriptor(media_type: &str) -> String {
        let digest = crate::Digest::sha256(b"");
        format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":0}}"#)
    }

    fn manifest(members: &str) -> String {
        format!(r#"{{"schemaVersion":2,"config":{},"layers":[{}]{members}}}"#, descriptor("a/config"), descriptor("a/layer"))
    }

    #[test]
    fn a_manifest_and_an_index() {
        let Document::Manifest(read) = Document::parse(OCI_MANIFEST, manifest("").as_bytes()).unwrap() else { panic!("an index") };
        assert_eq!(read.config.media_type, "a/config");
        assert_eq!(read.layers.len(), 1);
        let index = format!(r#"{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":[{}]}}"#, descriptor(OCI_MANIFEST));
        assert!(matches!(Document::parse(OCI_INDEX, index.as_bytes()), Ok(Document::Index(_))));
    }

    #[test]
    fn documents_of_two_minds_are_refused() {
        for (media_type, text) in [
            (OCI_MANIFEST, manifest(r#","manifests":[]"#)),
            (OCI_INDEX, manifest(r#","manifests":[]"#)),
            (OCI_INDEX, manifest("")),
            (OCI_MANIFEST, manifest(&format!(r#","mediaType":"{DOCKER_MANIFEST}""#))),
            (DOCKER_MANIFEST, manifest("")),
            (DOCKER_MANIFEST, manifest(&format!(r#","mediaType":"{OCI_MANIFEST}""#))),
            ("text/plain", manifest("")),
            (OCI_MANIFEST, manifest(r#","Layers":[]"#)),
            (OCI_MANIFEST, manifest(r#","fsLayers":[]"#)),
            (OCI_MANIFEST, manifest("").replace(":2,", ":1,")),
            (OCI_MANIFEST, manifest("").replace(":2,", ":2.0,")),
        ] {
            assert!(Document::parse(media_type, text.as_bytes()).is_err(), "{media_type} {text}");
        }
    }

    #[test]
    fn lists_are_bounded() {
        let list = |count: usize| vec![descriptor(OCI_MANIFEST); count].join(",");
        let index = |count| format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, list(count));
        assert!(Document::parse(OCI_INDEX, index(64).as_bytes()).is_ok());
        assert!(Document::parse(OCI_INDEX, index(65).as_bytes()).is_err());
        let layers = |count| format!(r#"{{"schemaVersion":2,"config":{},"layers":[{}]}}"#, descriptor("a/config"), list(count));
        assert!(Document::parse(OCI_MANIFEST, layers(128).as_bytes()).is_ok());
        assert!(Document::parse(OCI_MANIFEST, layers(129).as_bytes()).is_err());
    }
}
