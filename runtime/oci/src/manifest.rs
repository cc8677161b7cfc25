//! Manifests and indexes, read with care. They are input only: what is pushed are the bytes that were read, never a document made anew.

use std::collections::BTreeMap;

use crate::descriptor::{self, Descriptor, media_type_of};
use crate::media_type;
use pushgate_json::{DocumentError, MAX_DOCUMENT, Object, Shape, Tree};

/// The most manifests that one index may list.
pub const MAX_MANIFESTS: usize = 64;
/// The most layers of an image. Docker's own stores take about 125; images of sources, and what Nix builds, have several hundred.
pub const MAX_LAYERS: usize = 1_024;
/// The most layers, which are its files, of an artifact.
pub const MAX_DESCRIPTORS: usize = 4_096;

/// What a manifest document says: either one image or artifact, or a list of manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "documents are read one at a time")]
pub enum Document {
    /// Of one image or artifact.
    Manifest(Manifest),
    /// A list.
    Index(Index),
}

/// The manifest of an image or an artifact; [`Self::is_image`] tells which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What `mediaType` says inside the document.
    pub media_type: Option<String>,
    /// What an artifact is.
    pub artifact_type: Option<String>,
    /// The image config, or what an artifact has in its place.
    pub config: Descriptor,
    /// At most [`MAX_LAYERS`] of an image, and [`MAX_DESCRIPTORS`] of an artifact.
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

const MANIFEST: Shape = Shape::Members(&[
    ("schemaVersion", Shape::Scalar),
    ("mediaType", Shape::Scalar),
    ("artifactType", Shape::Scalar),
    ("config", descriptor::SHAPE),
    ("layers", Shape::List(MAX_DESCRIPTORS, &descriptor::SHAPE)),
    ("subject", descriptor::SHAPE),
    ("annotations", Shape::TEXTS),
    // That they are there is enough.
    ("manifests", Shape::Scalar),
    ("fsLayers", Shape::Scalar),
]);

const INDEX: Shape = Shape::Members(&[
    ("schemaVersion", Shape::Scalar),
    ("mediaType", Shape::Scalar),
    ("artifactType", Shape::Scalar),
    // The index of a layout may list more than one that is pushed.
    ("manifests", Shape::List(usize::MAX, &descriptor::SHAPE)),
    ("subject", descriptor::SHAPE),
    ("annotations", Shape::TEXTS),
    ("config", Shape::Scalar),
    ("layers", Shape::Scalar),
    ("fsLayers", Shape::Scalar),
]);

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
    /// Whether it is an image: its config has an image's type, and it has no layer, or at least one of an image's layer type. Everything else is an
    /// artifact. Classic signatures, for example, have the config of an image, which says nothing, and layers of their own.
    #[must_use]
    pub fn is_image(&self) -> bool {
        media_type::is_image_config(&self.config.media_type) && (self.layers.is_empty() || self.has_image_layers())
    }

    /// Whether it has a layer of an image. A runtime may run that, whatever the config is called.
    #[must_use]
    pub fn has_image_layers(&self) -> bool {
        self.layers.iter().any(|layer| media_type::is_image_layer(&layer.media_type))
    }

    /// What an artifact is: its `artifactType`, else its config's type; where that is an image's, and so says nothing, its first layer's.
    #[must_use]
    pub fn kind(&self) -> &str {
        let config = &self.config.media_type;
        let layer = self.layers.first().filter(|_| media_type::is_image_config(config)).map(|layer| &layer.media_type);
        self.artifact_type.as_ref().or(layer).unwrap_or(config)
    }

    fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let tree = Tree::parse(bytes, MAX_DOCUMENT, "document", &MANIFEST)?;
        let object = open(&tree, &["manifests", "fsLayers"])?;
        let manifest = Self {
            media_type: media_type_of(&object, "mediaType")?,
            artifact_type: media_type_of(&object, "artifactType")?,
            config: one(&object, "config")?.ok_or_else(|| object.error("config", "is missing"))?,
            layers: descriptors(&object, "layers")?,
            subject: one(&object, "subject")?,
            annotations: object.string_map("annotations")?,
        };
        if manifest.is_image() && manifest.layers.len() > MAX_LAYERS {
            return Err(DocumentError::TooMany { place: "document.layers".to_owned(), limit: MAX_LAYERS });
        }
        Ok(manifest)
    }
}

impl Index {
    /// Reads an index, or the `index.json` of a layout.
    ///
    /// # Errors
    /// It is none, or could be read in two ways.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let tree = Tree::parse(bytes, MAX_DOCUMENT, "document", &INDEX)?;
        let object = open(&tree, &["config", "layers", "fsLayers"])?;
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
fn open<'a>(tree: &'a Tree<'_>, foreign: &[&str]) -> Result<Object<'a>, DocumentError> {
    let object = tree.object()?;
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
    object.object(name)?.as_ref().map(Descriptor::read).transpose()
}

fn descriptors(object: &Object<'_>, name: &str) -> Result<Vec<Descriptor>, DocumentError> {
    let objects = object.objects(name)?.ok_or_else(|| object.error(name, "is missing"))?;
    objects.map(|object| Descriptor::read(&object?)).collect()
}

fn shape(member: &str, problem: impl Into<String>) -> DocumentError {
    DocumentError::Shape { place: format!("document.{member}"), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_type::{DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST};

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
    fn annotations_that_differ_in_case_are_two() {
        let annotations = r#","annotations":{"Layers":"1","layers":"2","Name":"3","name":"4"}"#;
        let Document::Manifest(read) = Document::parse(OCI_MANIFEST, manifest(annotations).as_bytes()).unwrap() else { panic!("an index") };
        assert_eq!(read.annotations.len(), 4);
        let index = format!(r#"{{"schemaVersion":2,"manifests":[]{annotations}}}"#);
        assert!(matches!(Document::parse(OCI_INDEX, index.as_bytes()), Ok(Document::Index(index)) if index.annotations.len() == 4));
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
        let layers = |config: &str, layer: &str, count: usize| {
            let layers = vec![descriptor(layer); count].join(",");
            let text = format!(r#"{{"schemaVersion":2,"config":{},"layers":[{layers}]}}"#, descriptor(config));
            Document::parse(OCI_MANIFEST, text.as_bytes())
        };
        let layer = "application/vnd.oci.image.layer.v1.tar";
        for (config, layer, most) in [(OCI_CONFIG, layer, 1_024), (OCI_CONFIG, "a/layer", 4_096), ("a/config", layer, 4_096)] {
            assert!(layers(config, layer, most).is_ok(), "{config} {layer}");
            let error = layers(config, layer, most + 1).unwrap_err();
            assert_eq!(error.to_string(), format!("document.layers: more than the {most} elements allowed"));
            assert!(matches!(error, DocumentError::TooMany { .. }), "{config} {layer}");
        }
    }
}
