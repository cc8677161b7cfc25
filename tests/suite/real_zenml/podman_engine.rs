//! With ZenML's Podman engine. ZenML runs `podman` itself, so what is its own is said in files.

use std::path::PathBuf;

use serde_json::json;

use super::{Came, ZenMl, repositories, tags};
use crate::support::DockerRegistry;

/// Podman's files, so that it keeps its images below the home folder and speaks plain HTTP to this registry.
fn files(zenml: &ZenMl, registry: &DockerRegistry) -> [(&'static str, PathBuf); 3] {
    let folder = zenml.home.path().display();
    let storage = format!("[storage]\ndriver = \"vfs\"\ngraphroot = \"{folder}/root\"\nrunroot = \"{folder}/run\"\n");
    let registries = format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", registry.host());
    [
        ("CONTAINERS_STORAGE_CONF", zenml.home.write("storage.conf", storage)),
        ("CONTAINERS_CONF", zenml.home.write("containers.conf", "[engine]\ncgroup_manager = \"cgroupfs\"\n")),
        ("CONTAINERS_REGISTRIES_CONF", zenml.home.write("registries.conf", registries)),
    ]
}

fn does(zenml: &ZenMl, registry: &DockerRegistry, things: &[&str]) -> Vec<Came> {
    let files = files(zenml, registry);
    let mut environment = vec![("ZENML_CONTAINER_ENGINE", "podman".as_ref())];
    environment.extend(files.iter().map(|(name, path)| (*name, path.as_path())));
    zenml.does(things, &environment)
}

#[test]
#[ignore = "needs ZenML, podman and docker-registry: cargo xtask test"]
fn what_is_refused_is_an_exception_and_never_a_push() {
    let zenml = ZenMl::new();
    let registry = DockerRegistry::start();
    let host = registry.host();
    let with = |flavor: &str, settings: serde_json::Value| json!({ "uri": format!("{host}/team"), "pushgate_flavor": flavor, "settings": settings });
    let came = does(
        &zenml,
        &registry,
        &[
            &format!("setup={}", with("forbid-tags", json!({}))),
            &format!("build={host}/team/app:v1"),
            &format!("build={host}/team/app:latest"),
            &format!("build={host}/another/app:v1"),
            &format!("push={host}/another/app:v1"),
            // It looks at the image, which is in Podman alone.
            &format!("registry={}", with("require-labels", json!({ "labels": ["com.example.missing"] }))),
            &format!("push={host}/team/unlabelled:v1"),
        ],
    );
    came[1].must_be_done();
    assert!(came[2].is("ImageRefusedError") && came[2].message().contains("[tag.latest]"), "{came:?}");
    assert!(came[3].is("ImageOutsideRegistryError") && came[4].is("ImageOutsideRegistryError"), "{came:?}");
    assert!(came[6].is("ImageRefusedError") && came[6].message().contains("com.example.missing"), "{came:?}");
    assert_eq!(repositories(&registry), r#"{"repositories":["team/app"]}"#);
    // The other is ZenML's random one.
    let tags = tags(&registry, "team/app");
    assert!(tags.len() == 2 && tags.iter().any(|tag| tag == "v1"), "{tags:?}");
}

#[test]
#[ignore = "needs ZenML, podman and docker-registry: cargo xtask test"]
fn the_random_tag_that_zenml_adds_is_asked_about_too() {
    let zenml = ZenMl::new();
    let registry = DockerRegistry::start();
    let host = registry.host();
    // The form of a UUID.
    let settings = json!({ "tags": ["*-*-*-*-*"] });
    let configuration = json!({ "uri": host, "pushgate_flavor": "forbid-tags", "settings": settings });
    let came = does(&zenml, &registry, &[&format!("setup={configuration}"), &format!("build={host}/app:v1")]);
    assert!(came[1].is("ImageRefusedError") && came[1].message().contains("under a random tag"), "{came:?}");
    assert_eq!(repositories(&registry), r#"{"repositories":[]}"#);
}
