//! An image as the Engine describes it, turned into the document that every source has.

use pushgate_json::{DocumentError, Object, Shape, Tree};
use pushgate_oci::{Digest, ExecutionConfig, ImageConfig, MAX_LAYERS, Platform, RootFilesystem};

use super::bollard_client::INSPECT_LIMIT;
use super::error::EngineError;
use super::fault::Fault;
use super::text::bounded;

/// How the Engine keeps its images, which decides what an image ID is the digest of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageStore {
    /// Docker's own graph driver. The ID is the digest of the image's configuration; a manifest is made for each push.
    Classic,
    /// containerd's content store. The ID is the digest of the manifest or index, which is pushed as it is.
    Containerd,
}

/// What names an image in the Engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineImageId {
    /// The image ID, `sha256:…`. It stays the same whatever happens to the names.
    pub id: Digest,
    /// How the Engine keeps it.
    pub store: ImageStore,
    /// On a containerd store, the digest of the manifest or index.
    pub target_digest: Option<Digest>,
}

/// An image in the Engine, resolved.
#[derive(Debug, Clone)]
pub struct EngineImage {
    /// The image ID, `sha256:…`. It stays the same whatever happens to the names.
    pub id: Digest,
    /// How the Engine keeps it.
    pub store: ImageStore,
    /// On a containerd store, the digest of the manifest, which is what the registry must serve after a push.
    pub target_digest: Option<Digest>,
    /// The image's configuration, rebuilt from the Engine's description: with the members that the same image has in an OCI
    /// layout, but its bytes do not hash to the configuration's digest.
    pub config: ImageConfig,
    /// The bytes of its layers unpacked, which the classic store counts: the content of their files. On a containerd store it is unknown.
    pub uncompressed_size: Option<u64>,
    /// The names that the image has, as the Engine writes them. Not checked: for showing only.
    pub repo_tags: Vec<String>,
}

impl EngineImage {
    /// The digest of the image's configuration, where the store tells it: a manifest that the registry serves must name it.
    ///
    /// On a containerd store it is unknown, and [`EngineImage::target_digest`] is compared instead.
    #[must_use]
    pub fn config_digest(&self) -> Option<Digest> {
        match self.store {
            ImageStore::Classic => Some(self.id.clone()),
            ImageStore::Containerd => None,
        }
    }

    pub(super) fn from_inspect(name: &str, answer: &[u8]) -> Result<Self, EngineError> {
        let tree = parse(name, answer)?;
        let inspected = tree.object().map_err(|error| unreadable(name, error))?;
        let EngineImageId { id, store, target_digest } = EngineImageId::read(name, &inspected)?;
        let descriptor = inspected.object("Descriptor").map_err(|error| unreadable(name, error))?;
        let media_type =
            descriptor.map(|descriptor| descriptor.string("mediaType")).transpose().map_err(|error| unreadable(name, error))?;
        if media_type.flatten().is_some_and(pushgate_oci::media_type::is_index) {
            return Err(EngineError::Index { name: bounded(name, 512) });
        }
        let uncompressed_size = match store {
            ImageStore::Classic => inspected.unsigned("Size").ok().flatten(),
            // Its `Size` was that of the packed content, the manifest included; since August 2026 that of the unpacked files is in the sum.
            ImageStore::Containerd => None,
        };
        let config = config(&inspected).map_err(|error| unreadable(name, error))?;
        let repo_tags = inspected.strings("RepoTags").map_err(|error| unreadable(name, error))?;
        Ok(Self { id, store, target_digest, config, uncompressed_size, repo_tags })
    }
}

/// What is kept of an inspection.
const SHAPE: Shape = Shape::Members(&[
    ("Id", Shape::Scalar),
    ("RepoTags", Shape::LIST),
    ("RepoDigests", Shape::LIST),
    ("Created", Shape::Scalar),
    ("Author", Shape::Scalar),
    ("Architecture", Shape::Scalar),
    ("Os", Shape::Scalar),
    ("OsVersion", Shape::Scalar),
    ("Variant", Shape::Scalar),
    ("Size", Shape::Scalar),
    ("Config", ExecutionConfig::SHAPE),
    ("RootFS", Shape::Members(&[("Layers", Shape::List(MAX_LAYERS, &Shape::Scalar))])),
    ("Descriptor", Shape::Members(&[("mediaType", Shape::Scalar), ("digest", Shape::Scalar)])),
]);

fn parse<'a>(name: &str, answer: &'a [u8]) -> Result<Tree<'a>, EngineError> {
    Tree::parse(answer, INSPECT_LIMIT, "image", &SHAPE).map_err(|error| match error {
        DocumentError::TooMany { place, .. } if place == "image.RootFS.Layers" => EngineError::TooManyLayers { name: bounded(name, 512) },
        error => unreadable(name, error),
    })
}

fn unreadable(name: &str, reason: impl ToString) -> EngineError {
    EngineError::request(format!("inspecting {name}"), Fault::Unreadable(bounded(&reason.to_string(), 512)))
}

/// An image-spec configuration document: <https://github.com/opencontainers/image-spec/blob/main/config.md>. Members that the
/// Engine writes empty are left out, as they are for every source.
fn config(inspected: &Object<'_>) -> Result<ImageConfig, DocumentError> {
    let text = |name| Ok(inspected.string(name)?.filter(|text| !text.is_empty()).map(str::to_owned));
    let word = |name| Ok::<_, DocumentError>(inspected.string(name)?.unwrap_or_default());
    let platform = Platform::of_words(word("Os")?, word("Architecture")?, inspected.string("Variant")?, inspected.string("OsVersion")?);
    let Platform { os, architecture, variant, os_version } = platform.map_err(|error| inspected.error("Os", error.to_string()))?;
    let layers = inspected.object("RootFS")?.map(|root| root.strings("Layers")).transpose()?.unwrap_or_default();
    let diff_ids = layers.iter().map(|text| Digest::parse(text).map_err(|error| inspected.error("RootFS.Layers", error.to_string())));
    Ok(ImageConfig {
        // What an image without a date has here.
        created: text("Created")?.filter(|created| created != "0001-01-01T00:00:00Z"),
        author: text("Author")?,
        architecture,
        os,
        variant,
        os_version,
        config: inspected.object("Config")?.as_ref().map(ExecutionConfig::read).transpose()?.unwrap_or_default(),
        rootfs: RootFilesystem { diff_ids: diff_ids.collect::<Result<_, _>>()? },
    })
}

impl EngineImageId {
    pub(super) fn from_inspect(name: &str, answer: &[u8]) -> Result<Self, EngineError> {
        let tree = parse(name, answer)?;
        Self::read(name, &tree.object().map_err(|error| unreadable(name, error))?)
    }

    fn read(name: &str, inspected: &Object<'_>) -> Result<Self, EngineError> {
        let failed = |error: DocumentError| unreadable(name, error);
        let id = inspected.string("Id").map_err(failed)?.unwrap_or_default();
        // Podman's Docker-compatible API leaves the algorithm out in places.
        let id = if id.contains(':') { id.to_owned() } else { format!("sha256:{id}") };
        let id = Digest::parse(&id).map_err(|_| unreadable(name, format!("its ID `{}` is not a digest", bounded(&id, 80))))?;

        // The descriptor came with version 1.48 of the API. Before, a containerd store shows in a name with the ID as its digest,
        // which every image there has: on the classic store an ID is no manifest's digest.
        let suffix = format!("@{id}");
        let by_name = inspected.strings("RepoDigests").map_err(failed)?.iter().any(|name| name.ends_with(&suffix));
        let (store, target_digest) = match inspected.object("Descriptor").map_err(failed)? {
            Some(descriptor) => {
                let digest = descriptor.string("digest").map_err(failed)?.unwrap_or_default();
                let problem = || format!("its descriptor's digest `{}` is none", bounded(digest, 80));
                (ImageStore::Containerd, Some(Digest::parse(digest).map_err(|_| unreadable(name, problem()))?))
            }
            None if by_name => (ImageStore::Containerd, Some(id.clone())),
            None => (ImageStore::Classic, None),
        };
        Ok(Self { id, store, target_digest })
    }
}

#[cfg(test)]
mod tests {
    use pushgate_test_memory::peak;
    use serde_json::{Value, json};

    use super::*;

    const ID: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn image(inspect: Value) -> Result<EngineImage, EngineError> {
        EngineImage::from_inspect("app:v1", inspect.to_string().as_bytes())
    }

    #[test]
    fn an_inspect_becomes_the_document_of_an_oci_layout() {
        // As dockerd 20.10 writes it, with members that no image-spec document has.
        let from_engine = image(json!({
            "Id": ID, "RepoTags": ["app:v1"], "RepoDigests": [], "Parent": "", "Comment": "", "Created": "2024-01-02T03:04:05.678Z",
            "Container": "", "DockerVersion": "", "Author": "me", "Architecture": "arm64", "Variant": "v8", "Os": "linux", "Size": 1, "VirtualSize": 1,
            "Config": { "Hostname": "", "Domainname": "", "User": "1000", "AttachStdin": false, "ExposedPorts": { "80/tcp": {}, "443/tcp": {} },
                        "Tty": false, "Env": ["A=b"], "Cmd": ["/x"], "Image": "", "Volumes": null, "WorkingDir": "/w", "Entrypoint": null,
                        "OnBuild": null, "Labels": { "b": "2", "a": "1" }, "StopSignal": "SIGINT",
                        "Healthcheck": { "Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000_u64, "Retries": 3 } },
            "GraphDriver": { "Data": null, "Name": "vfs" },
            "RootFS": { "Type": "layers", "Layers": [ID] },
            "Metadata": { "LastTagTime": "0001-01-01T00:00:00Z" },
        }))
        .unwrap();
        let from_layout = ImageConfig::parse(
            json!({
                "created": "2024-01-02T03:04:05.678Z", "author": "me", "architecture": "arm64", "variant": "v8", "os": "linux",
                "config": { "User": "1000", "ExposedPorts": { "80/tcp": {}, "443/tcp": {} }, "Env": ["A=b"], "Cmd": ["/x"], "WorkingDir": "/w",
                            "Labels": { "a": "1", "b": "2" }, "StopSignal": "SIGINT",
                            "Healthcheck": { "Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000_u64, "Timeout": 0, "Retries": 3 } },
                "rootfs": { "type": "layers", "diff_ids": [ID] },
                "history": [{ "created_by": "x" }],
            })
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        assert_eq!(from_engine.config.to_json(), from_layout.to_json());
        assert_eq!(from_engine.config.labels().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!((from_engine.store, from_engine.uncompressed_size), (ImageStore::Classic, Some(1)));
        assert_eq!(from_engine.config_digest().unwrap().to_string(), ID);
        assert_eq!(from_engine.target_digest, None);
        assert_eq!(from_engine.repo_tags, ["app:v1"]);
    }

    #[test]
    fn an_image_without_anything_is_an_image() {
        let image = image(json!({
            "Id": ID.trim_start_matches("sha256:"), "Os": "linux", "Architecture": "amd64", "RepoTags": null, "Config": null,
            "Created": "0001-01-01T00:00:00Z", "RootFS": { "Type": "layers" },
        }))
        .unwrap();
        assert_eq!((image.id.as_str(), image.uncompressed_size), (ID, None));
        assert_eq!(image.config.to_json(), r#"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#);
        assert!(image.repo_tags.is_empty());
    }

    /// `--platform` can name a version of Windows, and a hook sees it.
    #[test]
    fn an_image_of_windows_has_its_version() {
        let image = image(json!({
            "Id": ID, "Os": "windows", "OsVersion": "10.0.20348.2700", "Architecture": "amd64", "RootFS": { "Type": "layers" },
        }))
        .unwrap();
        assert_eq!(image.config.platform().in_full(), "windows/amd64:10.0.20348.2700");
        assert!(image.config.to_json().contains(r#""os.version":"10.0.20348.2700""#));
    }

    #[test]
    fn the_store_is_told_apart() {
        let manifest = format!("sha256:{}", "b".repeat(64));
        let with = |more: Value| {
            let mut inspect = json!({ "Id": ID, "Os": "linux", "Architecture": "amd64" });
            inspect.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            image(inspect)
        };
        let described =
            with(json!({ "Size": 9, "Descriptor": { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": manifest, "size": 7 } }))
                .unwrap();
        assert_eq!((described.store, described.uncompressed_size), (ImageStore::Containerd, None));
        assert_eq!(described.target_digest.as_ref().map(ToString::to_string), Some(manifest.clone()));
        assert_eq!(described.config_digest(), None);
        let named = with(json!({ "RepoDigests": [format!("app@{ID}")] })).unwrap();
        assert_eq!((named.store, named.target_digest.unwrap().to_string()), (ImageStore::Containerd, ID.to_owned()));
        let stale = with(json!({ "RepoDigests": [format!("app@{manifest}")] })).unwrap();
        assert_eq!((stale.store, stale.target_digest), (ImageStore::Classic, None), "what was pushed once is not what will be");
        for index in ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"] {
            let error = with(json!({ "Descriptor": { "mediaType": index, "digest": ID, "size": 7 } })).unwrap_err();
            assert!(matches!(error, EngineError::Index { .. }), "{error}");
        }
    }

    #[test]
    fn layers_are_bounded() {
        let with = |layers: usize| {
            image(json!({ "Id": ID, "Os": "linux", "Architecture": "amd64", "RootFS": { "Type": "layers", "Layers": vec![ID; layers] } }))
        };
        assert_eq!(with(1_024).unwrap().config.rootfs.diff_ids.len(), 1_024);
        let error = with(1_025).unwrap_err();
        assert_eq!(error.to_string(), "the image `app:v1` has more layers than the 1024 allowed");
        assert!(matches!(error, EngineError::TooManyLayers { .. }));
    }

    #[test]
    fn labels_that_differ_in_case_are_two() {
        let labels = json!({ "Name": "rhel7", "name": "team/app" });
        let config = json!({ "Labels": labels, "ExposedPorts": { "80/TCP": {}, "80/tcp": {} }, "Volumes": { "/V": {}, "/v": {} } });
        let image =
            image(json!({ "Id": ID, "Os": "linux", "Architecture": "amd64", "Config": config, "ContainerConfig": config })).unwrap();
        assert_eq!(serde_json::to_value(image.config.labels()).unwrap(), labels);
        assert_eq!((image.config.config.exposed_ports.len(), image.config.config.volumes.len()), (2, 2));
    }

    #[test]
    fn an_answer_costs_at_most_eight_times_its_size() {
        for place in [r#"{"x":…}"#, r#"{"RootFS":{"Layers":…}}"#, r#"{"Config":{"Env":…}}"#] {
            for piece in [r#"{"a":0}"#, r#""""#] {
                let size = usize::try_from(INSPECT_LIMIT).unwrap() - 256;
                let answer = place.replace('…', &format!("[{}]", vec![piece; size / (piece.len() + 1)].join(",")));
                let (read, held) = peak(|| EngineImage::from_inspect("app:v1", answer.as_bytes()));
                assert!(read.is_err() && held < 8 * answer.len(), "{piece} in {place}: {held} bytes for {}", answer.len());
            }
        }
    }

    #[test]
    fn an_inspect_that_makes_no_sense_is_refused() {
        for odd in [
            json!({}),
            json!({ "Id": "sha256:short", "Os": "linux", "Architecture": "amd64" }),
            json!({ "Id": "../../x", "Os": "linux", "Architecture": "amd64" }),
            json!({ "Id": ID, "Os": "linux", "Architecture": "amd64", "Descriptor": { "digest": "x" } }),
        ] {
            assert!(matches!(image(odd.clone()), Err(EngineError::Request { .. })), "{odd}");
        }
    }
}
