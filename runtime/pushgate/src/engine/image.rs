//! An image as the Engine describes it, turned into the document that every source has.

use bollard::models::{ImageConfig as EngineConfig, ImageInspect};
use pushgate_oci::{Digest, ImageConfig};
use serde_json::{Map, Value, json};

use super::error::{EngineError, bounded};
use super::transport::Fault;

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
    pub unpacked_size: Option<u64>,
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

    pub(super) fn from_inspect(name: &str, inspected: ImageInspect) -> Result<Self, EngineError> {
        let unreadable = |reason: String| EngineError::request(format!("inspecting {name}"), Fault::Unreadable(bounded(&reason, 512)));
        let config = config_document(&inspected).to_string();
        let config = ImageConfig::parse(config.as_bytes()).map_err(|error| unreadable(error.to_string()))?;

        let EngineImageId { id, store, target_digest } = EngineImageId::from_inspect(name, &inspected)?;
        if inspected.descriptor.and_then(|descriptor| descriptor.media_type).is_some_and(|media_type| is_index(&media_type)) {
            return Err(EngineError::Index { name: bounded(name, 512) });
        }
        let unpacked_size = match store {
            ImageStore::Classic => inspected.size.and_then(|size| u64::try_from(size).ok()),
            // Its `Size` was that of the packed content, the manifest included; since August 2026 that of the unpacked files is in the sum.
            ImageStore::Containerd => None,
        };
        Ok(Self { id, store, target_digest, config, unpacked_size, repo_tags: inspected.repo_tags.unwrap_or_default() })
    }
}

impl EngineImageId {
    pub(super) fn from_inspect(name: &str, inspected: &ImageInspect) -> Result<Self, EngineError> {
        let unreadable = |reason: String| EngineError::request(format!("inspecting {name}"), Fault::Unreadable(bounded(&reason, 512)));
        let id = inspected.id.as_deref().unwrap_or_default();
        // Podman's Docker-compatible API leaves the algorithm out in places.
        let id = if id.contains(':') { id.to_owned() } else { format!("sha256:{id}") };
        let id = Digest::parse(&id).map_err(|_| unreadable(format!("its ID `{}` is not a digest", bounded(&id, 80))))?;

        // The descriptor came with version 1.48 of the API. Before, a containerd store shows in a name with the ID as its digest,
        // which every image there has: on the classic store an ID is no manifest's digest.
        let suffix = format!("@{id}");
        let by_name = inspected.repo_digests.iter().flatten().any(|name| name.ends_with(&suffix));
        let (store, target_digest) = match &inspected.descriptor {
            Some(descriptor) => {
                let digest = descriptor.digest.as_deref().unwrap_or_default();
                let digest =
                    Digest::parse(digest).map_err(|_| unreadable(format!("its descriptor's digest `{}` is none", bounded(digest, 80))))?;
                (ImageStore::Containerd, Some(digest))
            }
            None if by_name => (ImageStore::Containerd, Some(id.clone())),
            None => (ImageStore::Classic, None),
        };
        Ok(Self { id, store, target_digest })
    }
}

fn is_index(media_type: &str) -> bool {
    matches!(media_type, "application/vnd.oci.image.index.v1+json" | "application/vnd.docker.distribution.manifest.list.v2+json")
}

/// An image-spec configuration document: <https://github.com/opencontainers/image-spec/blob/main/config.md>. Members that the
/// Engine writes empty are dropped when it is read, as they are for every source.
fn config_document(inspected: &ImageInspect) -> Value {
    json!({
        // What an image without a date has here.
        "created": inspected.created.as_deref().filter(|created| *created != "0001-01-01T00:00:00Z"),
        "author": inspected.author,
        "architecture": inspected.architecture.as_deref().unwrap_or_default(),
        "os": inspected.os.as_deref().unwrap_or_default(),
        "os.version": inspected.os_version,
        "variant": inspected.variant,
        "config": inspected.config.as_ref().map(execution_config),
        "rootfs": {
            "type": "layers",
            "diff_ids": inspected.root_fs.as_ref().and_then(|root| root.layers.as_deref()).unwrap_or_default(),
        },
    })
}

fn execution_config(config: &EngineConfig) -> Value {
    let keys = |list: Option<&Vec<String>>| list.map(|list| list.iter().map(|key| (key.clone(), json!({}))).collect::<Map<_, _>>());
    json!({
        "User": config.user,
        "ExposedPorts": keys(config.exposed_ports.as_ref()),
        "Env": config.env,
        "Entrypoint": config.entrypoint,
        "Cmd": config.cmd,
        "Volumes": keys(config.volumes.as_ref()),
        "WorkingDir": config.working_dir,
        "Labels": config.labels,
        "StopSignal": config.stop_signal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn image(inspect: Value) -> Result<EngineImage, EngineError> {
        EngineImage::from_inspect("app:v1", serde_json::from_value(inspect).unwrap())
    }

    #[test]
    fn an_inspect_becomes_the_document_of_an_oci_layout() {
        // As dockerd 20.10 writes it, with members that no image-spec document has.
        let from_engine = image(json!({
            "Id": ID, "RepoTags": ["app:v1"], "RepoDigests": [], "Parent": "", "Comment": "", "Created": "2024-01-02T03:04:05.678Z",
            "Container": "", "DockerVersion": "", "Author": "me", "Architecture": "arm64", "Variant": "v8", "Os": "linux", "Size": 1, "VirtualSize": 1,
            "Config": { "Hostname": "", "Domainname": "", "User": "1000", "AttachStdin": false, "ExposedPorts": { "80/tcp": {}, "443/tcp": {} },
                        "Tty": false, "Env": ["A=b"], "Cmd": ["/x"], "Image": "", "Volumes": null, "WorkingDir": "/w", "Entrypoint": null,
                        "OnBuild": null, "Labels": { "b": "2", "a": "1" }, "StopSignal": "SIGINT" },
            "GraphDriver": { "Data": null, "Name": "vfs" },
            "RootFS": { "Type": "layers", "Layers": [ID] },
            "Metadata": { "LastTagTime": "0001-01-01T00:00:00Z" },
        }))
        .unwrap();
        let from_layout = ImageConfig::parse(
            json!({
                "created": "2024-01-02T03:04:05.678Z", "author": "me", "architecture": "arm64", "variant": "v8", "os": "linux",
                "config": { "User": "1000", "ExposedPorts": { "80/tcp": {}, "443/tcp": {} }, "Env": ["A=b"], "Cmd": ["/x"], "WorkingDir": "/w",
                            "Labels": { "a": "1", "b": "2" }, "StopSignal": "SIGINT" },
                "rootfs": { "type": "layers", "diff_ids": [ID] },
                "history": [{ "created_by": "x" }],
            })
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        assert_eq!(from_engine.config.to_json(), from_layout.to_json());
        assert_eq!(from_engine.config.labels().iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!((from_engine.store, from_engine.unpacked_size), (ImageStore::Classic, Some(1)));
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
        assert_eq!((image.id.as_str(), image.unpacked_size), (ID, None));
        assert_eq!(image.config.to_json(), r#"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}"#);
        assert!(image.repo_tags.is_empty());
    }

    /// `--platform` can name a version of Windows; a hook does not see it.
    #[test]
    fn an_image_of_windows_has_its_version() {
        let image = image(json!({
            "Id": ID, "Os": "windows", "OsVersion": "10.0.20348.2700", "Architecture": "amd64", "RootFS": { "Type": "layers" },
        }))
        .unwrap();
        assert_eq!(image.config.platform().in_full(), "windows/amd64:10.0.20348.2700");
        assert!(!image.config.to_json().contains("10.0.20348"));
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
        assert_eq!((described.store, described.unpacked_size), (ImageStore::Containerd, None));
        assert_eq!(described.target_digest.as_ref().map(ToString::to_string), Some(manifest.clone()));
        assert_eq!(described.config_digest(), None);
        let named = with(json!({ "RepoDigests": [format!("app@{ID}")] })).unwrap();
        assert_eq!((named.store, named.target_digest.unwrap().to_string()), (ImageStore::Containerd, ID.to_owned()));
        let stale = with(json!({ "RepoDigests": [format!("app@{manifest}")] })).unwrap();
        assert_eq!((stale.store, stale.target_digest), (ImageStore::Classic, None), "what was pushed once is not what will be");
        for index in ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"] {
            let error = with(json!({ "Descriptor": { "mediaType": index, "digest": ID, "size": 7 } })).unwrap_err();
            assert!(matches!(error, EngineError::Index { .. }), "{error}");
            assert!(error.hint().unwrap().contains("docker save app:v1"));
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
