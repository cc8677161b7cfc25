//! The JSON of `GET /images/NAME/json`, `/version` and `/info`.

use serde_json::{Map, Value, json};

use crate::image::{BuiltImage, MANIFEST};
use crate::store::Store;

/// An image as Docker 20.10 shows it; with a containerd store, as Docker 28 does.
pub(crate) fn image(store: &Store, id: &str, image: &BuiltImage, containerd: bool) -> Value {
    let document = &image.document;
    let member = |name: &str| document.get(name).cloned().unwrap_or(Value::Null);
    let names = |of: &str| of == id;
    let tags: Vec<&String> = store.tags.iter().filter(|(_, of)| names(of)).map(|(name, _)| name).collect();
    let digests: Vec<&String> = store.repository_digests.iter().filter(|(_, of)| names(of)).map(|(reference, _)| reference).collect();
    let mut answer = json!({
        "Id": id,
        "RepoTags": tags,
        "RepoDigests": digests,
        "Parent": "",
        "Comment": "",
        "Created": member("created"),
        "DockerVersion": "20.10.24+dfsg1",
        "Author": member("author"),
        "Config": config(document.get("config"), containerd),
        "Architecture": member("architecture"),
        "Os": member("os"),
        "Size": image.size,
        "GraphDriver": { "Data": { "MergedDir": "/var/lib/docker/overlay2/0/merged" }, "Name": "overlay2" },
        "RootFS": { "Type": "layers", "Layers": image.diff_ids },
        "Metadata": { "LastTagTime": member("created") },
    });
    if let Some(members) = answer.as_object_mut() {
        if let Some(variant) = document.get("variant") {
            members.insert("Variant".to_owned(), variant.clone());
        }
        if containerd {
            members.insert("GraphDriver".to_owned(), json!({ "Data": null, "Name": "overlayfs" }));
            let descriptor = json!({ "mediaType": MANIFEST, "digest": image.manifest.digest, "size": image.manifest.bytes.len() });
            members.insert("Descriptor".to_owned(), descriptor);
        } else {
            members.insert("VirtualSize".to_owned(), json!(image.size));
            members.insert("Container".to_owned(), json!(""));
            members.insert("ContainerConfig".to_owned(), config(None, false));
        }
    }
    answer
}

/// The `Config` of the answer. The classic store shows every member of a container's configuration, set or not; newer engines show what the
/// image has.
fn config(own: Option<&Value>, containerd: bool) -> Value {
    let mut shown = if containerd {
        Map::new()
    } else {
        let empty = json!({
            "Hostname": "", "Domainname": "", "User": "", "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
            "Tty": false, "OpenStdin": false, "StdinOnce": false, "Env": null, "Cmd": null, "Image": "", "Volumes": null,
            "WorkingDir": "", "Entrypoint": null, "OnBuild": null, "Labels": null,
        });
        empty.as_object().cloned().unwrap_or_default()
    };
    for (key, value) in own.and_then(Value::as_object).into_iter().flatten() {
        shown.insert(key.clone(), value.clone());
    }
    Value::Object(shown)
}

/// `/version`.
pub(crate) fn version(api_version: &str) -> Value {
    json!({
        "Platform": { "Name": "" },
        "Components": [{
            "Name": "Engine",
            "Version": "20.10.24+dfsg1",
            "Details": { "ApiVersion": api_version, "Arch": "amd64", "MinAPIVersion": MINIMUM_API_VERSION, "Os": "linux" },
        }],
        "Version": "20.10.24+dfsg1",
        "ApiVersion": api_version,
        "MinAPIVersion": MINIMUM_API_VERSION,
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.8",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.1.0",
        "BuildTime": "2024-01-01T00:00:00.000000000+00:00",
    })
}

/// The oldest API version that the engine speaks.
pub(crate) const MINIMUM_API_VERSION: &str = "1.12";

/// `/info`, as far as clients look at it.
pub(crate) fn info(images: usize, containerd: bool) -> Value {
    let status = if containerd {
        json!([["driver-type", "io.containerd.snapshotter.v1"]])
    } else {
        json!([["Backing Filesystem", "extfs"], ["Supports d_type", "true"]])
    };
    json!({
        "ID": "FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE:FAKE",
        "Containers": 0,
        "Images": images,
        "Driver": if containerd { "overlayfs" } else { "overlay2" },
        "DriverStatus": status,
        "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": { "InsecureRegistryCIDRs": ["127.0.0.0/8"], "Mirrors": [] },
        "NCPU": 2,
        "ServerVersion": "20.10.24+dfsg1",
    })
}
