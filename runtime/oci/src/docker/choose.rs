//! The images that `manifest.json` lists, and which of them is meant.

use crate::docker::error::DockerArchiveError;
use pushgate_json::{DocumentError, Object, Shape};

/// How many names an error lists.
const LISTED: usize = 20;

/// The whole of `manifest.json`.
pub(super) const SHAPE: Shape = Shape::List(
    usize::MAX,
    &Shape::Members(&[
        ("Config", Shape::Scalar),
        ("RepoTags", Shape::LIST),
        ("Layers", Shape::LIST),
        ("Parent", Shape::Unread),
        ("LayerSources", Shape::Unread),
    ]),
);

/// One object of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The name of an entry.
    pub(super) config: String,
    /// Names of entries, the lowest layer first.
    pub(super) layers: Vec<String>,
    /// What the image was called where it was saved.
    names: Vec<String>,
}

impl Listed {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, DocumentError> {
        Ok(Self {
            config: plain(object.required_string("Config")?).to_owned(),
            layers: object.strings("Layers")?.iter().map(|name| plain(name).to_owned()).collect(),
            names: object.strings("RepoTags")?,
        })
    }

    fn is_called(&self, reference: &str) -> bool {
        self.names.iter().any(|name| name == reference || name.strip_suffix(":latest") == Some(reference))
    }
}

/// As in the index of the archive.
fn plain(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

pub(super) fn image<'a>(images: &'a [Listed], reference: Option<&str>) -> Result<&'a Listed, DockerArchiveError> {
    let none =
        |reference: &str| DockerArchiveError::NoSuchImage { reference: reference.chars().take(160).collect(), images: names(images) };
    let chosen: Vec<&Listed> = match reference {
        None => images.iter().collect(),
        Some(reference) => match reference.strip_prefix('@') {
            Some(place) => {
                let digits = !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit());
                let image = place.parse().ok().filter(|_| digits).and_then(|place: usize| images.get(place));
                return image.ok_or_else(|| none(reference));
            }
            None => images.iter().filter(|image| image.is_called(reference)).collect(),
        },
    };
    match (chosen.as_slice(), reference) {
        // One image that is listed twice is one image.
        ([first, others @ ..], _) if others.iter().all(|other| other.config == first.config && other.layers == first.layers) => Ok(first),
        ([], Some(reference)) if !images.is_empty() => Err(none(reference)),
        ([], _) => Err(DockerArchiveError::Empty),
        (several, _) => Err(DockerArchiveError::Ambiguous { count: several.len(), images: names(images) }),
    }
}

/// One for each image: a name that no other has, or its place.
fn names(images: &[Listed]) -> Vec<String> {
    let only_one = |name: &&String| images.iter().filter(|image| image.names.contains(name)).count() == 1;
    let name = |(place, image): (usize, &Listed)| match image.names.first().filter(only_one) {
        Some(name) => name.chars().take(160).collect(),
        None => format!("@{place}"),
    };
    images.iter().take(LISTED).enumerate().map(name).collect()
}
